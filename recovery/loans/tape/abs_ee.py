"""From the reporting rows of ABS-EE to ledger entries and month ends: what happened to a loan.

A row says what was collected in a month and what balance the filing carries at its end. The ledger
keeps the claim, not the book: a charge-off leaves the claim standing (账销案存), proceeds of the
vehicle reduce it at once. Where the two balances differ, the month end lists the difference and
its reason; a difference that no reported event explains is taken over on the following day.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from recovery.kernel.money import ZERO
from recovery.kernel.text import _
from recovery.loans.tape.reporting import Month, stored
from recovery.loans.values import NewEntry, NewSnapshot

CHARGED_OFF = "4"
"""Code of a balance that became zero by a charge-off."""


@dataclass(slots=True)
class Derivation:
    """What the rows so far come to: the claim's principal, entries, month ends."""

    principal: Decimal
    entries: list[NewEntry] = field(default_factory=list)
    snapshots: list[NewSnapshot] = field(default_factory=list)
    written_off_on: date | None = None
    undeducted: Decimal = ZERO
    """Proceeds that the filing has not taken from its balance."""

    receipts: list[tuple[date, Decimal]] = field(default_factory=list)

    def book(self, entry: NewEntry) -> None:
        """Add an entry and its change of principal."""
        self.entries.append(entry)
        self.principal += entry.principal


@dataclass(frozen=True, slots=True)
class Start:
    """Where a loan stood before the months of a file."""

    principal: Decimal
    written_off_on: date | None = None
    undeducted: Decimal = ZERO


def derive(start: Start, months: Sequence[Month]) -> Derivation:
    """Return the entries and month ends of a loan that stood at `start` before `months`."""
    state = Derivation(
        start.principal, written_off_on=start.written_off_on, undeducted=start.undeducted
    )
    for place, month in enumerate(months):
        _take_begin(state, month)
        _take_payment(state, month)
        _take_adjustment(state, month)
        _take_proceeds(state, month)
        later = months[place + 1 :]
        _take_charge_off(state, month, later)
        if not later or later[0].period_end != month.period_end:
            _close_month(state, month)
    return state


def _take_begin(state: Derivation, month: Month) -> None:
    """Take over a begin balance that differs from where the rows before ended."""
    if month.begin_balance is None or state.written_off_on is not None:
        return
    gap = month.begin_balance - state.undeducted - state.principal
    if gap:
        day = month.period_end.replace(day=1)
        reason = _("申报期初余额与上期期末不一致，按申报余额调整")
        state.book(_adjustment(month, day, "begin", principal=gap, reason=stored(reason)))


def _take_payment(state: Derivation, month: Month) -> None:
    """Split what was paid into principal, interest and other; bill what the rows imply."""
    principal = month.principal_paid or ZERO
    other = max(month.other_paid or ZERO, ZERO)
    if principal < 0:
        reason = stored(_("申报本金回收为负，冲回本金"))
        state.book(
            _adjustment(month, month.period_end, "principal", principal=-principal, reason=reason)
        )
        principal = ZERO
    paid = month.total_paid
    if paid is None:
        paid = principal + (month.interest_paid or ZERO) + other
    if paid < principal:
        _take_shortfall(state, month, principal - paid)
        principal = paid
    interest = paid - principal - other
    if interest < 0:
        other, interest = paid - principal, ZERO
    _bill(state, month, interest, other)
    if paid > 0:
        state.receipts.append((month.period_end, paid))
        state.book(
            NewEntry(
                "payment",
                month.period_end,
                paid,
                principal=-principal,
                interest=-interest,
                costs=-other,
                reference=f"{month.tag}/payment",
            )
        )


def _take_shortfall(state: Derivation, month: Month, amount: Decimal) -> None:
    """Book principal that went down without being paid."""
    reason = stored(_("申报本金减少大于实收金额，差额按调整入账"))
    state.book(_adjustment(month, month.period_end, "unpaid", principal=-amount, reason=reason))


def _bill(state: Derivation, month: Month, interest: Decimal, other: Decimal) -> None:
    """Bill the interest and fees that a payment of the month settles."""
    if interest > 0:
        state.book(
            NewEntry(
                "interest",
                month.period_end,
                interest,
                interest=interest,
                accrued_until=month.period_end,
                reference=f"{month.tag}/interest",
            )
        )
    if other > 0:
        state.book(
            NewEntry("fee", month.period_end, other, costs=other, reference=f"{month.tag}/fee")
        )


def _take_adjustment(state: Derivation, month: Month) -> None:
    """Book the filing's other adjustment of principal, with the sign that its balances show."""
    amount = abs(month.principal_adjusted or ZERO)
    if not amount or month.end_balance is None:
        return
    target = month.end_balance - state.undeducted
    change = amount if state.principal + amount == target else -amount
    reason = stored(_("申报的其他本金调整"))
    state.book(_adjustment(month, month.period_end, "other", principal=change, reason=reason))


def _take_proceeds(state: Derivation, month: Month) -> None:
    """Book proceeds of the vehicle and recoveries; negative ones are adjustments."""
    proceeds, recovered = month.proceeds or ZERO, month.recovered or ZERO
    if proceeds > 0:
        _credit(state, month, "sale_proceeds", proceeds)
        state.undeducted += proceeds
    elif proceeds < 0:
        reason = stored(_("车辆处置净额为负：处置费用"))
        state.book(_adjustment(month, month.period_end, "proceeds", costs=-proceeds, reason=reason))
    if recovered > 0:
        _credit(state, month, "recovery", recovered)
    elif recovered < 0:
        reason = stored(_("回收金额为负，冲回"))
        state.book(
            _adjustment(month, month.period_end, "recovered", principal=-recovered, reason=reason)
        )


def _credit(state: Derivation, month: Month, kind: str, amount: Decimal) -> None:
    """Book money that came in outside the schedule: principal first, what exceeds it interest."""
    principal = min(amount, max(state.principal, ZERO))
    interest = amount - principal
    if interest:
        state.book(
            NewEntry(
                "interest",
                month.period_end,
                interest,
                interest=interest,
                reference=f"{month.tag}/{kind}-interest",
                description=stored(_("超出本金的部分按利息入账")),
            )
        )
    state.book(
        NewEntry(
            kind,
            month.period_end,
            amount,
            principal=-principal,
            interest=-interest,
            reference=f"{month.tag}/{kind}",
        )
    )


def _take_charge_off(state: Derivation, month: Month, later: Sequence[Month]) -> None:
    """Book a charge-off: reported, or seen by a balance that vanished without being paid.

    The claim stands; the entry changes none of its parts.
    """
    if state.written_off_on is not None:
        return
    amount = month.charged_off or ZERO
    if amount <= 0 and _vanished(state, month, later):
        amount = state.principal
    if amount <= 0:
        return
    state.written_off_on = month.period_end
    state.book(
        NewEntry(
            "write_off",
            month.period_end,
            amount,
            reference=f"{month.tag}/write_off",
            description=stored(_("核销出表，债权仍在（账销案存）")),
        )
    )


def _vanished(state: Derivation, month: Month, later: Sequence[Month]) -> bool:
    """Return whether the month's balance became zero unpaid, with signs of a default around it."""
    if month.end_balance != 0 or state.principal <= 0:
        return False
    signs = [month.proceeds, month.recovered, *(one.recovered for one in later)]
    signs += [one.proceeds for one in later]
    return month.zero_balance_code == CHARGED_OFF or state.undeducted > 0 or any(signs)


def _close_month(state: Derivation, month: Month) -> None:
    """Add the month end; where no event explains its difference, take it over the day after."""
    reported = month.end_balance
    reason = None
    if reported is not None:
        if reported == state.principal:
            state.undeducted = ZERO
        else:
            reason = _reason(state, month, reported)
    state.snapshots.append(
        NewSnapshot(month.period_end, reported_balance=reported, difference_reason=reason)
    )


def _reason(state: Derivation, month: Month, reported: Decimal) -> str:
    """Return why the filing's end balance differs from the ledger's; adjust where nothing does."""
    if state.written_off_on is not None:
        return stored(_("已核销：申报余额为账面余额，债权仍在（账销案存）"))
    if state.undeducted and reported == state.principal + state.undeducted:
        return stored(_("申报余额尚未扣减车辆处置价款 {amount}", amount=state.undeducted))
    gap = reported - state.undeducted - state.principal
    day = month.period_end + timedelta(days=1)
    reason = _(
        "申报余额与上期余额减实收本金相差 {gap}，当期没有申报相应事项（多为退票冲回）；"
        "次日按申报余额调整",
        gap=gap,
    )
    state.book(_adjustment(month, day, "end", principal=gap, reason=stored(reason)))
    return stored(reason)


def _adjustment(
    month: Month,
    day: date,
    part: str,
    *,
    reason: str,
    principal: Decimal = ZERO,
    costs: Decimal = ZERO,
) -> NewEntry:
    """Return an adjustment of principal or costs."""
    return NewEntry(
        "adjustment",
        day,
        abs(principal + costs),
        principal=principal,
        costs=costs,
        reference=f"{month.tag}/adjustment-{part}",
        description=reason,
    )
