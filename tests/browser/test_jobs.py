"""A job under way shows itself: its progress grows, and its results appear when it is done."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from recovery.access.models import UserAccount
from recovery.kernel.db import db
from recovery.kernel.gate import EVERYTHING, Actor
from recovery.kernel.job_runner import claim, finish
from recovery.kernel.jobs import KINDS, RunningJob, handles
from recovery.kernel.text import _
from recovery.kernel.work import work_as
from tests.browser.conftest import check_accessibility, check_width

KIND = "test.browser"


@pytest.fixture
def page(enter: Callable[..., Page]) -> Page:
    """Return a page of a counsel."""
    return enter("counsel")


@pytest.fixture
def job(page: Page) -> Iterator[RunningJob]:
    """Return a job of the counsel that a worker has just begun."""
    before = dict(KINDS)

    @handles(KIND, label=_("导入"))
    def nothing(_job: RunningJob) -> dict[str, Any]:
        return {}

    person = db.session.scalars(select(UserAccount).where(UserAccount.username == "counsel")).one()
    actor = Actor(id=person.id, name=person.name, role=person.role, scope=EVERYTHING)
    with work_as(actor) as work:
        number = work.enqueue(KIND, {}).id
    begun = claim(number)
    assert begun is not None
    yield begun
    KINDS.clear()
    KINDS.update(before)


def test_progress_grows_and_results_appear_by_themselves(page: Page, job: RunningJob) -> None:
    page.goto(f"/jobs/{job.id}")
    expect(page.get_by_text("运行中")).to_be_visible()
    expect(page.locator(".job-indicator")).to_contain_text("1 个任务进行中")
    with job.work():
        job.progress(40, 100)
    expect(page.locator("#job-progress")).to_contain_text("40 / 100")
    check_accessibility(page)
    check_width(page)
    job.output("loans.csv").write_text("contract_no\n")
    job.exception("C-001", _("没有这条记录，或您无权查看。"))
    job.progress(100)
    finish(job, {})
    expect(page.get_by_role("link", name="loans.csv")).to_be_visible()
    expect(page.get_by_text("C-001")).to_be_visible()
    check_accessibility(page)


def test_a_job_is_cancelled_with_one_confirmation(page: Page, job: RunningJob) -> None:
    page.goto(f"/jobs/{job.id}")
    page.get_by_text("取消任务").click()
    page.get_by_role("button", name="取消这个任务").click()
    expect(page.get_by_text("正在取消")).to_be_visible()


def test_the_list_leads_to_the_job_on_a_phone(page: Page, job: RunningJob) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/jobs/")
    check_width(page)
    check_accessibility(page)
    page.get_by_role("link", name="导入").click()
    expect(page).to_have_url(f"{page.url.split('/jobs')[0]}/jobs/{job.id}")
