"""The claim (债权) on any day, past or future: five heads, each traceable to rows and days.

What is booked comes from the ledger rows up to the day; what fell due without a row yet, and what
accrued without being booked, is added line by line. The lines of a head add up to it to the fen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from recovery.kernel.money import ZERO
from recovery.loans.rules.accrual import Accrued, Contract, Posting, Segment, accrue
from recovery.loans.rules.appropriation import Owed
from recovery.loans.rules.schedule import Due

COURT_COST = "court_cost"
"""Kind of the rows with which fees of the court (诉讼费、保全费) are booked."""

HEADS = ("principal", "interest", "penalty", "compound", "costs")


@dataclass(frozen=True, slots=True)
class Line:
    """One reason for part of a head.

    `source` is `row` (ledger row `number`), `instalment` (fallen due, not yet billed; its
    `number`), `accrual` (days not yet booked: base, rate and days are given) or `booked` (what
    of the accruals the ledger rows already hold, taken off).
    """

    head: str
    source: str
    amount: Decimal
    number: int | None = None
    kind: str = ""
    day: date | None = None
    segment: Segment | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What is owed at the end of the day `on`, in yuan.

    `principal_due` is the part of `principal` that has fallen due. `running_interest`, contained
    in `interest`, belongs to an instalment that has not.
    """

    on: date
    principal: Decimal
    interest: Decimal
    penalty: Decimal
    compound: Decimal
    costs: Decimal
    principal_due: Decimal
    running_interest: Decimal
    lines: tuple[Line, ...]
    accrued: Accrued

    @property
    def total(self) -> Decimal:
        """All five heads together."""
        return self.principal + self.interest + self.penalty + self.compound + self.costs

    @property
    def court_costs(self) -> Decimal:
        """Of `costs`, what courts charged and is not repaid: what is paid settles the oldest first.

        The judgment says who bears it; it is no part of what is claimed.
        """
        left = -sum((min(line.amount, ZERO) for line in self.of("costs")), ZERO)
        unpaid = ZERO
        for line in sorted(
            self.of("costs"), key=lambda one: (one.day or date.min, one.number or 0)
        ):
            charged = max(line.amount, ZERO)
            paid = min(left, charged)
            left -= paid
            if line.kind == COURT_COST:
                unpaid += charged - paid
        return unpaid

    @property
    def in_dispute(self) -> Decimal:
        """What a suit claims (诉讼标的额): everything but what the court itself charges."""
        return self.total - self.court_costs

    @property
    def due(self) -> Decimal:
        """What has fallen due: without undue principal and running interest."""
        return self.total - (self.principal - self.principal_due) - self.running_interest

    @property
    def booked(self) -> Decimal:
        """What of the total stands in the ledger."""
        return sum((line.amount for line in self.lines if line.source == "row"), ZERO)

    def of(self, head: str) -> tuple[Line, ...]:
        """Return the lines of one head."""
        return tuple(line for line in self.lines if line.head == head)

    def owed(self) -> Owed:
        """Return what a payment may settle: undue principal apart, running interest not yet."""
        return Owed(
            costs=max(self.costs, ZERO),
            penalty=max(self.penalty, ZERO),
            compound=max(self.compound, ZERO),
            interest=max(self.interest - self.running_interest, ZERO),
            principal=max(self.principal_due, ZERO),
            undue=max(self.principal - self.principal_due, ZERO),
        )


def compute_claim(
    contract: Contract, dues: Sequence[Due], postings: Sequence[Posting], on: date
) -> Claim:
    """Return the claim at the end of the day `on`, as if nothing more were paid until then."""
    standing = [posting for posting in postings if posting.value_date <= on]
    accrued = accrue(contract, dues, standing, on)
    lines = [line for posting in standing for line in _row_lines(posting)]
    lines += [
        Line("interest", "instalment", billed.interest, billed.due.number, day=billed.due.due_on)
        for billed in accrued.unbilled
        if billed.interest
    ]
    lines += _accrual_lines(accrued.running.segments)
    for head, meter in (("penalty", accrued.penalty), ("compound", accrued.compound)):
        lines += _accrual_lines(meter.segments)
        booked = booked_accruals(standing, head, accrued.base_day)
        if booked:
            lines.append(Line(head, "booked", -booked))
    sums = {head: sum((x.amount for x in lines if x.head == head), ZERO) for head in HEADS}
    return Claim(
        on,
        **sums,
        principal_due=min(accrued.overdue, sums["principal"]),
        running_interest=accrued.running.rounded,
        lines=tuple(lines),
        accrued=accrued,
    )


def unbooked_accruals(claim: Claim, postings: Sequence[Posting]) -> tuple[Decimal, Decimal]:
    """Return (penalty, compound) that accrued up to the claim's day and no row holds.

    Negative where a payment that came in with an earlier value date shows too much was booked.
    """
    standing = [posting for posting in postings if posting.value_date <= claim.on]
    base = claim.accrued.base_day
    return (
        claim.accrued.penalty.rounded - booked_accruals(standing, "penalty", base),
        claim.accrued.compound.rounded - booked_accruals(standing, "compound", base),
    )


def booked_accruals(postings: Sequence[Posting], head: str, base_day: date) -> Decimal:
    """Return what our own rows book of `head` (penalty, compound) accrued after `base_day`."""
    own = [p for p in postings if _books_accrual(p) and p.value_date > base_day]
    if head == "compound":
        return sum((posting.compound for posting in own), ZERO)
    return sum((posting.penalty - posting.compound for posting in own), ZERO)


def _books_accrual(posting: Posting) -> bool:
    return posting.is_own and posting.kind == "penalty" and posting.accrued_until is not None


def _row_lines(posting: Posting) -> list[Line]:
    """Return the lines of one ledger row: one for each head that it changes."""
    parts = {
        "principal": posting.principal,
        "interest": posting.interest,
        "penalty": posting.penalty - posting.compound,
        "compound": posting.compound,
        "costs": posting.costs,
    }
    return [
        Line(head, "row", amount, posting.number, posting.kind, posting.value_date)
        for head, amount in parts.items()
        if amount
    ]


def _accrual_lines(segments: Sequence[Segment]) -> list[Line]:
    return [
        Line(segment.head, "accrual", segment.amount, day=segment.since, segment=segment)
        for segment in segments
    ]
