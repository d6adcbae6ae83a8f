"""The list of loans as it is declared: columns, sorts, filters, and its usual views."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from flask import has_request_context, request
from flask_login import current_user
from sqlalchemy import literal, select, union_all

from recovery.access.models import Agency, Branch
from recovery.kernel.db import db
from recovery.kernel.gate import EVERYTHING, Scope
from recovery.kernel.text import Text, _
from recovery.loans import labels
from recovery.loans.models import Loan
from recovery.web.filters import (
    AmountRange,
    Args,
    Choices,
    CountRange,
    Filter,
    FilterBar,
    Pairs,
    Words,
)
from recovery.web.pagination import Sort, Sorts
from recovery.web.people import current_scope
from recovery.web.reading import Unreadable
from recovery.web.worklist import Badge, Column, View, Worklist

KEY = "loans"
LONGEST_NUMBER = 18
"""Digits of a record's number that the database can hold."""

PLACES = "recovery.places"

CLASS_MEANINGS = {
    "normal": "good",
    "special_mention": "neutral",
    "substandard": "warning",
    "doubtful": "warning",
    "loss": "danger",
}
STAGE_MEANINGS = {"none": "neutral", "round_terminated": "warning", "suing": "progress"}
MORTGAGE_MEANINGS = {"registered": "good", "unregistered": "warning", "unknown": "neutral"}
VEHICLE_MEANINGS = {"missing": "danger", "repossessed": "good", "impounded": "good"}


@dataclass(frozen=True, slots=True)
class ListedLoan:
    """A row of the list, with what its day makes of it."""

    id: int
    contract_no: str
    borrower_name: str | None
    days_past_due: int
    asset_class: str
    balance: Decimal
    principal: Decimal
    overdue_since: date | None
    stage: str
    branch: str | None
    province: str | None
    mortgage_state: str
    vehicle_state: str
    owner: str | None
    agency: str | None
    plate: str | None
    product: str
    disbursed_on: date
    last_paid_on: date | None
    written_off_on: date | None
    closed_on: date | None


def _badge(labelled: Mapping[str, Text], meanings: Mapping[str, str], code: str) -> Badge:
    """Return a code of a closed list as its badge."""
    return Badge(labelled.get(code, code), meanings.get(code, "neutral"))


def places() -> dict[str, dict[int, str]]:
    """Return the names of branches and agencies by id; a request reads them once."""
    if not has_request_context():
        return _read_places()
    if PLACES not in request.environ:
        request.environ[PLACES] = _read_places()
    found: dict[str, dict[int, str]] = request.environ[PLACES]
    return found


def _read_places() -> dict[str, dict[int, str]]:
    both = union_all(
        select(literal("branch"), Branch.id, Branch.name),
        select(literal("agency"), Agency.id, Agency.name),
    )
    names: dict[str, dict[int, str]] = {"branch": {}, "agency": {}}
    for kind, number, name in db.session.execute(both):
        names[kind][number] = name
    return names


def branch_choices() -> Sequence[tuple[str, str]]:
    """Return the branches that a filter offers: to a reader only those whose books are theirs."""
    scope = _reader_scope()
    return [
        (str(number), name)
        for number, name in sorted(places()["branch"].items())
        if scope.everything or number in scope.branches
    ]


def agency_choices() -> Sequence[tuple[str, str]]:
    """Return the agencies that a filter offers: to an agency its own, to a buyer none."""
    scope = _reader_scope()
    return [
        (str(number), name)
        for number, name in sorted(places()["agency"].items())
        if scope.everything or scope.branches or number == scope.agency_id
    ]


def _reader_scope() -> Scope:
    """Return what whoever is signed in may see; where nobody is, as in a job, everything."""
    signed_in = has_request_context() and current_user.is_authenticated
    return current_scope() if signed_in else EVERYTHING


@dataclass(frozen=True, slots=True)
class SelectionFilter(Filter):
    """The rows of a selection frozen before, such as pasted numbers; it has no input."""

    kind: ClassVar[str] = "hidden"

    def read(self, args: Args) -> int | None:
        """Return the selection's id.

        Raises:
            Unreadable: it is no number.
        """
        text = args.get(self.name, "").strip()
        if text and not (text.isdecimal() and len(text) <= LONGEST_NUMBER):
            raise Unreadable(_("没有这组选定的记录"))
        return int(text) if text else None

    def pairs(self, value: int) -> Pairs:
        """Return the id."""
        return [(self.name, str(value))]

    def show(self, value: int) -> str:
        """Return the selection's number."""
        return f"#{value}"


COLUMNS = (
    Column("contract_no", _("合同编号"), kind="link", sort="contract_no"),
    Column("borrower_name", _("借款人")),
    Column("days_past_due", _("逾期天数"), kind="count"),
    Column(
        "asset_class",
        _("五级分类"),
        kind="badge",
        value=lambda row: _badge(labels.CLASSES, CLASS_MEANINGS, row.asset_class),
    ),
    Column("balance", _("账面余额（元）"), kind="money", sort="balance"),
    Column("principal", _("未偿本金（元）"), kind="money"),
    Column("overdue_since", _("逾期起日"), kind="day", sort="overdue"),
    Column(
        "stage",
        _("诉讼状态"),
        kind="badge",
        value=lambda row: _badge(labels.STAGES, STAGE_MEANINGS, row.stage),
    ),
    Column("branch", _("机构")),
    Column(
        "mortgage_state",
        _("抵押"),
        kind="badge",
        value=lambda row: _badge(labels.MORTGAGE_STATES, MORTGAGE_MEANINGS, row.mortgage_state),
    ),
    Column(
        "vehicle_state",
        _("车辆"),
        kind="badge",
        value=lambda row: _badge(labels.VEHICLE_STATES, VEHICLE_MEANINGS, row.vehicle_state),
    ),
    Column("owner", _("经办人")),
    Column("agency", _("委外机构"), shown=False),
    Column("plate", _("车牌"), shown=False),
    Column(
        "province",
        _("省份"),
        shown=False,
        value=lambda row: labels.PROVINCES.get(row.province or "", row.province),
    ),
    Column(
        "product",
        _("产品"),
        shown=False,
        value=lambda row: labels.PRODUCTS.get(row.product, row.product),
    ),
    Column("disbursed_on", _("放款日"), kind="day", shown=False),
    Column("last_paid_on", _("最近还款日"), kind="day", shown=False),
    Column("written_off_on", _("核销日"), kind="day", shown=False),
    Column("closed_on", _("结清日"), kind="day", shown=False),
)

SORTS = Sorts(
    (
        Sort("overdue", _("逾期起日"), Loan.overdue_order),
        Sort("balance", _("账面余额"), Loan.balance, descending=True),
        Sort("contract_no", _("合同编号"), Loan.contract_no),
    ),
    Loan.id,
)

FILTERS = FilterBar(
    (
        Words("q", _("姓名或编号"), placeholder=_("姓名、合同号、车牌、车架号")),
        Choices("class", _("五级分类"), options=tuple(labels.CLASSES.items())),
        CountRange("days", _("逾期天数")),
        Choices("stage", _("诉讼状态"), options=tuple(labels.STAGES.items())),
        AmountRange("balance", _("账面余额")),
        Choices("branch", _("机构"), options=branch_choices),
        Choices("province", _("省份"), options=tuple(labels.PROVINCES.items())),
        Choices("mortgage", _("抵押"), options=tuple(labels.MORTGAGE_STATES.items())),
        Choices("vehicle", _("车辆"), options=tuple(labels.VEHICLE_STATES.items())),
        Words("owner", _("经办人"), placeholder=_("用户名或姓名")),
        Choices("agency", _("委外机构"), options=agency_choices),
        Choices("written_off", _("核销"), options=(("yes", _("已核销")), ("no", _("未核销")))),
        Choices("status", _("状态"), options=(("open", _("未结清")), ("closed", _("已结清")))),
        Words("package", _("资产包"), placeholder=_("资产包编号")),
        SelectionFilter("selection", _("选定的贷款")),
    ),
    shown=4,
)

VIEWS = (
    View(_("逾期 1–90 天"), "days_from=1&days_to=90&status=open"),
    View(_("逾期 90 天以上"), "days_from=91&written_off=no&status=open"),
    View(_("不良"), "class=substandard&class=doubtful&class=loss&status=open"),
    View(_("未诉不良"), "class=substandard&class=doubtful&class=loss&stage=none&status=open"),
    View(_("账销案存"), "written_off=yes&status=open"),
)
"""Usual sets of conditions, written as the filter bar writes them."""

LOANS = Worklist(
    key=KEY,
    title=_("贷款"),
    endpoint="loans.index",
    row_endpoint="loans.show",
    row_argument="loan_id",
    columns=COLUMNS,
    sorts=SORTS,
    filters=FILTERS,
    views=VIEWS,
)
