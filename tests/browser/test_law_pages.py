"""Calculators and the administration of the law in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import check_accessibility, check_width, settle

Enter = Callable[..., Page]

PAGES = (
    "/law/",
    "/law/rules/limitation.civil?last_instalment_due=2026-03-05",
    "/law/rules/interest.claim_statement",
    "/law/sheets/fees?amount=86543.21",
    "/law/sheets/interest?principal=100000&annual_rate=7.2&from=2026-01-05&to=2026-03-16",
    "/rulebook/",
    "/rulebook/parameters/lpr.one_year",
    "/rulebook/parameters/deadline.appeal.judgment/new",
    "/rulebook/parameters/interest.cap.financial_loan/confirm/2017-08-04",
    "/rulebook/settings",
    "/rulebook/settings/small_claims.published/new",
    "/rulebook/calendar",
    "/rulebook/calendar/new",
    "/rulebook/changes",
)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_of_the_law_are_accessible_and_fit(
    enter: Enter, choose: Callable[..., None], language: str
) -> None:
    page = enter("administrator")
    page.goto("/law/")
    if language == "en":
        page.get_by_role("button", name="English").click()
    for address in PAGES:
        page.goto(address)
        settle(page)
        check_width(page)
        if language == "zh":  # in English the words differ alone
            check_accessibility(page)


def test_a_calculator_answers_while_one_types(enter: Enter) -> None:
    page = enter("counsel")
    page.goto("/law/rules/court_fee.acceptance")
    page.get_by_label("标的额").fill("86543.21")
    expect(page.locator("#answer")).to_contain_text("1,963.58 元")
    expect(page.locator("#answer")).to_contain_text("第13条第1款第1项")
    assert "amount=86543.21" in page.url, "the address holds the question"
    page.get_by_label("标的额").fill("一百")
    expect(page.locator("#answer")).to_contain_text("不是金额")


def test_an_answer_is_copied_with_its_question_and_without_buttons(
    enter: Enter, context: BrowserContext
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = enter("counsel")
    page.goto("/law/rules/court_fee.acceptance?amount=86543.21")
    page.get_by_role("button", name="复制").click()
    expect(page.locator("#messages")).to_contain_text("已复制")
    copied = page.evaluate("navigator.clipboard.readText()")
    for part in ("86543.21", "1,963.58 元", "第13条第1款第1项", "法律库版本"):
        assert part in copied
    assert "打印" not in copied


def test_the_rules_are_searched_while_one_types(enter: Enter) -> None:
    page = enter("counsel")
    page.goto("/law/")
    page.get_by_role("searchbox", name="搜索规则").fill("加倍利息")
    expect(page.locator("#found-rules a")).to_have_count(8)


def test_the_form_of_a_year_says_what_its_days_add_up_to(enter: Enter) -> None:
    page = enter("administrator")
    page.goto("/rulebook/calendar/new")
    page.get_by_label("放假日期").fill("2027-02-05 至 2027-02-12")
    page.get_by_label("通知写明的放假总天数").fill("9")
    expect(page.locator(".implied")).to_contain_text("与通知的总天数不一致")
    expect(page.locator(".implied")).to_contain_text("不影响已登记的任何期限")


def test_a_version_is_proposed_and_its_page_says_what_it_would_move(enter: Enter) -> None:
    page = enter("administrator")
    page.goto("/rulebook/parameters/deadline.appeal.judgment/new")
    page.get_by_label("数值").fill("{ days = 20 }")
    page.get_by_label("施行日期").fill("2026-05-01")
    expect(page.locator(".implied")).to_contain_text("不影响已登记的任何期限")
    page.get_by_label("申请理由").fill("修法")
    page.get_by_role("button", name="提交审批").click()
    expect(page.locator("#messages")).to_contain_text("已提交审批")
    expect(page.locator(".moves")).to_contain_text("不影响已登记的任何期限")
    check_accessibility(page)
    page.get_by_role("link", name="查看审批").click()
    expect(page.locator("main")).to_contain_text("{ days = 20 }")
    expect(page.locator(".moves")).to_contain_text("不影响已登记的任何期限")
    check_accessibility(page)
