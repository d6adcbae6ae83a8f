"""The ledger of a synthetic loan: payments by the schedule, lateness, recoveries, sales."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from recovery.demo.stories import Course
from recovery.kernel.money import ZERO, to_fen
from recovery.loans.rules.days import days_between, year_basis
from recovery.loans.rules.schedule import Due, Terms
from recovery.loans.values import NewEntry

LATE_SHARE = 0.12
"""Of the instalments that were paid, how many a few days late."""

PENALTY_UPLIFT = Decimal("1.5")


@dataclass(frozen=True, slots=True)
class DemoLedger:
    """The rows and the schedule of a loan, and what became of it."""

    entries: tuple[NewEntry, ...]
    dues: tuple[Due, ...]
    close_reason: str | None = None
    written_off_on: date | None = None
    accelerated_on: date | None = None


def ledger_of(
    random: Random, course: Course, terms: Terms, dues: tuple[Due, ...], today: date
) -> DemoLedger:
    """Return the ledger of a loan that went as `course` says."""
    paid = [
        entry for due in dues[: course.paid] for entry in _paid(random, course, terms, due, today)
    ]
    begun = [NewEntry("disbursement", terms.starts_on, terms.principal, principal=terms.principal)]
    ledger = DemoLedger((*begun, *paid), dues)
    if course.story.name == "prepaid":
        return _prepaid(ledger, course)
    if not course.story.in_default:
        return ledger
    return _in_default(random, ledger, course, today)


def _paid(random: Random, course: Course, terms: Terms, due: Due, today: date) -> list[NewEntry]:
    """Return the payment of an instalment, on its day or some days late with penalty interest."""
    is_late = random.random() < (0.5 if course.story.name == "cured" else LATE_SHARE)
    if not is_late or terms.day_count != "30/360":
        return [_payment(due, due.due_on)]
    on = min(due.due_on + timedelta(days=random.randrange(1, 25)), today)
    days = days_between(terms.day_count, due.due_on, on)
    rate = terms.rate_per_year * PENALTY_UPLIFT
    penalty = to_fen(due.principal * rate * days / year_basis(terms.day_count))
    if not penalty:
        return [_payment(due, on)]
    booked = NewEntry("penalty", on, penalty, penalty=penalty, accrued_until=on)
    whole = _payment(due, on)
    return [booked, replace(whole, amount=whole.amount + penalty, penalty=-penalty)]


def _payment(due: Due, on: date) -> NewEntry:
    """Return the payment of a whole instalment."""
    return NewEntry(
        "payment",
        on,
        due.amount,
        principal=-due.principal,
        interest=-due.interest,
        description="银行代扣",
    )


def _prepaid(ledger: DemoLedger, course: Course) -> DemoLedger:
    """Return the ledger of a loan whose rest was paid on the day of its last instalment paid."""
    kept, rest = ledger.dues[: course.paid], ledger.dues[course.paid :]
    left = sum((due.principal for due in rest), ZERO)
    on = kept[-1].due_on
    last = Due(kept[-1].number + 1, on, left, ZERO)
    entry = NewEntry("payment", on, left, principal=-left, description="提前结清")
    return DemoLedger((*ledger.entries, entry), (*kept, last), close_reason="prepaid")


def _in_default(random: Random, ledger: DemoLedger, course: Course, today: date) -> DemoLedger:
    """Return the ledger of a loan in default: part paid, costs, acceleration, sale, write-off."""
    entries, first = list(ledger.entries), ledger.dues[course.paid]
    if random.random() < 0.3:
        entries.append(_part(random, first, today))
    accelerated_on = None
    if course.story.name in {"loss", "written_off", "car_sold"} or random.random() < 0.3:
        accelerated_on = first.due_on + timedelta(days=min(100, course.days - 1))
        entries.append(_cost(random, min(accelerated_on + timedelta(days=20), today)))
    if course.story.name == "car_sold" and accelerated_on is not None:
        entries += _sale(random, ledger, course, accelerated_on, today)
    written_off_on = None
    if course.story.name == "written_off":
        written_off_on = first.due_on + timedelta(days=course.days - random.randrange(30, 300))
        left = sum((due.principal for due in ledger.dues[course.paid :]), ZERO)
        entries.append(NewEntry("write_off", written_off_on, left, description="呆账核销"))
    return replace(
        ledger,
        entries=tuple(entries),
        accelerated_on=accelerated_on,
        written_off_on=written_off_on,
    )


def _part(random: Random, due: Due, today: date) -> NewEntry:
    """Return a payment or recovery of a part of the first unpaid instalment, interest first."""
    amount = to_fen(due.amount * random.randrange(10, 80) / 100)
    interest = min(amount, due.interest)
    on = min(due.due_on + timedelta(days=random.randrange(5, 80)), today)
    kind = random.choice(("payment", "recovery"))
    return NewEntry(kind, on, amount, principal=interest - amount, interest=-interest)


def _cost(random: Random, on: date) -> NewEntry:
    """Return a cost that the borrower bears."""
    amount = Decimal(random.randrange(300, 4_000))
    what = random.choice(("案件受理费", "保全费", "拖车费", "公告费"))
    kind = "cost" if what == "拖车费" else "court_cost"
    return NewEntry(kind, on, amount, costs=amount, description=what)


def _sale(
    random: Random, ledger: DemoLedger, course: Course, accelerated_on: date, today: date
) -> list[NewEntry]:
    """Return the proceeds of the car: they go to principal, all of which was due."""
    left = sum((due.principal for due in ledger.dues[course.paid :]), ZERO)
    amount = to_fen(left * random.randrange(25, 75) / 100)
    on = min(accelerated_on + timedelta(days=random.randrange(40, 120)), today)
    return [NewEntry("sale_proceeds", on, amount, principal=-amount, description="车辆变卖款")]
