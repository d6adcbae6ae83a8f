"""The pages of background jobs, as a reader sees them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select

from recovery.access.models import UserAccount
from recovery.kernel.db import db
from recovery.kernel.gate import EVERYTHING, Actor
from recovery.kernel.job_rows import Job, JobStatus
from recovery.kernel.job_runner import claim, run_due_jobs
from recovery.kernel.jobs import KINDS, RunningJob, handles, result_link
from recovery.kernel.text import _
from recovery.kernel.work import work_as
from recovery.web.job_results import EXCEPTIONS, span
from tests.conftest import Browser


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    """Register two kinds of jobs, gone after the test."""

    @handles("test.export", label=_("导出"))
    def export(job: RunningJob) -> dict[str, Any]:
        job.output("loans.csv").write_text("contract_no\nC-001\n")
        job.exception("C-002", _("没有这条记录，或您无权查看。"))
        job.progress(2, 2)
        return {"links": [result_link(_("后台任务"), "jobs.index")]}

    @handles("test.many", label=_("核对"))
    def many(job: RunningJob) -> dict[str, Any]:
        for number in range(EXCEPTIONS + 3):
            job.exception(f"C-{number:03d}", _("没有这条记录，或您无权查看。"))
        return {"count": 1204, "rejected": EXCEPTIONS + 3, "masking": True}

    @handles("test.fault", label=_("导入"), attempts=1)
    def fail(_job: RunningJob) -> None:
        raise ZeroDivisionError

    yield
    for kind in ("test.export", "test.many", "test.fault"):
        del KINDS[kind]  # others were registered meanwhile, by the application


def ask(kind: str, person: UserAccount) -> int:
    """Ask for a job as `person`."""
    actor = Actor(id=person.id, name=person.username, role=person.role, scope=EVERYTHING)
    with work_as(actor) as work:
        return work.enqueue(kind, {}).id


@pytest.fixture
def counsel(signed_in: Callable[..., Browser]) -> Browser:
    """Return the browser of a counsel."""
    return signed_in("counsel")


@pytest.fixture
def account(counsel: Browser) -> UserAccount:
    """Return the counsel's account."""
    return db.session.scalars(select(UserAccount).where(UserAccount.username == "counsel")).one()


def test_a_finished_job_offers_its_files_its_links_and_its_exceptions(
    counsel: Browser, account: UserAccount
) -> None:
    job_id = ask("test.export", account)
    run_due_jobs()
    page = counsel.get(f"/jobs/{job_id}").text
    assert "已完成" in page
    assert "C-002" in page
    assert f"/jobs/{job_id}/files/loans.csv" in page
    assert "hx-get" not in page.split('id="job-progress"')[1].split("</section>")[0]
    file = counsel.get(f"/jobs/{job_id}/files/loans.csv")
    assert file.data == b"contract_no\nC-001\n"
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert counsel.get(f"/jobs/{job_id}/files/other.csv").status_code == 404
    file.close()


def test_a_running_job_renews_itself_and_can_be_cancelled(
    counsel: Browser, account: UserAccount
) -> None:
    job_id = ask("test.export", account)
    assert claim(job_id) is not None
    assert f'hx-get="/jobs/{job_id}"' in counsel.get(f"/jobs/{job_id}").text
    assert "1 个任务进行中" in counsel.get("/jobs/indicator").text
    cancelled = counsel.post(f"/jobs/{job_id}/cancel", follow_redirects=True)
    assert "正在取消" in cancelled.text


def test_a_failed_job_says_why_and_can_be_tried_again(
    counsel: Browser, account: UserAccount
) -> None:
    job_id = ask("test.fault", account)
    run_due_jobs()
    page = counsel.get(f"/jobs/{job_id}").text
    assert "程序出错（ZeroDivisionError），已尝试 1 次。" in page
    assert "1 个失败" in counsel.get("/jobs/indicator").text
    counsel.post(f"/jobs/{job_id}/retry")
    assert db.session.get_one(Job, job_id).status == JobStatus.QUEUED


def test_the_jobs_of_others_look_absent(
    signed_in: Callable[..., Browser], account: UserAccount
) -> None:
    job_id = ask("test.export", account)
    run_due_jobs()
    other = signed_in("counsel", username="other")
    assert other.get(f"/jobs/{job_id}").status_code == 404
    assert other.get(f"/jobs/{job_id}/files/loans.csv").status_code == 404
    assert f"/jobs/{job_id}" not in other.get("/jobs/").text
    assert f"/jobs/{job_id}" in signed_in("administrator").get("/jobs/").text


def test_a_long_list_is_paged_by_key(counsel: Browser, account: UserAccount) -> None:
    numbers = [ask("test.export", account) for _ in range(51)]
    first = counsel.get("/jobs/").text
    assert f'/jobs/{numbers[0]}"' not in first
    assert f"before={numbers[1]}" in first
    assert f'/jobs/{numbers[0]}"' in counsel.get(f"/jobs/?before={numbers[1]}").text


def test_a_job_says_what_it_did_for_whom_how_long_it_took_and_pages_its_exceptions(
    counsel: Browser, account: UserAccount
) -> None:
    job_id, name = ask("test.many", account), account.name
    run_due_jobs()
    page = counsel.get(f"/jobs/{job_id}").text
    for shown in ("做什么", "核对", f"<dd>{name}</dd>", "用时", "1,204", "笔数", "拒绝"):
        assert shown in page
    assert f"第 1 至 {EXCEPTIONS} 项，共 {EXCEPTIONS + 3} 项" in page
    assert "C-000" in page
    assert f"C-{EXCEPTIONS:03d}" not in page
    assert f"/jobs/{job_id}?page=2" in page
    second = counsel.get(f"/jobs/{job_id}?page=2").text
    assert f"C-{EXCEPTIONS:03d}" in second
    assert f"/jobs/{job_id}?page=1" in second
    assert "page=3" not in second


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.4, "0 秒"), (59, "59 秒"), (61, "1 分 1 秒"), (3720, "1 小时 2 分")],
)
def test_a_time_is_told_in_the_two_units_that_matter(seconds: float, told: str) -> None:
    assert str(span(seconds)) == told


@pytest.mark.parametrize("number", ["99999999999999999999", "-1", "x"])
def test_a_number_that_no_row_has_is_no_fault(
    counsel: Browser, account: UserAccount, number: str
) -> None:
    job_id = ask("test.export", account)
    assert counsel.get(f"/jobs/?before={number}").status_code == 200
    assert counsel.get(f"/jobs/{job_id}?page={number}").status_code == 200
