"""The closed lists of collection: code → label. Forms, pages, registrations share them."""

from recovery.kernel.text import Text, _
from recovery.loans.labels import PARTY_ROLES

KINDS: dict[str, Text] = {
    "contact": _("联系"),
    "demand": _("催收函"),
    "delivery": _("催收函送达"),
    "visit": _("上门拜访"),
    "agreement": _("还款协议"),
    "withdrawal": _("撤回"),
}

CONTACTED: dict[str, Text] = PARTY_ROLES | {"third_party": _("第三人")}

CHANNELS: dict[str, Text] = {
    "call": _("电话"),
    "text_message": _("短信"),
    "app": _("应用内消息或微信"),
    "email": _("电子邮件"),
    "letter": _("信函"),
    "other": _("其他方式"),
}

DIRECTIONS: dict[str, Text] = {"outbound": _("我方联系对方"), "inbound": _("对方联系我方")}

CONTACT_OUTCOMES: dict[str, Text] = {
    "reached_confirmed": _("已接通，已核实身份"),
    "reached": _("已接通，未核实身份"),
    "refused_further": _("拒绝继续联系"),
    "not_answered": _("未接听、未回应"),
    "invalid_number": _("空号、停机或号码有误"),
    "sent": _("已发送"),
    "replied": _("已回复"),
    "other": _("其他"),
}

MEANS: dict[str, Text] = {
    "ems": _("邮政特快专递"),
    "post": _("挂号信或快递"),
    "text_message": _("短信"),
    "email": _("电子邮件"),
    "in_person": _("当面交付"),
    "publication": _("公告"),
}

ADDRESS_BASES: dict[str, Text] = {
    "agreed": _("合同约定的地址或号码"),
    "confirmed": _("本人确认的地址或号码"),
    "other": _("其他来源"),
}

DELIVERY_OUTCOMES: dict[str, Text] = {
    "delivered": _("已送达"),
    "refused": _("拒收"),
    "returned": _("退回"),
    "unknown": _("结果不明"),
}

PROOFS: dict[str, Text] = {
    "signed_receipt": _("签收回执"),
    "courier_record": _("物流查询记录"),
    "operator_report": _("运营商送达报告"),
    "reply": _("对方回复"),
    "witness_or_picture": _("见证、照片或录像"),
    "newspaper": _("报纸或公告页面"),
    "none": _("没有凭证"),
}

MET: dict[str, Text] = {
    "in_person": _("本人"),
    "household": _("同住成年家属"),
    "third_party": _("第三人"),
    "nobody": _("未见到人"),
}

VEHICLE: dict[str, Text] = {
    "seen": _("见到车辆"),
    "not_seen": _("未见到车辆"),
    "not_looked_for": _("未查看车辆"),
}

VISIT_OUTCOMES: dict[str, Text] = {
    "talked": _("已面谈"),
    "promised": _("承诺还款"),
    "paid": _("当场还款"),
    "surrendered": _("自愿交车"),
    "refused": _("拒绝沟通"),
    "nobody_there": _("无人在场"),
    "moved_away": _("已搬离"),
    "other": _("其他"),
}

AGREEMENT_KINDS: dict[str, Text] = {
    "extension": _("展期"),
    "repayment_plan": _("分期还款协议"),
    "other": _("其他协议"),
}

YES_NO: dict[str, Text] = {"yes": _("是"), "no": _("否")}

CONSENTS: dict[str, Text] = {
    "none": _("没有保证人"),
    "yes": _("每位保证人均已书面同意"),
    "no": _("保证人未书面同意"),
}

FIELD_CODES: dict[str, dict[str, Text]] = {
    "contacted": CONTACTED,
    "channel": CHANNELS,
    "direction": DIRECTIONS,
    "contact_outcome": CONTACT_OUTCOMES,
    "is_recorded": YES_NO,
    "has_consent": YES_NO,
    "means": MEANS,
    "address_basis": ADDRESS_BASES,
    "delivery_outcome": DELIVERY_OUTCOMES,
    "proof": PROOFS,
    "met": MET,
    "vehicle": VEHICLE,
    "visit_outcome": VISIT_OUTCOMES,
    "agreement_kind": AGREEMENT_KINDS,
    "guarantor_consent": CONSENTS,
}
"""Registered field → its codes in words."""
