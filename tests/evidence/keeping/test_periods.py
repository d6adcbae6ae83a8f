"""No erasure on a ground that a running retention period stops: the same check for every way."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from recovery.access import approvals
from recovery.evidence.keeping import persons
from recovery.evidence.keeping.erasure import Wanted, request_erasure
from recovery.evidence.keeping.models import ErasedRecord, Erasure
from recovery.evidence.keeping.periods import GROUNDS
from recovery.evidence.keeping.retention import due_loans, rule_of_document, rules
from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.errors import RuleViolation
from recovery.kernel.gate import EVERYTHING
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.work import Work, work_as
from recovery.loans.models import Document, Loan
from tests.evidence.keeping.making import add_file, register
from tests.evidence.keeping.test_erasure import BASIS, Case, case  # noqa: F401 - a fixture

LAST_OF_IDENTITY = date(2020, 3, 1)
"""The loan of these tests was closed on 1 March 2010."""

LAST_OF_FILE = date(2040, 3, 1)
DAY = timedelta(days=1)


def at(day: date) -> datetime:
    """Return noon of a day."""
    return clock.start_of(day) + timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks on a day for erasures of a case."""

    case: Case
    day: date

    def of_record(self, kind: str, ground: str, *names: str, with_object: bool = False) -> Erasure:
        """Ask for fields or the file of a record."""
        wanted = Wanted(self.case.intent(kind).id, names, with_object, ground, BASIS, "本人申请")
        with work_as(self.case.counsel, now=at(self.day)) as work:
            return request_erasure(work, wanted)

    def of_borrower(self, ground: str) -> Erasure:
        """Ask for the borrower of all records."""
        loan = self.case.loan
        with work_as(self.case.counsel, now=at(self.day)) as work:
            return persons.request_person_erasure(
                work, loan.id, loan.borrower_id, ground=ground, basis=BASIS, reason="本人申请"
            )

    def approve(self, erasure: Erasure) -> None:
        """Approve an erasure as the second person."""
        with work_as(self.case.approver, now=at(self.day)) as work:
            request = approvals.pending_on(work.session, "erasure", erasure.id)
            assert request is not None
            approvals.approve_request(work, request.id, shown=request.digest)


@pytest.mark.parametrize("ground", ["period_over", "purpose_done", "consent_withdrawn"])
def test_a_file_is_kept_to_the_last_day_of_its_period(
    case: Case,  # noqa: F811
    ground: str,
) -> None:
    with pytest.raises(RuleViolation) as refused:
        Asking(case, LAST_OF_IDENTITY).of_record("file", ground, with_object=True)
    said = str(refused.value)
    for part in ("客户身份资料", "2020-03-01", "反洗钱法", "未经法务确认", "HT-0001"):
        assert part in said
    db.session.rollback()
    assert db.session.scalars(select(Erasure)).all() == []
    assert Asking(case, LAST_OF_IDENTITY + DAY).of_record("file", ground, with_object=True)


def test_fields_of_the_contract_are_kept_as_long_as_the_loan_file(
    case: Case,  # noqa: F811
) -> None:
    with pytest.raises(RuleViolation, match="2040-03-01"):
        Asking(case, LAST_OF_FILE).of_record("contract", "period_over", "borrower_name")
    Asking(case, LAST_OF_FILE + DAY).of_record("contract", "period_over", "borrower_name")


def test_a_person_is_kept_as_long_as_the_longest_period_of_the_records(
    case: Case,  # noqa: F811
) -> None:
    with pytest.raises(RuleViolation, match="2040-03-01"):
        Asking(case, LAST_OF_FILE).of_borrower("purpose_done")
    Asking(case, LAST_OF_FILE + DAY).of_borrower("purpose_done")


def test_what_was_taken_in_unlawfully_goes_at_once_and_the_approver_sees_the_period(
    case: Case,  # noqa: F811
) -> None:
    early = Asking(case, LAST_OF_IDENTITY - DAY)
    erasure = early.of_record("file", "unlawful", with_object=True)
    request = approvals.pending_on(db.session(), "erasure", erasure.id)
    assert request is not None
    for part in ('"ground":"unlawful"', '"last_day":"2020-03-01"', '"rule":"identity"'):
        assert part in str(request.content)
    early.approve(erasure)
    db.session.rollback()
    assert db.session.get_one(Erasure, erasure.id).state == "approved"


def test_the_lenders_own_period_stops_only_that_it_is_over(case: Case) -> None:  # noqa: F811
    document = add_file(case.counsel, case.loan, "other paper", "other")
    register()
    intent_id = db.session.scalars(
        select(RegistrationIntent.id).where(
            RegistrationIntent.subject_type == "document",
            RegistrationIntent.subject_id == document.id,
        )
    ).one()

    def ask(work: Work, ground: str) -> Erasure:
        return request_erasure(
            work, Wanted(intent_id, ("title",), False, ground, BASIS, "本人申请")
        )

    with (
        work_as(case.counsel, now=at(date(2015, 3, 1))) as work,
        pytest.raises(RuleViolation, match="2015-03-01"),
    ):
        ask(work, "period_over")
    with work_as(case.counsel, now=at(date(2015, 3, 1))) as work:
        ask(work, "consent_withdrawn")


def test_a_loan_that_runs_has_no_period_that_could_be_over(case: Case) -> None:  # noqa: F811
    with work_as(case.counsel, now=at(date(2050, 1, 1))) as work:
        work.session.get_one(Loan, case.loan.id).closed_on = None
    with pytest.raises(RuleViolation, match="没有起算"):
        Asking(case, date(2050, 1, 1)).of_record("file", "period_over", with_object=True)


def test_a_file_that_serves_as_two_kinds_is_kept_for_the_longer(case: Case) -> None:  # noqa: F811
    with work_as(case.counsel, now=at(date(2025, 1, 1))) as work:
        same = {
            name: getattr(case.document, name)
            for name in ("loan_id", "title", "file_name", "media_type", "size", "sha256", "origin")
        }
        work.add(Document(**same, kind="loan_contract", added_at=work.now, ended_on=None))
    with pytest.raises(RuleViolation, match="2040-03-01"):
        Asking(case, date(2025, 1, 1)).of_record("file", "period_over", with_object=True)


def test_the_check_is_repeated_when_the_erasure_is_carried_out(case: Case) -> None:  # noqa: F811
    asking = Asking(case, LAST_OF_IDENTITY + DAY)
    erasure = asking.of_record("file", "period_over", "title", with_object=True)
    with pytest.raises(RuleViolation, match="2020-03-01"):
        Asking(case, LAST_OF_IDENTITY).approve(erasure)
    db.session.rollback()
    assert db.session.get_one(Erasure, erasure.id).state == "requested"
    assert db.session.scalars(select(ErasedRecord)).all() == []


def test_a_request_is_void_when_the_loan_closed_on_another_day_after_all(
    case: Case,  # noqa: F811
) -> None:
    asking = Asking(case, LAST_OF_IDENTITY + DAY)
    erasure = asking.of_record("file", "period_over", with_object=True)
    with work_as(case.counsel, now=at(asking.day)) as work:
        work.session.get_one(Loan, case.loan.id).closed_on = date(2012, 1, 1)
    asking.approve(erasure)
    db.session.rollback()
    assert db.session.get_one(Erasure, erasure.id).state == "requested"


def test_what_the_list_calls_due_can_be_erased_and_not_a_day_before(
    case: Case,  # noqa: F811
) -> None:
    rule = rule_of_document("identity")
    assert due_loans(db.session(), rule, EVERYTHING, LAST_OF_IDENTITY) == []
    [due] = due_loans(db.session(), rule, EVERYTHING, LAST_OF_IDENTITY + DAY)
    assert due.last_day == LAST_OF_IDENTITY


@pytest.mark.parametrize(
    "closed", [date(2012, 2, 28), date(2012, 2, 29), date(2014, 2, 28), date(2014, 3, 1)]
)
def test_list_and_refusal_name_the_same_day_around_29_february(closed: date) -> None:
    rule = next(rule for rule in rules() if rule.years == 10)
    last = rule.last_day(closed)
    assert not closed < rule.closed_before(last)
    assert closed < rule.closed_before(last + DAY)


def test_no_rule_is_left_out_because_nobody_confirmed_it() -> None:
    unconfirmed = [rule for rule in rules() if not rule.confirmed]
    assert unconfirmed
    assert all(GROUNDS["period_over"].is_stopped_by(rule) for rule in unconfirmed)
