"""Figures of the law: mixed deadlines, and claim statements of a whole book, on one core.

Seconds are those of the processor: what else runs on the machine does not count.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import cycle, islice
from time import process_time

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
from recovery.law.statement import claim
from tests.bench import Bench, Benchmark
from tests.law.loans import loan_of

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


def statements(bench: Bench) -> None:
    """State principal, interest, penalty and compound interest of a book of loans."""
    count = 5_000 if bench.quick else 100_000
    loans = [loan_of(number) for number in range(200)]
    began = process_time()
    for loan in islice(cycle(loans), count):
        claim(loan.instalments, loan.terms, AS_OF)
    seconds = process_time() - began
    allowed = SECONDS_FOR_A_BOOK * count / 100_000
    bench.report(
        f"claim statements of {count:,} loans of 60 instalments",
        ratio=seconds / allowed,
        target=1.0,
        note=f"{seconds:.2f} s of {allowed:g} s",
    )


BENCHES: list[Benchmark] = [deadlines, statements]
