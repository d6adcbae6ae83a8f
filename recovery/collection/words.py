"""Records of collection in words: on pages, and as registrations tell them."""

import re
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from recovery.collection import labels, rules
from recovery.collection.keeping import breach_of
from recovery.collection.models import (
    CollectionRecord,
    Contact,
    Demand,
    DemandDelivery,
    FieldVisit,
    RepaymentAgreement,
)
from recovery.evidence.keeping.reach import GONE
from recovery.kernel.actions import Action
from recovery.kernel.text import Text, _
from recovery.loans.models import Person
from recovery.web.display import day, moment, yuan

TIMED = frozenset({"contact", "visit", "withdrawal"})
"""Kinds whose hour is known."""

OUTCOMES: dict[str, tuple[str, Mapping[str, Text]]] = {
    "contact": ("outcome", labels.CONTACT_OUTCOMES),
    "demand": ("means", labels.MEANS),
    "delivery": ("outcome", labels.DELIVERY_OUTCOMES),
    "visit": ("outcome", labels.VISIT_OUTCOMES),
    "agreement": ("agreement_kind", labels.AGREEMENT_KINDS),
}
"""Kind → the column that says most of it, with its codes."""


def outcome_of(row: CollectionRecord) -> Text | None:
    """Return what says most of a record: its outcome, how it was sent, what was agreed."""
    if row.kind not in OUTCOMES:
        return None
    column, codes = OUTCOMES[row.kind]
    return codes[getattr(row, column)]


def title_of(row: CollectionRecord) -> Text:
    """Return a record in a few words."""
    found = outcome_of(row)
    kind = labels.KINDS[row.kind]
    return kind if found is None else _("{kind}：{outcome}", kind=kind, outcome=found)


TOLD: dict[str, tuple[str, str]] = {
    Action.RECORD_CONTACT.value: ("contact", "contact_outcome"),
    Action.RECORD_DEMAND.value: ("demand", "means"),
    Action.RECORD_DELIVERY.value: ("delivery", "delivery_outcome"),
    Action.RECORD_VISIT.value: ("visit", "visit_outcome"),
    Action.RECORD_AGREEMENT.value: ("agreement", "agreement_kind"),
    Action.CORRECT_COLLECTION.value: ("withdrawal", "corrects"),
}
"""Registered event → its kind, and the field that says most of it."""


def event_sentence(fields: Mapping[str, str]) -> Text:
    """Return a registered record in words, of the fields that are disclosed."""
    kind, name = TOLD[fields["event"]]
    code = fields.get(name, "")
    found = labels.FIELD_CODES.get(name, {}).get(code, Text(code))
    told = _("{kind}：{outcome}", kind=labels.KINDS[kind], outcome=found) if code else None
    told = told or labels.KINDS[kind]
    if kind == "withdrawal" or not fields.get("corrects"):
        return told
    return _("{told}（更正 {record}）", told=told, record=fields["corrects"])


def time_of(row: CollectionRecord) -> str:
    """Return when it happened; of what only the day is known, the day."""
    return moment(row.at) if row.kind in TIMED else day(row.happened_on)


def names_in(typed: str) -> tuple[str, ...]:
    """Return the names of a list as people type it, parted by commas of either kind."""
    return tuple(filter(None, (name.strip() for name in re.split("[、，,；;]", typed))))


def warnings_of(row: CollectionRecord) -> list[Text]:
    """Return what the law did not allow of a record, a sentence each, with its source."""
    return [_("已如实登记，但不符合催收行为规范：{why}", why=breach_of(one)) for one in row.conduct]


def interrupts(row: CollectionRecord, deliveries: Sequence[DemandDelivery]) -> Text | None:
    """Return what a contact or demand proves of interrupting limitation; None: not its matter."""
    if isinstance(row, Contact):
        proves = rules.contact_interrupts(row.channel, row.outcome, is_recorded=row.is_recorded)
    elif isinstance(row, Demand):
        found = frozenset((one.outcome, one.proof) for one in deliveries)
        proves = rules.demand_interrupts(row.address_basis, found)
    else:
        return None
    return rules.INTERRUPTS if proves else rules.NOT_PROVABLE


Facts = list[tuple[Text, object]]


def facts_of(session: Session, row: CollectionRecord) -> Facts:
    """Return what a record says, in the order of its form; its address stands apart."""
    if isinstance(row, Contact):
        return _contact(row)
    if isinstance(row, Demand):
        return _demand(row)
    if isinstance(row, DemandDelivery):
        return [
            (_("送达结果"), labels.DELIVERY_OUTCOMES[row.outcome]),
            (_("凭证"), labels.PROOFS[row.proof]),
        ]
    if isinstance(row, FieldVisit):
        return _visit(row)
    return _agreement(session, row) if isinstance(row, RepaymentAgreement) else []


def _contact(row: Contact) -> Facts:
    return [
        (_("联系方式"), labels.CHANNELS[row.channel]),
        (_("方向"), labels.DIRECTIONS[row.direction]),
        (_("结果"), labels.CONTACT_OUTCOMES[row.outcome]),
        (_("有录音"), _yes_no(row.is_recorded)),
        (_("对方同意此时段联系"), _yes_no(row.has_consent)),
        (_("承诺还款金额（元）"), yuan(row.promised_amount)),
        (_("承诺还款日期"), day(row.promised_on)),
        (_("外呼平台"), " ".join(filter(None, (row.platform, row.platform_id)))),
    ]


def _demand(row: Demand) -> Facts:
    return [
        (_("发送方式"), labels.MEANS[row.means]),
        (_("邮件号"), row.waybill_no),
        (_("地址来源"), labels.ADDRESS_BASES[row.address_basis]),
        (_("催收金额（元）"), yuan(row.amount)),
        (_("当日所欠本金（元）"), yuan(row.owed_principal)),
        (_("当日所欠利息（元）"), yuan(row.owed_interest)),
        (_("当日所欠罚息和复利（元）"), yuan(row.owed_penalty)),
        (_("当日所欠费用（元）"), yuan(row.owed_costs)),
        (_("当日债权合计（元）"), yuan(row.owed_total)),
        (_("其中已到期（元）"), yuan(row.owed_due)),
    ]


def _visit(row: FieldVisit) -> Facts:
    return [
        (_("外访人员"), row.visitors),
        (_("见到何人"), labels.MET[row.met]),
        (_("车辆"), labels.VEHICLE[row.vehicle]),
        (_("里程（公里）"), row.mileage),
        (_("结果"), labels.VISIT_OUTCOMES[row.outcome]),
        (_("对方同意此时段上门"), _yes_no(row.has_consent)),
    ]


def _agreement(session: Session, row: RepaymentAgreement) -> Facts:
    people = (session.get(Person, number) for number in row.signers)
    signed = "、".join((one and one.name) or GONE for one in people)
    return [
        (_("协议种类"), labels.AGREEMENT_KINDS[row.agreement_kind]),
        (_("新的最后到期日"), day(row.new_last_due_on)),
        (_("协议金额（元）"), yuan(row.amount)),
        (_("协议内容"), row.terms),
        (_("签署人"), signed),
        (_("保证人书面同意"), labels.CONSENTS[row.guarantor_consent]),
    ]


def _yes_no(value: bool) -> Text:
    return labels.YES_NO["yes" if value else "no"]
