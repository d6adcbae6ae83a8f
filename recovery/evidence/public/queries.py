"""What the log knows of a file or dossier; never whose it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
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
    rows = (
        select(EvidenceItem)
        .join(EvidenceItem.intent)
        .where(
            RegistrationIntent.subject_type == Document.__tablename__,
            RegistrationIntent.subject_id.in_(documents),
            RegistrationIntent.kind == "file",
            EvidenceItem.log_index.is_not(None),
        )
        .order_by(EvidenceItem.log_index)
        .limit(MOST)
    )
    return [_known(session, store, item) for item in session.scalars(rows)]


def known_dossier(session: Session, number: str) -> KnownDossier | None:
    """Return what the log knows of a dossier number; None: there is no such dossier."""
    rows: Sequence[Dossier] = session.scalars(
        select(Dossier).where(Dossier.number == number).order_by(Dossier.id)
    ).all()
    if not rows:
        return None
    digests = frozenset(digest for one in rows for digest in (one.sha256, one.plain_sha256))
    return KnownDossier(number, rows[0].made_at, rows[0].checkpoint_size, digests)


def _known(session: Session, store: Store, item: EvidenceItem) -> Known:
    index = item.log_index
    assert index is not None
    assert item.registered_at is not None
    over = select(Checkpoint).where(Checkpoint.size > index).order_by(Checkpoint.size).limit(1)
    head = session.scalars(over).first()
    stamped = session.scalars(over.where(Checkpoint.stamped_at.is_not(None))).first()
    return Known(
        index=index,
        registered_at=item.registered_at,
        head_size=head.size if head else None,
        head_at=head.made_at if head else None,
        stamped_at=stamped.stamped_at if stamped else None,
        witnesses=_witnesses(session, store, index),
    )


def _witnesses(session: Session, store: Store, index: int) -> tuple[str, ...]:
    """Return who cosigned the largest cosigned head, which covers all that smaller ones do.

    The last head of all is seldom cosigned yet.
    """
    size = witnessed_size(session)
    return tuple(sorted(set(cosigners(store, size)))) if size > index else ()
