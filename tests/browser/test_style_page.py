"""The style page holds every component; what is true of it is true of the pages made of them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from recovery.web.style_examples import KINDS
from tests.browser.conftest import check_accessibility, check_structure, check_width, settle

Enter = Callable[..., Page]
Choose = Callable[..., None]

PAGES = ["/-/style", *(f"/-/style/{kind}" for kind in KINDS), "/-/style/worklist?empty=1"]
WIDTHS = {1280: 900, 1920: 1080, 390: 844}
COMBINATIONS = [
    ("zh", "light", 1280),
    ("en", "dark", 1920),
    ("zh", "dark", 390),
    ("en", "light", 390),
]
"""Every language in every scheme, and every width; of colours, every scheme is looked at once."""


@pytest.mark.parametrize(("language", "theme", "width"), COMBINATIONS)
def test_every_page_kind_meets_wcag_aa(
    enter: Enter, choose: Choose, language: str, theme: str, width: int
) -> None:
    page = enter("administrator")
    page.set_viewport_size({"width": width, "height": WIDTHS[width]})
    choose(theme=theme)
    page.goto("/-/style")
    if language == "en":
        page.get_by_role("button", name="English").click()
        expect(page.get_by_role("button", name="中文")).to_be_visible()
    for path in PAGES:
        page.goto(path)
        settle(page)
        check_width(page)
        if width > 390:
            check_accessibility(page)
        elif language == "zh":  # in English the words differ alone, and the colours were checked
            check_structure(page)


def test_choosing_english_changes_the_words_and_the_language_of_the_page(enter: Enter) -> None:
    page = enter("administrator")
    page.goto("/-/style/worklist")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Litigation files")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.url.endswith("/-/style/worklist")


def test_the_keyboard_walks_selects_and_opens_rows(enter: Enter) -> None:
    page = enter("administrator")
    page.goto("/-/style/worklist")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-selected-count]")).to_have_text("1")
    assert page.locator("tr.current input[name=selected]").input_value() == "2"
    page.keyboard.press("Enter")
    page.wait_for_url("**/-/style/record?row=2")


def test_single_keys_can_be_turned_off(enter: Enter) -> None:
    page = enter("administrator")
    page.goto("/-/style/worklist")
    page.keyboard.press("?")
    page.get_by_label("使用单键快捷键").uncheck()
    page.get_by_role("button", name="关闭", exact=True).click()
    page.keyboard.press("j")
    expect(page.locator("tr.current")).to_have_count(0)
    page.keyboard.press("?")
    page.get_by_label("使用单键快捷键").check()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    for _turn in range(20):  # the page takes the keys back a moment after the dialog is gone
        page.keyboard.press("j")
        if page.locator("tr.current").count():
            break
        page.wait_for_timeout(100)
    expect(page.locator("tr.current")).to_have_count(1)


def test_shift_click_selects_a_range_and_then_all_that_match(enter: Enter) -> None:
    page = enter("administrator")
    page.goto("/-/style/worklist")
    boxes = page.locator("input[name=selected]")
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    expect(page.locator("[data-selected-count]")).to_have_text("4")
    matching = page.get_by_label("全选符合条件的 1,000+ 条")
    expect(matching).to_be_hidden()
    page.get_by_label("选中本页全部").click()
    expect(matching).to_be_visible()


def test_a_record_knows_its_neighbours_in_the_list_it_came_from(enter: Enter) -> None:
    page = enter("administrator")
    page.goto("/-/style/worklist")
    page.get_by_role("link", name="HT2024-000002").click()
    page.wait_for_url("**/-/style/record?row=2")
    page.keyboard.press("]")
    page.wait_for_url("**/-/style/record?row=3")
    page.keyboard.press("[")
    page.wait_for_url("**/-/style/record?row=2")


def test_a_refused_form_lists_its_faults_and_keeps_what_was_typed(enter: Enter) -> None:
    page = enter("administrator")
    page.goto("/-/style/form")
    page.get_by_label("保全金额").fill("一百")
    page.get_by_label("备注").fill("先查车辆登记")
    page.get_by_role("button", name="登记申请").click()
    faults = page.get_by_role("alert")
    expect(faults).to_contain_text("“一百”不是金额")
    expect(faults).to_contain_text("请填写受理法院")
    expect(page.get_by_label("保全金额")).to_have_value("一百")
    expect(page.get_by_label("备注")).to_have_value("先查车辆登记")
    faults.get_by_role("link", name="保全金额").click()
    expect(page.get_by_label("保全金额")).to_be_focused()


def test_what_the_input_implies_is_shown_while_one_types(enter: Enter) -> None:
    page = enter("administrator")
    page.goto("/-/style/form")
    page.get_by_label("保全金额").fill("1.2万")
    expect(page.locator(".implied")).to_contain_text("¥12,000.00")


def test_a_quick_date_fills_the_field(enter: Enter) -> None:
    page = enter("administrator")
    page.goto("/-/style/form")
    page.get_by_role("button", name="今天", exact=True).click()
    expect(page.get_by_label("申请日期")).not_to_have_value("")


def test_a_type_ahead_field_suggests_without_listing_all(enter: Enter) -> None:
    page = enter("administrator")
    page.goto("/-/style/form")
    page.get_by_label("受理法院").press_sequentially("余杭")
    expect(page.locator("datalist option")).to_have_count(1)


def test_a_rule_unfolds_beside_its_clock_and_closes_with_escape(enter: Enter) -> None:
    page = enter("administrator")
    page.goto("/-/style/worklist")
    page.get_by_role("button", name="上诉期").first.click()
    rule = page.locator("[popover]:popover-open")
    expect(rule).to_contain_text("民事诉讼法")
    page.keyboard.press("Escape")
    expect(rule).to_have_count(0)


def test_a_chart_is_drawn_and_can_be_read_as_a_table(enter: Enter) -> None:
    page = enter("administrator")
    page.goto("/-/style/report")
    chart = page.locator(".chart").first
    expect(chart.locator("canvas")).to_be_visible()
    chart.get_by_role("button", name="表格").click()
    expect(chart.get_by_role("cell", name="12,340,000.00")).to_be_visible()


def test_pages_work_without_javascript(browser, browser_context_args, address, enter) -> None:  # type: ignore[no-untyped-def]
    cookies = enter("administrator").context.cookies()
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto("/-/style/worklist")
    expect(page.get_by_role("button", name="批量立案")).to_be_visible()
    page.get_by_role("textbox", name="借款人").fill("张伟")
    page.get_by_role("button", name="筛选", exact=True).click()
    expect(page.get_by_text("去掉这个条件：借款人：张伟")).to_be_visible()
    page.goto("/-/style/report")
    expect(page.get_by_role("cell", name="12,340,000.00")).to_be_visible()
    context.close()


def test_a_page_weighs_less_than_250_kilobytes_before_charts(enter: Enter) -> None:
    page = enter("administrator")
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(answer.request.sizes()["responseBodySize"]))
    page.goto("/-/style/worklist")
    settle(page)
    assert len(sizes) > 5
    assert sum(sizes) < 250_000


def test_choosing_columns_and_saving_a_view_is_remembered(enter: Enter) -> None:
    page = enter("administrator")
    page.goto("/-/style/worklist?class=doubtful")
    page.get_by_label("选择列").click()
    page.get_by_role("checkbox", name="借款人").uncheck()
    page.get_by_role("button", name="应用").click()
    expect(page.get_by_role("columnheader", name="借款人")).to_have_count(0)
    page.get_by_label("保存为视图").click()
    page.get_by_label("视图名称").fill("可疑类")
    page.get_by_role("button", name="保存", exact=True).click()
    page.goto("/-/style/worklist")
    page.get_by_role("link", name="可疑类").click()
    expect(page.get_by_role("columnheader", name="借款人")).to_have_count(0)
    assert page.url.endswith("class=doubtful")


def test_a_page_of_a_list_is_copied_as_a_table(enter: Enter) -> None:
    page = enter("administrator")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/-/style/worklist")
    page.get_by_label("复制本页为表格").click()
    expect(page.get_by_text("已复制")).to_be_visible()
    head, first, *_rest = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert head.split("\t")[:3] == ["合同编号", "借款人", "状态"]
    assert first.split("\t")[:4] == ["HT2024-000001", "张伟", "未开始", "182,340.55"]
