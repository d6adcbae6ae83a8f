"""The main paths in a real browser: a loan, a file, a dossier, a package, the other language."""

import re
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from recovery.access.models import Branch, UserAccount
from recovery.insight.service import refresh
from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.job_runner import run_due_jobs
from recovery.kernel.work import work_as
from recovery.loans.models import Loan
from tests.books import add_loans
from tests.browser.conftest import check_accessibility, check_width

ACTOR = Actor.system("tests")

PAPER = 120_000
"""Milliseconds that a paper may take to be set on a busy machine."""


@pytest.fixture
def loans(app: Flask, person: Callable[..., UserAccount]) -> list[Loan]:
    """Return three overdue loans of the branch that everybody here works in."""
    person("counsel")
    branch = db.session.scalars(select(Branch)).one()
    with work_as(ACTOR) as work:
        return add_loans(work, 3, branch_id=branch.id)


def finish_jobs() -> None:
    """Do what a worker would do now."""
    run_due_jobs()
    db.session.rollback()


def test_counsel_finds_a_loan_by_name_and_opens_a_file_with_its_fee_and_deadline(
    loans: list[Loan], enter: Callable[..., Page]
) -> None:
    page = enter("counsel")
    page.goto("/loans/")
    page.get_by_role("searchbox").fill("李娜")
    page.get_by_role("searchbox").press("Enter")
    page.get_by_role("main").get_by_text("HT-0001").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("HT-0001")
    check_accessibility(page)
    page.get_by_role("link", name="开立诉讼案件").first.click()
    page.get_by_label(re.compile("受理法院")).fill("上海市浦东新区人民法院")
    expect(page.get_by_role("region", name="按填写内容计算")).to_contain_text("案件受理费")
    check_accessibility(page)
    page.get_by_role("button", name="开立案件").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("案件 2026-000001")
    expect(page.get_by_role("main")).to_contain_text("第13条")
    expect(page.get_by_role("main")).to_contain_text("诉讼时效届满")
    check_accessibility(page)
    check_width(page)


def test_a_dossier_is_exported_and_downloaded(
    loans: list[Loan], enter: Callable[..., Page], tmp_path: Path
) -> None:
    page = enter("counsel")
    page.goto(f"/evidence/dossiers/new/loan/{loans[0].id}")
    page.get_by_label(re.compile("交给谁")).fill("浦东法院")
    page.get_by_label(re.compile("用途")).fill("起诉")
    check_accessibility(page)
    page.get_by_role("button", name="继续").click()
    expect(page).to_have_url(re.compile("/jobs/"))
    finish_jobs()
    page.reload()
    page.get_by_role("link", name=re.compile("D20")).click()
    expect(page.get_by_role("main")).to_contain_text("浦东法院")
    check_accessibility(page)
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("下载卷宗")).click()
    path = tmp_path / "dossier.zip"
    download.value.save_as(path)
    with zipfile.ZipFile(path) as archive:
        assert any(name.endswith("data/dossier.pdf") for name in archive.namelist())
    page.goto("/evidence/")
    check_accessibility(page)


def test_what_is_unticked_leaves_the_page_that_is_seen_before_the_export(
    loans: list[Loan], enter: Callable[..., Page]
) -> None:
    page = enter("counsel")
    page.goto(f"/evidence/dossiers/new/loan/{loans[0].id}")
    page.get_by_label(re.compile("交给谁")).fill("受让方")
    page.get_by_label(re.compile("用途")).fill("尽职调查")
    page.get_by_label(re.compile("先逐项选择")).check()
    page.get_by_role("button", name="继续").click(timeout=PAPER)
    expect(page.get_by_role("heading", level=1)).to_contain_text("选择公开的内容")
    first = page.get_by_role("img", name="第 1 页")
    expect(first).to_have_js_property("complete", True, timeout=PAPER)
    assert first.evaluate("one => one.naturalWidth") > 500
    page.get_by_label(re.compile("^姓名")).uncheck()
    check_accessibility(page)
    check_width(page)
    page.get_by_role("button", name="更新预览").click(timeout=PAPER)
    expect(page.get_by_label(re.compile("^姓名"))).not_to_be_checked()
    page.get_by_role("button", name="导出卷宗").click()
    expect(page).to_have_url(re.compile("/jobs/"))
    finish_jobs()
    page.reload()
    page.get_by_role("link", name=re.compile("D20")).click()
    expect(page.get_by_role("main")).to_contain_text("逐项选定")
    expect(page.get_by_role("main")).to_contain_text("姓名")


def test_an_asset_manager_makes_a_package_of_all_that_match_and_freezes_it(
    loans: list[Loan], enter: Callable[..., Page]
) -> None:
    page = enter("asset_manager")
    page.goto("/loans/?class=loss")
    page.locator("[data-select-page]").check()
    page.get_by_role("button", name="组成资产包").click()
    page.get_by_role("button", name=re.compile("确认|继续|3")).first.click()
    page.get_by_label(re.compile("资产包名称")).fill("第一期")
    page.get_by_role("button", name="将 3 笔贷款组成资产包").click()
    finish_jobs()
    page.goto("/packages/")
    check_accessibility(page)
    page.get_by_role("main").get_by_role("link", name=re.compile("^P20")).click()
    page.get_by_role("link", name="冻结", exact=True).click()
    check_accessibility(page)
    page.get_by_role("button", name="冻结 3 笔债权").click()
    finish_jobs()
    page.goto("/packages/1")
    expect(page.get_by_role("main")).to_contain_text("300,000.00")
    check_accessibility(page)
    check_width(page)


@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_the_overview_shows_charts_and_leads_to_lists_at_every_width(
    loans: list[Loan], enter: Callable[..., Page], width: int
) -> None:
    refresh(partial(work_as, ACTOR), clock.today())
    page = enter("asset_manager")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/")
    expect(page.locator(".chart canvas, .chart svg").first).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("不良率")
    check_accessibility(page)
    check_width(page)


def test_one_click_changes_the_language_and_everything_follows(
    loans: list[Loan], enter: Callable[..., Page]
) -> None:
    page = enter("counsel")
    page.goto("/files/")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Litigation files")
    for address in ("/", "/loans/", "/files/", "/packages/", "/evidence/"):
        page.goto(address)
        words = page.get_by_role("main").inner_text()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        left = re.findall(r"[\u4e00-\u9fff]{3,}", words)
        assert left == [], f"{address} still says {left}"
        check_accessibility(page)
