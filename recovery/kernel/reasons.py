"""Why an audited act was done, in the words of who did it: sealed, beside the audit log.

Nothing in the log can be changed, and words may name people. So the event holds a commitment to
them under a random salt, and a row beside it both, sealed: the words are not changed unseen, and
when words and salt are destroyed the event still leads to what was registered of it.
"""

import hmac
import os
from collections.abc import Collection, Iterator
from datetime import datetime

from cryptography.exceptions import InvalidTag
from sqlalchemy import Select, exists, select, update
from sqlalchemy.orm import Session, joinedload

from recovery.kernel.db import Base
from recovery.kernel.models import AuditEvent, AuditReason
from recovery.kernel.text import Text, _

AT_ONCE = 1_000
"""Reasons that are read at a time."""


def committed(salt: str, text: str) -> bytes:
    """Return what commits to `text` under `salt` (hexadecimal) and tells nothing of it alone."""
    return hmac.digest(bytes.fromhex(salt), text.encode(), "sha256")


def reason_for(event: AuditEvent, subject: Base | None, text: str) -> AuditReason:
    """Return the row that keeps why `event` was done on `subject`; the event commits to it."""
    salt = os.urandom(32).hex()
    event.reason_commitment = committed(salt, text)
    return AuditReason(
        event=event,
        loan_id=_loan_of(subject),
        text=text,
        salt=salt,
        erased_at=None,
        erasure_uuid=None,
    )


def _loan_of(subject: Base | None) -> int | None:
    """Return the loan that a record is or belongs to."""
    name = "id" if subject is not None and subject.__tablename__ == "loan" else "loan_id"
    found: int | None = getattr(subject, name, None)
    return found


def said(event: AuditEvent) -> Text | str | None:
    """Return why an act was done, or that this was erased or altered; None: no reason was given."""
    if event.reason_commitment is None:
        return None
    try:
        text = None if event.reason is None else event.reason.text
    except InvalidTag:
        return _("（无法读取：存储的内容已被改动）")
    return text if text is not None else _("（已随个人信息删除）")


def erase_of_loan(session: Session, loan_id: int, now: datetime) -> None:
    """Destroy every reason of acts on a loan, whoever it names."""
    for row in session.scalars(_kept().where(AuditReason.loan_id == loan_id)):
        _erase(row, now)


def erase_naming(session: Session, texts: Collection[str], now: datetime) -> None:
    """Destroy the reasons in which one of `texts` stands, whatever the act was done on.

    One that can no longer be read goes with its row: nobody can say that it names no one, and
    `differing` goes on telling that somebody altered it.
    """
    for row in session.scalars(_kept().execution_options(yield_per=AT_ONCE)):
        try:
            said_of = row.text or ""
        except InvalidTag:
            session.delete(row)
            continue
        if any(text in said_of for text in texts):
            _erase(row, now)


def name_erasure(session: Session, erasure: bytes, now: datetime) -> None:
    """Note that what was erased at this very moment went by `erasure`, known by its uuid.

    What somebody else emptied is of another moment, and stays unnamed.
    """
    gone = update(AuditReason).where(
        AuditReason.erased_at == now, AuditReason.erasure_uuid.is_(None)
    )
    session.execute(gone.values(erasure_uuid=erasure))


def erased_by(session: Session) -> dict[bytes, list[int]]:
    """Return the numbers of the events whose reason went, by the erasure that each names."""
    found: dict[bytes, list[int]] = {}
    rows = select(AuditReason.erasure_uuid, AuditReason.event_id).order_by(AuditReason.event_id)
    for erasure, number in session.execute(rows.where(AuditReason.erasure_uuid.is_not(None))):
        if erasure is not None:
            found.setdefault(erasure, []).append(number)
    return found


def _kept() -> Select[AuditReason]:
    return select(AuditReason).where(AuditReason.erased_at.is_(None))


def _erase(row: AuditReason, now: datetime) -> None:
    row.text = row.salt = None
    row.erased_at = now


def differing(session: Session) -> Iterator[int]:
    """Yield the number of each event whose reason is not the one that it commits to, or is gone.

    Of what an erasure took nothing is left to compare: see `erased_by`.
    """
    kept = select(AuditReason).where(AuditReason.erasure_uuid.is_(None))
    rows = kept.options(joinedload(AuditReason.event)).order_by(AuditReason.event_id)
    for row in session.scalars(rows.execution_options(yield_per=AT_ONCE)):
        if not _is_as_given(row):
            yield row.event_id
    lost = select(AuditEvent.id).where(
        AuditEvent.reason_commitment.is_not(None),
        ~exists().where(AuditReason.event_id == AuditEvent.id),
    )
    yield from session.scalars(lost.order_by(AuditEvent.id))


def _is_as_given(row: AuditReason) -> bool:
    try:
        given = committed(row.salt or "", row.text or "")
    except InvalidTag:
        return False
    return given == row.event.reason_commitment
