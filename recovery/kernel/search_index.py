"""The index of search: what finds each record, as words in the engine's full-text index.

A record's `SearchEntry` becomes a line of words (FTS5 of SQLite, a tsvector on PostgreSQL). Both
are fed the words as they are made here, because neither splits Chinese: FTS5's trigrams find
nothing under three characters, PostgreSQL's parser drops Chinese altogether under some locales. So
the words are

- of a name: each Chinese character, each run of letters as `_run` (a name is found as a phrase);
- of a number: each three characters in a row (a part of at least three is found as a phrase);
- of the scope: `=b12`, `=u9`, `=a3`, `=p7`, so that a search never walks what it may not show.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import cast

from sqlalchemy import Connection, Table, delete, insert, select, text
from sqlalchemy.orm import Session

from recovery.kernel.links import Registry
from recovery.kernel.models import SearchRow
from recovery.kernel.search_words import APART, folded, name_words, parts_of, tsvector

KINDS = {"loan": 1, "file": 2, "package": 3, "agreement": 4, "dossier": 5, "document": 6}
"""Number of each kind of record in the ids of the index. Never renumbered."""

SHIFT = 48
BATCH = 500


@dataclass(frozen=True, slots=True)
class SearchEntry:
    """What finds a record, and who may find it. `label` is what a hit is called."""

    kind: str
    record_id: int
    label: str
    names: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    branch_id: int | None = None
    owner_id: int | None = None
    agency_id: int | None = None
    package_id: int | None = None

    @property
    def id(self) -> int:
        """The id of the entry in the index."""
        return entry_id(self.kind, self.record_id)


sources: Registry[Callable[[Session, Sequence[int]], Iterable[SearchEntry]]] = Registry()
"""By kind: how the entries of records are read; each feature registers its own."""

followers: Registry[Callable[[Session, Sequence[int]], None]] = Registry()
"""By kind: indexes anew what takes its scope or numbers from records of the kind."""


def entry_id(kind: str, record_id: int) -> int:
    """Return the id under which a record stands in the index."""
    return (KINDS[kind] << SHIFT) | record_id


def index_many(session: Session, entries: Iterable[SearchEntry]) -> None:
    """Put the entries into the index; those already there as they are cost a look."""
    remaining = iter(entries)
    while batch := {entry.id: entry for entry in islice(remaining, BATCH)}:
        _index(session, batch)


def reindex(session: Session, kind: str, record_ids: Iterable[int]) -> None:
    """Read the entries of records anew from their feature; what it no longer gives is removed.

    To be called by the service that changes a name, a number or the scope of a record.
    """
    remaining = iter(record_ids)
    while batch := list(islice(remaining, BATCH)):
        entries = {entry.record_id: entry for entry in sources.get(kind)(session, batch)}
        index_many(session, entries.values())
        remove(session, kind, [one for one in batch if one not in entries])
        if kind in followers:
            followers.get(kind)(session, batch)


def remove(session: Session, kind: str, record_ids: Iterable[int]) -> None:
    """Take records out of the index."""
    remaining = iter(record_ids)
    while batch := [entry_id(kind, one) for one in islice(remaining, BATCH)]:
        _forget(session, list(_stored(session, batch).values()))


def words_of(entry: SearchEntry) -> list[str]:
    """Return the words of an entry in order, as both engines index them."""
    words = [
        f"={letter}{number}"
        for letter, number in (
            ("b", entry.branch_id),
            ("u", entry.owner_id),
            ("a", entry.agency_id),
            ("p", entry.package_id),
        )
        if number is not None
    ]
    for name in entry.names:
        words += [APART, *name_words(folded(name))]
    for code in entry.codes:
        words += [APART, *parts_of(folded(code))]
    return words


_TABLE = cast(Table, SearchRow.__table__)
_COLUMNS = ("label", "names", "codes", "branch_id", "owner_id", "agency_id", "package_id")


def _row(entry: SearchEntry) -> dict[str, object]:
    """Return the entry as `search_entry` keeps it."""
    values = {column: getattr(entry, column) for column in _COLUMNS}
    return values | {
        "id": entry.id,
        "names": "\n".join(entry.names),
        "codes": "\n".join(entry.codes),
    }


def _stored(session: Session, ids: Sequence[int]) -> dict[int, SearchEntry]:
    """Return the entries that stand in the index, by id."""
    names = {number: kind for kind, number in KINDS.items()}
    columns = [getattr(SearchRow, column) for column in ("id", *_COLUMNS)]
    return {
        row.id: SearchEntry(
            kind=names[row.id >> SHIFT],
            record_id=row.id & ((1 << SHIFT) - 1),
            label=row.label,
            names=tuple(row.names.split("\n")) if row.names else (),
            codes=tuple(row.codes.split("\n")) if row.codes else (),
            branch_id=row.branch_id,
            owner_id=row.owner_id,
            agency_id=row.agency_id,
            package_id=row.package_id,
        )
        for row in session.execute(select(*columns).where(SearchRow.id.in_(ids)))
    }


def _index(session: Session, batch: dict[int, SearchEntry]) -> None:
    """Put one batch into the index."""
    stored = _stored(session, list(batch))
    changed = [entry for key, entry in batch.items() if stored.get(key) != entry]
    _forget(session, [stored[entry.id] for entry in changed if entry.id in stored])
    if changed:
        session.execute(insert(_TABLE), [_row(entry) for entry in changed])
        add_words(session.connection(), changed)


def _forget(session: Session, entries: list[SearchEntry]) -> None:
    """Take entries, as they stand in the index, out of it."""
    if not entries:
        return
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        # The index keeps no copy of its text: it is told what it is to forget.
        connection.execute(
            text("INSERT INTO search_fts(search_fts, rowid, words) VALUES ('delete', :id, :words)"),
            [{"id": entry.id, "words": " ".join(words_of(entry))} for entry in entries],
        )
    else:
        connection.execute(
            text("DELETE FROM search_fts WHERE id = :id"), [{"id": entry.id} for entry in entries]
        )
    ids = [entry.id for entry in entries]
    session.execute(delete(_TABLE).where(SearchRow.id.in_(ids)))


def add_words(connection: Connection, entries: Iterable[SearchEntry]) -> None:
    """Write the words of new entries into the engine's index."""
    if connection.dialect.name == "sqlite":
        statement = text("INSERT INTO search_fts(rowid, words) VALUES (:id, :words)")
        rows = [{"id": entry.id, "words": " ".join(words_of(entry))} for entry in entries]
    else:
        statement = text("INSERT INTO search_fts(id, words) VALUES (:id, CAST(:words AS tsvector))")
        rows = [{"id": entry.id, "words": tsvector(words_of(entry))} for entry in entries]
    connection.execute(statement, rows)
