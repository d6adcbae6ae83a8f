"""The closed lists of the auditor's workspace: code → label."""

from recovery.kernel.text import Text, _

SOURCES: dict[str, Text] = {"loan": _("贷款"), "transaction": _("交易")}

MEASURES: dict[str, Text] = {
    "balance": _("账面余额"),
    "principal": _("未偿本金"),
    "amount": _("交易金额"),
}

METHODS: dict[str, Text] = {
    "random": _("简单随机抽样"),
    "stratified": _("分层抽样"),
    "mus": _("货币单元抽样"),
}

ALLOCATIONS: dict[str, Text] = {
    "by_value": _("按各层金额分配"),
    "by_count": _("按各层项数分配"),
    "given": _("逐层指定"),
}

STATES: dict[str, tuple[Text, str]] = {
    "fixing": (_("正在固定总体"), "progress"),
    "fixed": (_("总体已固定，待输入种子"), "waiting"),
    "drawing": (_("正在抽样"), "progress"),
    "drawn": (_("已抽样"), "good"),
    "concluded": (_("已出结论"), "good"),
    "failed": (_("未成功"), "danger"),
}
"""State of a sample → its name and the meaning of its badge."""

EXCEPTIONS: dict[str, Text] = {
    "amount": _("金额不符"),
    "existence": _("不存在或无支持文件"),
    "cut_off": _("期间错误"),
    "classification": _("分类错误"),
    "terms": _("合同条款录入错误"),
    "evidence": _("证据缺失或不完整"),
    "other": _("其他"),
}

LETTER_STATES: dict[str, tuple[Text, str]] = {
    "prepared": (_("未发出"), "neutral"),
    "sent": (_("已发出"), "waiting"),
    "agreed": (_("回函相符"), "good"),
    "differs": (_("回函不符"), "danger"),
    "unanswered": (_("未回函"), "warning"),
}

FILE_KINDS: dict[str, Text] = {
    "population": _("总体清单（csv）"),
    "redraw": _("抽样复算包（zip）"),
    "workbook": _("复算底稿（xlsx）"),
    "inputs": _("复算底稿（csv，zip）"),
    "letters": _("询证函（zip）"),
    "joined_letters": _("询证函（合并为一份 pdf）"),
}

PROJECTIONS: dict[str, Text] = {
    "difference": _("差额法"),
    "ratio": _("比率法"),
    "taint": _("货币单元法（污染率）"),
}
