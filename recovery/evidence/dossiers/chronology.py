"""What happened, by the day on which it happened, from the registered records."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from recovery.access.labels import ACTION_NAMES
from recovery.evidence.dossiers.contents import REDACTION, Contents
from recovery.evidence.dossiers.particulars import KIND as PARTICULARS
from recovery.evidence.dossiers.records import Registered
from recovery.kernel import clock, links
from recovery.kernel.actions import Action
from recovery.kernel.text import Text, _
from recovery.loans.labels import DOCUMENT_KINDS, ENTRY_KINDS
from recovery.web.display import yuan

TOLD = frozenset(
    {"disbursement", "opening", "recovery", "sale_proceeds", "write_off", "waiver", "reversal"}
)
"""Transactions that the chronology names; all of them stand in the ledger."""

DAYS = ("happened_on", "value_date", "opened_on", "disbursed_on", "delivered_on", "signed_on")
MOMENTS = ("added_at", "booked_at", "decided_at", "at")

_ACTS = frozenset(action.value for action in ACTION_NAMES)

UNDATED = frozenset({"contract", PARTICULARS})
"""Kinds whose days are terms, not the day on which something happened."""

KINDS: dict[str, Text] = {
    "contract": _("登记借款合同"),
    PARTICULARS: _("登记当事人、担保物与还款计划"),
    "approval": _("审批"),
    "freeze": _("资产包冻结"),
    REDACTION: _("制作遮盖件"),
    "erasure": _("删除登记字段"),
}


@dataclass(frozen=True, slots=True)
class Happening:
    """A line of the chronology."""

    day: date
    what: Text | str
    log_index: int


def chronology(contents: Contents) -> list[Happening]:
    """Return what happened, the earliest first; of transactions only the turning points."""
    found = [
        Happening(day_of(record), words, record.entry.index)
        for record in contents.records
        if (words := _words(record, record.shown(contents.disclosure))) is not None
    ]
    return sorted(found, key=lambda one: (one.day, one.log_index))


def day_of(record: Registered) -> date:
    """Return the day on which it happened as the record says, else when it was registered."""
    fields = record.fields if record.kind not in UNDATED else {}
    for name in DAYS:
        if fields.get(name):
            return date.fromisoformat(fields[name])
    for name in MOMENTS:
        if fields.get(name):
            return clock.business_day(datetime.fromisoformat(fields[name]))
    return clock.business_day(datetime.fromisoformat(record.entry.registered_at))


def _words(record: Registered, fields: Mapping[str, str]) -> Text | str | None:
    if record.kind == "transaction":
        kind = fields.get("kind", "")
        if kind not in TOLD:
            return None
        amount = yuan(Decimal(fields["amount"])) if "amount" in fields else ""
        return _("{kind} {amount} 元", kind=ENTRY_KINDS.get(kind, kind), amount=amount)
    if record.kind == "file":
        kind = fields.get("kind", "other")
        name = fields.get("title") or DOCUMENT_KINDS.get(kind, Text(kind))
        return _("收录文件：{name}", name=name)
    event = fields.get("event", "")
    if event in links.event_words:
        return links.event_words.get(event)(fields)
    if event in _ACTS:
        return ACTION_NAMES[Action(event)]
    return KINDS.get(record.kind) or Text(event or record.kind)
