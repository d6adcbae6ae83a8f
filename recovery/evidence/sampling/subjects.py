"""The loans behind a sample, and the day as of which its papers show them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.evidence.sampling.models import AuditSample
from recovery.evidence.sampling.service import items_of
from recovery.kernel import clock
from recovery.kernel.errors import RuleViolation
from recovery.kernel.gate import Actor, visible
from recovery.kernel.text import _
from recovery.loans.models import Loan
from recovery.loans.queries import Book, book_of

AT_ONCE = 500
"""Loans of one statement."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The loans behind a sample, and the day as of which they are shown."""

    session: Session
    sample: AuditSample
    loan_ids: tuple[int, ...]
    on: date

    def loans(self) -> Iterator[Loan]:
        """Yield the loans by their ids, some at a time; nothing is kept of those before."""
        for part in _parts(self.loan_ids):
            rows = select(Loan).where(Loan.id.in_(part)).order_by(Loan.id)
            yield from self.session.scalars(rows).all()

    def books(self) -> Iterator[tuple[Loan, Book]]:
        """Yield the loans with what their claims are computed from."""
        for loan in self.loans():
            yield loan, book_of(self.session, loan.id)


def subject_of(session: Session, sample: AuditSample, actor: Actor) -> Subject:
    """Return the loans behind a sample that the reader may see.

    Raises:
        RuleViolation: the sample is not drawn yet.
    """
    if sample.drawn_at is None or sample.fixed_at is None:
        raise RuleViolation(_("样本尚未抽出。"))
    wanted = {item.loan_id for item in items_of(session, sample.id)}
    seen: list[int] = []
    for part in _parts(sorted(wanted)):
        rows = select(Loan.id).where(Loan.id.in_(part)).order_by(Loan.id)
        seen += session.scalars(visible(rows, Loan, actor.scope))
    return Subject(session, sample, tuple(seen), clock.business_day(sample.fixed_at))


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))
