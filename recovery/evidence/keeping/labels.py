"""Words for what the checks find, in both languages, and for states."""

from recovery.evidence.dossiers.words import label_of
from recovery.evidence.keeping.models import FixityFinding
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.text import Text, _

WHAT: dict[str, Text] = {
    "object missing": _("文件缺失"),
    "object unreadable": _("文件无法读取"),
    "object altered": _("文件被改动"),
    "commit torn or altered": _("日志提交残缺或被改动"),
    "commit out of order": _("日志提交次序不符"),
    "checkpoint missing": _("检查点缺失"),
    "checkpoint altered": _("检查点被改动"),
    "checkpoint refused": _("检查点签名不符"),
    "checkpoint misplaced": _("检查点位置不符"),
    "log shortened": _("日志被截短"),
    "log altered": _("日志被改动"),
    "leaf altered": _("日志条目被改动"),
    "tile missing": _("日志索引块缺失"),
    "tile altered": _("日志索引块被改动"),
    "tile out of place": _("日志索引块位置不符"),
    "stream broken": _("流水序列断裂"),
    "map differs": _("全量映射不符"),
    "registered twice": _("重复登记"),
    "clock went back": _("时钟倒退"),
    "cosignature refused": _("见证签名不符"),
    "token refused": _("时间戳不符"),
    "private key damaged": _("日志私钥受损"),
    "private key of another log": _("私钥不属于本日志"),
    "snapshot altered": _("快照被改动"),
    "snapshot out of place": _("快照位置不符"),
}

MEND: dict[str, Text] = {
    "object missing": _("从第二份存储或原件恢复。"),
    "object unreadable": _("从第二份存储或原件恢复，并检查磁盘。"),
    "object altered": _("从第二份存储或原件恢复；恢复前保留现场。"),
    "tile missing": _("可由日志提交重新生成。"),
    "tile altered": _("可由日志提交重新生成；请查明改动来源。"),
}
"""What to do about it, where there is a usual way."""

USUAL = _("请立即停止写入，保留现场，用备份和见证签名查明。")

RESOLUTIONS: dict[str, Text] = {
    "restored": _("已恢复"),
    "sound": _("复核完好"),
    "explained": _("已说明"),
}

STATES: dict[str, tuple[Text, str]] = {
    "requested": (_("待审批"), "waiting"),
    "approved": (_("执行中"), "progress"),
    "done": (_("已删除"), "neutral"),
}
"""State of an erasure → its name and the meaning of its badge."""


FIELDS: dict[str, Text] = {
    "borrower_name": _("借款人姓名（连同联系方式）"),
}
"""Fields that can be erased and are called otherwise than in dossiers, see `reach`."""


def field_name(name: str) -> Text:
    """Return what a field that is erased is called."""
    return FIELDS.get(name) or label_of(name) or Text(name)


LEFT: dict[str, Text] = {
    "erasure": _("删除记录须保留理由，以证明删除有据。"),
    "legal_hold": _("留存的理由随留存记录保留，以说明当时为何不删。"),
    "dossier": _("交付对象是卷宗去向的记录，须保留。"),
}
"""By table: why a field that names a person stays."""


def why_left(intent: RegistrationIntent) -> Text:
    """Return why fields of a record that tell of a person are not erased with the person."""
    usual = _("没有销毁这一字段的办法：请先在原记录更正，再由法务决定。")
    return LEFT.get(intent.subject_type, usual)


def what_of(finding: FixityFinding) -> Text:
    """Return what was found, in words."""
    return WHAT.get(finding.what, Text(finding.what))


def mend_of(finding: FixityFinding) -> Text:
    """Return what to do about it."""
    return MEND.get(finding.what, USUAL)
