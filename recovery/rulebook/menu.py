"""What this feature shows in the menu, how its changes are approved, where its records are."""

from recovery.kernel import links
from recovery.kernel.actions import Action
from recovery.kernel.links import ApprovalKind, NavItem
from recovery.kernel.text import Text, _
from recovery.rulebook import execution, proposals
from recovery.rulebook.book import CONFIRMATION, RETRACTION, SETTING, VERSION, YEAR

CHANGES: dict[str, Text] = {
    CONFIRMATION: _("确认法律参数"),
    VERSION: _("新增法律参数版本"),
    SETTING: _("设定法院或省份标准"),
    YEAR: _("录入年度放假安排"),
    RETRACTION: _("撤销法律参数变更"),
}
"""Kind of change → what it is called."""


LAW = _("法律")

ENTRIES = (
    (
        "calculators",
        NavItem(_("法律计算器"), "law.index", Action.USE_CALCULATORS, "calculator", LAW),
        300,
    ),
    ("rulebook", NavItem(_("法律参数"), "rulebook.index", Action.VIEW_RULEBOOK, "books", LAW), 310),
)


def register() -> None:
    """Put the entries, the kinds of approval and the addresses of changes into the links."""
    for name, entry, order in ENTRIES:
        links.navigation.put(name, entry, order=order)
    links.subject_links.put(
        "law_change", lambda number: ("rulebook.show_change", {"change_id": number})
    )
    for kind, label in CHANGES.items():
        links.approval_kinds.put(
            proposals.KINDS[kind],
            ApprovalKind(
                label=label,
                content=execution.content,
                execute=execution.execute,
                amount=None,
                template="rulebook/_approval.html",
            ),
        )
