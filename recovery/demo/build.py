"""Builds the synthetic book in units of work that never hold the writer for long."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import func, select

from recovery.demo.audits import build_audit
from recovery.demo.book import full_loans
from recovery.demo.cases import build_cases
from recovery.demo.indexes import made_at_the_end
from recovery.demo.lean import lean_loans
from recovery.demo.staff import hire
from recovery.kernel import planner
from recovery.kernel.actions import Action
from recovery.kernel.clock import today
from recovery.kernel.db import db, empty_the_log
from recovery.kernel.work import system_work
from recovery.loans.bulk import insert_loans
from recovery.loans.models import Loan
from recovery.loans.values import NewLoan

LEAN_ABOVE = 10_000
"""Up to so many loans each has its schedule, its payments and its story."""

PER_WORK = 1_000
PER_WORK_FULL = 100
PROCESS = "demo"
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Built:
    """How many loans there are, and whether they were made now."""

    loans: int
    created: bool


def build(count: int, progress: Progress) -> Built:
    """Build the book unless there is one already."""
    if known := loans_known():
        return Built(known, created=False)
    with system_work(PROCESS) as work:
        staff = hire(work)
    day = today()
    if count > LEAN_ABOVE:
        with made_at_the_end(Loan.__tablename__):
            loans = insert_all(lean_loans(count, staff, day), PER_WORK, progress)
    else:
        loans = insert_all(full_loans(count, staff, day), PER_WORK_FULL, progress)
        build_cases(day)
        build_audit()
    with system_work(PROCESS) as work:
        planner.measure(work.session)
    empty_the_log()
    return Built(loans, created=True)


def loans_known() -> int:
    """Count the loans; the read ends, so that the log keeps nothing for its sake."""
    known = db.session.scalar(select(func.count()).select_from(Loan)) or 0
    db.session.rollback()
    return known


def insert_all(loans: Iterable[NewLoan], size: int, progress: Progress) -> int:
    """Insert the loans, `size` in a transaction, telling how many there are so far."""
    done = 0
    for batch in batches(loans, size):
        with system_work(PROCESS) as work:
            insert_loans(work, batch)
            work.record(Action.IMPORT_TAPE, None, loans=len(batch), source=PROCESS)
        done += len(batch)
        progress(done)
    return done


def batches(loans: Iterable[NewLoan], size: int) -> Iterator[list[NewLoan]]:
    """Yield the loans in lists of `size`."""
    remaining = iter(loans)
    while batch := list(islice(remaining, size)):
        yield batch
