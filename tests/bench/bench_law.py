"""Figures of the law: mixed deadlines, and claim statements of a whole book, on one core.

Seconds are those of the processor: what else runs on the machine does not count.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import cycle, islice
from time import process_time

import numpy as np

from recovery.kernel.money import yuan_of
from recovery.law.answer import Answer
from recovery.law.book import LawBook
from recovery.law.deadlines import (
    answer,
    appeal_of_judgment,
    appeal_of_ruling,
    close_enforcement,
    ordinary_trial,
    prepay_acceptance_fee,
    retrial_application,
    suit_after_pre_suit_preservation,
)
from recovery.law.guarantee import guarantee_period
from recovery.law.limitation import civil_limitation, enforcement_application
from recovery.law.preservation import restraint_expiry, restraint_renewal
from recovery.law.service import service_by_publication
from recovery.law.statement import LoanColumns, claim, claim_columns
from tests.bench import Bench, Benchmark
from tests.law.columns import columns, loan_of

TODAY = date(2026, 11, 23)
AS_OF = date(2025, 6, 30)
DEADLINES_A_SECOND = 40_000
SECONDS_FOR_A_BOOK = 30.0


def mixed(book: LawBook) -> Iterator[Callable[[date], Answer]]:
    """Yield deadline computations of every sort, over and over."""
    return cycle(
        (
            lambda day: answer(book, TODAY, trigger=day),
            lambda day: appeal_of_judgment(book, TODAY, trigger=day),
            lambda day: limitation(book, day),
            lambda day: ordinary_trial(book, TODAY, trigger=day),
            lambda day: restraint_expiry(book, TODAY, type_="movable_vehicle", measure_date=day),
            lambda day: appeal_of_ruling(book, TODAY, trigger=day),
            lambda day: restraint_renewal(book, TODAY, expiry_date_per_court_notice=day),
            lambda day: close_enforcement(book, TODAY, trigger=day),
            lambda day: guarantee_period(book, TODAY, principal_due=day),
            lambda day: service_by_publication(book, day, publish_date=day),
            lambda day: retrial_application(book, TODAY, trigger=day),
            lambda day: enforcement_application(book, TODAY, last_day_of_performance_period=day),
            lambda day: prepay_acceptance_fee(book, TODAY, trigger=day),
            lambda day: suit_after_pre_suit_preservation(book, TODAY, trigger=day),
        )
    )


def limitation(book: LawBook, due: date) -> Answer:
    """Return the limitation of a loan that was demanded once."""
    demanded = due + timedelta(days=400)
    return civil_limitation(book, TODAY, last_instalment_due=due, demand_reached_debtor=demanded)


def deadlines(bench: Bench) -> None:
    """Compute mixed deadlines with their sources and traces kept."""
    count = 50_000 if bench.quick else 1_000_000
    book = LawBook.standard()
    start = date(2016, 1, 1)
    days = cycle([start + timedelta(days=n) for n in range(3_600)])
    began = process_time()
    for compute, day in islice(zip(mixed(book), days, strict=False), count):
        compute(day)
    seconds = process_time() - began
    bench.report(
        f"{count:,} mixed deadlines on one core",
        ratio=seconds / (count / DEADLINES_A_SECOND),
        target=1.0,
        note=f"{count / seconds:,.0f}/s of {DEADLINES_A_SECOND:,}/s",
    )


def made_up_book(count: int) -> LoanColumns:
    """Return `count` loans of sixty instalments, the first few of them as `loan_of` makes them."""
    known = columns([loan_of(number) for number in range(200)])
    copies = -(-count // 200)
    return LoanColumns(
        due=np.tile(known.due, (copies, 1))[:count],
        principal=np.tile(known.principal, (copies, 1))[:count],
        interest=np.tile(known.interest, (copies, 1))[:count],
        maturity=np.tile(known.maturity, copies)[:count],
        accrues_from=np.tile(known.accrues_from, copies)[:count],
        contract_rate=np.tile(known.contract_rate, copies)[:count],
        penalty_rate=np.tile(known.penalty_rate, copies)[:count],
    )


def statements(bench: Bench) -> None:
    """State principal, interest, penalty and compound interest of a book of loans."""
    count = 5_000 if bench.quick else 100_000
    loans = made_up_book(count)
    began = process_time()
    stated = claim_columns(loans, AS_OF, basis=360)
    seconds = process_time() - began
    allowed = SECONDS_FOR_A_BOOK * count / 100_000
    agree = all(
        yuan_of(int(getattr(stated, head)[number])) == alone[head]
        for number in range(200)
        for alone in (claim(loan_of(number).instalments, loan_of(number).terms, AS_OF),)
        for head in ("principal", "interest", "penalty", "compound")
    )
    bench.report(
        f"claim statements of {count:,} loans of 60 instalments",
        ratio=seconds / allowed,
        target=1.0,
        ok=agree and seconds <= allowed,
        note=f"{seconds:.2f} s of {allowed:g} s; both ways agree to the fen: {agree}",
    )


BENCHES: list[Benchmark] = [deadlines, statements]
