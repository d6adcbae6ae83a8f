"""The list of what was done to collect, over all loans that the reader may see."""

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload, selectin_polymorphic

from recovery.collection import labels, words
from recovery.collection.models import (
    CollectionRecord,
    Contact,
    Demand,
    DemandDelivery,
    FieldVisit,
    RepaymentAgreement,
)
from recovery.kernel.gate import Scope, visible
from recovery.kernel.text import Text, _
from recovery.loans.models import Loan
from recovery.web.filters import Choices, DayRange, FilterBar, FilterState, Words
from recovery.web.pagination import Sort, Sorts
from recovery.web.worklist import Badge, Column, View, Worklist

WHOLE = (Contact, Demand, DemandDelivery, FieldVisit, RepaymentAgreement)


def _outcome(row: CollectionRecord) -> Text | str:
    return words.outcome_of(row) or ""


def _conduct(row: CollectionRecord) -> Badge | None:
    return Badge(_("不合规范"), "warning") if row.conduct else None


RECORDS = Worklist(
    key="collection",
    title=_("催收记录"),
    endpoint="collection.index",
    row_endpoint="collection.show",
    row_argument="record_id",
    columns=(
        Column("record_no", _("编号"), "link"),
        Column("at", _("时间"), value=words.time_of, sort="at"),
        Column("kind", _("种类"), value=lambda row: labels.KINDS[row.kind]),
        Column("contract_no", _("合同号"), value=lambda row: row.loan.contract_no),
        Column("contacted", _("对象"), value=lambda row: labels.CONTACTED[row.contacted]),
        Column("person", _("姓名"), value=lambda row: row.person.name if row.person else None),
        Column("outcome", _("结果"), value=_outcome),
        Column("conduct", _("催收行为规范"), "badge", value=_conduct),
    ),
    sorts=Sorts(
        (Sort("at", _("时间"), CollectionRecord.at, descending=True),), tie=CollectionRecord.id
    ),
    filters=FilterBar(
        (
            Choices("kind", _("种类"), tuple(labels.KINDS.items())),
            DayRange("on", _("日期")),
            Choices("contacted", _("对象"), tuple(labels.CONTACTED.items())),
            Words("contract_no", _("合同号")),
            Choices("conduct", _("催收行为规范"), (("broken", _("不合规范")),)),
        )
    ),
    views=(
        View(_("联系"), "kind=contact"),
        View(_("催收函"), "kind=demand&kind=delivery"),
        View(_("不合规范"), "conduct=broken"),
    ),
)


def records(scope: Scope, filters: FilterState) -> Select[Any]:
    """Return the statement of the records that match, each whole with its loan and person."""
    statement = (
        select(CollectionRecord)
        .join(CollectionRecord.loan)
        .options(
            contains_eager(CollectionRecord.loan),
            joinedload(CollectionRecord.person),
            selectin_polymorphic(CollectionRecord, WHOLE),
        )
    )
    for condition in _conditions(filters):
        statement = statement.where(condition)
    return visible(statement, Loan, scope)


def _conditions(filters: FilterState) -> list[Any]:
    conditions: list[Any] = []
    if kinds := filters.get("kind"):
        conditions.append(CollectionRecord.kind.in_(kinds))
    if contacted := filters.get("contacted"):
        conditions.append(CollectionRecord.contacted.in_(contacted))
    if number := filters.get("contract_no"):
        conditions.append(Loan.contract_no == number.strip())
    if filters.get("conduct"):
        conditions.append(CollectionRecord.conduct != [])
    if days := filters.get("on"):
        if days.low:
            conditions.append(CollectionRecord.happened_on >= days.low)
        if days.high:
            conditions.append(CollectionRecord.happened_on <= days.high)
    return conditions
