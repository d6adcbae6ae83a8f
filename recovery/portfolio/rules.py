"""What an announcement of a package says, and which loans may stand in one. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from recovery.kernel.money import FEN, ZERO
from recovery.kernel.text import Text, _

DISPOSALS: dict[str, Text] = {
    "sale": _("转让"),
    "restructuring": _("重组"),
    "debt_for_asset": _("以物抵债"),
}

STATES: dict[str, Text] = {
    "draft": _("组包中"),
    "freezing": _("正在冻结"),
    "frozen": _("已冻结"),
    "dissolved": _("已解散"),
}

SELLERS = ("own_book", "abs_trust", "co_lender", "insurer", "dealer")
"""Owner kinds that can dispose of claims; pledged and sold ones are not free."""

NON_PERFORMING = frozenset({"substandard", "doubtful", "loss"})


@dataclass(frozen=True, slots=True)
class FrozenLoan:
    """A loan as it stood at the cut-off date. Amounts in yuan; None is unknown."""

    contract_no: str
    borrower_id: int
    principal: Decimal
    interest: Decimal
    costs: Decimal
    days_past_due: int
    asset_class: str
    borrower_age: int | None
    credit_line: Decimal
    stage: str
    guarantee: str
    mortgage_state: str
    vehicle_state: str
    province: str | None
    written_off: bool

    @property
    def weight(self) -> Decimal:
        """Principal and interest: the weight of every average in an announcement."""
        return self.principal + self.interest


@dataclass(frozen=True, slots=True)
class Announcement:
    """The announcement items (资产公告); an average of nothing is None."""

    loan_count: int
    borrower_count: int
    principal: Decimal
    interest: Decimal
    principal_and_interest: Decimal
    other_fees: Decimal
    weighted_days_past_due: Decimal | None
    highest_per_borrower: Decimal
    mean_per_borrower: Decimal | None
    weighted_age: Decimal | None
    weighted_credit_line: Decimal | None
    written_off_count: int
    classes: dict[str, int]
    guarantees: dict[str, int]
    stages: dict[str, int]
    mortgage_states: dict[str, int]
    vehicle_states: dict[str, int]
    provinces: dict[str, int]

    def as_texts(self) -> dict[str, object]:
        """Return the items as JSON keeps them: amounts and averages as texts."""
        return {
            name: str(value) if isinstance(value, Decimal) else value
            for name, value in asdict(self).items()
        }


class _Mean:
    """A mean weighted by principal + interest, over the loans whose value is known."""

    def __init__(self) -> None:
        self.sum = self.weight = ZERO

    def add(self, value: Decimal | int | None, weight: Decimal) -> None:
        if value is not None:
            self.sum += value * weight
            self.weight += weight

    def value(self) -> Decimal | None:
        return _ratio(self.sum, self.weight)


def announce(loans: Iterable[FrozenLoan]) -> Announcement:
    """Return the announcement of `loans`, read once, in one pass."""
    count, written_off = 0, 0
    principal = interest = costs = ZERO
    days, age, line = _Mean(), _Mean(), _Mean()
    owed: defaultdict[int, Decimal] = defaultdict(lambda: ZERO)
    counts: dict[str, Counter[str]] = {name: Counter() for name in COUNTED}
    for loan in loans:
        count += 1
        written_off += loan.written_off
        principal += loan.principal
        interest += loan.interest
        costs += loan.costs
        owed[loan.borrower_id] += loan.weight
        days.add(loan.days_past_due, loan.weight)
        age.add(loan.borrower_age, loan.weight)
        line.add(loan.credit_line, loan.weight)
        for name, attribute in COUNTED.items():
            counts[name][getattr(loan, attribute) or "unknown"] += 1
    return Announcement(
        loan_count=count,
        borrower_count=len(owed),
        principal=principal,
        interest=interest,
        principal_and_interest=principal + interest,
        other_fees=costs,
        weighted_days_past_due=days.value(),
        highest_per_borrower=max(owed.values(), default=ZERO),
        mean_per_borrower=_ratio(principal + interest, Decimal(len(owed))),
        weighted_age=age.value(),
        weighted_credit_line=line.value(),
        written_off_count=written_off,
        **{name: dict(sorted(counter.items())) for name, counter in counts.items()},
    )


COUNTED = {
    "classes": "asset_class",
    "guarantees": "guarantee",
    "stages": "stage",
    "mortgage_states": "mortgage_state",
    "vehicle_states": "vehicle_state",
    "provinces": "province",
}


def _ratio(total: Decimal, weight: Decimal) -> Decimal | None:
    return (total / weight).quantize(FEN, rounding=ROUND_HALF_UP) if weight else None


@dataclass(frozen=True, slots=True)
class Candidate:
    """What eligibility looks at, on the cut-off date."""

    asset_class: str
    balance: Decimal
    other_open_package: str | None
    """Number of another package that holds the loan; None: none."""

    owned_wholly: bool
    """Own book with a share of one, on the cut-off date."""


def ineligible(loan: Candidate) -> Text | None:
    """Return why `loan` may not stand in a package, or None where it may.

    Source: personal NPL pilot 银保监办便函〔2021〕26号, 〔2022〕1191号.
    """
    if loan.asset_class not in NON_PERFORMING:
        return _("五级分类为正常或关注，不属于不良贷款")
    if loan.balance <= 0:
        return _("基准日没有未偿余额")
    if loan.other_open_package:
        return _("已在资产包 {number} 中", number=loan.other_open_package)
    if not loan.owned_wholly:
        return _("债权不完全属于出让方")
    return None


def age_on(birth_year: int | None, day: date) -> int | None:
    """Return the borrower's age in years by calendar year; None where the year is unknown."""
    return None if birth_year is None else day.year - birth_year
