"""Recording what was done to collect: kept, audited, registered, corrected, seen by the law."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from recovery.collection import corrections, queries, service
from recovery.collection.models import Contact, Demand
from recovery.collection.values import (
    NewAgreement,
    NewContact,
    NewDelivery,
    NewDemand,
    NewVisit,
)
from recovery.evidence.comparison import compare
from recovery.evidence.keeping import persons
from recovery.evidence.keeping.reach import erasers, person_reach
from recovery.evidence.models import EvidenceItem
from recovery.evidence.sequencer import fields_of, register_pending
from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.gate import NOTHING, Actor
from recovery.kernel.models import AuditEvent, RegistrationIntent
from recovery.kernel.work import Work, work_as
from recovery.loans.documents import KeptFile, keep_file
from recovery.loans.models import Document, Loan, Person
from recovery.loans.parties import add_party
from recovery.loans.queries import claim_on
from recovery.loans.values import NewParty, NewPerson
from tests.books import add_loans
from tests.conftest import NOW
from tests.evidence.making import small_pdf

DAY = date(2026, 3, 12)
PHONE = "13800001111"


def at(hour: int, minute: int = 0, *, day: date = DAY) -> datetime:
    """Return a local hour of a day."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=clock.BUSINESS_ZONE)


@pytest.fixture
def loan(app: Flask, actor: Actor) -> Loan:
    """Return a loan of which nothing was paid."""
    with work_as(actor, now=NOW) as work:
        return add_loans(work)[0]


def contact(loan: Loan, **changed: Any) -> NewContact:
    """Return a call to the borrower in the morning that was answered."""
    given: dict[str, Any] = {
        "person_id": loan.borrower_id,
        "at": at(10),
        "outcome": "reached_confirmed",
    }
    return NewContact(**given | {"address": PHONE} | changed)


def demand(loan: Loan, **changed: Any) -> NewDemand:
    """Return a demand to the borrower's agreed address."""
    given: dict[str, Any] = {"person_id": loan.borrower_id, "on": DAY, "means": "ems"}
    given |= {"address": "测试路 1 号", "address_basis": "agreed"}
    return NewDemand(**given | changed)


def agreement(loan: Loan, **changed: Any) -> NewAgreement:
    """Return an extension that the borrower signed."""
    given: dict[str, Any] = {"on": DAY, "agreement_kind": "extension", "terms": "延长一年"}
    given |= {"new_last_due_on": date(2027, 1, 5), "signer_ids": (loan.borrower_id,)}
    return NewAgreement(**given | {"person_id": loan.borrower_id} | changed)


def paper() -> KeptFile:
    """Return a file that is in the store."""
    return keep_file(BytesIO(small_pdf("signed")), "协议.pdf")


def registered(work: Work, row: Any) -> dict[str, str]:
    """Return what is committed to of a record."""
    intent = work.session.scalars(
        select(RegistrationIntent).where(
            RegistrationIntent.subject_type == row.__tablename__,
            RegistrationIntent.subject_id == row.id,
        )
    ).one()
    return fields_of(work.session, [intent])[intent.id]


def test_a_contact_keeps_what_happened_an_audit_event_and_what_is_registered(
    loan: Loan, work: Work
) -> None:
    promise = {"promised_amount": Decimal("500.00"), "promised_on": date(2026, 3, 20)}
    row = service.record_contact(work, loan.id, contact(loan, remark="说月底发工资", **promise))
    event = work.session.scalars(
        select(AuditEvent).where(AuditEvent.subject_type == "contact")
    ).one()
    assert (event.action, event.subject_id) == ("contact.record", row.id)
    assert PHONE not in str(event.changes)
    assert PHONE.encode() not in (row.address_sealed or b"")
    fields = registered(work, row)
    assert fields["event"] == "contact.record"
    assert fields["contacted"] == "borrower"
    assert fields["person_name"] == loan.borrower_name
    assert fields["contact_address"] == PHONE
    assert fields["remark"] == "说月底发工资"
    assert fields["contact_outcome"] == "reached_confirmed"
    assert fields["promised_amount"] == "500.00"
    assert fields["happened_on"] == "2026-03-12"
    assert "conduct" not in fields


def test_a_contact_at_night_is_recorded_with_what_the_law_says(loan: Loan, work: Work) -> None:
    row = service.record_contact(work, loan.id, contact(loan, at=at(22)))
    [kept] = row.conduct
    assert (kept["rule"], kept["confirmed"]) == ("collection.contact_hours", False)
    assert "GB/T 45251-2025" in registered(work, row)["conduct"]
    assert not service.record_contact(work, loan.id, contact(loan, at=at(21, 59))).conduct


def test_the_fourth_effective_call_of_the_day_is_flagged_whatever_the_loan(
    loan: Loan, work: Work
) -> None:
    [other] = add_loans(work, first=7)
    other.borrower_id = loan.borrower_id
    for hour in (9, 10):
        assert not service.record_contact(work, loan.id, contact(loan, at=at(hour))).conduct
    third = service.record_contact(work, other.id, contact(loan, at=at(11)))
    assert not third.conduct
    text = contact(loan, at=at(12), channel="text_message", outcome="sent")
    assert not service.record_contact(work, loan.id, text).conduct
    [kept] = service.record_contact(work, loan.id, contact(loan, at=at(13))).conduct
    assert kept["rule"] == "collection.effective_calls"
    tomorrow = contact(loan, at=at(9, day=DAY + timedelta(days=1)))
    assert not service.record_contact(work, loan.id, tomorrow).conduct


def test_a_call_that_was_taken_back_or_corrected_counts_no_more(loan: Loan, work: Work) -> None:
    rows = [
        service.record_contact(work, loan.id, contact(loan, at=at(hour))) for hour in (9, 10, 11)
    ]
    corrections.withdraw(work, rows[0].id, "登记错了贷款")
    fixed = contact(loan, at=at(10, 5), corrects_id=rows[1].id, reason="时间有误")
    assert not service.record_contact(work, loan.id, fixed).conduct
    assert queries.effective_calls_on(work.session, loan.borrower_id, DAY) == 2


def test_the_seventh_unanswered_call_to_a_number_is_flagged(loan: Loan, work: Work) -> None:
    tries = [
        service.record_contact(
            work, loan.id, contact(loan, at=at(9, minute), outcome="not_answered")
        )
        for minute in range(7)
    ]
    assert [len(row.conduct) for row in tries] == [0, 0, 0, 0, 0, 0, 1]
    other = contact(loan, at=at(12), outcome="not_answered", address="13900002222")
    assert not service.record_contact(work, loan.id, other).conduct


def test_what_cannot_have_happened_is_refused(loan: Loan, work: Work) -> None:
    impossible = (
        contact(loan, at=NOW + timedelta(minutes=1)),
        contact(loan, at=at(10, day=date(2024, 1, 4))),
        contact(loan, outcome="unheard_of"),
        contact(loan, promised_on=date(2026, 3, 11)),
    )
    for new in impossible:
        with pytest.raises(RuleViolation):
            service.record_contact(work, loan.id, new)
    with pytest.raises(NotFound):
        service.record_contact(work, loan.id, contact(loan, person_id=987654))
    assert work.session.scalars(select(Contact)).all() == []


def test_a_record_is_corrected_once_by_one_of_its_kind_with_a_reason(
    loan: Loan, work: Work
) -> None:
    row = service.record_contact(work, loan.id, contact(loan))
    with pytest.raises(RuleViolation, match="理由"):
        service.record_contact(work, loan.id, contact(loan, corrects_id=row.id))
    with pytest.raises(NotFound):
        service.record_demand(work, loan.id, demand(loan, corrects_id=row.id, reason="错"))
    new = contact(loan, outcome="reached", corrects_id=row.id, reason="未核实身份")
    later = service.record_contact(work, loan.id, new)
    assert registered(work, later)["corrects"] == row.record_no
    assert row.outcome == "reached_confirmed"
    with pytest.raises(RuleViolation, match="已被更正"):
        service.record_contact(work, loan.id, new)
    with pytest.raises(RuleViolation, match="已被更正"):
        corrections.withdraw(work, row.id, "重复")


def test_a_demand_keeps_the_claim_of_its_day_and_deliveries_come_later(
    loan: Loan, work: Work
) -> None:
    row = service.record_demand(work, loan.id, demand(loan, waybill_no="EA123456789CN"))
    claim = claim_on(work.session, loan, DAY)
    assert (row.amount, row.owed_due, row.owed_total) == (claim.due, claim.due, claim.total)
    assert row.owed_total == sum(
        (row.owed_principal, row.owed_interest, row.owed_penalty, row.owed_costs)
    )
    with pytest.raises(RuleViolation, match="发函日期"):
        early = NewDelivery(on=date(2026, 3, 11), outcome="delivered", proof="signed_receipt")
        service.record_delivery(work, row.id, early)
    fixed = service.record_demand(
        work, loan.id, demand(loan, means="post", corrects_id=row.id, reason="不是特快")
    )
    came = NewDelivery(on=date(2026, 3, 14), outcome="delivered", proof="signed_receipt")
    delivery = service.record_delivery(work, fixed.id, came)
    assert delivery.person_id == loan.borrower_id
    assert queries.deliveries_of(work.session, row.id) == [delivery]
    assert registered(work, delivery)["demand"] == fixed.record_no
    assert work.session.get_one(Demand, row.id).means == "ems"


def test_a_demand_is_for_what_has_fallen_due_unless_it_says_otherwise(
    loan: Loan, work: Work
) -> None:
    early = date(2025, 3, 12)
    row = service.record_demand(work, loan.id, demand(loan, on=early))
    assert row.amount == claim_on(work.session, loan, early).due < row.owed_total
    other = service.record_demand(work, loan.id, demand(loan, amount=Decimal("88.00")))
    assert other.amount == Decimal("88.00")
    with pytest.raises(RuleViolation, match="到期欠款"):
        service.record_demand(work, loan.id, demand(loan, on=date(2024, 1, 6)))


def test_a_visit_names_who_went_and_is_measured_by_the_same_hours(loan: Loan, work: Work) -> None:
    given: dict[str, Any] = {
        "person_id": loan.borrower_id,
        "address": "测试路 1 号",
        "met": "nobody",
    }
    given |= {"outcome": "nobody_there", "vehicle": "seen", "mileage": 43210}
    row = service.record_visit(
        work, loan.id, NewVisit(**given, at=at(8), visitors=("张三", " ", "李四"))
    )
    assert (row.visitors, row.conduct) == ("张三、李四", [])
    assert registered(work, row)["mileage"] == "43210"
    late = service.record_visit(work, loan.id, NewVisit(**given, at=at(7, 59), visitors=("张三",)))
    assert [one["rule"] for one in late.conduct] == ["collection.contact_hours"]
    with pytest.raises(RuleViolation):
        service.record_visit(work, loan.id, NewVisit(**given, at=at(9), visitors=(" ",)))


def test_an_agreement_needs_its_document_its_terms_and_a_later_last_day(
    loan: Loan, work: Work
) -> None:
    signed = paper()
    with pytest.raises(RuleViolation, match="协议文件"):
        service.record_agreement(work, loan.id, agreement(loan))
    for changed in (
        {"terms": " "},
        {"signer_ids": ()},
        {"new_last_due_on": None},
        {"new_last_due_on": loan.matures_on},
        {"guarantor_consent": "yes"},
    ):
        with pytest.raises(RuleViolation):
            service.record_agreement(work, loan.id, agreement(loan, paper=signed, **changed))
    row = service.record_agreement(work, loan.id, agreement(loan, paper=signed))
    document = work.session.get_one(Document, row.document_id)
    assert (document.kind, document.loan_id) == ("extension_agreement", loan.id)
    fields = registered(work, row)
    assert fields["paper_sha256"] == document.sha256
    assert (fields["signers"], fields["terms"]) == (loan.borrower_name, "延长一年")
    assert loan.matures_on == date(2026, 1, 5), "the schedule stays as it is"


def test_where_somebody_guarantees_it_is_asked_whether_they_consented(
    loan: Loan, work: Work
) -> None:
    add_party(work, loan.id, NewParty(NewPerson(name="赵云飞"), "guarantor"))
    signed = paper()
    with pytest.raises(RuleViolation, match="保证人"):
        service.record_agreement(work, loan.id, agreement(loan, paper=signed))
    without = agreement(loan, paper=signed, guarantor_consent="no")
    assert service.record_agreement(work, loan.id, without).guarantor_consent == "no"


def test_who_may_not_see_the_loan_records_and_sees_nothing(loan: Loan, actor: Actor) -> None:
    with work_as(actor, now=NOW) as work:
        row = service.record_demand(work, loan.id, demand(loan))
    blind = Actor(id=None, name="x", role="collector", scope=NOTHING)
    came = NewDelivery(on=DAY, outcome="unknown", proof="none")
    with work_as(blind, now=NOW) as work:
        for act in (
            lambda: service.record_contact(work, loan.id, contact(loan)),
            lambda: service.record_delivery(work, row.id, came),
            lambda: corrections.withdraw(work, row.id, "错"),
            lambda: corrections.unmask(work, row.id, "看看"),
            lambda: queries.record(work.session, row.id, NOTHING),
        ):
            with pytest.raises(NotFound):
                act()


def test_every_record_reaches_the_log_and_the_comparison_finds_no_difference(
    loan: Loan, actor: Actor
) -> None:
    with work_as(actor, now=NOW) as work:
        rows: list[Any] = [
            service.record_contact(work, loan.id, contact(loan)),
            service.record_demand(work, loan.id, demand(loan)),
            service.record_agreement(work, loan.id, agreement(loan, paper=paper())),
        ]
        rows.append(corrections.withdraw(work, rows[0].id, "登记错了贷款"))
    register_pending()
    assert list(compare()) == []
    for row in rows:
        wanted = (
            select(EvidenceItem.log_index)
            .join(RegistrationIntent, RegistrationIntent.id == EvidenceItem.intent_id)
            .where(
                RegistrationIntent.subject_type == row.__tablename__,
                RegistrationIntent.subject_id == row.id,
            )
        )
        assert db.session.scalars(wanted).one() is not None


def test_erasure_reaches_remark_address_and_terms(loan: Loan, actor: Actor) -> None:
    with work_as(actor, now=NOW) as work:
        call = service.record_contact(work, loan.id, contact(loan, remark="在亲戚家"))
        deal = service.record_agreement(work, loan.id, agreement(loan, paper=paper()))
        eraser = erasers.get("contact")
        assert eraser.about is not None
        assert eraser.about(work.session, call.id) == loan.borrower_id
        assert not eraser.may_erase("contact_outcome")
        eraser.erase(work, call.id, ["contact_address"])
        assert (call.address, call.remark) == ("（已删除）", "在亲戚家")
        person_reach.get("collection_record")(work, loan.id)
        assert (call.remark, deal.terms) == ("（已删除）", "（已删除）")


def test_the_erasure_of_a_person_finds_what_was_written_and_dialled_in_each_registration(
    loan: Loan, work: Work
) -> None:
    party = add_party(work, loan.id, NewParty(NewPerson(name="赵云飞"), "guarantor"))
    service.record_contact(work, loan.id, contact(loan, remark="旧号码", address="13700003333"))
    theirs = contact(loan, person_id=party.person_id, remark="在外地", address="13600004444")
    service.record_contact(work, loan.id, theirs)
    third = contact(loan, person_id=None, remark="邻居称已搬走", address=None)
    service.record_contact(work, loan.id, third)
    whole = ("contact_address", "person_name", "remark")
    of_borrower = persons.records_of(work.session, work.session.get_one(Person, loan.borrower_id))
    of_guarantor = persons.records_of(work.session, party.person)
    assert [one.names for one in of_borrower if one.intent.subject_type == "contact"] == [
        whole,
        ("remark",),
    ]
    assert [(one.names, one.left) for one in of_guarantor] == [(whole, ())]
