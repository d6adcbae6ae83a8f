"""Naming witnesses and ending them: one asks, another approves; the approval is registered.

Whoever could name a witness alone could name themselves, and what they sign would then show on
every paper as somebody else's.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence_store import note
from evidence_store.note import NoteError
from recovery.access.approvals import request_approval
from recovery.evidence.house import house_store
from recovery.evidence.witnessing.models import Witness
from recovery.kernel.actions import Action
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.text import _
from recovery.kernel.work import Work

NAMING, ENDING = "evidence.witness", "evidence.witness_end"
"""Kinds of the second person's approval."""


def propose_witness(work: Work, vkey: str, organisation: str, *, reason: str) -> Witness:
    """Ask a second person to let cosignatures of the key `vkey` count.

    Raises:
        RuleViolation: it is no key of a witness, or counts or counted already; without a reason.
        Conflict: the same key waits for approval.
    """
    key = _key(vkey)
    found = work.session.scalar(select(Witness).where(Witness.vkey == key))
    if found is not None and found.named_at is not None:
        raise RuleViolation(_("这个公钥已经登记。"))
    # One that was refused before may be proposed again.
    one = found or work.add(
        Witness(vkey=key, organisation=organisation.strip(), proposed_at=work.now)
    )
    one.organisation, one.proposed_at = organisation.strip(), work.now
    work.record(Action.MANAGE_WITNESSES, one, key=key, organisation=one.organisation)
    request_approval(work, NAMING, one, reason=reason)
    return one


def propose_end(work: Work, witness_id: int, *, reason: str) -> Witness:
    """Ask a second person to take in no more cosignatures of a witness.

    Raises:
        NotFound: there is no such witness, or it was never named.
        RuleViolation: it has ended; without a reason.
        Conflict: the same waits for approval.
    """
    one = named_witness(work.session, witness_id)
    if one.ended_on is not None:
        raise RuleViolation(_("这个见证人已经结束。"))
    request_approval(work, ENDING, one, reason=reason)
    return one


def named_witness(session: Session, witness_id: int) -> Witness:
    """Return a witness that was named, ended or not.

    Raises:
        NotFound: there is none.
    """
    one = session.get(Witness, witness_id)
    if one is None or one.named_at is None:
        raise NotFound(_("没有这个见证人。"))
    return one


def content(session: Session, witness_id: int) -> dict[str, Any]:
    """Return what the second person approves, of either kind."""
    one = session.get_one(Witness, witness_id)
    return {
        "organisation": one.organisation,
        "vkey": one.vkey,
        "named_at": one.named_at.isoformat() if one.named_at else "",
    }


def name_witness(work: Work, witness_id: int, shown: dict[str, Any]) -> None:
    """Let cosignatures of a witness count, as approved."""
    one = work.session.get_one(Witness, witness_id)
    one.named_at = work.now
    work.record(Action.MANAGE_WITNESSES, one, key=shown["vkey"])


def end_witness(work: Work, witness_id: int, shown: dict[str, Any]) -> None:
    """Take in no more cosignatures of a witness, as approved; those taken in stay."""
    one = work.session.get_one(Witness, witness_id)
    one.ended_on = work.today
    work.record(Action.MANAGE_WITNESSES, one, key=shown["vkey"], ended_on=(None, work.today))


def _key(vkey: str) -> str:
    """Return the key of a witness as it is spelt.

    Raises:
        RuleViolation: it is none.
    """
    try:
        key = note.parse_vkey(vkey.strip())
    except NoteError as error:
        raise RuleViolation(_("这不是见证人的公钥：{reason}", reason=error)) from error
    if not house_store().may_witness(str(key)):
        raise RuleViolation(_("这是日志的公钥，不是见证人的公钥。"))
    return str(key)
