"""Synthetic loans with all that hangs on them: schedule, ledger, people, car, months, owners."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from recovery.demo import cars, people
from recovery.demo.lean import Staff, drawn
from recovery.demo.money import ledger_of
from recovery.demo.places import PLACES, Place
from recovery.demo.stories import Course, course
from recovery.kernel.money import to_fen
from recovery.loans.rules.days import add_months, month_end
from recovery.loans.rules.schedule import Due, Terms, schedule
from recovery.loans.values import (
    NewFact,
    NewInstalment,
    NewLoan,
    NewOwnership,
    NewParty,
    NewSnapshot,
    NewVehicle,
)

PRODUCTS = (("loan", 75), ("direct_lease", 10), ("sale_and_leaseback", 15))
METHODS = (
    ("equal_instalments", 84),
    ("equal_principal", 8),
    ("interest_first", 4),
    ("simple_interest", 4),
)
MORTGAGES = (
    ("registered", 70),
    ("unregistered", 18),
    ("waived", 3),
    ("released", 2),
    ("none", 4),
    ("unknown", 3),
)
GUARANTEES = (("mortgage", 80), ("guarantee", 12), ("credit", 6), ("pledge", 2))
OWNERS = (
    ("own_book", "", 86),
    ("abs_trust", "融星2024年第一期个人汽车贷款资产支持证券", 6),
    ("co_lender", "江海银行股份有限公司", 4),
    ("pledged", "江海银行股份有限公司", 2),
    ("insurer", "平川财产保险股份有限公司", 1),
    ("dealer", "顺达汽车销售服务有限公司", 1),
)
RATES = tuple(
    Decimal(text) for text in ("0.0399", "0.0588", "0.0699", "0.0888", "0.1099", "0.1299")
)
OCCUPATIONS = ("企业职员", "个体工商户", "货运司机", "网约车司机", "教师", "自由职业", "公务员")
SNAPSHOTS = 3
"""Month ends kept of each loan, the latest ones."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is drawn first of a loan, from which the rest follows."""

    number: int
    random: Random
    course: Course
    place: Place
    place_number: int
    car: cars.Car
    price: Decimal
    is_used: bool
    method: str
    terms: Terms
    dues: tuple[Due, ...]

    @property
    def today(self) -> date:
        """The business day on which the book is built."""
        return add_months(self.terms.first_due_on, self.course.paid) + timedelta(
            days=self.course.days
        )

    @property
    def days_late(self) -> int:
        """Days past due; none of a loan that has ended."""
        return 0 if self.course.story.ended else self.course.days


def full_loans(count: int, staff: Staff, today: date) -> Iterator[NewLoan]:
    """Yield `count` loans; the same number and day give the same loan."""
    for number in range(1, count + 1):
        yield full_loan(number, staff, today)


def full_loan(number: int, staff: Staff, today: date) -> NewLoan:
    """Return the loan of a number."""
    case = draw(number, today)
    random, story = case.random, case.course.story
    ledger = ledger_of(random, case.course, case.terms, case.dues, today)
    stage = drawn(random, story.stages)
    lawsuit = stage != "none"
    return NewLoan(
        contract_no=f"QC{case.place.code}{case.terms.starts_on:%Y%m}{number:06d}",
        borrower=people.person(random, case.place),
        disbursed_on=case.terms.starts_on,
        disbursed_amount=case.terms.principal,
        rate_per_year=case.terms.rate_per_year,
        product=drawn(random, PRODUCTS),
        first_due_on=case.dues[0].due_on,
        matures_on=case.dues[-1].due_on,
        term_months=case.terms.months,
        instalment_amount=case.dues[0].amount,
        penalty_rate_per_year=case.terms.rate_per_year * Decimal("1.5"),
        day_count=case.terms.day_count,
        repayment_method=case.method,
        close_reason=ledger.close_reason,
        written_off_on=ledger.written_off_on,
        accelerated_on=ledger.accelerated_on,
        assigned_class=_assigned_class(random, case.days_late),
        class_floor="special_mention" if story.name == "cured" else None,
        stage=stage,
        guarantee=drawn(random, GUARANTEES),
        branch_id=staff.branches[case.place_number],
        owner_id=_owner(case, staff, lawsuit=lawsuit),
        agency_id=_agency(case, staff, lawsuit=lawsuit),
        parties=_parties(case),
        vehicle=_vehicle(case),
        instalments=_instalments(ledger.dues),
        entries=ledger.entries,
        ownership=_ownership(case),
        facts=_facts(case, today),
        application_data=_application(case),
        snapshots=_snapshots(case, today),
    )


def draw(number: int, today: date) -> Case:
    """Return what a loan begins with."""
    random = Random(f"full {number}")  # noqa: S311 - a synthetic book must be repeatable
    where = random.randrange(len(PLACES))
    going, car = course(random), random.choice(cars.CARS)
    is_used = random.random() < 0.25
    price = to_fen(car.price * (Decimal(random.randrange(45, 75)) / 100 if is_used else 1))
    method = drawn(random, METHODS)
    months = min(going.months, 36) if is_used and going.paid < 36 else going.months
    first_due_on = add_months(today - timedelta(days=going.days), -going.paid)
    if going.story.name == "paid_off":
        first_due_on = add_months(first_due_on, 1)
    terms = Terms(
        principal=to_fen(price * random.randrange(50, 81) / 100 / 100) * 100,
        rate_per_year=random.choice(RATES),
        months=max(months, going.paid),
        starts_on=add_months(first_due_on, -1),
        first_due_on=first_due_on,
        day_count="actual/365" if method == "simple_interest" else "30/360",
    )
    dues = tuple(schedule(method, terms))
    return Case(
        number, random, going, PLACES[where], where, car, price, is_used, method, terms, dues
    )


def _assigned_class(random: Random, days: int) -> str | None:
    """Return the class that the lender's last month end gave, now and then a step behind."""
    if random.random() < 0.1:
        return None
    seen = max(days - random.randrange(0, 40), 0)
    bounds = (("normal", 0), ("special_mention", 90), ("substandard", 270), ("doubtful", 360))
    return next((name for name, most in bounds if seen <= most), "loss")


def _owner(case: Case, staff: Staff, *, lawsuit: bool) -> int | None:
    """Return who works the loan: counsel where it is in court, a collector where it is late."""
    if lawsuit and case.place_number == 0:
        return staff.counsel
    return staff.owners[case.place_number] if case.days_late > 0 else None


def _agency(case: Case, staff: Staff, *, lawsuit: bool) -> int | None:
    """Return the agency that one in five of the loans not too long late is placed with."""
    placed = 30 < case.days_late < 400 and not lawsuit and case.number % 5 == 0
    return case.random.choice(staff.agencies) if placed else None


def _instalments(dues: Sequence[Due]) -> tuple[NewInstalment, ...]:
    return tuple(NewInstalment(due.number, due.due_on, due.principal, due.interest) for due in dues)


def _parties(case: Case) -> tuple[NewParty, ...]:
    """Return a spouse who borrows too, a guarantor, or nobody."""
    random, found = case.random, []
    if random.random() < 0.15:
        found.append(NewParty(people.person(random, case.place), "co_borrower"))
    if random.random() < 0.2:
        mode = drawn(random, (("joint_and_several", 8), ("general", 2)))
        last_day = add_months(case.dues[-1].due_on, 36) if random.random() < 0.8 else None
        found.append(NewParty(people.person(random, case.place), "guarantor", mode, last_day))
    return tuple(found)


def _vehicle(case: Case) -> NewVehicle:
    random, year = case.random, case.terms.starts_on.year - (3 if case.is_used else 0)
    mortgage = drawn(random, MORTGAGES)
    registered_on = case.terms.starts_on + timedelta(days=random.randrange(1, 20))
    state = drawn(random, case.course.story.vehicles)
    is_seen = state in {"located", "impounded", "repossessed"}
    is_registered = mortgage in {"registered", "released", "waived"}
    return NewVehicle(
        vin=cars.vin(random, case.car, year, case.number),
        plate=cars.plate(random, case.place.plate),
        engine_no=f"E{random.randrange(10**7):07d}",
        make=case.car.make,
        model=case.car.model,
        model_year=year,
        condition="used" if case.is_used else "new",
        value=case.price,
        mortgage_state=mortgage,
        mortgage_registered_on=registered_on if is_registered else None,
        mortgage_certificate_no=f"{case.place.city}{case.number:08d}" if is_registered else None,
        state=state,
        last_seen_on=case.today - timedelta(days=random.randrange(3, 60)) if is_seen else None,
        last_place=f"{case.place.town}{random.choice(people.ROADS)}附近" if is_seen else None,
    )


def _ownership(case: Case) -> tuple[NewOwnership, ...]:
    """Return who owns the claim, from the disbursement on and perhaps from later."""
    since = case.terms.starts_on
    picked = case.random.choices(OWNERS, [weight for _kind, _name, weight in OWNERS])[0]
    kind, name, _weight = picked
    if kind == "own_book":
        return (NewOwnership(kind, name, since),)
    if kind == "co_lender":
        own, other = Decimal("0.3"), Decimal("0.7")
        return (NewOwnership("own_book", "", since, own), NewOwnership(kind, name, since, other))
    moved = since + timedelta(days=90)
    return (
        NewOwnership("own_book", "", since, until=moved),
        NewOwnership(kind, name, moved),
    )


def _facts(case: Case, today: date) -> tuple[NewFact, ...]:
    """Return the figures of the general ledger at the last month end."""
    as_of = month_end(add_months(today.replace(day=1), -1))
    left = sum((due.principal for due in case.dues[case.course.paid :]), Decimal(0))
    if case.course.story.ended or as_of < case.terms.starts_on:
        return ()
    days = max(case.course.days, 0)
    stage = 1 if days <= 30 else 2 if days <= 90 else 3
    share = {1: Decimal("0.012"), 2: Decimal("0.09"), 3: Decimal("0.55")}[stage]
    return (NewFact(as_of, to_fen(left), to_fen(left * share), stage, case.terms.rate_per_year),)


def _application(case: Case) -> dict[str, str]:
    """Return what was known when the loan was granted."""
    random = case.random
    return {
        "monthly_income": str(random.randrange(35, 300) * 100),
        "occupation": random.choice(OCCUPATIONS),
        "down_payment": str(case.price - case.terms.principal),
        "score": str(random.randrange(420, 800)),
        "channel": random.choice(("经销商", "直销", "线上")),
    }


def _snapshots(case: Case, today: date) -> tuple[NewSnapshot, ...]:
    """Return the latest month ends; their figures are computed from the ledger."""
    if case.course.story.ended:
        return ()
    first = today.replace(day=1)
    ends = [month_end(add_months(first, -back)) for back in range(SNAPSHOTS, 0, -1)]
    return tuple(NewSnapshot(end) for end in ends if end >= case.terms.starts_on)
