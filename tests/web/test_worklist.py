"""A list that is declared once shows its page, its addresses and its columns."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pytest
from flask import Flask, render_template
from sqlalchemy import column
from werkzeug.datastructures import MultiDict

from recovery.kernel.actions import Action
from recovery.web.filters import Choices, FilterBar, Words
from recovery.web.pagination import Count, Page, Sort, Sorts
from recovery.web.worklist import Badge, Bulk, Column, Shown, View, Worklist


@dataclass
class Loan:
    """A row."""

    id: int
    number: str
    owed: Decimal | None
    state: Badge


LIST = Worklist(
    key="loans",
    title="贷款",
    endpoint="loans",
    row_endpoint="loan",
    row_argument="loan_id",
    columns=(
        Column("number", "合同编号", kind="link", sort="number"),
        Column("owed", "欠款", kind="money", sort="owed"),
        Column("state", "状态", kind="badge"),
        Column("twice", "两倍", kind="money", value=lambda loan: (loan.owed or 0) * 2, shown=False),
    ),
    sorts=Sorts(
        (
            Sort("number", "合同编号", column("number")),
            Sort("owed", "欠款", column("owed"), descending=True),
        ),
        column("id"),
    ),
    filters=FilterBar(
        (Words("q", "姓名"), Choices("class", "分类", options=(("b", "次级"), ("c", "可疑"))))
    ),
    views=(View("次级", "class=b"),),
)
ROWS = [
    Loan(1, "HT<1>", Decimal("-12.5"), Badge("逾期", "danger")),
    Loan(2, "HT2", None, Badge("正常", "good")),
]


@pytest.fixture
def page(frame: Flask) -> Iterator[Flask]:
    """Return the application with the pages that the list leads to, in a request."""
    frame.add_url_rule("/loans", "loans", lambda: "")
    frame.add_url_rule("/loans/<int:loan_id>", "loan", lambda loan_id: "")
    with frame.test_request_context("/loans?q=张&sort=-owed&size=100"):
        yield frame


def shown(
    query: str = "q=张&sort=-owed&size=100", rows: list[Loan] = ROWS, **more: object
) -> Shown:
    """Return the list as a request asks for it."""
    asked = LIST.read(MultiDict(pair.split("=", 1) for pair in query.split("&") if pair))
    return asked.show(Page(rows, "after", None, 100), Count(1000, beyond=True), **more)


@pytest.mark.usefixtures("page")
def test_every_address_keeps_the_conditions() -> None:
    one = shown()
    assert one.page_url("after") == "/loans?q=%E5%BC%A0&sort=-owed&at=after&size=100"
    assert one.page_url(None) is None
    assert one.sort_url(LIST.columns[0]) == "/loans?q=%E5%BC%A0&sort=number&size=100"
    assert one.sort_url(LIST.columns[1]) == "/loans?q=%E5%BC%A0&sort=owed&size=100"
    assert one.sort_url(LIST.columns[2]) is None
    assert one.address_of(ROWS[0]) == "/loans/1"
    assert [one.sort_state(each) for each in LIST.columns[:2]] == [None, "descending"]


@pytest.mark.usefixtures("page")
def test_a_view_is_current_when_its_conditions_are_in_force() -> None:
    assert shown("class=b").is_current(LIST.views[0])
    assert not shown("class=b&q=张").is_current(LIST.views[0])


@pytest.mark.usefixtures("page")
def test_only_columns_that_are_shown_by_default_stand_in_the_list() -> None:
    assert [one.name for one in shown().columns] == ["number", "owed", "state"]


@pytest.mark.usefixtures("page")
def test_a_page_writes_its_cells_by_their_kind() -> None:
    html = render_template("kinds/worklist.html", list=shown())
    assert '<a href="/loans/1" data-open>HT&lt;1&gt;</a>' in html
    assert "(12.50)" in html
    assert '<span class="unknown">—</span>' in html
    assert 'class="state state-danger"' in html
    assert 'aria-sort="descending"' in html
    assert "1,000+" in html
    assert "data-bulk" not in html


@pytest.mark.usefixtures("page")
def test_a_bulk_bar_offers_what_one_may_do_and_carries_the_conditions() -> None:
    bulk = (Bulk("see", "查看", Action.VIEW_STYLE), Bulk("file", "立案", Action.OPEN_FILE))
    html = render_template("kinds/worklist.html", list=shown(bulk=bulk, bulk_url="/bulk"))
    bar = re.search(r"<form[^>]*data-bulk.*?</form>", html, re.DOTALL)
    assert bar is not None
    assert 'value="see"' in bar[0]
    assert 'value="file"' not in bar[0]
    assert '<input type="hidden" name="q" value="张">' in bar[0]
    assert html.count('name="selected"') == 2


@pytest.mark.usefixtures("page")
def test_an_empty_list_says_why_it_is_empty() -> None:
    filtered = render_template("kinds/worklist.html", list=shown(rows=[]))
    assert "没有符合条件的记录" in filtered
    act = ("导入", "/tapes/new")
    fresh = render_template(
        "kinds/worklist.html", list=shown("", rows=[], empty="还没有贷款。", first_act=act)
    )
    assert "还没有贷款。" in fresh
    assert 'href="/tapes/new"' in fresh


@pytest.mark.usefixtures("page")
def test_a_wrong_condition_leaves_nothing_to_see_to_count_or_to_do() -> None:
    bulk = (Bulk("open", "批量立案", Action.VIEW_JOBS),)
    asked = LIST.read(MultiDict([("class", "gone")]))
    nothing = asked.page(None, None)  # type: ignore[arg-type]
    one = asked.show(nothing, Count(9, beyond=False), bulk=bulk, totals_url="/t", export_url="/e")
    assert (list(one.page.rows), str(one.count), one.bulk) == ([], "0", ())
    html = render_template("kinds/worklist.html", list=one)
    assert "“gone”不存在或已不可选" in html
    assert "没有列出任何记录" in html
    assert "data-bulk" not in html
    assert "/t" not in re.findall(r'hx-get="([^"]*)"', html)
    assert 'href="/e"' not in html


@pytest.mark.usefixtures("page")
def test_a_saved_view_whose_value_ceased_to_exist_is_still_the_current_one() -> None:
    asked = LIST.read(MultiDict([("class", "gone")]))
    one = asked.show(Page([], None, None, 50))
    assert one.is_current(View("旧分类", "class=gone", saved=True))
