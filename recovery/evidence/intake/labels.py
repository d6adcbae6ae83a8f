"""Closed lists of intake and custody: code → label."""

from recovery.kernel.text import Text, _
from recovery.loans.labels import DOCUMENT_KINDS
from recovery.web.worklist import Badge

ROW_STATES: dict[str, Badge] = {
    "ready": Badge(_("可入库"), "progress"),
    "linked": Badge(_("已有，不重复"), "neutral"),
    "refused": Badge(_("有问题"), "danger"),
    "added": Badge(_("已入库"), "good"),
    "failed": Badge(_("入库失败"), "danger"),
}

BATCH_STATES: dict[str, Badge] = {
    "staged": Badge(_("待确认"), "waiting"),
    "applying": Badge(_("正在入库"), "progress"),
    "done": Badge(_("已完成"), "good"),
    "cancelled": Badge(_("已放弃"), "neutral"),
}

SOURCES: dict[str, Text] = {
    "upload": _("网页上传"),
    "archive": _("压缩包"),
    "folder": _("文件夹"),
}

ORIGINAL_KINDS: dict[str, Text] = {
    "loan_contract": DOCUMENT_KINDS["loan_contract"],
    "mortgage_contract": DOCUMENT_KINDS["mortgage_contract"],
    "guarantee_contract": DOCUMENT_KINDS["guarantee_contract"],
    "registration_certificate": DOCUMENT_KINDS["registration_certificate"],
    "car_key": _("车钥匙"),
    "mortgage_registration": DOCUMENT_KINDS["mortgage_registration"],
    "delivery_proof": DOCUMENT_KINDS["delivery_proof"],
    "court_paper": DOCUMENT_KINDS["court_paper"],
    "other": DOCUMENT_KINDS["other"],
}

WITHOUT_PAGES = frozenset({"car_key"})

ORIGINAL_STATES: dict[str, Badge] = {
    "held": Badge(_("在库"), "good"),
    "lent": Badge(_("借出中"), "waiting"),
    "handed_over": Badge(_("已移交"), "neutral"),
}

ACTS: dict[str, Text] = {
    "receive": _("接收入库"),
    "move": _("移库"),
    "lend": _("借出"),
    "return": _("归还"),
    "hand_over": _("移交"),
}

CONDITIONS: dict[str, Text] = {
    "intact": _("完好"),
    "worn": _("有磨损"),
    "damaged": _("有破损"),
    "incomplete": _("缺页"),
    "copy_only": _("仅为复印件"),
}

RECEIPT_KINDS: dict[str, Text] = {
    "court_chain": _("法院司法链"),
    "notary": _("公证机构"),
    "time_stamp": _("可信时间戳机构"),
    "other": _("其他第三方"),
}

RESULTS: dict[str, Badge] = {
    "found": Badge(_("账实相符"), "good"),
    "missing": Badge(_("缺失"), "danger"),
    "unexpected": Badge(_("多出"), "warning"),
    "wrong_place": Badge(_("错放"), "warning"),
}
