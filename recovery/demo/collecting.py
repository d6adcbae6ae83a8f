"""What the collectors of the synthetic lender did: contacts, demands, visits, an agreement."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

from sqlalchemy import select

from recovery.access.models import UserAccount
from recovery.collection import service
from recovery.collection.values import (
    NewAgreement,
    NewContact,
    NewDelivery,
    NewDemand,
    NewVisit,
)
from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.work import Work, work_as
from recovery.loans.documents import keep_file
from recovery.loans.models import Loan
from recovery.loans.queries import claim_on
from recovery.web.papers import render_paper

COLLECTED = 40
PHONE = "1380000{number:04d}"
REMARKS = ("称工资月底到账", "称车辆借给亲属使用", "要求说明欠款构成", "")


def build_collection(collector: Actor, today: date) -> None:
    """Record contacts of loans in arrears; of some also demands, visits, and of one a plan.

    Those of the collector's own branch come first, so that the collector sees them.
    """
    home = db.session.scalar(select(UserAccount.branch_id).where(UserAccount.id == collector.id))
    rows = (
        select(Loan.id)
        .where(Loan.overdue_since < today - timedelta(days=20), Loan.closed_on.is_(None))
        .order_by(Loan.branch_id != home, Loan.overdue_since.desc(), Loan.id)
        .limit(COLLECTED)
    )
    loan_ids = list(db.session.scalars(rows))
    db.session.rollback()
    with work_as(collector) as work:
        for number, loan_id in enumerate(loan_ids):
            loan = work.get(Loan, loan_id)
            for new in _contacts(loan, number, today):
                service.record_contact(work, loan_id, new)
            if number % 3 == 0:
                _demand(work, loan, number, today)
            if number % 5 == 0:
                _visit(work, loan, today)
    for loan_id in loan_ids[:1]:
        _plan(collector, loan_id, today)


def _at(day: date, hour: int, minute: int) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=clock.BUSINESS_ZONE)


def _contacts(loan: Loan, number: int, today: date) -> Iterator[NewContact]:
    """Yield calls of the last days: unanswered, answered, of one loan one too late at night."""
    minute, phone = number % 60, PHONE.format(number=number)
    who: dict[str, Any] = {"person_id": loan.borrower_id, "address": phone}
    yield NewContact(at=_at(today - timedelta(days=9), 10, minute), outcome="not_answered", **who)
    text = _at(today - timedelta(days=8), 15, minute)
    yield NewContact(at=text, channel="text_message", outcome="sent", **who)
    hour = 22 if number == 0 else 16
    promise: dict[str, Any] = {
        "promised_amount": Decimal("3000.00"),
        "promised_on": today + timedelta(days=5),
    }
    yield NewContact(
        at=_at(today - timedelta(days=6), hour, minute),
        outcome="reached_confirmed",
        is_recorded=True,
        remark=REMARKS[number % len(REMARKS)],
        **who,
        **(promise if number % 2 == 0 else {}),
    )


def _demand(work: Work, loan: Loan, number: int, today: date) -> None:
    """Send a demand to the agreed address; it arrives, is returned, or nobody knows yet."""
    sent = today - timedelta(days=15)
    if claim_on(work.session, loan, sent).due <= 0:
        return
    new = NewDemand(
        on=sent,
        means="ems",
        waybill_no=f"EA{number:09d}CN",
        address="合同约定的送达地址",
        address_basis="agreed",
        person_id=loan.borrower_id,
    )
    demand = service.record_demand(work, loan.id, new)
    found = {0: ("delivered", "signed_receipt"), 3: ("returned", "courier_record")}.get(number % 9)
    if found is not None:
        outcome, proof = found
        came = NewDelivery(on=sent + timedelta(days=3), outcome=outcome, proof=proof)
        service.record_delivery(work, demand.id, came)


def _visit(work: Work, loan: Loan, today: date) -> None:
    """Report a visit of two people."""
    new = NewVisit(
        at=_at(today - timedelta(days=3), 14, 30),
        visitors=("周外访", "吴外访"),
        address="合同约定的居住地址",
        person_id=loan.borrower_id,
        met="household",
        vehicle="seen",
        outcome="talked",
        remark="家属称本人外出务工，车辆停在楼下",
    )
    service.record_visit(work, loan.id, new)


def _plan(collector: Actor, loan_id: int, today: date) -> None:
    """Record a plan of instalments, with the paper that was signed."""
    loan = db.session.get_one(Loan, loan_id)
    signed = today - timedelta(days=2)
    is_guaranteed = service.has_guarantor(db.session(), loan, signed)
    words = {"loan": loan, "number": loan.contract_no, "signed_on": signed}
    data = render_paper("documents/demo_agreement.html", **words)
    paper = keep_file(BytesIO(data), f"{loan.contract_no}-还款协议.pdf")
    new = NewAgreement(
        on=signed,
        agreement_kind="repayment_plan",
        terms="逾期款项自下月起分三期还清，每月十五日前支付。",
        person_id=loan.borrower_id,
        signer_ids=(loan.borrower_id,),
        paper=paper,
        guarantor_consent="yes" if is_guaranteed else "none",
    )
    db.session.rollback()
    with work_as(collector) as work:
        service.record_agreement(work, loan_id, new)
