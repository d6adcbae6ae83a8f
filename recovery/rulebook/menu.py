"""What this feature shows in the menu, how its changes are approved, where its records are."""

from decimal import Decimal
from typing import Any

from recovery.kernel import links
from recovery.kernel.links import ApprovalKind
from recovery.kernel.text import Text, _
from recovery.rulebook import proposals
from recovery.rulebook.book import CONFIRMATION, SETTING, VERSION, YEAR

CHANGES: dict[str, Text] = {
    CONFIRMATION: _("确认法律参数"),
    VERSION: _("新增法律参数版本"),
    SETTING: _("设定法院或省份标准"),
    YEAR: _("录入年度放假安排"),
}
"""Kind of change → what it is called."""


def register() -> None:
    """Put the kinds of approval into the links."""
    for kind, label in CHANGES.items():
        links.approval_kinds.put(
            proposals.KINDS[kind],
            ApprovalKind(
                label=label,
                content=proposals.content,
                execute=proposals.execute,
                amount=_no_amount,
            ),
        )


def _no_amount(_content: dict[str, Any]) -> Decimal:
    """A change of the law book moves no money: any limit reaches it."""
    return Decimal(0)
