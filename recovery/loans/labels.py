"""The closed lists of the loan feature: code → label. Forms, filters, exports share them."""

from recovery.kernel.text import Text, _

CLASSES: dict[str, Text] = {
    "normal": _("正常"),
    "special_mention": _("关注"),
    "substandard": _("次级"),
    "doubtful": _("可疑"),
    "loss": _("损失"),
}
"""Five-category classification (五级分类), best first."""

STAGES: dict[str, Text] = {
    "none": _("未诉"),
    "suing": _("诉讼中"),
    "sued": _("已诉讼"),
    "arbitrating": _("仲裁中"),
    "arbitrated": _("已仲裁"),
    "judged": _("已判未执"),
    "enforcing": _("执行中"),
    "enforcement_withdrawn": _("撤回执行"),
    "enforcement_suspended": _("执行中止"),
    "enforcement_terminated": _("终结执行"),
    "round_terminated": _("终本执行"),
    "mediated": _("已调解"),
    "other": _("其他"),
}
"""Litigation status as announcements of packages list it (诉讼情况)."""

MORTGAGE_STATES: dict[str, Text] = {
    "registered": _("已办理抵押登记"),
    "unregistered": _("约定抵押未登记"),
    "released": _("抵押已解除"),
    "waived": _("放弃抵押权"),
    "none": _("无抵押"),
    "unknown": _("抵押情况不明"),
}

VEHICLE_STATES: dict[str, Text] = {
    "with_debtor": _("债务人占有"),
    "located": _("已定位"),
    "impounded": _("已扣押"),
    "repossessed": _("已收回"),
    "sold": _("已变卖"),
    "missing": _("下落不明"),
    "unknown": _("情况不明"),
}

GUARANTEES: dict[str, Text] = {
    "credit": _("信用"),
    "guarantee": _("保证"),
    "mortgage": _("抵押"),
    "pledge": _("质押"),
}

PRODUCTS: dict[str, Text] = {
    "loan": _("汽车贷款"),
    "direct_lease": _("直租"),
    "sale_and_leaseback": _("售后回租"),
}

ENTRY_KINDS: dict[str, Text] = {
    "disbursement": _("放款"),
    "opening": _("导入时余额"),
    "instalment_due": _("到期应还"),
    "interest": _("按日计息"),
    "payment": _("还款"),
    "fee": _("手续费"),
    "cost": _("实现债权的费用"),
    "court_cost": _("诉讼费、保全费"),
    "penalty": _("罚息入账"),
    "recovery": _("清收回款"),
    "sale_proceeds": _("处置价款"),
    "write_off": _("核销"),
    "waiver": _("减免"),
    "adjustment": _("调整"),
    "reversal": _("冲正"),
}

HEADS: dict[str, Text] = {
    "principal": _("本金"),
    "interest": _("利息"),
    "penalty": _("罚息"),
    "compound": _("复利"),
    "costs": _("费用"),
}
"""Heads of a claim; `penalty` without compound interest."""

OWNER_KINDS: dict[str, Text] = {
    "own_book": _("自有"),
    "abs_trust": _("资产支持证券信托"),
    "co_lender": _("联合贷款方"),
    "pledged": _("已质押"),
    "insurer": _("保险人代位"),
    "dealer": _("经销商代偿"),
    "sold": _("已转让"),
}

PARTY_ROLES: dict[str, Text] = {
    "borrower": _("借款人"),
    "co_borrower": _("共同借款人"),
    "guarantor": _("保证人"),
}

GUARANTEE_MODES: dict[str, Text] = {
    "general": _("一般保证"),
    "joint_and_several": _("连带责任保证"),
}

DAY_COUNTS: dict[str, Text] = {
    "30/360": _("按月计息，零头天数按三百六十天"),
    "actual/360": _("实际天数/360"),
    "actual/365": _("实际天数/365"),
}

DOCUMENT_KINDS: dict[str, Text] = {
    "loan_contract": _("借款合同"),
    "mortgage_contract": _("抵押合同"),
    "guarantee_contract": _("保证合同"),
    "disbursement_proof": _("放款凭证"),
    "repayment_schedule": _("还款计划表"),
    "statement": _("还款明细"),
    "mortgage_registration": _("抵押登记证明"),
    "registration_certificate": _("机动车登记证书"),
    "identity": _("身份证明"),
    "demand": _("催收函"),
    "delivery_proof": _("送达凭证"),
    "acceleration_notice": _("提前到期通知"),
    "contact_record": _("联系记录"),
    "visit_report": _("外访报告"),
    "extension_agreement": _("展期协议"),
    "pleading": _("诉讼文书"),
    "court_paper": _("法院文书"),
    "other": _("其他"),
}

PROVINCES: dict[str, Text] = {
    "11": _("北京"),
    "12": _("天津"),
    "13": _("河北"),
    "14": _("山西"),
    "15": _("内蒙古"),
    "21": _("辽宁"),
    "22": _("吉林"),
    "23": _("黑龙江"),
    "31": _("上海"),
    "32": _("江苏"),
    "33": _("浙江"),
    "34": _("安徽"),
    "35": _("福建"),
    "36": _("江西"),
    "37": _("山东"),
    "41": _("河南"),
    "42": _("湖北"),
    "43": _("湖南"),
    "44": _("广东"),
    "45": _("广西"),
    "46": _("海南"),
    "50": _("重庆"),
    "51": _("四川"),
    "52": _("贵州"),
    "53": _("云南"),
    "54": _("西藏"),
    "61": _("陕西"),
    "62": _("甘肃"),
    "63": _("青海"),
    "64": _("宁夏"),
    "65": _("新疆"),
    "71": _("台湾"),
    "81": _("香港"),
    "82": _("澳门"),
}
"""First two digits of GB/T 2260. Codes of foreign tapes (`US-CA`) stand for themselves."""
