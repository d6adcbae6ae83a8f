"""Use cases of collection: record a contact, a demand and its delivery, a visit, an agreement.

What happened is recorded as it happened, also where the law did not allow it: then the record
carries the answer of the law, for everybody to see.
"""

from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.collection import labels, rules
from recovery.collection.keeping import common, enter, kept, require_code
from recovery.collection.models import (
    CollectionRecord,
    Contact,
    Demand,
    DemandDelivery,
    FieldVisit,
    RepaymentAgreement,
)
from recovery.collection.queries import effective_calls_on, unanswered_calls_on
from recovery.collection.values import (
    NewAgreement,
    NewContact,
    NewDelivery,
    NewDemand,
    NewVisit,
)
from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.errors import RuleViolation
from recovery.kernel.money import ZERO
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.law.answer import Answer
from recovery.loans.models import Loan, LoanParty
from recovery.loans.parties import person_of
from recovery.loans.queries import claim_on
from recovery.loans.registration import moment_text
from recovery.rulebook.service import current_book


def record_contact(work: Work, loan_id: int, new: NewContact) -> Contact:
    """Record a contact with a person of the loan or a third party, and how the law sees it.

    Raises:
        NotFound: no such loan, person or document, or not for this actor to see.
        RuleViolation: what is entered is impossible.
    """
    loan = work.get(Loan, loan_id)
    require_code(new.channel, labels.CHANNELS)
    require_code(new.direction, labels.DIRECTIONS)
    require_code(new.outcome, labels.CONTACT_OUTCOMES)
    _check_promise(new)
    columns = common(work, loan, "contact", new, at=new.at)
    row = Contact(
        **columns,
        conduct=kept(_breaches_of_contact(work, new)),
        channel=new.channel,
        direction=new.direction,
        outcome=new.outcome,
        is_recorded=new.is_recorded,
        has_consent=new.has_consent,
        promised_amount=new.promised_amount,
        promised_on=new.promised_on,
        platform=new.platform,
        platform_id=new.platform_id,
    )
    fields = {
        "at": moment_text(new.at),
        "channel": row.channel,
        "direction": row.direction,
        "contact_outcome": row.outcome,
        "is_recorded": row.is_recorded,
        "has_consent": row.has_consent,
        "promised_amount": row.promised_amount,
        "promised_on": row.promised_on,
        "platform": row.platform,
        "platform_id": row.platform_id,
    }
    return enter(work, Action.RECORD_CONTACT, row, new, fields)


def _check_promise(new: NewContact) -> None:
    if new.promised_amount is not None and new.promised_amount <= ZERO:
        raise RuleViolation(_("承诺还款金额须大于零。"))
    if new.promised_on is not None and new.promised_on < clock.business_day(new.at):
        raise RuleViolation(_("承诺还款日期不能早于联系日期。"))


def _breaches_of_contact(work: Work, new: NewContact) -> list[Answer]:
    day = clock.business_day(new.at)
    attempt = rules.Attempt(
        on=day,
        time=_hour(new.at),
        channel=new.channel,
        outcome=new.outcome,
        is_ours=new.direction == "outbound",
        has_consent=new.has_consent,
    )
    instead = new.corrects_id
    return rules.breaches_of(
        current_book(),
        attempt,
        effective_today=effective_calls_on(work.session, new.person_id, day, but=instead),
        unanswered_today=unanswered_calls_on(work.session, new.address, day, but=instead),
    )


def _hour(at: datetime) -> time:
    return at.astimezone(clock.BUSINESS_ZONE).time()


def record_demand(work: Work, loan_id: int, new: NewDemand) -> Demand:
    """Record a demand sent to a person, with the claim as it stood on that day.

    Raises:
        NotFound: no such loan, person or document, or not for this actor to see.
        RuleViolation: what is entered is impossible, or nothing was owed.
    """
    loan = work.get(Loan, loan_id)
    require_code(new.means, labels.MEANS)
    require_code(new.address_basis, labels.ADDRESS_BASES)
    columns = common(work, loan, "demand", new, at=clock.start_of(new.on))
    claim = claim_on(work.session, loan, new.on)
    amount = claim.due if new.amount is None else new.amount
    if amount <= ZERO:
        raise RuleViolation(_("催收金额须大于零；当日没有到期欠款的，请核对日期和金额。"))
    row = Demand(
        **columns,
        conduct=[],
        means=new.means,
        waybill_no=(new.waybill_no or "").strip() or None,
        address_basis=new.address_basis,
        amount=amount,
        owed_principal=claim.principal,
        owed_interest=claim.interest,
        owed_penalty=claim.penalty + claim.compound,
        owed_costs=claim.costs,
        owed_total=claim.total,
        owed_due=claim.due,
    )
    fields = {
        "means": row.means,
        "waybill_no": row.waybill_no,
        "address_basis": row.address_basis,
        "demanded_amount": row.amount,
        "owed_principal": row.owed_principal,
        "owed_interest": row.owed_interest,
        "owed_penalty": row.owed_penalty,
        "owed_costs": row.owed_costs,
        "owed_total": row.owed_total,
        "owed_due": row.owed_due,
    }
    return enter(work, Action.RECORD_DEMAND, row, new, fields)


def record_delivery(work: Work, demand_id: int, new: NewDelivery) -> DemandDelivery:
    """Record what became of a demand; the demand stays as it is.

    Raises:
        NotFound: no such demand or document, or not for this actor to see.
        RuleViolation: a day before the demand was sent, or what is entered is impossible.
    """
    demand = work.session.get(Demand, demand_id)
    loan = work.get(Loan, demand.loan_id if demand else 0)
    assert demand is not None, "no loan has the number 0"
    require_code(new.outcome, labels.DELIVERY_OUTCOMES)
    require_code(new.proof, labels.PROOFS)
    if new.on < demand.happened_on:
        raise RuleViolation(_("送达日期不能早于发函日期 {day}。", day=demand.happened_on))
    columns = common(work, loan, "delivery", new, at=clock.start_of(new.on))
    row = DemandDelivery(
        **columns | {"person_id": demand.person_id, "contacted": demand.contacted},
        conduct=[],
        demand_id=first_of(work.session, demand).id,
        outcome=new.outcome,
        proof=new.proof,
    )
    fields = {"demand": demand.record_no, "delivery_outcome": row.outcome, "proof": row.proof}
    return enter(work, Action.RECORD_DELIVERY, row, new, fields)


def first_of(session: Session, record: CollectionRecord) -> CollectionRecord:
    """Return a record as it was first recorded, before any correction."""
    while record.supersedes_id is not None:
        record = session.get_one(CollectionRecord, record.supersedes_id)
    return record


def record_visit(work: Work, loan_id: int, new: NewVisit) -> FieldVisit:
    """Record a field visit.

    Raises:
        NotFound: no such loan, person or document, or not for this actor to see.
        RuleViolation: nobody is named who went, or what is entered is impossible.
    """
    loan = work.get(Loan, loan_id)
    require_code(new.met, labels.MET)
    require_code(new.vehicle, labels.VEHICLE)
    require_code(new.outcome, labels.VISIT_OUTCOMES)
    visitors = [name.strip() for name in new.visitors if name.strip()]
    if not visitors or not (new.address or "").strip():
        raise RuleViolation(_("请填写外访人员和外访地点。"))
    columns = common(work, loan, "visit", new, at=new.at)
    attempt = rules.Attempt(
        on=columns["happened_on"],
        time=_hour(new.at),
        channel="visit",
        outcome=new.outcome,
        is_ours=True,
        has_consent=new.has_consent,
    )
    found = rules.breaches_of(current_book(), attempt, effective_today=0, unanswered_today=0)
    row = FieldVisit(
        **columns,
        conduct=kept(found),
        visitors="、".join(visitors),
        met=new.met,
        vehicle=new.vehicle,
        mileage=new.mileage,
        outcome=new.outcome,
        has_consent=new.has_consent,
    )
    fields = {
        "at": moment_text(new.at),
        "visitors": row.visitors,
        "met": row.met,
        "vehicle": row.vehicle,
        "mileage": row.mileage,
        "visit_outcome": row.outcome,
        "has_consent": row.has_consent,
    }
    return enter(work, Action.RECORD_VISIT, row, new, fields)


def record_agreement(work: Work, loan_id: int, new: NewAgreement) -> RepaymentAgreement:
    """Record what was agreed, against its document. Schedule and ledger stay as they are.

    Raises:
        NotFound: no such loan, person or document, or not for this actor to see.
        RuleViolation: without document, terms or signer; a last due day that is no later; a
            consent of guarantors that the loan's guarantors contradict.
    """
    loan = work.get(Loan, loan_id)
    _check_agreement(work, loan, new)
    columns = common(work, loan, "agreement", new, at=clock.start_of(new.on))
    if columns["document_id"] is None:
        raise RuleViolation(_("请上传或选择协议文件：没有文件的协议不予登记。"))
    people = [person_of(work.session, loan, number) for number in new.signer_ids]
    row = RepaymentAgreement(
        **columns,
        conduct=[],
        agreement_kind=new.agreement_kind,
        new_last_due_on=new.new_last_due_on,
        amount=new.amount,
        terms=new.terms.strip(),
        signers=[one.id for one in people],
        guarantor_consent=new.guarantor_consent,
    )
    fields = {
        "agreement_kind": row.agreement_kind,
        "new_last_due_on": row.new_last_due_on,
        "agreed_amount": row.amount,
        "terms": row.terms,
        "signers": "、".join(one.name or "" for one in people),
        "guarantor_consent": row.guarantor_consent,
    }
    return enter(work, Action.RECORD_AGREEMENT, row, new, fields)


def _check_agreement(work: Work, loan: Loan, new: NewAgreement) -> None:
    require_code(new.agreement_kind, labels.AGREEMENT_KINDS)
    require_code(new.guarantor_consent, labels.CONSENTS)
    if not new.terms.strip() or not new.signer_ids:
        raise RuleViolation(_("请填写协议内容，并选择签署人。"))
    if new.amount is not None and new.amount <= ZERO:
        raise RuleViolation(_("协议金额须大于零。"))
    if new.agreement_kind == "extension":
        last = loan.matures_on
        if new.new_last_due_on is None or (last is not None and new.new_last_due_on <= last):
            raise RuleViolation(_("展期须填写新的最后到期日，并晚于合同到期日。"))
    if (new.guarantor_consent == "none") == has_guarantor(work.session, loan, new.on):
        raise RuleViolation(_("请核对保证人是否书面同意：与登记的保证人不符。"))


def has_guarantor(session: Session, loan: Loan, on: date) -> bool:
    """Return whether somebody guarantees the loan on the day `on`."""
    standing = LoanParty.ended_on.is_(None) | (LoanParty.ended_on > on)
    wanted = select(LoanParty.id).where(
        LoanParty.loan_id == loan.id, LoanParty.role == "guarantor", standing
    )
    return session.scalars(wanted.limit(1)).first() is not None
