"""Loans, files and packages of which something is registered."""

from datetime import date

from recovery.kernel.gate import EVERYTHING, Actor
from recovery.kernel.work import work_as
from recovery.litigation.models import LitigationFile
from recovery.litigation.service import NewFile, open_file
from recovery.loans.models import Loan
from recovery.portfolio.models import Package
from tests.books import add_loans
from tests.conftest import NOW
from tests.portfolio.test_packages import frozen

ACTOR = Actor(id=None, name="li.na", role="administrator", scope=EVERYTHING)
"""Who exports in a house that the tests of a module share."""

NEW = NewFile(court="上海市浦东新区人民法院", procedure="summary", claim_day=date(2026, 3, 16))


def make_loans(actor: Actor, count: int = 1, *, first: int = 1) -> list[Loan]:
    """Return loans of which nothing was paid, numbered from `first`."""
    with work_as(actor, now=NOW) as work:
        return add_loans(work, count, first=first)


def make_file(actor: Actor, *, first: int = 1) -> LitigationFile:
    """Return a file that was just opened."""
    [loan] = make_loans(actor, first=first)
    with work_as(actor, now=NOW) as work:
        return open_file(work, loan.id, NEW)


def make_package(actor: Actor, count: int = 3, *, first: int = 1) -> Package:
    """Return a frozen package."""
    loans = make_loans(actor, count, first=first)
    with work_as(actor, now=NOW) as work:
        return frozen(work, loans)
