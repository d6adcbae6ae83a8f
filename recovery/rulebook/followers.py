"""What stored days of higher features a change of the law would move: asked before, done after.

A feature that stores days computed by the law puts a `Follower` here; before a change is
approved its page lists what would move, and after the approval the follower's job moves it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from recovery.kernel.links import Registry
from recovery.kernel.text import Text
from recovery.law.book import LawBook


@dataclass(frozen=True, slots=True)
class Move:
    """A stored day that another law book gives otherwise, or with another standing."""

    record: str
    """Number of the record that a person knows it by."""

    title: Text | str
    before: date
    after: date
    becomes_firm: bool
    """Whether a provisional day becomes certain."""

    becomes_confirmed: bool
    endpoint: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Follower:
    """A feature that stores days of the law."""

    moves: Callable[[Session, LawBook, int], Iterable[Move]]
    """`(session, book, most)` → what the book would move; nothing is written.

    At most `most` stored days are computed again, the next to fall due first.
    """

    count: Callable[[Session], int]
    """How many stored days a change of the law could move."""

    job: str
    """Kind of the job that brings the stored days up to date after a change."""


followers: Registry[Follower] = Registry()

SHOWN = 200
"""Moves listed on a page."""

CHECKED = 2000
"""Stored days computed again while a page is waited for: about half a second."""


@dataclass(frozen=True, slots=True)
class Moves:
    """What a change would move among the stored days that were computed again."""

    rows: tuple[Move, ...]
    days_moved: int
    standings_changed: int
    checked: int
    """Stored days that were computed again: the next to fall due."""

    stored: int
    """All stored days that the change could move; the job moves them after the approval."""


def moves_under(session: Session, book: LawBook) -> Moves:
    """Return which of the next stored days `book` would move, or give another standing."""
    rows: list[Move] = []
    moved = standing = checked = stored = 0
    for follower in followers.all():
        stored += (count := follower.count(session))
        most = min(count, CHECKED - checked)
        checked += most
        for move in follower.moves(session, book, most):
            moved += move.before != move.after
            standing += move.before == move.after
            if len(rows) < SHOWN:
                rows.append(move)
    rows.sort(key=lambda move: (move.before == move.after, move.after, move.record))
    return Moves(tuple(islice(rows, SHOWN)), moved, standing, checked, stored)
