"""The courts that are known: those with settings of their own, and those that records name."""

from collections.abc import Callable, Iterable

from sqlalchemy.orm import Session

from recovery.kernel.gate import Scope
from recovery.kernel.links import Registry
from recovery.law.book import LawBook
from recovery.law.courts import COURT, plain_name

SUGGESTED = 20

court_sources: Registry[Callable[[Session, Scope, str], Iterable[str]]] = Registry()
"""Features whose records name courts: `(session, scope, typed)` → names that contain `typed`."""


def suggested(session: Session, scope: Scope, book: LawBook, typed: str) -> list[str]:
    """Return the known courts whose name contains what was typed, each once."""
    set_up = {one.place for one in book.settings if one.place.startswith(COURT)}
    names = {place.removeprefix(COURT) for place in set_up}
    for source in court_sources.all():
        names.update(source(session, scope, typed.strip()))
    found: dict[str, str] = {}
    for name in sorted(names):
        if plain_name(typed) in plain_name(name):
            found.setdefault(plain_name(name), name)
    return list(found.values())[:SUGGESTED]
