"""Waivers (减免) and write-offs (核销): proposed by one person, executed by another's approval."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.access.approvals import PENDING, request_approval
from recovery.access.models import ApprovalRequest
from recovery.kernel.actions import Action
from recovery.kernel.errors import RuleViolation
from recovery.kernel.links import ApprovalKind, approval_kinds
from recovery.kernel.money import ZERO, to_fen
from recovery.kernel.text import Listed, _
from recovery.kernel.work import Work
from recovery.loans.labels import HEADS
from recovery.loans.ledger import OWN, LoanLedger
from recovery.loans.models import Concession, Loan
from recovery.loans.values import NewEntry

KINDS = {"loan.waiver": _("减免"), "loan.write_off": _("核销")}
"""Kinds of approval of this module, with what people call them."""

PARTS = ("principal", "interest", "penalty", "compound", "costs")


@dataclass(frozen=True, slots=True)
class Waived:
    """What is waived of each head of the claim, in yuan; `penalty` without compound interest."""

    principal: Decimal = ZERO
    interest: Decimal = ZERO
    penalty: Decimal = ZERO
    compound: Decimal = ZERO
    costs: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """All heads together."""
        return sum((getattr(self, part) for part in PARTS), ZERO)


class TooMuchWaived(RuleViolation):
    """More is to be waived than is owed; `heads` says of which, and what is owed of each."""

    def __init__(self, heads: dict[str, Decimal]) -> None:
        names = Listed(tuple(HEADS[head] for head in heads))
        super().__init__(_("减免金额超过所欠：{heads}。", heads=names))
        self.heads = heads


def propose_waiver(
    work: Work, loan_id: int, waived: Waived, *, on: date, reason: str
) -> ApprovalRequest:
    """Propose to waive parts of the claim as it stands on `on`, and ask for approval.

    What accrued up to the day is booked first, so that the approver sees what is waived of what.

    Raises:
        RuleViolation: nothing is waived, or more than is owed of a head.
        Conflict: a request on the same record is pending.
    """
    loan = work.get(Loan, loan_id)
    ledger = LoanLedger(work, loan)
    ledger.require_day(on)
    ledger.bill_due()
    ledger.book_accruals(on)
    ledger.close()
    _check(loan, waived)
    concession = work.add(
        Concession(
            loan_id=loan.id,
            kind="waiver",
            value_date=on,
            **{part: getattr(waived, part) for part in PARTS},
            reason=reason,
            proposed_at=work.now,
            proposed_by_id=work.actor.id,
            entry_id=None,
            branch_id=loan.branch_id,
            owner_id=loan.owner_id,
            agency_id=loan.agency_id,
            package_id=loan.package_id,
        )
    )
    work.record(Action.PROPOSE_CONCESSION, loan, concession=concession.id, amount=waived.total)
    return request_approval(work, "loan.waiver", concession, reason=reason, loan_id=loan.id)


def propose_write_off(work: Work, loan_id: int, *, on: date, reason: str) -> ApprovalRequest:
    """Propose to write the loan off the books; the claim stays and is pursued (账销案存).

    Raises:
        RuleViolation: it is written off already, or nothing is owed.
        Conflict: a request on the same record is pending.
    """
    loan = work.get(Loan, loan_id)
    if loan.written_off_on is not None or loan.balance <= 0:
        raise RuleViolation(_("这笔贷款已核销，或已无欠款。"))
    LoanLedger(work, loan).require_day(on)
    concession = work.add(
        Concession(
            loan_id=loan.id,
            kind="write_off",
            value_date=on,
            principal=loan.principal,
            interest=loan.billed_interest,
            penalty=loan.penalty_due - loan.compound_due,
            compound=loan.compound_due,
            costs=loan.costs_due,
            reason=reason,
            proposed_at=work.now,
            proposed_by_id=work.actor.id,
            entry_id=None,
            branch_id=loan.branch_id,
            owner_id=loan.owner_id,
            agency_id=loan.agency_id,
            package_id=loan.package_id,
        )
    )
    work.record(Action.PROPOSE_CONCESSION, loan, concession=concession.id, kind="write_off")
    return request_approval(work, "loan.write_off", concession, reason=reason, loan_id=loan.id)


def _check(loan: Loan, waived: Waived) -> None:
    """Check that each part is owed.

    Raises:
        RuleViolation: nothing is waived, or more than is owed of a head.
    """
    owed = {
        "principal": loan.principal,
        "interest": loan.billed_interest,
        "penalty": loan.penalty_due - loan.compound_due,
        "compound": loan.compound_due,
        "costs": loan.costs_due,
    }
    parts = {part: getattr(waived, part) for part in PARTS}
    if waived.total <= 0 or any(amount < 0 for amount in parts.values()):
        raise RuleViolation(_("减免金额须大于零。"))
    beyond = {part: max(owed[part], ZERO) for part in PARTS if parts[part] > max(owed[part], ZERO)}
    if beyond:
        raise TooMuchWaived(beyond)


def waiting_concessions(session: Session, loan_id: int) -> Sequence[ApprovalRequest]:
    """Return the waivers and write-offs of a loan that wait for an approver, the oldest first."""
    found = select(ApprovalRequest).where(
        ApprovalRequest.loan_id == loan_id,
        ApprovalRequest.kind.in_(KINDS),
        ApprovalRequest.status == PENDING,
    )
    return session.scalars(found.order_by(ApprovalRequest.id)).all()


def concession_content(session: Session, concession_id: int) -> dict[str, Any]:
    """Return what an approval is bound to: the concession, and the balances that it is taken of."""
    concession = session.get_one(Concession, concession_id)
    loan = session.get_one(Loan, concession.loan_id)
    total = sum((getattr(concession, part) for part in PARTS), ZERO)
    return {
        "kind": concession.kind,
        "contract_no": loan.contract_no,
        "borrower": loan.borrower_name or "",
        "value_date": concession.value_date.isoformat(),
        "reason": concession.reason,
        **{part: _text(getattr(concession, part)) for part in PARTS},
        "total": _text(total),
        "owed_before": {
            "principal": _text(loan.principal),
            "interest": _text(loan.billed_interest),
            "penalty_and_compound": _text(loan.penalty_due),
            "costs": _text(loan.costs_due),
            "balance": _text(loan.balance),
        },
    }


def _text(amount: Decimal) -> str:
    """Return an amount with two decimals however it was made, so that its digest is one."""
    return str(to_fen(amount))


def execute_concession(work: Work, concession_id: int, _content: dict[str, Any]) -> None:
    """Book what was approved, in the transaction of the approval."""
    concession = work.session.get_one(Concession, concession_id)
    loan = work.session.get_one(Loan, concession.loan_id)
    ledger = LoanLedger(work, loan)
    entry = ledger.append(ENTRIES[concession.kind](concession))
    if concession.kind == "write_off":
        loan.written_off_on = concession.value_date
    concession.entry_id = entry.id
    ledger.close()
    work.record(Action.EXECUTE_CONCESSION, loan, concession=concession.id, number=entry.number)


def _waiver_entry(concession: Concession) -> NewEntry:
    """Return the row that takes what is waived off the claim."""
    total = sum((getattr(concession, part) for part in PARTS), ZERO)
    return NewEntry(
        "waiver",
        concession.value_date,
        total,
        principal=-concession.principal,
        interest=-concession.interest,
        penalty=-(concession.penalty + concession.compound),
        compound=-concession.compound,
        costs=-concession.costs,
        description=concession.reason,
        origin=OWN,
    )


def _write_off_entry(concession: Concession) -> NewEntry:
    """Return the row of a write-off: an accounting act, which changes nothing that is owed."""
    total = sum((getattr(concession, part) for part in PARTS), ZERO)
    return NewEntry(
        "write_off",
        concession.value_date,
        total,
        description=concession.reason,
        origin=OWN,
    )


ENTRIES = {"waiver": _waiver_entry, "write_off": _write_off_entry}


def register() -> None:
    """Let approvals know what they approve."""
    for name, label in KINDS.items():
        approval_kinds.put(
            name,
            ApprovalKind(
                label,
                concession_content,
                execute_concession,
                lambda content: Decimal(content["total"]),
                "loans/_concession_approval.html",
            ),
        )
