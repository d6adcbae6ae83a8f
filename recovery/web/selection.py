"""What a bulk act is done to: the rows that were ticked, or all that match the filter.

The table posts `selected` (one per row), or `all_matching=1` with the filter's own fields. The
view freezes either into ids in its confirmation, with the exact count, before anything is done.
"""

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.web.filters import FilterBar, FilterState


@dataclass(frozen=True, slots=True)
class SelectedRows:
    """The ids that were ticked, each once, in the order of the page."""

    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AllMatching:
    """Every row that matches these conditions and that the person may see."""

    filters: FilterState


Selection = SelectedRows | AllMatching


def read_selection(form: MultiDict[str, str], bar: FilterBar) -> Selection:
    """Return what the posted bulk form selects.

    Raises:
        RuleViolation: nothing is selected, or a condition cannot be read.
    """
    if form.get("all_matching") == "1":
        return AllMatching(bar.read(form).require_whole())
    ids = tuple(dict.fromkeys(int(text) for text in form.getlist("selected") if text.isdecimal()))
    if not ids:
        raise RuleViolation(_("没有选中任何一行。请先勾选，或全选符合条件的。"))
    return SelectedRows(ids)
