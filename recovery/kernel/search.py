"""Search over everything: names of two characters, parts of numbers, under the reader's scope.

It asks the words of `search_index`. What must match exactly and stays sealed (phone, ID number)
is looked up by the feature that owns it: see `exact_finders`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import BindParameter, TextualSelect, bindparam, text
from sqlalchemy.orm import Session

from recovery.kernel.gate import Scope
from recovery.kernel.links import Registry
from recovery.kernel.models import SearchRow
from recovery.kernel.search_index import KINDS, SHIFT
from recovery.kernel.search_words import Phrases, alternatives, folded, fts5, tsquery


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that was found; `codes` are its numbers, for the second line."""

    kind: str
    record_id: int
    label: str
    codes: tuple[str, ...]


exact_finders: Registry[Callable[[Session, str, Scope, int], list[Hit]]] = Registry()
"""`(session, query, scope, limit)` → hits on sealed values equal to the whole query."""


def find(session: Session, query: str, scope: Scope, *, limit: int = 8) -> list[Hit]:
    """Return at most `limit` records of each kind that `query` finds, the newest first.

    Every word of the query must be found. Chinese words need two characters, parts of numbers
    three; what is shorter finds nothing. Sealed values are found when equal to the query.
    """
    exact = [hit for one in exact_finders.all() for hit in one(session, query, scope, limit)]
    phrases = [alternatives(word) for word in folded(query).split()]
    if not phrases or not all(phrases):
        return exact
    statement, match = _STATEMENTS[session.get_bind().dialect.name]
    parts = [match(phrases, _scope_words(scope))] if _sees(scope) else []
    found = [hit for part in parts for hit in _run(session, statement, part, limit)]
    return exact + [hit for hit in found if hit not in exact]


def matching(session: Session, kind: str, query: str, scope: Scope) -> TextualSelect | None:
    """Return a selection of the ids of the records that `query` finds, for a list's filter.

    None: a word of the query is too short to be searched for. What the scope hides is left out
    as far as the index knows; the list passes the gate all the same.
    """
    phrases = [alternatives(word) for word in folded(query).split()]
    if not phrases or not all(phrases):
        return None
    dialect = session.get_bind().dialect.name
    low = KINDS[kind] << SHIFT
    statement = text(_MATCHING[dialect].format(low=low, high=low + (1 << SHIFT) - 1))
    words = _scope_words(scope) if _sees(scope) else ["=nothing"]
    match: BindParameter[str] = bindparam("search_match", _STATEMENTS[dialect][1](phrases, words))
    return statement.bindparams(match).columns(id=SearchRow.id.type)


def _sees(scope: Scope) -> bool:
    """Return whether the scope sees anything at all."""
    return scope.everything or bool(_scope_words(scope))


def _scope_words(scope: Scope) -> list[str]:
    """Return the words any of which a record in the scope carries; none for everything."""
    if scope.everything:
        return []
    words = [f"=b{number}" for number in sorted(scope.branches)]
    words += [f"=u{scope.owner_id}"] if scope.owner_id is not None else []
    words += [f"=a{scope.agency_id}"] if scope.agency_id is not None else []
    return words + [f"=p{number}" for number in sorted(scope.packages)]


_SQLITE = """
SELECT e.id, e.label, e.codes FROM search_fts f JOIN search_entry e ON e.id = f.rowid
WHERE f.search_fts MATCH :match AND f.rowid BETWEEN {low} AND {high}
ORDER BY f.rowid DESC LIMIT :limit"""

_POSTGRES = """
SELECT e.id, e.label, e.codes FROM search_entry e JOIN (
  SELECT id FROM search_fts WHERE words @@ CAST(:match AS tsquery) AND id BETWEEN {low} AND {high}
  LIMIT 1000) f ON e.id = f.id
ORDER BY e.id DESC LIMIT :limit"""
"""The inner limit keeps PostgreSQL from walking the table in the order of ids instead."""

_MATCHING = {
    "sqlite": (
        "SELECT rowid - {low} AS id FROM search_fts "
        "WHERE search_fts MATCH :search_match AND rowid BETWEEN {low} AND {high}"
    ),
    "postgresql": (
        "SELECT id - {low} AS id FROM search_fts "
        "WHERE words @@ CAST(:search_match AS tsquery) AND id BETWEEN {low} AND {high}"
    ),
}

_STATEMENTS: dict[str, tuple[str, Callable[[list[Phrases], list[str]], str]]] = {
    "sqlite": (_SQLITE, fts5),
    "postgresql": (_POSTGRES, tsquery),
}


def _run(session: Session, statement: str, match: str, limit: int) -> Iterator[Hit]:
    """Yield the hits of every kind, in the order of `KINDS`."""
    ranges = [(number << SHIFT, ((number + 1) << SHIFT) - 1) for number in KINDS.values()]
    branches = [statement.format(low=low, high=high) for low, high in ranges]
    union = " UNION ALL ".join(f"SELECT * FROM ({branch}) k" for branch in branches)  # noqa: S608
    names = {number: kind for kind, number in KINDS.items()}
    for row in session.execute(text(union), {"match": match, "limit": limit}):
        record_id = row.id & ((1 << SHIFT) - 1)
        codes = tuple(row.codes.split("\n")) if row.codes else ()
        yield Hit(names[row.id >> SHIFT], record_id, row.label, codes)
