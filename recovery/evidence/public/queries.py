"""What the log knows of a file or dossier; never whose it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from evidence_store import Store
from recovery.evidence.dossiers.models import Dossier
from recovery.evidence.models import Checkpoint, EvidenceItem
from recovery.evidence.witnessing.publication import cosigners
from recovery.evidence.witnessing.queries import witnessed_size
from recovery.kernel.models import RegistrationIntent
from recovery.loans.models import Document

MOST = 20
"""Registrations of one file that are shown: the first ones."""


@dataclass(frozen=True, slots=True)
class Known:
    """A registration: where it stands, and what covers it."""

    index: int
    registered_at: datetime
    """The lender's clock."""

    head_size: int | None
    """Leaves of the first signed head that covers it; None: none yet."""

    head_at: datetime | None
    """When the lender signed that head, by its own clock."""

    stamped_at: datetime | None
    """Time of the first token over a head that covers it; None: no token yet."""

    witnesses: tuple[str, ...]
    """Who cosigned the largest head that anyone cosigned, where that covers it."""


@dataclass(frozen=True, slots=True)
class KnownDossier:
    """A dossier that was exported."""

    number: str
    made_at: datetime
    head_size: int
    sha256: frozenset[str]
    """Of every copy of that number that was handed out, and of its repeatable form."""


def known_file(session: Session, store: Store, sha256: str) -> list[Known]:
    """Return the registrations of a file with this digest, the first of the log first."""
    documents = select(Document.id).where(Document.sha256 == sha256)
    rows = session.execute(
        select(
            EvidenceItem.log_index,
            EvidenceItem.registered_at,
            _first_over(),
            _first_over(Checkpoint.stamped_at.is_not(None)),
        )
        .join(EvidenceItem.intent)
        .where(
            RegistrationIntent.subject_type == Document.__tablename__,
            RegistrationIntent.subject_id.in_(documents),
            RegistrationIntent.kind == "file",
            EvidenceItem.log_index.is_not(None),
        )
        .order_by(EvidenceItem.log_index)
        .limit(MOST)
    ).all()
    if not rows:
        return []
    heads = _heads(session, {size for row in rows for size in row[2:]})
    seen = _witnessed(session, store)
    return [
        _known(index, at, (heads.get(first), heads.get(stamped)), seen)
        for index, at, first, stamped in rows
    ]


def known_dossier(session: Session, number: str) -> KnownDossier | None:
    """Return what the log knows of a dossier number; None: there is no such dossier."""
    rows: Sequence[Dossier] = session.scalars(
        select(Dossier).where(Dossier.number == number).order_by(Dossier.id)
    ).all()
    if not rows:
        return None
    digests = frozenset(digest for one in rows for digest in (one.sha256, one.plain_sha256))
    return KnownDossier(number, rows[0].made_at, rows[0].checkpoint_size, digests)


def _first_over(*further: ColumnElement[bool]) -> Any:
    """Return the size of the first such head that covers an item's leaf, as a column."""
    over = select(func.min(Checkpoint.size)).where(
        Checkpoint.size > EvidenceItem.log_index, *further
    )
    return over.correlate(EvidenceItem).scalar_subquery()


def _heads(session: Session, sizes: Iterable[int | None]) -> dict[int | None, Checkpoint]:
    """Return the heads of these sizes."""
    rows = session.scalars(select(Checkpoint).where(Checkpoint.size.in_(sizes)))
    return {one.size: one for one in rows}


def _known(
    index: int | None,
    registered_at: datetime | None,
    heads: tuple[Checkpoint | None, Checkpoint | None],
    seen: tuple[int, tuple[str, ...]],
) -> Known:
    """Return a registration under the first head over it, the first stamped one and witnesses."""
    assert index is not None
    assert registered_at is not None
    head, stamped = heads
    size, witnesses = seen
    return Known(
        index=index,
        registered_at=registered_at,
        head_size=head.size if head else None,
        head_at=head.made_at if head else None,
        stamped_at=stamped.stamped_at if stamped else None,
        witnesses=witnesses if size > index else (),
    )


def _witnessed(session: Session, store: Store) -> tuple[int, tuple[str, ...]]:
    """Return the largest cosigned head, which covers all that smaller ones do, and by whom.

    The last head of all is seldom cosigned yet.
    """
    size = witnessed_size(session)
    return size, tuple(sorted(set(cosigners(store, size)))) if size else ()
