"""People, owners, collateral, documents, concessions, what the calendar does, and evidence."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select

from recovery.access.approvals import approve_request
from recovery.access.delegations import set_limit
from recovery.access.models import Branch, UserAccount
from recovery.kernel import links
from recovery.kernel.clock import start_of
from recovery.kernel.db import db
from recovery.kernel.errors import Conflict, NotFound, RuleViolation
from recovery.kernel.gate import EVERYTHING, Actor, Scope
from recovery.kernel.links import StoredFile
from recovery.kernel.models import AuditEvent
from recovery.kernel.text import reading
from recovery.kernel.work import Work, system_work, work_as
from recovery.loans import collateral, concessions, daily, documents, parties, queries, service
from recovery.loans.concessions import Waived
from recovery.loans.documents import KeptFile, Papers
from recovery.loans.models import (
    Concession,
    LedgerEntry,
    Loan,
    MonthEndSnapshot,
    Vehicle,
)
from recovery.loans.service import Booking
from recovery.loans.values import NewOwnership, NewParty, NewPerson
from recovery.web.language import translate_for
from tests.conftest import NOW
from tests.loans.making import assert_in_step, entries_of, make_loan

D = Decimal
TODAY = date(2026, 3, 16)


def test_a_party_with_a_known_id_number_is_the_same_person(work: Work) -> None:
    loan = make_loan(work)
    party = parties.add_party(
        work,
        loan.id,
        NewParty(NewPerson(name="王小明", id_number="110101199003070599"), "guarantor", "general"),
    )
    assert party.person_id == loan.borrower_id
    parties.end_party(work, loan.id, party.id, TODAY)
    with pytest.raises(RuleViolation):
        parties.end_party(work, loan.id, party.id, TODAY)


def test_what_is_entered_of_a_known_person_is_kept_and_another_name_refused(work: Work) -> None:
    loan = make_loan(work)
    known = NewPerson(name="王小明", id_number="110101199003070599", phone="13900001111")
    party = parties.add_party(work, loan.id, NewParty(known, "guarantor"))
    assert party.person.phone == "13900001111"
    other = replace(known, name="王大明")
    with pytest.raises(RuleViolation, match="另一姓名"):
        parties.add_party(work, loan.id, NewParty(other, "guarantor"))


def test_knowing_the_number_of_a_stranger_opens_no_contacts(work: Work) -> None:
    theirs = make_loan(work)
    ours = make_loan(work, "HT-OURS", borrower=NewPerson(name="李四"))
    branch = Branch(code="909", name="另一分行")
    ours.branch_id = work.add(branch).id
    stranger = theirs.borrower
    before = (stranger.name, stranger.phone)
    known = NewPerson(name="王小明", id_number="110101199003070599", phone="13900001111")
    actor = replace(work.actor, scope=Scope(branches=frozenset({ours.branch_id})))
    party = parties.add_party(replace(work, actor=actor), ours.id, NewParty(known, "guarantor"))
    assert party.person_id != stranger.id
    assert (stranger.name, stranger.phone) == before


@pytest.mark.parametrize(
    "wrong",
    [
        NewParty(NewPerson(name=" "), "guarantor"),
        NewParty(NewPerson(name="李四"), "friend"),
        NewParty(NewPerson(name="李四"), "co_borrower", "general"),
        NewParty(NewPerson(name="李四", id_number="110101199003070590"), "guarantor"),
    ],
)
def test_a_party_that_cannot_be_is_refused(work: Work, wrong: NewParty) -> None:
    loan = make_loan(work)
    with pytest.raises(RuleViolation):
        parties.add_party(work, loan.id, wrong)


def test_a_person_of_another_loan_is_not_unmasked(work: Work) -> None:
    loan, other = make_loan(work), make_loan(work, "X", borrower=NewPerson(name="他", phone="1"))
    with pytest.raises(NotFound):
        parties.unmask(work, loan.id, other.borrower_id, name="phone", reason="查")
    with pytest.raises(NotFound):
        parties.unmask(work, loan.id, loan.borrower_id, name="name", reason="查")
    with pytest.raises(RuleViolation):
        parties.unmask(work, loan.id, loan.borrower_id, name="phone", reason=" ")


def test_an_owner_follows_the_one_before(work: Work) -> None:
    loan = make_loan(work)
    parties.change_ownership(
        work, loan.id, NewOwnership("pledged", "某银行", date(2026, 1, 1), D("0.5"))
    )
    now, before = queries.owners_of(work.session, loan.id)
    assert (now.owner_kind, now.share) == ("pledged", D("0.5"))
    assert before.until == date(2026, 1, 1)
    for wrong in (
        NewOwnership("pledged", "", date(2025, 1, 1)),
        NewOwnership("nobody", "", TODAY),
        NewOwnership("own_book", "", TODAY, D("1.01")),
        NewOwnership("own_book", "", TODAY, D(0)),
    ):
        with pytest.raises(RuleViolation):
            parties.change_ownership(work, loan.id, wrong)


def car_of(work: Work, loan: Loan) -> Vehicle:
    vehicle = queries.vehicle_of(work.session, loan.id)
    assert vehicle is not None
    return vehicle


def test_a_car_and_its_loan_change_together_and_the_audit_hides_the_place(work: Work) -> None:
    loan = make_loan(work)
    car = car_of(work, loan)
    new = replace(
        collateral.collateral_of(car),
        state="located",
        last_place="某市某路 5 号",
        plate="沪b·54321",
    )
    collateral.change_collateral(work, car.id, car.version, new)
    assert (loan.vehicle_state, car.plate, car.last_place) == (
        "located",
        "沪B54321",
        new.last_place,
    )
    event = work.session.scalars(
        select(AuditEvent).where(AuditEvent.action == "collateral.change")
    ).one()
    assert event.changes["state"] == ["unknown", "located"]
    assert "某市" not in str(event.changes)
    with pytest.raises(Conflict):
        collateral.change_collateral(work, car.id, 99, new)
    with pytest.raises(RuleViolation):
        collateral.change_collateral(
            work, car.id, car.version, replace(new, mortgage_registered_on=None)
        )


def test_a_released_car_stays_as_a_record_and_another_may_follow(work: Work) -> None:
    loan = make_loan(work)
    car = car_of(work, loan)
    with pytest.raises(RuleViolation):
        collateral.add_collateral(work, loan.id, collateral.collateral_of(car))
    collateral.end_collateral(work, car.id, car.version, TODAY)
    assert loan.mortgage_state == "released"
    with pytest.raises(RuleViolation):
        collateral.end_collateral(work, car.id, car.version, TODAY)
    other = replace(collateral.collateral_of(car), mortgage_state="unregistered")
    added = collateral.add_collateral(work, loan.id, other)
    assert car_of(work, loan) is added
    assert loan.mortgage_state == "unregistered"


def test_the_same_file_is_added_once_and_an_ended_one_stays(work: Work) -> None:
    loan = make_loan(work)
    file = KeptFile("a.pdf", StoredFile("ab" * 32, 10, "application/pdf"))
    [first] = documents.add_documents(work, loan.id, [file, file], Papers("loan_contract"))
    assert documents.add_documents(work, loan.id, [file], Papers("loan_contract")) == []
    documents.end_document(work, loan.id, first.id, "传错")
    [again] = documents.add_documents(work, loan.id, [file], Papers("other", title="补传"))
    assert [one.id for one in queries.documents_of(work.session, loan.id)] == [again.id, first.id]
    for files, papers in (([], Papers("other")), ([file], Papers("nonsense"))):
        with pytest.raises(RuleViolation):
            documents.add_documents(work, loan.id, files, papers)


def test_what_is_committed_to_of_a_row_has_fixed_names_and_plain_texts(work: Work) -> None:
    loan = make_loan(work)
    fee = service.book_fee(work, loan.id, Booking(D("10.50"), TODAY, reference="R1"))
    row = service.reverse_transaction(work, loan.id, fee.id, "试")
    fields = links.record_fields.get("ledger_entry")(work.session, [fee.id, row.id])
    assert fields[fee.id] == {
        "contract_no": "HT-2025-0001",
        "number": str(fee.number),
        "kind": "fee",
        "value_date": "2026-03-16",
        "booked_at": "2026-03-16T02:00:00+00:00",
        "amount": "10.50",
        "principal": "0.00",
        "interest": "0.00",
        "penalty": "0.00",
        "compound": "0.00",
        "costs": "10.50",
        "reference": "R1",
        "reverses": "",
        "origin": "born_here",
    }
    assert fields[row.id]["reverses"] == str(fee.number)
    assert fields[row.id]["costs"] == "-10.50"


def as_person(account: UserAccount) -> Actor:
    return Actor(account.id, account.username, account.role, EVERYTHING)


Person = Callable[..., UserAccount]


def approver_of(person: Person) -> Actor:
    """Return an approver whose limit reaches a million."""
    account = person("approver")
    with system_work("tests") as work:
        row = work.session.get_one(UserAccount, account.id)
        set_limit(work, row, "*", D("1000000.00"))
    return as_person(account)


def test_a_waiver_is_executed_by_another_persons_approval_exactly_as_shown(person: Person) -> None:
    asking, deciding = as_person(person("asset_manager")), approver_of(person)
    with work_as(asking, now=NOW) as work:
        loan = make_loan(work)
        loan_id = loan.id
        request = concessions.propose_waiver(
            work, loan_id, Waived(penalty=D("100.00"), costs=D(0)), on=TODAY, reason="一次性还款"
        )
        owed, shown, request_id = loan.penalty_due, request.digest, request.id
        assert entries_of(work, loan)[-1].kind == "penalty"
    with work_as(deciding, now=NOW) as work:
        approve_request(work, request_id, shown=shown)
    with work_as(asking, now=NOW) as work:
        loan = work.get(Loan, loan_id)
        assert_in_step(work, loan)
        assert loan.penalty_due == owed - D("100.00")
        waiver = entries_of(work, loan)[-1]
        assert (waiver.kind, waiver.amount) == ("waiver", D("100.00"))
        assert work.session.scalars(select(Concession)).one().entry_id == waiver.id


def test_a_payment_after_the_request_voids_the_waiver(person: Person) -> None:
    asking, deciding = as_person(person("asset_manager")), approver_of(person)
    with work_as(asking, now=NOW) as work:
        loan = make_loan(work)
        waived = Waived(penalty=D("10.00"))
        request = concessions.propose_waiver(work, loan.id, waived, on=TODAY, reason="试")
        loan_id, shown, request_id = loan.id, request.digest, request.id
    with work_as(asking, now=NOW) as work:
        service.record_payment(work, loan_id, Booking(D("50.00"), TODAY))
    with work_as(deciding, now=NOW) as work:
        assert approve_request(work, request_id, shown=shown).status == "void"
        kinds = {entry.kind for entry in entries_of(work, work.get(Loan, loan_id))}
        assert "waiver" not in kinds


def test_a_write_off_leaves_the_claim_whole_and_recoveries_close_it(person: Person) -> None:
    asking, deciding = as_person(person("asset_manager")), approver_of(person)
    with work_as(asking, now=NOW) as work:
        loan = make_loan(work)
        loan_id = loan.id
        before = queries.claim_on(work.session, loan, TODAY).total
        request = concessions.propose_write_off(work, loan_id, on=TODAY, reason="终本满一年")
        shown, request_id = request.digest, request.id
    with work_as(deciding, now=NOW) as work:
        approve_request(work, request_id, shown=shown)
    with work_as(asking, now=NOW) as work:
        loan = work.get(Loan, loan_id)
        assert loan.written_off_on == TODAY
        assert queries.claim_on(work.session, loan, TODAY).total == before
        with pytest.raises(RuleViolation):
            concessions.propose_write_off(work, loan_id, on=TODAY, reason="再")
        service.record_recovery(work, loan_id, Booking(before, TODAY))
        assert (loan.closed_on, loan.close_reason) == (TODAY, "written_off_recovered")
        assert_in_step(work, loan)


@pytest.mark.parametrize(
    "waived", [Waived(), Waived(costs=D("0.01")), Waived(interest=D("-1"), principal=D("2"))]
)
def test_what_cannot_be_waived_is_refused(person: Person, waived: Waived) -> None:
    asking = as_person(person("asset_manager"))
    with work_as(asking, now=NOW) as work:
        loan = make_loan(work)
        with pytest.raises(RuleViolation), work.session.begin_nested():
            concessions.propose_waiver(work, loan.id, waived, on=TODAY, reason="试")


def test_the_heads_of_a_refused_waiver_are_named_in_the_readers_language() -> None:
    refused = concessions.TooMuchWaived({"principal": D(1), "costs": D(2)})
    assert "本金、费用" in str(refused.message)
    with reading(translate_for("en")):
        assert str(refused.message).isascii()


def test_the_day_makes_instalments_due_once_and_overdue_the_day_after(work: Work) -> None:
    loan = make_loan(work)
    due = queries.claim_on(work.session, loan, TODAY).due
    service.record_payment(work, loan.id, Booking(due, TODAY))
    actor = work.actor
    on_day = Work(work.session, actor, datetime(2026, 4, 15, 1, tzinfo=UTC))
    found = daily.loans_falling_due(work.session, date(2026, 4, 10), date(2026, 4, 15))
    assert found == [loan.id]
    assert daily.bill_instalments(on_day, found) == 1
    assert loan.overdue_since is None
    assert daily.bill_instalments(on_day, found) == 0
    after = Work(work.session, actor, datetime(2026, 4, 16, 1, tzinfo=UTC))
    daily.bill_instalments(after, found)
    assert loan.overdue_since == date(2026, 4, 15)
    assert_in_step(work, loan)


def test_a_month_end_is_taken_once_and_says_what_was_then(work: Work) -> None:
    loan = make_loan(work)
    month_end = date(2026, 2, 28)
    ids = daily.loans_at(work.session, month_end, 0, 10)
    assert ids == [loan.id]
    assert daily.loans_at(work.session, date(2024, 12, 31), 0, 10) == []
    assert daily.take_month_end(work, month_end, ids) == 1
    assert daily.take_month_end(work, month_end, ids) == 0
    month = work.session.scalars(select(MonthEndSnapshot)).one()
    days = (month_end - date(2025, 2, 15)).days
    assert (month.days_past_due, month.asset_class) == (days, "loss")
    assert month.principal == D("120000.00")


def test_rows_after_a_month_end_change_nothing_in_it(work: Work) -> None:
    loan = make_loan(work)
    service.record_payment(work, loan.id, Booking(D("50000.00"), TODAY))
    daily.take_month_end(work, date(2026, 2, 28), [loan.id])
    month = work.session.scalars(select(MonthEndSnapshot)).one()
    assert (month.principal, month.asset_class) == (D("120000.00"), "loss")


def test_the_timeline_holds_money_and_documents_newest_first(work: Work) -> None:
    from recovery.loans import timeline

    loan = make_loan(work)
    service.record_payment(work, loan.id, Booking(D("10.00"), TODAY))
    file = KeptFile("a.pdf", StoredFile("ab" * 32, 10, "application/pdf"))
    documents.add_documents(work, loan.id, [file], Papers("demand"))
    items = timeline.of_loan(work.session, loan.id, EVERYTHING, 50)
    assert [item.kind for item in items][:1] == ["document"]
    assert {"payment", "disbursement", "document"} <= {item.kind for item in items}
    assert [item.at for item in items] == sorted((item.at for item in items), reverse=True)
    assert items[-1].at == start_of(loan.disbursed_on)
    assert db is not None
    assert isinstance(entries_of(work, loan)[0], LedgerEntry)
