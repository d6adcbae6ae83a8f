"""Reads of outside totals, and the reconciliation that dossiers and freezes cite."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from recovery.access.models import UserAccount
from recovery.evidence.models import EvidenceItem
from recovery.evidence.totals.models import (
    ContractRegistration,
    ControlDifference,
    ControlTotal,
    Reconciliation,
)
from recovery.evidence.totals.reconciling import SIGNED
from recovery.evidence.totals.rules import month_end
from recovery.kernel import gate
from recovery.kernel.gate import Actor
from recovery.kernel.models import RegistrationIntent
from recovery.loans.models import Loan
from recovery.web.filters import FilterState


@dataclass(frozen=True, slots=True)
class Cited:
    """A signed monthly reconciliation as dossiers and freezes cite it."""

    month: str
    """`2026-02`."""

    number: int
    digest: str
    """SHA-256 of its canonical figures."""

    signed_at: datetime
    signed_by: str
    open_differences: int
    log_index: int | None
    """None: its leaf is not in the log yet."""

    @property
    def reference(self) -> str:
        """How it is cited in a line of text: month, number, start of the digest."""
        return f"{self.month}/{self.number} {self.digest[:16]}"


def latest_reconciliation(session: Session, day: date, *, below: int | None = None) -> Cited | None:
    """Return the last signed reconciliation of a month that was over on `day`.

    With `below` only one whose leaf stands under that index, so that a dossier under an earlier
    head cites what it cited then. None: nothing was signed.
    """
    statement = (
        select(Reconciliation, RegistrationIntent.log_index)
        .outerjoin(
            RegistrationIntent,
            (RegistrationIntent.subject_type == Reconciliation.__tablename__)
            & (RegistrationIntent.subject_id == Reconciliation.id),
        )
        .where(Reconciliation.state == SIGNED, Reconciliation.month <= day)
        .order_by(Reconciliation.month.desc(), Reconciliation.number.desc())
        .limit(12)
    )
    if below is not None:
        statement = statement.where(RegistrationIntent.log_index < below)
    for one, log_index in session.execute(statement):
        if month_end(one.month) <= day:
            return _cited(one, log_index)
    return None


def _cited(one: Reconciliation, log_index: int | None) -> Cited:
    assert one.signed_at is not None
    return Cited(
        month=f"{one.month:%Y-%m}",
        number=one.number,
        digest=one.digest,
        signed_at=one.signed_at,
        signed_by=one.signed_by or "",
        open_differences=len(one.figures["open_differences"]),
        log_index=log_index,
    )


def differences(filters: FilterState) -> Select[*tuple[Any, ...]]:
    """Return the statement of the differences with their totals and owners."""
    statement: Select[*tuple[Any, ...]] = (
        select(
            ControlDifference.id,
            ControlDifference.version,
            ControlDifference.day,
            ControlDifference.amount,
            ControlDifference.cause,
            ControlDifference.reason,
            ControlDifference.closed_at,
            ControlDifference.closing,
            ControlTotal.source,
            ControlTotal.measure,
            ControlTotal.scope,
            ControlTotal.amount.label("outside"),
            ControlTotal.computed,
            UserAccount.username.label("owner"),
        )
        .join(ControlTotal, ControlTotal.id == ControlDifference.total_id)
        .outerjoin(UserAccount, UserAccount.id == ControlDifference.owner_id)
    )
    states = filters.get("state") or ()
    if "open" in states and "closed" not in states:
        statement = statement.where(ControlDifference.closed_at.is_(None))
    if "closed" in states and "open" not in states:
        statement = statement.where(ControlDifference.closed_at.is_not(None))
    if sources := filters.get("source"):
        statement = statement.where(ControlTotal.source.in_(sources))
    return statement


def difference(
    session: Session, difference_id: int
) -> tuple[ControlDifference, ControlTotal] | None:
    """Return a difference with its total; None where there is none."""
    row = session.execute(
        select(ControlDifference, ControlTotal)
        .join(ControlTotal, ControlTotal.id == ControlDifference.total_id)
        .where(ControlDifference.id == difference_id)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


def username_of(session: Session, user_id: int | None) -> str:
    """Return the user name of an account; blank for nobody."""
    return "" if user_id is None else session.get_one(UserAccount, user_id).username


@dataclass(frozen=True, slots=True)
class Days:
    """What was entered of one source: how many figures, the last day, open differences."""

    source: str
    count: int
    last_day: date
    open_count: int


def coverage(session: Session) -> list[Days]:
    """Return how far each source has been entered."""
    rows = session.execute(
        select(
            ControlTotal.source,
            func.count(),
            func.max(ControlTotal.day),
            func.count(ControlDifference.id).filter(ControlDifference.closed_at.is_(None)),
        )
        .outerjoin(ControlDifference, ControlDifference.total_id == ControlTotal.id)
        .where(ControlTotal.superseded_at.is_(None))
        .group_by(ControlTotal.source)
        .order_by(ControlTotal.source)
    )
    return [Days(*row) for row in rows]


def recent_totals(session: Session, limit: int = 60) -> Sequence[ControlTotal]:
    """Return the standing totals of the newest days."""
    return session.scalars(
        select(ControlTotal)
        .where(ControlTotal.superseded_at.is_(None))
        .order_by(ControlTotal.day.desc(), ControlTotal.source, ControlTotal.measure)
        .limit(limit)
    ).all()


def reconciliations(session: Session, limit: int = 36) -> Sequence[Reconciliation]:
    """Return the newest reconciliations."""
    return session.scalars(
        select(Reconciliation)
        .order_by(Reconciliation.month.desc(), Reconciliation.number.desc())
        .limit(limit)
    ).all()


def log_index_of(session: Session, table: str, record_id: int) -> int | None:
    """Return where the last registration of a record stands in the log; None: not yet."""
    return session.scalar(
        select(RegistrationIntent.log_index)
        .where(RegistrationIntent.subject_type == table, RegistrationIntent.subject_id == record_id)
        .order_by(RegistrationIntent.id.desc())
        .limit(1)
    )


def contract_places(
    session: Session, contract_no: str, actor: Actor
) -> Sequence[tuple[ContractRegistration, EvidenceItem | None]]:
    """Return the registrations of a contract by API, each with its place in the log.

    Those of a loan that `actor` does not see are left out, except what they sent themselves.
    """
    seen = gate.visible(select(Loan.id), Loan, actor.scope)
    rows = session.execute(
        select(ContractRegistration, EvidenceItem)
        .join(
            RegistrationIntent,
            (RegistrationIntent.subject_type == ContractRegistration.__tablename__)
            & (RegistrationIntent.subject_id == ContractRegistration.id),
        )
        .outerjoin(EvidenceItem, EvidenceItem.intent_id == RegistrationIntent.id)
        .where(
            ContractRegistration.contract_no == contract_no,
            ContractRegistration.loan_id.is_(None)
            | ContractRegistration.loan_id.in_(seen)
            | (ContractRegistration.registered_by == actor.name),
        )
        .order_by(ContractRegistration.id)
    )
    return [(one, item) for one, item in rows]


def sent_by(session: Session, intent: RegistrationIntent, actor: Actor) -> bool:
    """Tell whether an intent registers a contract that `actor` sent."""
    if intent.subject_type != ContractRegistration.__tablename__:
        return False
    return session.get_one(ContractRegistration, intent.subject_id).registered_by == actor.name
