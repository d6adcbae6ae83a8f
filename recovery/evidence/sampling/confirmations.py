"""Confirmations (函证): letters to the debtors of sampled loans, and what came back."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from recovery.evidence.sampling.labels import LETTER_STATES
from recovery.evidence.sampling.models import AuditSample, Confirmation
from recovery.evidence.sampling.readers import sample_for_change
from recovery.evidence.sampling.service import items_of
from recovery.kernel.actions import Action
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.loans.models import Loan
from recovery.loans.queries import claims_on
from recovery.loans.rules.claim import Claim


@dataclass(frozen=True, slots=True)
class Reply:
    """How a letter stands. `alternative` says what was done instead of a reply."""

    state: str
    sent_on: date | None = None
    replied_on: date | None = None
    confirmed: Decimal | None = None
    alternative: str = ""


def without_letter(session: Session, sample: AuditSample, loan_ids: Sequence[int]) -> list[int]:
    """Return the loans of a sample that have no letter yet, in the order of the items."""
    known = set(session.scalars(_loans_with_letter(sample)))
    places = _places(session, sample)
    return sorted(set(loan_ids) - known, key=places.__getitem__)


def _loans_with_letter(sample: AuditSample) -> Select[int]:
    return select(Confirmation.loan_id).where(Confirmation.sample_id == sample.id)


def _places(session: Session, sample: AuditSample) -> dict[int, int]:
    """Return the place of each loan's first item."""
    places: dict[int, int] = {}
    for item in items_of(session, sample.id):
        places.setdefault(item.loan_id, item.place)
    return places


def balances(session: Session, loan_ids: Sequence[int], on: date) -> dict[int, Claim]:
    """Return the claims on loans at the end of the day `on`; read before the unit of work."""
    loans = session.scalars(select(Loan).where(Loan.id.in_(loan_ids))).all()
    return claims_on(session, loans, on)


def prepare(work: Work, sample: AuditSample, claims: Mapping[int, Claim], *, on: date) -> None:
    """Write down a letter for each loan of `claims` that has none yet."""
    known = set(work.session.scalars(_loans_with_letter(sample)))
    places = _places(work.session, sample)
    work.session.add_all(
        _letter(sample, loan_id, claim, (places[loan_id], on))
        for loan_id, claim in claims.items()
        if loan_id not in known
    )
    work.session.flush()


def _letter(sample: AuditSample, loan_id: int, claim: Claim, at: tuple[int, date]) -> Confirmation:
    place, on = at
    return Confirmation(
        row_uuid=os.urandom(16),
        sample_id=sample.id,
        loan_id=loan_id,
        place=place,
        number=f"{sample.number}-{place:04d}",
        as_of=on,
        principal=claim.principal,
        interest=claim.interest,
        penalty=claim.penalty + claim.compound,
        costs=claim.costs,
        balance=claim.total,
        state="prepared",
    )


def letters_of(session: Session, sample_id: int) -> Sequence[Confirmation]:
    """Return the letters of a sample in the order of its items."""
    rows = select(Confirmation).where(Confirmation.sample_id == sample_id)
    return session.scalars(rows.order_by(Confirmation.place)).all()


def letter_at(session: Session, sample: AuditSample, place: int) -> Confirmation:
    """Return the letter of a sample whose gate was passed.

    Raises:
        NotFound: there is none at that place.
    """
    letter = session.scalars(
        select(Confirmation).where(Confirmation.sample_id == sample.id, Confirmation.place == place)
    ).one_or_none()
    if letter is None:
        raise NotFound
    return letter


def record_reply(
    work: Work, sample_id: int, place: int, reply: Reply, *, version: int | None = None
) -> Confirmation:
    """Record how a letter stands.

    Raises:
        RuleViolation: a state without what it needs.
        Conflict: a colleague changed it since the `version` that the form showed.
    """
    sample = sample_for_change(work, sample_id)
    letter = letter_at(work.session, sample, place)
    if version is not None:
        work.require_version(letter, version)
    _check_reply(letter, reply)
    letter.state, letter.sent_on, letter.replied_on = reply.state, reply.sent_on, reply.replied_on
    agreed = reply.state == "agreed"
    letter.confirmed = letter.balance if agreed else reply.confirmed
    letter.alternative = reply.alternative.strip() or None
    work.session.flush()
    work.record(Action.RECORD_SAMPLE, sample, place=place, letter=reply.state)
    return letter


def _check_reply(letter: Confirmation, reply: Reply) -> None:
    """Refuse a state that lacks its day, its amount or what was done instead."""
    if reply.state not in LETTER_STATES:
        raise RuleViolation(_("没有这种函证状态。"))
    if reply.state != "prepared" and reply.sent_on is None:
        raise RuleViolation(_("请填写发出日期。"))
    if reply.state in {"agreed", "differs"} and reply.replied_on is None:
        raise RuleViolation(_("请填写回函日期。"))
    if reply.sent_on and reply.replied_on and reply.replied_on < reply.sent_on:
        raise RuleViolation(_("回函日期不能早于发出日期。"))
    if reply.state == "differs" and reply.confirmed in {None, letter.balance}:
        raise RuleViolation(_("请填写回函金额；与账面相同时请选择“回函相符”。"))
    if reply.state == "unanswered" and not reply.alternative.strip():
        raise RuleViolation(_("未回函时，请写明替代程序。"))
