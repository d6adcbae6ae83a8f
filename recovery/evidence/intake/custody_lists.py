"""The lists of originals and of stocktakes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, or_

from recovery.evidence.intake import stocktake_queries
from recovery.evidence.intake.labels import CONDITIONS, ORIGINAL_KINDS, ORIGINAL_STATES, RESULTS
from recovery.evidence.intake.models import PaperOriginal, Stocktake, StocktakeLine
from recovery.kernel import clock
from recovery.kernel.text import _
from recovery.loans.models import Loan
from recovery.web.display import Clock
from recovery.web.filters import Choices, DayRange, FilterBar, FilterState, Words
from recovery.web.pagination import Sort, Sorts
from recovery.web.people import called
from recovery.web.worklist import Badge, Column, View, Worklist

STATE_OPTIONS = [(code, badge.text) for code, badge in ORIGINAL_STATES.items()]


def due_clock(one: PaperOriginal) -> Clock | None:
    """Return the clock of a lent original."""
    if one.due_on is None:
        return None
    return Clock(label=_("归还"), last_day=one.due_on, rule=str(_("出借时约定的归还期限")))


ORIGINALS = Worklist(
    key="originals",
    title=_("纸质原件"),
    endpoint="custody.index",
    row_endpoint="custody.show",
    row_argument="original_id",
    columns=(
        Column("barcode", _("条码"), "link", sort="barcode"),
        Column("title", _("名称")),
        Column("kind", _("种类"), value=lambda one: ORIGINAL_KINDS.get(one.kind, one.kind)),
        Column("contract_no", _("合同编号"), value=lambda one: one.loan.contract_no),
        Column("state", _("状态"), "badge", value=lambda one: ORIGINAL_STATES[one.state]),
        Column("place", _("存放位置"), sort="place"),
        Column("holder", _("保管人"), value=lambda one: called(one.holder)),
        Column("due_on", _("归还期限"), "clock", value=due_clock),
        Column("page_count", _("页数"), "count"),
        Column("seal_no", _("封签号"), shown=False),
        Column("condition", _("状况"), value=lambda one: CONDITIONS.get(one.condition)),
    ),
    sorts=Sorts(
        (
            Sort("barcode", _("条码"), PaperOriginal.barcode, descending=True),
            Sort("place", _("存放位置"), PaperOriginal.place),
        ),
        tie=PaperOriginal.id,
    ),
    filters=FilterBar(
        (
            Words("q", _("条码、合同编号或名称")),
            Choices("state", _("状态"), options=STATE_OPTIONS),
            Choices("kind", _("种类"), options=list(ORIGINAL_KINDS.items())),
            Words("place", _("存放位置")),
            DayRange("due", _("归还期限")),
        )
    ),
)


def filtered(statement: Select[Any], filters: FilterState) -> Select[Any]:
    """Return the statement of originals narrowed to what a person asked for."""
    words, place = filters.get("q"), filters.get("place")
    if words:
        number = words.strip().upper()
        statement = statement.where(
            or_(
                PaperOriginal.barcode == number,
                Loan.contract_no == words.strip(),
                PaperOriginal.title.contains(words.strip(), autoescape=True),
            )
        )
    if place:
        statement = statement.where(PaperOriginal.place.contains(place, autoescape=True))
    for name in ("state", "kind"):
        if filters.get(name):
            statement = statement.where(getattr(PaperOriginal, name).in_(filters.get(name)))
    due = filters.get("due")
    if due is not None and due.low is not None:
        statement = statement.where(PaperOriginal.due_on >= due.low)
    if due is not None and due.high is not None:
        statement = statement.where(PaperOriginal.due_on <= due.high)
    return statement


def originals_list() -> Worklist:
    """Return the list of originals with the views of today."""
    yesterday = clock.today() - timedelta(days=1)
    overdue = View(_("逾期未还"), f"state=lent&due_to={yesterday:%Y-%m-%d}")
    return replace(ORIGINALS, views=(View(_("借出未还"), "state=lent"), overdue))


def stocktake_badge(one: Stocktake) -> Badge:
    """Return whether a stocktake goes on."""
    return Badge(_("已结束"), "good") if one.closed_at else Badge(_("进行中"), "progress")


STOCKTAKES = Worklist(
    key="stocktakes",
    title=_("原件盘点"),
    endpoint="custody.stocktakes_list",
    row_endpoint="custody.stocktake",
    row_argument="stocktake_id",
    columns=(
        Column("number", _("盘点编号"), "link"),
        Column("place", _("盘点位置")),
        Column("state", _("状态"), "badge", value=stocktake_badge),
        Column("opened_at", _("开始"), "moment", sort="opened_at"),
        Column("opened_by", _("盘点人"), value=lambda one: called(one.opened_by)),
        Column("closed_by", _("复核人"), value=lambda one: called(one.closed_by)),
        Column("missing", _("缺失"), "count", value=lambda one: (one.summary or {}).get("missing")),
        Column(
            "unexpected",
            _("多出"),
            "count",
            value=lambda one: (one.summary or {}).get("unexpected"),
        ),
        Column(
            "wrong_place",
            _("错放"),
            "count",
            value=lambda one: (one.summary or {}).get("wrong_place"),
        ),
    ),
    sorts=Sorts((Sort("opened_at", _("开始"), Stocktake.id, descending=True),), tie=Stocktake.id),
    filters=FilterBar(()),
)


def result_badge(line: StocktakeLine) -> Badge:
    """Return the result of a line in words."""
    return RESULTS[stocktake_queries.result_of(line)]


LINES = Worklist(
    key="stocktake_lines",
    title=_("盘点明细"),
    endpoint="custody.stocktake",
    columns=(
        Column("barcode", _("条码"), "own", sort="barcode"),
        Column("result", _("结果"), "badge", value=result_badge, sort="result"),
        Column("title", _("名称"), value=lambda line: line.original.title if line.original else ""),
        Column(
            "contract_no",
            _("合同编号"),
            value=lambda line: line.original.loan.contract_no if line.original else "",
        ),
        Column(
            "place",
            _("登记位置"),
            value=lambda line: line.original.place if line.original else "",
        ),
        Column("counted_at", _("清点时间"), "moment"),
        Column("counted_by", _("清点人"), value=lambda one: called(one.counted_by)),
    ),
    sorts=Sorts(
        (
            Sort("result", _("结果"), stocktake_queries.RANK),
            Sort("barcode", _("条码"), StocktakeLine.barcode),
        ),
        tie=StocktakeLine.barcode,
    ),
    filters=FilterBar(
        (
            Choices(
                "result",
                _("结果"),
                tuple((code, RESULTS[code].text) for code in stocktake_queries.ORDER),
            ),
        )
    ),
)
"""The lines of one stocktake, among which a barcode stands once."""
