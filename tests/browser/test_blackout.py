"""Blacking out a scan in a real browser: boxes drawn, moved by keys, deleted, had again, kept."""

from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from recovery.access.models import Branch, UserAccount
from recovery.evidence.dossiers.models import Redaction
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.work import work_as
from recovery.loans.documents import Papers, add_documents, keep_file
from recovery.loans.models import Document
from recovery.web.papers import pdf_of
from tests.books import add_loans
from tests.browser.conftest import check_accessibility, check_width

PAGES = """<html lang="zh"><style>@page{size:A4}p{font-size:30pt;break-after:page}</style>
<p>电话 13800138000</p><p>第二页</p></html>"""


@pytest.fixture
def document(app: Flask, actor: Actor, person: Callable[..., UserAccount]) -> Document:
    """Return a document of two pages of a loan of counsel's branch."""
    person("counsel")
    branch = db.session.scalars(select(Branch)).one()
    file = keep_file(BytesIO(pdf_of(PAGES)), "电话.pdf")
    with work_as(actor) as work:
        [loan] = add_loans(work, branch_id=branch.id)
        return add_documents(work, loan.id, [file], Papers("other", title="电话记录"))[0]


@pytest.fixture
def page(document: Document, enter: Callable[..., Page]) -> Page:
    """Return the page on which the document is blacked out."""
    page = enter("counsel")
    page.goto(f"/evidence/blackout/{document.id}")
    expect(page.get_by_role("button", name="画框")).to_have_attribute("aria-pressed", "true")
    return page


def draw(page: Page, number: int, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag over a page, from and to parts of its width and height."""
    scan = page.locator(f"[data-page='{number}']")
    scan.scroll_into_view_if_needed()
    edge = scan.bounding_box()
    assert edge is not None
    at = [
        (edge["x"] + edge["width"] * across, edge["y"] + min(edge["height"] * down, 500))
        for across, down in (start, end)
    ]
    page.mouse.move(*at[0])
    page.mouse.down()
    page.mouse.move(*at[1], steps=4)
    page.mouse.up()


def test_boxes_are_drawn_moved_by_keys_deleted_had_again_and_kept(page: Page) -> None:
    draw(page, 1, (0.1, 0.05), (0.5, 0.15))
    draw(page, 1, (0.6, 0.05), (0.9, 0.15))
    expect(page.locator(".blackout-box")).to_have_count(2)
    expect(page.get_by_label("框 2：页")).to_have_value("1")
    assert 59 < float(page.get_by_label("框 2：左（%）").input_value()) < 61
    expect(page.get_by_role("status").filter(has_text="已添加框 2")).to_be_visible()
    check_accessibility(page)
    check_width(page)

    page.get_by_label("框 2：左（%）").fill("50")
    page.get_by_label("框 2：左（%）").press("ArrowUp")
    assert page.locator(".blackout-box").nth(1).evaluate("one => one.style.left") == "51%"

    page.get_by_role("button", name="删除框 1").click()
    expect(page.locator(".blackout-box")).to_have_count(1)
    page.get_by_role("button", name="撤销").click()
    expect(page.locator(".blackout-box")).to_have_count(2)

    page.get_by_label("理由").fill("隐去电话")
    page.get_by_role("button", name="保存遮盖件").click()
    expect(page.locator("#messages")).to_contain_text("遮盖件已保存并登记")
    kept = db.session.scalars(select(Redaction)).one()
    assert [box[:2] for box in kept.boxes] == [[1, pytest.approx(10, abs=1)], [1, 51]]
    page.get_by_role("button", name="English").click()
    check_accessibility(page)
    check_width(page)


def test_what_was_drawn_survives_a_refusal_and_a_click_draws_nothing(page: Page) -> None:
    draw(page, 1, (0.3, 0.1), (0.3, 0.1))
    expect(page.locator(".blackout-box")).to_have_count(0)
    draw(page, 2, (0.2, 0.1), (0.7, 0.3))
    page.get_by_role("button", name="保存遮盖件").click()
    expect(page.get_by_label("框 1：页")).to_have_value("2")
    expect(page.locator("[data-page='2'] .blackout-box")).to_have_count(1)


def test_without_a_mouse_the_numbers_make_a_box(page: Page) -> None:
    page.get_by_role("button", name="画框").press("Enter")
    expect(page.get_by_role("button", name="画框")).to_have_attribute("aria-pressed", "false")
    draw(page, 1, (0.2, 0.1), (0.7, 0.3))
    expect(page.locator(".blackout-box")).to_have_count(0)
    for name, text in (("页", "2"), ("左（%）", "5"), ("上（%）", "5"), ("宽（%）", "20")):
        page.get_by_label(f"框 1：{name}").fill(text)
    page.get_by_label("框 1：高（%）").fill("10")
    expect(page.locator("[data-page='2'] .blackout-box")).to_have_count(1)
    expect(page.get_by_label("框 2：页")).to_have_value("")
