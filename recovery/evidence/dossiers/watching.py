"""How far a dossier is, told while it is made."""

from collections.abc import Callable

from recovery.kernel.text import Text

Watch = Callable[[int, int, Text], None]
"""Is told how many of how many are done, and of what; may raise to stop."""


def unwatched(_done: int, _total: int, _what: Text) -> None:
    """Tell nobody."""
