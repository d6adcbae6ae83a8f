"""Retention (保管期限): rules per kind as data with their legal basis, and what is due by them."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from recovery.evidence.keeping.hold import holds_of
from recovery.evidence.keeping.models import Erasure
from recovery.kernel.gate import Scope, visible
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.text import Text
from recovery.loans.models import Document, Loan
from recovery.web.language import current_language

FILE = Path(__file__).with_name("retention.toml")


@dataclass(frozen=True, slots=True)
class Rule:
    """How long records of a kind are kept from the day their loan was closed."""

    kind: str
    name: str
    name_en: str
    documents: tuple[str, ...]
    """Kinds of documents that it covers."""

    records: tuple[str, ...]
    """Kinds of registered records that it covers."""

    tables: tuple[str, ...]
    """Tables of whose rows it covers every registered record, whatever its kind."""

    years: int
    basis: str
    statutory: bool
    """Whether the period is prescribed; else it is the lender's own."""

    confirmed: bool
    """Whether a lawyer has read the basis; what rests on one that is not says so."""

    @property
    def title(self) -> str:
        """Name in the reader's language."""
        return self.name_en if current_language() == "en" else self.name

    def closed_before(self, today: date) -> date:
        """Return the day before which a loan must have closed for its records to be due."""
        try:
            return today.replace(year=today.year - self.years)
        except ValueError:  # 29 February
            return date(today.year - self.years, 3, 1)

    def last_day(self, closed_on: date) -> date:
        """Return the last day on which records of a loan closed on `closed_on` are kept.

        The day of closing is not counted; a month without such a day ends the period with its
        last. Source: 民法典 201, 202.
        """
        try:
            return closed_on.replace(year=closed_on.year + self.years)
        except ValueError:
            return date(closed_on.year + self.years, 2, 28)


@cache
def rules() -> tuple[Rule, ...]:
    """Return every rule, as the file has them."""
    rows = tomllib.loads(FILE.read_text("utf-8"))["rule"]
    return tuple(
        Rule(
            kind=row["kind"],
            name=row["name"],
            name_en=row["name_en"],
            documents=tuple(row["documents"]),
            records=tuple(row["records"]),
            tables=tuple(row["tables"]),
            years=row["years"],
            basis=row["basis"],
            statutory=row["statutory"],
            confirmed=row["confirmed"],
        )
        for row in rows
    )


def rule_of_document(kind: str) -> Rule:
    """Return the rule that covers documents of a kind."""
    return next((rule for rule in rules() if kind in rule.documents), _rest())


def rule_of_record(intent: RegistrationIntent) -> Rule:
    """Return the rule that covers a registered record which is no document's."""
    by_table = (rule for rule in rules() if intent.subject_type in rule.tables)
    by_kind = (rule for rule in rules() if intent.kind in rule.records)
    return next(by_table, None) or next(by_kind, None) or _rest()


def _rest() -> Rule:
    """Return the rule of what no other rule names."""
    return next(rule for rule in rules() if rule.kind == "personal")


@dataclass(frozen=True, slots=True)
class DueLoan:
    """A loan of which something is due by a rule, and what keeps it if anything does."""

    loan_id: int
    contract_no: str
    closed_on: date
    last_day: date
    document_count: int
    holds: tuple[Text, ...]


def count_due(session: Session, rule: Rule, scope: Scope, today: date, limit: int) -> int:
    """Return of how many loans something is due, counting no further than `limit`."""
    found = _due(rule, scope, today).limit(limit).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def due_loans(
    session: Session, rule: Rule, scope: Scope, today: date, *, after: int = 0, limit: int = 50
) -> list[DueLoan]:
    """Return loans, by number, whose documents or records are due under a rule."""
    statement = _due(rule, scope, today).where(Loan.id > after).order_by(Loan.id).limit(limit)
    rows = session.execute(statement).all()
    ids = [row.id for row in rows]
    counts, holds = _documents(session, rule, ids), holds_of(session, ids)
    return [
        DueLoan(
            loan_id=row.id,
            contract_no=row.contract_no,
            closed_on=row.closed_on,
            last_day=rule.last_day(row.closed_on),
            document_count=counts.get(row.id, 0),
            holds=tuple(holds.get(row.id, ())),
        )
        for row in rows
    ]


def _due(rule: Rule, scope: Scope, today: date) -> Select[*tuple[Any, ...]]:
    """Return the loans that closed long enough ago and still hold something of the rule."""
    done = select(Erasure.loan_id).where(Erasure.state == "done", Erasure.loan_id.is_not(None))
    documents = select(Document.loan_id).where(
        Document.loan_id == Loan.id,
        Document.kind.in_(rule.documents),
        Document.ended_on.is_(None),
    )
    named = RegistrationIntent.kind.in_(rule.records) | RegistrationIntent.subject_type.in_(
        rule.tables
    )
    records = select(RegistrationIntent.loan_id).where(RegistrationIntent.loan_id == Loan.id, named)
    statement = select(Loan.id, Loan.contract_no, Loan.closed_on).where(
        Loan.closed_on < rule.closed_before(today),
        documents.exists() | (records.exists() & Loan.id.not_in(done)),
    )
    return visible(statement, Loan, scope)


def _documents(session: Session, rule: Rule, loan_ids: Sequence[int]) -> dict[int, int]:
    rows = session.execute(
        select(Document.loan_id, func.count())
        .where(
            Document.loan_id.in_(loan_ids),
            Document.kind.in_(rule.documents),
            Document.ended_on.is_(None),
        )
        .group_by(Document.loan_id)
    )
    return dict(rows.all())
