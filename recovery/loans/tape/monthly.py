"""ABS-EE rows into loans and updates: the loan from the loans file, its ledger from its months."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from recovery.kernel.money import ZERO
from recovery.kernel.text import _
from recovery.loans.models import LedgerEntry
from recovery.loans.tape.abs_ee import Derivation, Start, derive
from recovery.loans.tape.arrears import Duty, overdue_since
from recovery.loans.tape.building import NEEDED, Setting, check_row, parts, reject_gaps, terms
from recovery.loans.tape.casting import CastRow, Values
from recovery.loans.tape.comparing import Changes, compare_terms
from recovery.loans.tape.known import Known
from recovery.loans.tape.reporting import PREFIX, Month, merged, month_of, stored
from recovery.loans.values import NewEntry, NewLoan, NewOwnership, Position

TRUST = "abs_trust"
MONTH = len(PREFIX) + len("2017-05")


def months_of(row: CastRow, payments: Iterable[CastRow]) -> list[Month]:
    """Return the months that the loans file and the payments file tell of one loan.

    A payments row that cannot be read rejects the whole loan: it is whole or absent.
    """
    told = []
    for payment in payments:
        row.problems += payment.problems
        if not payment.is_rejected and "period_end" in payment.values:
            told.append(month_of(payment.values))
        elif not payment.is_rejected:
            row.reject(_("逐月还款第 {number} 行没有报告期末日", number=payment.number))
    for end in twice(told):
        row.note(_("逐月还款中 {day} 有两行且金额不同，以后一行为准", day=end))
    first = month_of(row.values) if "period_end" in row.values else None
    return merged(first, told)


def twice(months: Iterable[Month]) -> list[date]:
    """Return the month ends that rows tell of more than once, and not alike."""
    figures: dict[date, set[tuple[Decimal | None, ...]]] = defaultdict(set)
    for month in months:
        figures[month.period_end].add(month.figures)
    return [end for end, told in figures.items() if len(told) > 1]


def new_monthly_loan(row: CastRow, months: Sequence[Month], setting: Setting) -> NewLoan | None:
    """Return the loan of an ABS-EE row with the ledger of its months; None: rejected.

    Recoveries alone, of a loan that the book does not know, are rejected.
    """
    reject_gaps(row, NEEDED)
    check_row(row, setting)
    if row.is_rejected:
        return None
    values = row.values
    start = _opening(values, months)
    state = derive(Start(start), months)
    since = overdue_since(_duty(values), months[0].period_end, state) if months else None
    as_of = months[0].period_end.replace(day=1) - timedelta(days=1) if months else setting.as_of
    disbursed: Any = values["disbursed_on"]
    loan = NewLoan(
        **terms(row, setting),
        **parts(row),
        opening=Position(max(as_of, disbursed), start, overdue_since=since),
        entries=tuple(_after(state.entries, max(as_of, disbursed))),
        snapshots=tuple(state.snapshots),
        application_data=row.kept or None,
        ownership=_owner(row),
    )
    return replace(loan, written_off_on=state.written_off_on)


def _after(entries: Iterable[NewEntry], opening: Any) -> Iterable[NewEntry]:
    """Return the entries, none on or before the day of the opening position."""
    for entry in entries:
        if entry.value_date > opening:
            yield entry
        else:
            yield replace(entry, value_date=opening + timedelta(days=1))


def _opening(values: Values, months: Sequence[Month]) -> Decimal:
    """Return the balance before the first month told."""
    first = months[0] if months else None
    if first is not None and first.begin_balance is not None:
        return first.begin_balance
    if first is not None and first.end_balance is not None:
        paid = [first.principal_paid, first.charged_off, first.proceeds]
        return first.end_balance + sum((part for part in paid if part), ZERO)
    granted = values["disbursed_amount"]
    assert isinstance(granted, Decimal)
    return granted


def _duty(values: Values) -> Duty:
    """Return what was due when the first month ended."""
    scheduled, days = values.get("scheduled_payment"), values.get("days_past_due")
    return Duty(
        scheduled=scheduled if isinstance(scheduled, Decimal) else ZERO,
        days_past_due=days if isinstance(days, int) else 0,
        paid_ahead=values.get("next_payment_due") == 0,
    )


def _owner(row: CastRow) -> tuple[NewOwnership, ...]:
    """Return the trust that owns a securitised loan."""
    since: Any = row.values["disbursed_on"]
    name = row.kept.get("originatorName", "")
    return (NewOwnership(TRUST, name, since),)


def compare_monthly(
    row: CastRow, months: Sequence[Month], known: Known, setting: Setting
) -> Changes | None:
    """Return what an ABS-EE row and its months change of a known loan; None: rejected.

    Months told before are derived again from where the loan stood before them: what is booked
    otherwise is corrected by a new entry that carries the reference of the old.
    """
    check_row(row, setting)
    if row.is_rejected:
        return None
    changes = Changes()
    compare_terms(changes, row.values, known, setting)
    if months:
        state = derive(_start(known, months[0]), months)
        _compare_entries(changes, known, state, months)
        _compare_ends(changes, known, state)
        _compare_state(changes, row.values, known, state=state, months=months)
    return changes


def _start(known: Known, first: Month) -> Start:
    """Return where a known loan stood before the first month of a file."""
    before = [
        entry
        for reference, entries in known.booked.items()
        if reference < f"{first.tag}/"
        for entry in entries
    ]
    entries = [*before, *known.unreported]
    written_off = [one.value_date for one in entries if one.kind == "write_off"]
    ends = [end for end in known.snapshots if end < first.period_end]
    difference = known.snapshots[max(ends)].difference if ends and not written_off else None
    undeducted = difference if difference and _has_proceeds(before) else ZERO
    return Start(
        sum((entry.principal for entry in entries), ZERO),
        min(written_off, default=None),
        undeducted,
    )


def _has_proceeds(entries: Iterable[LedgerEntry]) -> bool:
    """Return whether proceeds of the vehicle are among the entries."""
    return any(entry.kind == "sale_proceeds" for entry in entries)


def _compare_entries(
    changes: Changes, known: Known, state: Derivation, months: Sequence[Month]
) -> None:
    """Add entries that are not booked, and corrections of those booked otherwise."""
    told = {month.tag[:MONTH] for month in months}
    derived: dict[str, list[NewEntry]] = defaultdict(list)
    for entry in state.entries:
        derived[entry.reference or ""].append(entry)
    for reference, entries in derived.items():
        if (booked := known.booked.get(reference)) is None:
            changes.entries += entries
        else:
            _correct(changes, reference, booked, entries)
    for reference, booked in known.booked.items():
        if reference not in derived and reference[:MONTH] in told:
            _correct(changes, reference, booked, [])
    if changes.entries:
        changes.principal_gain = sum((entry.principal for entry in changes.entries), ZERO)
        principal = known.loan.principal
        changes.note("principal", principal, principal + changes.principal_gain)


def _correct(
    changes: Changes, reference: str, booked: Sequence[LedgerEntry], entries: Sequence[NewEntry]
) -> None:
    """Add an adjustment by which the entries of one reference come to what the file tells."""
    gaps: dict[str, Any] = {
        part: sum((getattr(one, part) for one in entries), ZERO)
        - sum((getattr(one, part) for one in booked), ZERO)
        for part in ("principal", "interest", "costs")
    }
    if not any(gaps.values()):
        return
    last = booked[-1]
    changes.entries.append(
        NewEntry(
            "adjustment",
            last.value_date,
            abs(sum(gaps.values(), ZERO)),
            **gaps,
            reference=f"{reference}#{len(booked) + 1}",
            description=stored(_("更正申报：此前按旧数据入账")),
        )
    )


def _compare_ends(changes: Changes, known: Known, state: Derivation) -> None:
    """Add month ends that are not kept, or whose reported balance differs."""
    for one in state.snapshots:
        kept = known.snapshots.get(one.month_end)
        reported = one.reported_balance
        if kept is None:
            changes.snapshots.append(one)
            changes.note(f"month_end.{one.month_end}", None, reported)
        elif kept.reported_balance != reported:
            changes.note(f"month_end.{one.month_end}", kept.reported_balance, reported)
            gap = None if reported is None else reported - kept.principal
            told: dict[str, object] = {
                "reported_balance": reported,
                "difference": gap,
                "difference_reason": one.difference_reason,
            }
            changes.revisions.append((kept, told))


def _compare_state(
    changes: Changes,
    values: Values,
    known: Known,
    *,
    state: Derivation,
    months: Sequence[Month],
) -> None:
    """Compare charge-off and, where the file tells later months than the book, being overdue."""
    written_off = state.written_off_on
    if written_off is not None and known.loan.written_off_on is None:
        changes.loan["written_off_on"] = written_off
        changes.note("written_off_on", None, written_off)
    if any(end > months[-1].period_end for end in known.snapshots):
        return
    since = overdue_since(_duty(values), months[0].period_end, state)
    if changes.entries and since != known.loan.overdue_since:
        changes.note("overdue_since", known.loan.overdue_since, since)
        changes.overdue = (since,)
