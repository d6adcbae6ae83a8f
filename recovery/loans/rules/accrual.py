"""Interest, penalty interest and compound interest as they accrue, day by day, on a loan.

Principal not yet due bears the contract's rate; overdue principal bears the penalty rate instead
(the contract's where none is agreed); billed and unpaid interest bears the compound rate where
one is agreed. A day range counts its first day and not its last (算头不算尾).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from recovery.kernel.money import ZERO, to_fen
from recovery.law.interest import over_days
from recovery.loans.rules.days import days_between, year_basis
from recovery.loans.rules.overdue import BY_DAYS
from recovery.loans.rules.schedule import Due

TAKEN_OVER = ("opening", "penalty", "adjustment")
"""Kinds of rows with which a tape brings penalty and compound interest computed elsewhere."""


@dataclass(frozen=True, slots=True)
class Contract:
    """What a claim needs to know of the contract. Rates are shares for a year."""

    disbursed_on: date
    matures_on: date | None
    rate_per_year: Decimal
    penalty_rate_per_year: Decimal | None
    compound_rate_per_year: Decimal | None
    day_count: str
    method: str
    accelerated_on: date | None = None

    @property
    def counts_days(self) -> bool:
        """Whether interest is counted by days instead of taken from the schedule."""
        return self.method == BY_DAYS

    @property
    def interest_follows_overdue(self) -> bool:
        """Whether overdue principal goes on bearing interest, no penalty interest being agreed."""
        return self.counts_days and self.penalty_rate_per_year is None

    @property
    def late_rate(self) -> Decimal:
        """Rate on overdue principal."""
        if self.interest_follows_overdue:
            return ZERO
        return (
            self.rate_per_year if self.penalty_rate_per_year is None else self.penalty_rate_per_year
        )


@dataclass(frozen=True, slots=True)
class Posting:
    """A ledger row that stands (neither a reversal nor reversed), as its claim needs it."""

    number: int
    kind: str
    value_date: date
    principal: Decimal = ZERO
    interest: Decimal = ZERO
    penalty: Decimal = ZERO
    compound: Decimal = ZERO
    costs: Decimal = ZERO
    amount: Decimal = ZERO
    accrued_until: date | None = None
    instalment_number: int | None = None
    is_own: bool = True
    """Booked here; False: copied from a core system or tape."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Days over which one base bore one rate: `amount` is exact to the fen with its neighbours."""

    head: str
    since: date
    until: date
    base: Decimal
    rate_per_year: Decimal
    days: int
    amount: Decimal


@dataclass(slots=True)
class Meter:
    """Adds up what one head accrues, rounding only the running total."""

    head: str
    day_count: str
    exact: Decimal = Decimal(0)
    rounded: Decimal = ZERO
    segments: list[Segment] = field(default_factory=list)

    def add(self, since: date, until: date, base: Decimal, rate: Decimal) -> None:
        """Accrue on `base` from `since` until `until`; nothing where there is nothing to bear."""
        days = days_between(self.day_count, since, until)
        if days <= 0 or base <= 0 or rate == 0:
            return
        self.exact += over_days(base, rate, days, basis=year_basis(self.day_count))
        step = to_fen(self.exact) - self.rounded
        self.rounded += step
        self.segments.append(Segment(self.head, since, until, base, rate, days, step))

    def reset(self) -> None:
        """Begin anew: what was accrued has been billed."""
        self.exact, self.rounded = Decimal(0), ZERO
        self.segments.clear()


@dataclass(frozen=True, slots=True)
class Billed:
    """Interest that fell due with an instalment and has no ledger row yet."""

    due: Due
    interest: Decimal


@dataclass(frozen=True, slots=True)
class Accrued:
    """Where a loan stands at the end of its days: bases, and what accrued but is not booked."""

    undue: Decimal
    """Principal that has not fallen due."""

    overdue: Decimal
    """Principal that has."""

    running: Meter
    """Interest since the last due day."""

    unbilled: tuple[Billed, ...]
    penalty: Meter
    """All that accrued since `base_day`, booked or not."""

    compound: Meter
    base_day: date
    """Up to this day the core system booked all penalty and compound interest."""


def base_day(contract: Contract, postings: Iterable[Posting]) -> date:
    """Return the day up to which accruals were computed elsewhere and only taken over."""
    days = (p.accrued_until for p in postings if not p.is_own and p.kind in TAKEN_OVER)
    return max((day for day in days if day is not None), default=contract.disbursed_on)


def accrue(
    contract: Contract, dues: Sequence[Due], postings: Sequence[Posting], on: date
) -> Accrued:
    """Replay the loan to the day `on`, past or future, and return where it stands.

    Postings after `on` are left out; instalments due up to `on` count whether billed or not.
    """
    return Replay(contract, dues, [p for p in postings if p.value_date <= on], on).run()


class Replay:
    """One run over the events of a loan, in the order of their days."""

    def __init__(
        self, contract: Contract, dues: Sequence[Due], postings: Sequence[Posting], on: date
    ) -> None:
        self.contract = contract
        self.on = on
        self.undue = self.overdue = self.owed_interest = self.ahead = ZERO
        self.base_day = base_day(contract, postings)
        self.running = Meter("interest", contract.day_count)
        self.penalty = Meter("penalty", contract.day_count)
        self.compound = Meter("compound", contract.day_count)
        self.unbilled: list[Billed] = []
        self.posted = {
            p.instalment_number: p
            for p in postings
            if p.kind == "instalment_due" and p.instalment_number is not None
        }
        self.has_schedule = bool(dues)
        self.events = self._events(dues, postings)

    def _events(
        self, dues: Sequence[Due], postings: Sequence[Posting]
    ) -> list[tuple[date, int, int, Due | Posting | None]]:
        """Return (day, rank, number, what): openings of the day, then what falls due, then rows."""
        events: list[tuple[date, int, int, Due | Posting | None]] = [
            (p.value_date, 0 if p.kind == "disbursement" else 2, p.number, p) for p in postings
        ]
        events += [(due.due_on, 1, due.number, due) for due in dues if self._falls_due(due)]
        ends = [day for day in (self.contract.accelerated_on, self._maturity(dues)) if day]
        if ends and min(ends) <= self.on:
            events.append((min(ends), 1, 10**9, None))
        return sorted(events, key=lambda event: event[:3])

    def _falls_due(self, due: Due) -> bool:
        """Return whether an instalment falls due by itself, before any acceleration."""
        accelerated = self.contract.accelerated_on
        return due.due_on <= self.on and (accelerated is None or due.due_on <= accelerated)

    def _maturity(self, dues: Sequence[Due]) -> date | None:
        """Return the day on which whatever principal is left falls due."""
        return max((due.due_on for due in dues), default=self.contract.matures_on)

    def run(self) -> Accrued:
        """Return where the loan stands."""
        day = self.contract.disbursed_on
        for when, _rank, _number, what in self.events:
            self._pass(day, when)
            day = max(day, when)
            if isinstance(what, Due):
                self._fall_due(what)
            elif isinstance(what, Posting):
                self._post(what)
            else:
                self._all_due()
        self._pass(day, self.on)
        return Accrued(
            self.undue,
            self.overdue,
            self.running,
            tuple(self.unbilled),
            self.penalty,
            self.compound,
            self.base_day,
        )

    def _pass(self, since: date, until: date) -> None:
        """Let the days between two events accrue."""
        if until <= since:
            return
        contract = self.contract
        bearing = self.undue + (self.overdue if contract.interest_follows_overdue else ZERO)
        self.running.add(since, until, bearing, contract.rate_per_year)
        late = max(since, self.base_day)
        self.penalty.add(late, until, self.overdue, contract.late_rate)
        self.compound.add(late, until, self.owed_interest, contract.compound_rate_per_year or ZERO)

    def _fall_due(self, due: Due) -> None:
        """Make an instalment's principal overdue and its interest owed."""
        prepaid = min(self.ahead, due.principal)
        self.ahead -= prepaid
        self._make_overdue(due.principal - prepaid)
        posted = self.posted.get(due.number)
        if posted is None:
            interest = self.running.rounded if self.contract.counts_days else due.interest
            self.unbilled.append(Billed(due, interest))
            self.owed_interest += interest
        else:
            self.owed_interest += posted.interest
        self.running.reset()

    def _make_overdue(self, principal: Decimal) -> None:
        moved = min(max(principal, ZERO), self.undue)
        self.undue -= moved
        self.overdue += moved

    def _all_due(self) -> None:
        """Make all principal overdue, at acceleration or maturity."""
        self._make_overdue(self.undue)

    def _post(self, posting: Posting) -> None:
        """Apply a ledger row to the bases."""
        if posting.kind == "instalment_due":
            self._post_instalment(posting)
            return
        self._change_principal(posting.principal)
        if posting.kind == "opening":
            self.owed_interest = self.ahead = ZERO
            self.unbilled.clear()
        self.owed_interest += posting.interest
        if posting.kind == "interest" or self._takes_over_running(posting):
            self.running.reset()

    def _takes_over_running(self, posting: Posting) -> bool:
        """Return whether a tape's position covers the interest that ran until its day.

        With a schedule it does not: the next instalment bills the whole period.
        """
        if posting.is_own or posting.accrued_until is None or posting.kind == "penalty":
            return False
        return self.contract.counts_days or not self.has_schedule

    def _post_instalment(self, posting: Posting) -> None:
        """Apply a billing: what the schedule says has been applied on the due day already."""
        if posting.instalment_number is not None and self.has_schedule:
            return
        self._make_overdue(posting.amount - posting.interest)
        self.owed_interest += posting.interest
        self.running.reset()

    def _change_principal(self, change: Decimal) -> None:
        """Add to the principal not yet due, or pay what is overdue first; the rest pays ahead."""
        if change >= 0:
            self.undue += change
            return
        paid = min(-change, self.overdue)
        self.overdue -= paid
        self.undue += change + paid
        self.ahead -= change + paid
