"""An evidence list in a real browser: proposed, dragged, moved by keys, written, submitted."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from recovery.access.models import Branch, UserAccount
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.loans.models import Loan
from tests.browser.conftest import check_accessibility, check_width
from tests.evidence.exhibits.making import SIGNED, loan_with_papers


@pytest.fixture
def loan(app: Flask, person: Callable[..., UserAccount]) -> Loan:
    """Return a loan with seven papers, of the branch that counsel works in."""
    person("counsel")
    branch = db.session.scalars(select(Branch)).one()
    return loan_with_papers(Actor.system("tests"), branch_id=branch.id)


@pytest.fixture
def page(loan: Loan, enter: Callable[..., Page]) -> Page:
    """Return the page of a list that holds what is proposed."""
    page = enter("counsel")
    page.goto(f"/loans/{loan.id}/part/evidence_lists")
    page.get_by_role("link", name="打开或建立证据目录").click()
    page.get_by_label("案件类型").select_option("loan_suit")
    page.get_by_role("button", name="建立证据目录").click()
    page.get_by_role("button", name="采用建议").click()
    expect(row(page, "4-1")).to_contain_text("催收函")
    page.wait_for_load_state()
    return page


def row(page: Page, number: str) -> Locator:
    """Return the row of the line of this number."""
    return page.locator("#exhibits tr[data-line]").filter(
        has=page.get_by_role("rowheader", name=number)
    )


def test_the_proposal_fills_the_list_and_says_what_is_missing(page: Page) -> None:
    expect(row(page, "2-1")).to_contain_text("3–14")
    expect(page.locator("#exhibit-side")).to_contain_text("请求金额须能逐笔核对")
    expect(page.locator("#messages")).to_contain_text("已按建议加入现有文件")
    check_accessibility(page)
    check_width(page)


def test_a_line_is_dragged_into_another_group_and_the_pages_follow(page: Page) -> None:
    handle = row(page, "1-1").locator(".exhibit-handle")
    handle.drag_to(row(page, "4-1"), target_position={"x": 60, "y": 4}, steps=20)
    expect(row(page, "4-1")).to_contain_text("身份证明")
    expect(row(page, "4-1")).to_contain_text("23–24")
    expect(row(page, "4-2")).to_contain_text("25–26")
    handle = row(page, "4-1").locator(".exhibit-handle")
    handle.drag_to(page.get_by_label("第 1 组", exact=True), steps=20)
    expect(row(page, "1-1")).to_contain_text("身份证明")
    page.get_by_role("button", name="撤销上一步").click()
    expect(row(page, "4-1")).to_contain_text("身份证明")


def test_a_line_is_moved_by_keys_and_keeps_the_focus(page: Page) -> None:
    page.get_by_label("受理法院").fill("尚未保存的法院")
    page.get_by_label("证据 1-1 下移（Alt+↓）").focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(row(page, "2-1")).to_contain_text("身份证明")
    expect(page.get_by_label("证据 2-1 下移（Alt+↓）")).to_be_focused()
    page.keyboard.press("Alt+ArrowDown")
    expect(row(page, "2-2")).to_contain_text("身份证明")
    page.keyboard.press("Alt+ArrowUp")
    expect(row(page, "2-1")).to_contain_text("身份证明")
    expect(page.get_by_label("受理法院")).to_have_value("尚未保存的法院")


AT_ONCE = """() => document.addEventListener("htmx:afterSwap", () => setTimeout(() =>
    document.activeElement.dispatchEvent(
        new KeyboardEvent("keydown", { key: "ArrowDown", altKey: true, bubbles: true }))),
    { once: true })"""


def test_a_key_pressed_the_moment_a_line_moved_moves_it_again(page: Page) -> None:
    page.get_by_label("受理法院").fill("尚未保存的法院")
    page.evaluate(AT_ONCE)
    page.get_by_label("证据 1-1 下移（Alt+↓）").focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(row(page, "2-2")).to_contain_text("身份证明")
    expect(page.get_by_label("受理法院")).to_have_value("尚未保存的法院")


def test_a_purpose_is_written_in_place_and_other_rows_keep_what_was_typed(page: Page) -> None:
    page.get_by_label("证据 2-2 的证明对象和内容").fill("尚未保存的文字")
    area = page.get_by_label("证据 2-1 的证明对象和内容")
    area.fill("证明年利率为 7.2%")
    row(page, "2-1").get_by_role("button", name="保存").click()
    expect(page.locator("#messages")).to_contain_text("已保存证明对象和内容")
    expect(page.get_by_label("证据 2-1 的证明对象和内容")).to_have_value("证明年利率为 7.2%")
    expect(page.get_by_label("证据 2-2 的证明对象和内容")).to_have_value("尚未保存的文字")
    row(page, "2-2").get_by_role("button", name="保存").click()
    expect(page.locator("#exhibits .unsaved")).to_have_count(0)


def test_a_page_that_others_changed_meanwhile_says_so_and_keeps_the_list(
    page: Page, enter: Callable[..., Page]
) -> None:
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_label("证据 1-1 下移（Alt+↓）").click()
    expect(row(other, "2-1")).to_contain_text("身份证明")
    page.get_by_label("证据 2-1 下移（Alt+↓）").click()
    expect(page.locator("#messages")).to_contain_text("改动了这条记录")
    expect(row(page, "2-1")).to_contain_text("借款合同")
    other.close()


def test_a_list_is_signed_submitted_and_shown_in_english(page: Page) -> None:
    page.get_by_label("提交人", exact=True).fill(SIGNED.submitter)
    page.get_by_label("受理法院").fill(SIGNED.court)
    page.get_by_role("button", name="保存署名").click()
    page.get_by_text("提交并登记存证").click()
    page.get_by_role("button", name="提交 7 项证据的目录").click()
    expect(page.locator("#messages")).to_contain_text("已提交并登记存证")
    expect(page.get_by_role("button", name="建立新版本")).to_be_visible()
    check_accessibility(page)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("main")).to_contain_text("Proves that the loan was disbursed")
    check_accessibility(page)
    check_width(page)


def test_without_scripts_the_buttons_do_the_same(
    page: Page, enter: Callable[..., Page], browser: object
) -> None:
    state = page.context.storage_state()
    plain = browser.new_context(java_script_enabled=False, storage_state=state)  # type: ignore[attr-defined]
    bare = plain.new_page()
    bare.goto(page.url)
    bare.get_by_label("证据 1-1 下移（Alt+↓）").click()
    expect(row(bare, "2-1")).to_contain_text("身份证明")
    plain.close()
