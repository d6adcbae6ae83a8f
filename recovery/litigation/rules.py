"""Stages of a litigation file: which follows which, and what the loan's list shows for it."""

from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import Text, _

STAGES: dict[str, Text] = {
    "preparing": _("准备起诉"),
    "submitted": _("已提交立案"),
    "returned": _("退回补正"),
    "accepted": _("已立案"),
    "hearing": _("审理中"),
    "judged": _("已判决"),
    "effective": _("判决生效"),
    "mediated": _("已调解"),
    "enforcing": _("执行中"),
    "round_terminated": _("终结本次执行"),
    "satisfied": _("执行完毕"),
    "enforcement_terminated": _("终结执行"),
    "withdrawn": _("已撤诉"),
}

FOLLOWING: dict[str, tuple[str, ...]] = {
    "preparing": ("submitted", "withdrawn"),
    "submitted": ("accepted", "returned", "withdrawn"),
    "returned": ("submitted", "withdrawn"),
    "accepted": ("hearing", "mediated", "withdrawn"),
    "hearing": ("judged", "mediated", "withdrawn"),
    "judged": ("effective",),
    "effective": ("enforcing", "satisfied"),
    "mediated": ("enforcing", "satisfied"),
    "enforcing": ("round_terminated", "satisfied", "enforcement_terminated"),
    "round_terminated": ("enforcing", "enforcement_terminated", "satisfied"),
    "satisfied": (),
    "enforcement_terminated": (),
    "withdrawn": (),
}
"""The usual next stages. Another step needs a reason, which is kept."""

UNFILED = frozenset({"preparing", "returned", "withdrawn"})
"""Stages in which limitation runs; in every other one the suit interrupts it.

After 退回补正 and 撤诉 the clock shows its old last day again, which errs on the side of caution:
whether it starts anew depends on whether the complaint was served.
Source: 民法典195; 诉讼时效规定10; 法答网第二十批.
"""

PERFORMED_BY = frozenset({"effective", "mediated"})
"""Stages whose paper sets a period to perform, from whose last day enforcement is applied for."""

CLOSING = frozenset({"satisfied", "enforcement_terminated", "withdrawn"})

LOAN_STAGE: dict[str, str] = {
    "preparing": "none",
    "submitted": "suing",
    "returned": "suing",
    "accepted": "suing",
    "hearing": "suing",
    "judged": "sued",
    "effective": "judged",
    "mediated": "mediated",
    "enforcing": "enforcing",
    "round_terminated": "round_terminated",
    "satisfied": "other",
    "enforcement_terminated": "enforcement_terminated",
    "withdrawn": "none",
}
"""Stage of the file → litigation status (诉讼情况) of its loan."""

PROCEDURES: dict[str, Text] = {"summary": _("简易程序"), "ordinary": _("普通程序")}


def check_step(current: str, following: str, reason: str | None) -> None:
    """Refuse a step that is impossible, or unusual and without a reason.

    Raises:
        RuleViolation: the file is closed, the stage is unknown or the same, or a step that is
            not usual has no reason.
    """
    if following not in STAGES:
        raise RuleViolation(_("没有“{stage}”这一阶段。", stage=following))
    if current in CLOSING:
        raise RuleViolation(_("案件已结案（{stage}），不能再变更阶段。", stage=STAGES[current]))
    if following == current:
        raise RuleViolation(_("案件已处于“{stage}”阶段。", stage=STAGES[current]))
    if following not in FOLLOWING[current] and not (reason or "").strip():
        raise RuleViolation(
            _(
                "从“{current}”直接到“{following}”不是通常的顺序，请写明理由。",
                current=STAGES[current],
                following=STAGES[following],
            )
        )
