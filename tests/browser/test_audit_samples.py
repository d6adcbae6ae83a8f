"""An auditor's sample in a real browser: population, seed, result; every page accessible."""

from collections.abc import Callable

from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select

from recovery.access.models import UserAccount
from recovery.evidence.sampling.models import AuditSample
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.job_runner import run_due_jobs
from recovery.kernel.work import work_as
from tests.books import add_loans
from tests.browser.conftest import check_accessibility, check_width


def checked(page: Page) -> None:
    check_accessibility(page)
    check_width(page)


def test_an_auditor_fixes_a_population_enters_a_seed_and_records_a_result(
    app: Flask,
    actor: Actor,
    enter: Callable[..., Page],
    person: Callable[..., UserAccount],
) -> None:
    home = person("counsel").branch_id
    with work_as(actor) as work:
        add_loans(work, 4, branch_id=home)
    page = enter("external_auditor")
    page.goto("/evidence/samples/")
    checked(page)
    page.get_by_role("link", name="从贷款抽样").click()
    page.get_by_label("抽样目的").fill("余额的准确")
    checked(page)
    page.get_by_role("button", name="固定总体").click()
    page.get_by_text("正在固定总体", exact=False).first.wait_for()
    run_due_jobs()
    page.reload()
    page.get_by_role("link", name="输入种子").click()
    page.get_by_label("种子").fill("41625336")
    page.get_by_label("可容忍错报").fill("30万")
    page.get_by_text("抽样间隔约").wait_for()
    checked(page)
    page.get_by_role("button", name="登记种子并抽样").click()
    page.get_by_text("正在抽样").first.wait_for()
    run_due_jobs()
    db.session.rollback()
    sample = db.session.scalars(select(AuditSample)).one()
    assert sample.state == "drawn"
    for part in ("", "/items", "/items/1", "/letters", "/paste", "/readers"):
        page.goto(f"/evidence/samples/{sample.id}{part}")
        checked(page)
    page.goto(f"/evidence/samples/{sample.id}/items/1")
    page.get_by_label("核对金额").fill("1")
    page.get_by_role("button", name="登记结果").click()
    page.get_by_text("请选择例外的种类").first.wait_for()
    page.goto("/evidence/controls/")
    checked(page)
