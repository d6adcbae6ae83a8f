"""Choosing what a dossier shows, in a real browser: the pages beside it live and never outdated."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from recovery.evidence.dossiers import previews
from recovery.kernel.job_runner import run_due_jobs
from recovery.loans.models import Loan
from tests.browser.conftest import check_accessibility, check_width


def test_a_long_preview_comes_by_itself_and_says_when_it_is_outdated(
    loan: Loan, enter: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previews, "LONG", 1)
    page = enter("counsel")
    page.goto(f"/evidence/dossiers/new/loan/{loan.id}")
    page.get_by_label("交给谁").fill("浦东法院")
    page.get_by_label("用途").fill("起诉")
    page.get_by_label("先逐项选择公开的内容并预览").check()
    page.get_by_role("button", name="继续").click()
    expect(page.locator("#preview")).to_contain_text("正在后台生成预览")
    check_accessibility(page)
    amount = page.get_by_label("放款金额", exact=False).first
    amount.uncheck()
    run_due_jobs()
    expect(page.get_by_alt_text("第 1 页", exact=True)).to_be_visible()
    expect(amount).not_to_be_checked()
    expect(page.locator("[data-outdated]")).to_be_visible()
    check_accessibility(page)
    page.get_by_role("button", name="更新预览").click()
    expect(page.locator("#preview")).to_contain_text("正在后台生成预览")
    run_due_jobs()
    expect(page.get_by_alt_text("第 1 页", exact=True)).to_be_visible()
    expect(page.locator("[data-outdated]")).to_be_hidden()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="What is disclosed", exact=True)).to_be_visible()
    check_accessibility(page)
    check_width(page)
