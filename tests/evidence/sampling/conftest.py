"""What the tests of the auditor's workspace stand on: a book, auditors, a sample drawn."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from recovery.access.identity import actor_of
from recovery.access.models import Branch, UserAccount
from recovery.evidence.sampling import service
from recovery.evidence.sampling.models import AuditSample
from recovery.evidence.sampling.service import NewSample, Seeded
from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.job_runner import run_due_jobs
from recovery.kernel.work import work_as
from recovery.loans.models import Loan
from tests.books import add_loans

LOANS = 12


@pytest.fixture
def book(app: Flask, actor: Actor, person: Callable[..., UserAccount]) -> list[Loan]:
    """Return the loans of the branch 101, where counsel works, with different balances."""
    person("counsel")
    branch = db.session.scalars(select(Branch)).one()
    with work_as(actor) as work:
        loans = add_loans(work, LOANS, branch_id=branch.id)
        for number, loan in enumerate(loans, 1):
            loan.balance = Decimal(1000 * number)
        return loans


def acting(account: UserAccount) -> Actor:
    """Return the person of an account as the one who acts today."""
    return actor_of(db.session(), account, clock.today())


@pytest.fixture
def auditor(book: list[Loan], person: Callable[..., UserAccount]) -> Actor:
    """Return an external auditor engaged for the branch 101."""
    return acting(person("external_auditor"))


def fixed(actor: Actor, **given: object) -> AuditSample:
    """Return a sample whose population was fixed."""
    wanted = {"title": "余额", "source": "loan", "measure": "balance", "query": ""} | given
    with work_as(actor) as work:
        sample = service.start_sample(work, NewSample(**wanted))  # type: ignore[arg-type]
    run_due_jobs()
    return fresh(sample.id)


def drawn(actor: Actor, sample: AuditSample, **given: object) -> AuditSample:
    """Return the sample after a seed was entered for it."""
    asked = {"seed": "314159", "method": "random", "size": 5, "confidence": Decimal("0.95")} | given
    with work_as(actor) as work:
        service.enter_seed(work, sample.id, Seeded(**asked))  # type: ignore[arg-type]
    run_due_jobs()
    return fresh(sample.id)


def fresh(sample_id: int) -> AuditSample:
    """Return a sample as the database has it now, apart from any session."""
    db.session.rollback()
    sample = db.session.get_one(AuditSample, sample_id)
    db.session.expunge(sample)
    return sample
