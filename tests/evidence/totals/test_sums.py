"""Kept daily sums: whatever is booked, moved or kept in between, they equal the plain sum."""

from datetime import date, timedelta
from decimal import Decimal

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from recovery.access.models import Branch
from recovery.evidence.totals import sums
from recovery.evidence.totals.ledger import read_figures
from recovery.evidence.totals.models import LedgerSum
from recovery.evidence.totals.rules import BALANCES
from recovery.kernel.gate import Actor
from recovery.kernel.jobs import KINDS
from recovery.kernel.money import ZERO
from recovery.kernel.work import Work, work_as
from recovery.loans.models import LedgerEntry, Loan
from tests.conftest import NOW
from tests.evidence.making import NIL, make_loan
from tests.evidence.totals.test_totals import book

FIRST = date(2026, 2, 1)
DAYS = [FIRST + timedelta(days=day) for day in range(6)]

acts = st.lists(
    st.one_of(
        st.tuples(
            st.just("book"), st.integers(0, 2), st.integers(0, 5), st.integers(-9_999, 9_999)
        ),
        st.tuples(st.just("move"), st.integers(0, 2), st.integers(0, 1), st.just(0)),
        st.tuples(st.just("keep"), st.just(0), st.just(0), st.just(0)),
        st.tuples(st.just("rebuild"), st.just(0), st.just(0), st.just(0)),
    ),
    max_size=25,
)


def plain(session: Session, branch: Branch | None, day: date) -> dict[str, Decimal]:
    """Return the balances as one sum over the whole ledger."""
    columns = [func.sum(getattr(LedgerEntry, name)) for name in BALANCES]
    rows = select(*columns).join(Loan, Loan.id == LedgerEntry.loan_id)
    rows = rows.where(LedgerEntry.value_date <= day)
    if branch is not None:
        rows = rows.where(Loan.branch_id == branch.id)
    values = session.execute(rows).one()
    return {name: value or ZERO for name, value in zip(BALANCES, values, strict=True)}


def keep(work: Work, branches: list[Branch], *, anew: bool) -> None:
    """Keep the sums of every scope, as the jobs do."""
    for scope in (sums.HOUSE, *(one.id for one in branches)):
        known = work.session.get(LedgerSum, scope)
        later = known.kept_at + sums.SETTLED if known else NOW
        made = sums.rebuilt if anew else sums.advanced
        row = made(work.session, scope, later)
        if row is not None:
            work.session.merge(row)
            work.session.flush()


@given(acts=acts)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_kept_sums_equal_the_plain_sum_whatever_happens_between(
    app: Flask, actor: Actor, acts: list[tuple[str, int, int, int]]
) -> None:
    class Undone(Exception):
        """Ends an example without a trace."""

    try:
        with work_as(actor, now=NOW) as work:
            branches = [work.add(Branch(code=code, name=code)) for code in ("801", "802")]
            loans = [make_loan(work, f"HT-{number}") for number in range(3)]
            for number, (act, loan, place, fen) in enumerate(acts, 1):
                if act == "book":
                    yuan = Decimal(fen) / 100
                    book(
                        work,
                        loans[loan],
                        number,
                        value_date=DAYS[place],
                        amount=abs(yuan),
                        principal=yuan,
                        costs=-yuan,
                    )
                elif act == "move":
                    loans[loan].branch_id = branches[place].id
                    work.session.flush()
                else:
                    keep(work, branches, anew=act == "rebuild")
            for branch in (None, *branches):
                code = branch.code if branch else ""
                keys = [(day, name, code) for day in DAYS for name in BALANCES]
                found = read_figures(work.session, keys)
                for day in DAYS:
                    told = {name: found[day, name, code] for name in BALANCES}
                    assert told == plain(work.session, branch, day)
            raise Undone
    except Undone:
        pass


def test_kept_sums_leave_what_is_newer_to_be_added_when_they_are_read(work: Work) -> None:
    loan = make_loan(work)
    book(work, loan, 1, value_date=FIRST, amount=Decimal(5), principal=Decimal(5))
    for _time in range(2):
        keep(work, [], anew=False)
    kept = work.session.get_one(LedgerSum, sums.HOUSE)
    assert kept.days == {"2026-02-01": [500, 0, 0, 0]}
    book(work, loan, 2, value_date=FIRST, amount=Decimal(1), principal=Decimal(1), penalty=NIL)
    assert sums.balances(work.session, sums.HOUSE, [FIRST]) == {FIRST: (600, 0, 0, 0)}
    assert sums.advanced(work.session, sums.HOUSE, kept.kept_at) is None


def test_a_wrong_sum_is_mended_by_adding_up_anew(work: Work) -> None:
    book(work, make_loan(work), 1, value_date=FIRST, amount=Decimal(5), principal=Decimal(5))
    for _time in range(2):
        keep(work, [], anew=False)
    kept = work.session.get_one(LedgerSum, sums.HOUSE)
    kept.days = {"2026-02-01": [999, 0, 0, 0]}
    work.session.flush()
    keep(work, [], anew=True)
    assert sums.balances(work.session, sums.HOUSE, [FIRST]) == {FIRST: (500, 0, 0, 0)}


def test_sums_are_kept_and_mended_by_jobs(app: Flask) -> None:
    kinds = [KINDS[name] for name in ("totals.keep", "totals.rebuild", "totals.compare")]
    assert all(kind.when is not None for kind in kinds)
