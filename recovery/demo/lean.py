"""The lean book of the benchmarks: millions of loans of four ledger rows and no schedule each.

What makes lists, totals and searches work hard is kept: names, sealed numbers, branches, days past
due, stages, mortgages, vehicles. What only a loan's own page shows is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from recovery.demo import cars, people
from recovery.demo.places import PLACES
from recovery.loans.values import NewEntry, NewLoan, NewVehicle

REGISTERED_ROWS = 100_000
ROWS_PER_LOAN = 4
STAGES = (
    ("none", 700),
    ("suing", 70),
    ("judged", 50),
    ("enforcing", 70),
    ("round_terminated", 80),
    ("mediated", 30),
)
MORTGAGES = (("registered", 60), ("unregistered", 30), ("waived", 5), ("none", 5))
VEHICLES = (
    ("with_debtor", 60),
    ("located", 10),
    ("impounded", 5),
    ("repossessed", 5),
    ("missing", 10),
    ("unknown", 10),
)
CLASSES = (None, "normal", "special_mention", "substandard", "doubtful", "loss")
FEN = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Staff:
    """Ids that loans carry: branches and their collectors in the order of `PLACES`, agencies."""

    branches: tuple[int, ...]
    owners: tuple[int, ...]
    agencies: tuple[int, ...]
    counsel: int
    """Counsel of the first branch."""


def drawn(random: Random, weighted: tuple[tuple[str, int], ...]) -> str:
    """Return one of the codes, by its weight."""
    codes, weights = zip(*weighted, strict=True)
    return str(random.choices(codes, weights)[0])


def lean_loans(count: int, staff: Staff, today: date, *, first: int = 1) -> Iterator[NewLoan]:
    """Yield `count` loans, numbered from `first`; the same number gives the same loan."""
    for number in range(first, first + count):
        yield lean_loan(number, staff, today)


def lean_loan(number: int, staff: Staff, today: date) -> NewLoan:
    """Return the loan of a number."""
    random = Random(number)  # noqa: S311 - a synthetic book must be repeatable
    where = random.randrange(len(PLACES))
    place = PLACES[where]
    age = random.randrange(200, 1_700)
    disbursed_on = today - timedelta(days=age)
    overdue = 0 if random.random() < 0.25 else random.randrange(1, age - 100)
    since = today - timedelta(days=overdue) if overdue else None
    amount = Decimal(random.randrange(40_000, 300_000))
    return NewLoan(
        contract_no=f"{place.code}{disbursed_on:%Y%m}{number:08d}",
        borrower=people.person(random, place),
        disbursed_on=disbursed_on,
        disbursed_amount=amount,
        rate_per_year=Decimal("0.0888"),
        penalty_rate_per_year=Decimal("0.1332"),
        term_months=36,
        first_due_on=disbursed_on + timedelta(days=30),
        matures_on=disbursed_on + timedelta(days=1_095),
        assigned_class=random.choice(CLASSES) if overdue > 60 else None,
        written_off_on=since + timedelta(days=200) if since and 900 < overdue < 1_100 else None,
        stage=drawn(random, STAGES) if overdue > 120 else "none",
        branch_id=staff.branches[where],
        owner_id=staff.owners[where] if random.random() < 0.02 else None,
        agency_id=random.choice(staff.agencies) if overdue > 30 and number % 10 == 0 else None,
        vehicle=_vehicle(random, number, disbursed_on.year, place.plate),
        entries=_entries(random, amount, disbursed_on, overdue, today),
        overdue_since=since,
        registered=number * ROWS_PER_LOAN <= REGISTERED_ROWS,
    )


def _vehicle(random: Random, number: int, year: int, plate: str) -> NewVehicle:
    car = random.choice(cars.CARS)
    return NewVehicle(
        vin=cars.vin(random, car, year, number),
        plate=cars.plate(random, plate),
        make=car.make,
        model=car.model,
        model_year=year,
        value=car.price,
        mortgage_state=drawn(random, MORTGAGES),
        state=drawn(random, VEHICLES),
    )


def _entries(
    random: Random, amount: Decimal, disbursed_on: date, overdue: int, today: date
) -> tuple[NewEntry, ...]:
    """Return the four rows: disbursed, paid, interest billed, and a late fee or the interest paid.

    Of the loans that are not late a third is paid off.
    """
    billed_on = today - timedelta(days=overdue + 20)
    interest = (amount * random.randrange(100, 600) / 10_000).quantize(FEN)
    paid = (amount * random.randrange(500, 9_000) / 10_000).quantize(FEN)
    if not overdue and random.random() < 1 / 3:
        paid = amount
    fee = Decimal(random.randrange(50, 900)) if overdue else interest
    last = (
        NewEntry("fee", today - timedelta(days=overdue // 2), fee, costs=fee)
        if overdue
        else NewEntry("payment", billed_on + timedelta(days=1), interest, interest=-interest)
    )
    return (
        NewEntry("disbursement", disbursed_on, amount, principal=amount),
        NewEntry("payment", billed_on - timedelta(days=10), paid, principal=-paid),
        NewEntry("interest", billed_on, interest, interest=interest),
        last,
    )
