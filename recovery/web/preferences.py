"""What a person chose for a list and this product remembers: columns, and saved views."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recovery.web.worklist import View


def chosen_columns(list_key: str) -> frozenset[str] | None:
    """Return the names of the columns chosen for a list; None when nothing was chosen."""
    return None


def saved_views(list_key: str) -> "list[View]":
    """Return the views that the person saved of a list."""
    return []
