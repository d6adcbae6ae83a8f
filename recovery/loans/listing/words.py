"""The conditions of a filter in words: for confirmations, selections and papers."""

from recovery.kernel.text import _
from recovery.web.filters import FilterState


def described(filters: FilterState) -> str:
    """Return the conditions in words."""
    words = [f"{chip.label}：{chip.value}" for chip in filters.chips]
    return "；".join(words) or str(_("全部贷款"))
