"""What audit events of a loan say to people: names of fields, and codes in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from recovery.kernel import reasons
from recovery.kernel.links import ChangeWords
from recovery.kernel.models import AuditEvent
from recovery.kernel.text import Text, _
from recovery.loans import labels

FIELDS: dict[str, Text] = {
    "number": _("序号"),
    "reversed_number": _("被冲正的序号"),
    "kind": _("类别"),
    "amount": _("金额（元）"),
    "value_date": _("起息日"),
    "balance": _("账面余额（元）"),
    "accelerated_on": _("提前到期日"),
    "class_floor": _("分类下限"),
    "reason": _("理由"),
    "as_of": _("日期"),
    "gross_carrying_amount": _("账面总额（元）"),
    "allowance": _("减值准备（元）"),
    "ifrs9_stage": _("减值阶段"),
    "effective_rate_per_year": _("实际利率"),
    "written_off_on": _("核销日"),
    "person": _("人员编号"),
    "party": _("当事人编号"),
    "role": _("身份"),
    "changed": _("更新的项目"),
    "value": _("查看的项目"),
    "owner": _("权属"),
    "since": _("起始日"),
    "ended_on": _("终止日"),
    "document": _("文件编号"),
    "concession": _("减免或核销编号"),
    "loan": _("合同编号"),
    "mortgage_state": _("抵押登记"),
    "mortgage_registered_on": _("抵押登记日期"),
    "mortgage_certificate_no": _("登记证书编号"),
    "state": _("车辆状态"),
    "last_seen_on": _("最后发现日期"),
    "last_place": _("最后发现地点"),
    "vin": _("车辆识别代号（VIN）"),
    "plate": _("号牌"),
    "engine_no": _("发动机号"),
    "make": _("品牌"),
    "model": _("型号"),
    "model_year": _("年款"),
    "condition": _("购入时"),
}

PERSONAL: dict[str, Text] = {
    "id_number": _("证件号码"),
    "phone": _("电话"),
    "address": _("地址"),
    "bank_account": _("还款账号"),
}

CODES: dict[str, Mapping[str, Text]] = {
    "kind": {**labels.ENTRY_KINDS, **labels.DOCUMENT_KINDS},
    "class_floor": labels.CLASSES,
    "role": labels.PARTY_ROLES,
    "owner": labels.OWNER_KINDS,
    "mortgage_state": labels.MORTGAGE_STATES,
    "state": labels.VEHICLE_STATES,
    "value": {**PERSONAL, "last_place": _("最后发现地点")},
    "changed": PERSONAL,
    "last_place": {"changed": _("已更新")},
}
"""Field → its codes in words."""


WORDS = ChangeWords(FIELDS, CODES, frozenset({"changed"}))
"""The same for the audit log."""


@dataclass(frozen=True, slots=True)
class Change:
    """One line of an event: a field, what it was (None: not said), what it is."""

    label: Text | str
    before: Text | str | None
    after: Text | str


def changes_of(event: AuditEvent) -> list[Change]:
    """Return the lines of an event in words."""
    lines = [_change(name, value) for name, value in event.changes.items()]
    reason = reasons.said(event)
    return lines if reason is None else [*lines, Change(FIELDS["reason"], None, reason)]


def _change(name: str, value: object) -> Change:
    label = FIELDS.get(name, name)
    if isinstance(value, list) and len(value) == 2 and name != "changed":
        before, after = value
        return Change(label, _word(name, before), _word(name, after))
    return Change(label, None, _word(name, value))


def _word(name: str, value: object) -> Text | str:
    """Return a value in words; unknown is a dash."""
    if value is None or value == []:
        return "—"
    if isinstance(value, list):
        return "、".join(str(_word(name, one)) for one in value)
    return CODES.get(name, {}).get(str(value), str(value))
