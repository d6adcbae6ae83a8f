"""Opening files and moving them through their stages."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from recovery.kernel import reasons
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import Conflict, NotFound, RuleViolation
from recovery.kernel.gate import EVERYTHING, NOTHING, Actor, Scope
from recovery.kernel.models import AuditEvent, RegistrationIntent
from recovery.kernel.work import Work, work_as
from recovery.litigation.deadlines import refresh_deadlines
from recovery.litigation.endings import end_deadline, reopen_deadline
from recovery.litigation.models import Deadline, LitigationFile
from recovery.litigation.queries import count_overdue
from recovery.litigation.service import NewFile, open_file, open_files
from recovery.litigation.stages import Step, change_stage
from recovery.loans.models import Loan
from recovery.loans.queries import claim_on
from recovery.loans.service import Booking, book_cost, book_court_cost, record_payment
from tests.books import add_loans
from tests.conftest import NOW

NEW = NewFile(court="上海市浦东新区人民法院", procedure="summary", claim_day=date(2026, 3, 16))


@pytest.fixture
def loan(app: Flask, actor: Actor) -> Loan:
    """Return a loan of which nothing was paid."""
    with work_as(actor, now=NOW) as work:
        return add_loans(work)[0]


def opened(work: Work, loan: Loan) -> LitigationFile:
    """Return a file just opened on `loan`."""
    return open_file(work, loan.id, NEW)


def test_a_file_keeps_the_claim_the_fee_and_the_article(loan: Loan, work: Work) -> None:
    file = opened(work, loan)
    heads = (file.claim_principal, file.claim_interest, file.claim_penalty, file.claim_costs)
    assert file.claim_total == sum(heads)
    assert file.claim_principal == Decimal("100000.00")
    assert file.claim_total > Decimal("100000.00")
    # half of: 2,300 + 2 % of what exceeds 100,000
    full = Decimal(2300) + (file.claim_total - 100_000) * Decimal("0.02")
    assert file.acceptance_fee == (full / 2).quantize(Decimal("0.01"))
    assert "第13条" in file.acceptance_fee_law["articles"][0]
    assert file.number == "2026-000001"


def test_limitation_runs_three_years_from_the_last_instalment(loan: Loan, work: Work) -> None:
    file = opened(work, loan)
    [deadline] = work.session.scalars(select(Deadline).where(Deadline.file_id == file.id))
    assert (deadline.rule, deadline.trigger_on) == ("limitation.civil", date(2026, 1, 5))
    assert deadline.nominal_last_day == date(2029, 1, 5)
    assert deadline.is_provisional, "no calendar of 2029 is published"
    assert file.next_last_day == deadline.last_day
    assert len(deadline.law["trace"]) >= 2


def test_opening_writes_its_audit_event_and_its_intent(loan: Loan, work: Work) -> None:
    file = opened(work, loan)
    work.session.flush()
    of_file = AuditEvent.subject_type == "litigation_file"
    events = work.session.scalars(select(AuditEvent).where(of_file)).all()
    assert [event.action for event in events] == [Action.OPEN_FILE]
    intents = select(RegistrationIntent).where(RegistrationIntent.subject_type == "litigation_file")
    assert [intent.subject_id for intent in work.session.scalars(intents)] == [file.id]


def test_a_second_open_file_on_one_loan_is_refused(loan: Loan, work: Work) -> None:
    opened(work, loan)
    with pytest.raises(RuleViolation, match="2026-000001"):
        opened(work, loan)


@pytest.mark.parametrize(
    ("court", "claim_day"), [(" ", date(2026, 3, 16)), ("法院", date(2027, 3, 18))]
)
def test_what_is_impossible_is_refused_and_leaves_no_trace(
    loan: Loan, work: Work, court: str, claim_day: date
) -> None:
    with pytest.raises(RuleViolation):
        open_file(work, loan.id, NewFile(court, "summary", claim_day))
    assert work.session.scalars(select(LitigationFile)).all() == []


def test_the_claim_may_be_computed_up_to_a_year_ahead(loan: Loan, work: Work) -> None:
    latest = date(2026, 3, 16) + timedelta(days=366)
    assert open_file(work, loan.id, NewFile("法院", "ordinary", latest)).claim_day == latest


def test_a_batch_opens_what_it_can_and_says_why_not(app: Flask, actor: Actor) -> None:
    with work_as(actor, now=NOW) as work:
        first, second = add_loans(work, 2)
        open_file(work, first.id, NEW)
        result = open_files(work, [first.id, second.id, 999], NEW)
        assert [file.loan_id for file in result.files] == [second.id]
        assert set(result.refused) == {first.id, 999}


def test_who_may_not_see_the_loan_opens_nothing(loan: Loan, app: Flask) -> None:
    stranger = Actor(id=None, name="zhang", role="counsel", scope=Scope(branches=frozenset({5})))
    with pytest.raises(NotFound), work_as(stranger, now=NOW) as work:
        open_file(work, loan.id, NEW)


def test_each_stage_starts_its_period_and_shows_on_the_loan(loan: Loan, work: Work) -> None:
    file = opened(work, loan)
    for stage in ("submitted", "accepted"):
        change_stage(work, file.id, file.version, Step(stage, date(2026, 3, 12)))
        work.session.flush()
    prepay = work.session.scalars(
        select(Deadline).where(Deadline.rule == "deadline.prepay_acceptance_fee")
    ).one()
    # Thursday 12 March: the day itself is not counted, seven days end on Thursday 19 March
    assert prepay.last_day == date(2026, 3, 19) == file.next_last_day
    assert loan_of(work, loan).stage == "suing"


def loan_of(work: Work, loan: Loan) -> Loan:
    """Return the loan as this unit of work has it."""
    return work.session.get_one(Loan, loan.id)


def test_an_unusual_step_needs_a_reason_and_keeps_it(loan: Loan, work: Work) -> None:
    file = opened(work, loan)
    with pytest.raises(RuleViolation, match="理由"):
        change_stage(work, file.id, file.version, Step("judged", date(2026, 3, 12)))
    step = Step("judged", date(2026, 3, 12), reason="迁入的历史案件")
    assert change_stage(work, file.id, file.version, step).stage == "judged"


def test_a_stale_form_is_refused_and_told_who_changed_what(loan: Loan, work: Work) -> None:
    file = opened(work, loan)
    seen = file.version
    change_stage(work, file.id, seen, Step("submitted", date(2026, 3, 12)))
    work.session.flush()
    with pytest.raises(Conflict, match=r"li\.na"):
        change_stage(work, file.id, seen, Step("withdrawn", date(2026, 3, 12)))


def test_tomorrow_has_not_happened_and_a_closed_file_stays_closed(loan: Loan, work: Work) -> None:
    file = opened(work, loan)
    with pytest.raises(RuleViolation, match="不能晚于今天"):
        change_stage(work, file.id, file.version, Step("withdrawn", date(2026, 3, 17)))
    change_stage(work, file.id, file.version, Step("withdrawn", date(2026, 3, 16)))
    work.session.flush()
    assert file.closed_on == date(2026, 3, 16)
    with pytest.raises(RuleViolation, match="已结案"):
        change_stage(work, file.id, file.version, Step("submitted", date(2026, 3, 16)))


def test_a_deadline_ends_once_and_leaves_the_next_day_free(loan: Loan, work: Work) -> None:
    file = opened(work, loan)
    [deadline] = work.session.scalars(select(Deadline))
    end_deadline(work, deadline.id, deadline.version, outcome="met")
    assert file.next_last_day is None
    with pytest.raises(RuleViolation):
        end_deadline(work, deadline.id, deadline.version, outcome="met")
    assert db.session is not None


def test_a_deadline_that_was_missed_says_why(loan: Loan, work: Work) -> None:
    file = opened(work, loan)
    [deadline] = work.session.scalars(select(Deadline))
    with pytest.raises(RuleViolation, match="原因"):
        end_deadline(work, deadline.id, deadline.version, outcome="lapsed", reason="  ")
    end_deadline(work, deadline.id, deadline.version, outcome="lapsed", reason="通知书误投")
    work.session.flush()
    assert (deadline.outcome, deadline.outcome_reason) == ("lapsed", "通知书误投")
    [event] = [one for one in events(work) if "outcome" in one.changes]
    assert event.changes["outcome"] == [None, "lapsed"]
    assert reasons.said(event) == "通知书误投"
    assert file.next_last_day is None


def test_what_was_recorded_of_a_deadline_by_mistake_is_corrected(loan: Loan, work: Work) -> None:
    file = opened(work, loan)
    [deadline] = work.session.scalars(select(Deadline))
    end_deadline(work, deadline.id, deadline.version, outcome="met")
    work.session.flush()
    with pytest.raises(RuleViolation, match="理由"):
        reopen_deadline(work, deadline.id, deadline.version, reason="")
    with pytest.raises(Conflict):
        reopen_deadline(work, deadline.id, deadline.version - 1, reason="点错")
    reopen_deadline(work, deadline.id, deadline.version, reason="点错")
    assert (deadline.ended_on, deadline.outcome) == (None, None)
    assert deadline.outcome_reason == "点错"
    assert file.next_last_day == deadline.last_day
    assert events(work)[-1].changes["outcome"] == ["met", None]
    assert reasons.said(events(work)[-1]) == "点错"
    with pytest.raises(RuleViolation, match="只能更正"):
        reopen_deadline(work, deadline.id, deadline.version, reason="再来")
    end_deadline(work, deadline.id, deadline.version, outcome="lapsed", reason="误投")
    assert deadline.outcome_reason == "点错\n误投"


def events(work: Work) -> list[AuditEvent]:
    """Return the audit events of deadlines in their order."""
    work.session.flush()
    statement = select(AuditEvent).where(AuditEvent.action == Action.CHANGE_DEADLINE.value)
    return list(work.session.scalars(statement.order_by(AuditEvent.id)))


def test_refreshing_supersedes_only_what_moved(loan: Loan, work: Work) -> None:
    file = opened(work, loan)
    [deadline] = work.session.scalars(select(Deadline))
    assert refresh_deadlines(work) == []
    deadline.last_day = date(2029, 1, 4)
    work.session.flush()
    [moved] = refresh_deadlines(work)
    assert (moved.before, moved.after) == (date(2029, 1, 4), date(2029, 1, 5))
    assert (deadline.outcome, file.next_last_day) == ("superseded", date(2029, 1, 5))


def test_a_step_before_the_last_one_needs_a_reason_and_none_goes_before_the_loan(
    loan: Loan, work: Work
) -> None:
    file = opened(work, loan)
    change_stage(work, file.id, file.version, Step("submitted", date(2026, 3, 12)))
    work.session.flush()
    with pytest.raises(RuleViolation, match="2026-03-12"):
        change_stage(work, file.id, file.version, Step("accepted", date(2026, 3, 11)))
    with pytest.raises(RuleViolation, match="2024-01-05"):
        change_stage(work, file.id, file.version, Step("accepted", date(2024, 1, 4), "补记"))
    step = Step("accepted", date(2026, 3, 12))
    assert change_stage(work, file.id, file.version, step).stage == "accepted"


def move(work: Work, file: LitigationFile, stage: str, day: date, **given: object) -> None:
    """Move a file to a stage, as the usual step or as one that was moved in."""
    reason = "迁入的历史案件"
    change_stage(work, file.id, file.version, Step(stage, day, reason, **given))  # type: ignore[arg-type]
    work.session.flush()


def limitation_of(work: Work, file: LitigationFile) -> list[tuple[str | None, date | None]]:
    """Return outcome and end of each clock of limitation, in the order they began."""
    rows = select(Deadline.outcome, Deadline.ended_on).where(
        Deadline.file_id == file.id, Deadline.rule == "limitation.civil"
    )
    return [tuple(row) for row in work.session.execute(rows.order_by(Deadline.id))]


def test_limitation_rests_from_the_day_the_suit_is_filed(loan: Loan, work: Work) -> None:
    file = opened(work, loan)
    assert file.next_last_day is not None
    move(work, file, "submitted", date(2026, 3, 12))
    assert limitation_of(work, file) == [("interrupted", date(2026, 3, 12))]
    assert file.next_last_day is None
    move(work, file, "accepted", date(2026, 3, 13))
    move(work, file, "judged", date(2026, 3, 14))
    assert limitation_of(work, file) == [("interrupted", date(2026, 3, 12))]


@pytest.mark.parametrize("stage", ["returned", "withdrawn"])
def test_limitation_runs_again_when_the_suit_does_not_stay_filed(
    loan: Loan, work: Work, stage: str
) -> None:
    file = opened(work, loan)
    last_day = file.next_last_day
    move(work, file, "submitted", date(2026, 3, 12))
    move(work, file, stage, date(2026, 3, 13))
    assert limitation_of(work, file) == [("interrupted", date(2026, 3, 12)), (None, None)]
    assert file.next_last_day == last_day


def test_enforcement_runs_from_the_last_day_of_performance_not_from_effectiveness(
    loan: Loan, work: Work
) -> None:
    file = opened(work, loan)
    move(work, file, "effective", date(2026, 3, 2), performed_until=date(2026, 3, 12))
    deadline = work.session.scalars(
        select(Deadline).where(Deadline.rule == "limitation.enforcement_application")
    ).one()
    assert deadline.trigger_on == date(2026, 3, 12)
    # two years from Thursday 12 March 2026: Sunday 12 March 2028, so Monday
    assert (deadline.nominal_last_day, deadline.last_day) == (date(2028, 3, 12), date(2028, 3, 13))
    assert refresh_deadlines(work) == []


def test_no_period_runs_on_that_a_later_step_leaves_nothing_hanging_on(
    loan: Loan, work: Work
) -> None:
    file = opened(work, loan)
    for stage, day in (("submitted", 2), ("accepted", 3), ("hearing", 4), ("judged", 5)):
        move(work, file, stage, date(2026, 3, day))
    assert {one.rule for one in open_deadlines(work, file)} == {
        "deadline.prepay_acceptance_fee",
        "deadline.appeal.judgment",
    }
    move(work, file, "effective", date(2026, 3, 12))
    assert "deadline.appeal.judgment" not in {one.rule for one in open_deadlines(work, file)}
    move(work, file, "satisfied", date(2026, 3, 13))
    assert open_deadlines(work, file) == []
    assert file.next_last_day is None


def test_a_file_whose_deadline_has_passed_is_counted_from_the_day_after(
    loan: Loan, work: Work
) -> None:
    file = opened(work, loan)
    for stage in ("submitted", "accepted"):
        move(work, file, stage, date(2026, 3, 2))
    last_day = date(2026, 3, 9)
    assert file.next_last_day == last_day
    assert count_overdue(work.session, EVERYTHING, last_day) == 0
    assert count_overdue(work.session, EVERYTHING, last_day + timedelta(days=1)) == 1
    assert count_overdue(work.session, NOTHING, last_day + timedelta(days=1)) == 0


def open_deadlines(work: Work, file: LitigationFile) -> list[Deadline]:
    """Return the deadlines of `file` that still run."""
    running = select(Deadline).where(Deadline.file_id == file.id, Deadline.ended_on.is_(None))
    return list(work.session.scalars(running))


def test_a_judgment_that_sets_no_period_to_perform_counts_from_effectiveness(
    loan: Loan, work: Work
) -> None:
    file = opened(work, loan)
    move(work, file, "effective", date(2026, 3, 2))
    rule = "limitation.enforcement_application.from_effectiveness"
    deadline = work.session.scalars(select(Deadline).where(Deadline.rule == rule)).one()
    assert (deadline.trigger_on, deadline.last_day) == (date(2026, 3, 2), date(2028, 3, 2))
    move(work, file, "enforcing", date(2026, 3, 13))
    assert (deadline.outcome, deadline.ended_on) == ("met", date(2026, 3, 16))


def test_a_period_to_perform_does_not_end_before_it_begins(loan: Loan, work: Work) -> None:
    file = opened(work, loan)
    with pytest.raises(RuleViolation, match="履行期"):
        move(work, file, "effective", date(2026, 3, 12), performed_until=date(2026, 3, 11))


def test_what_the_court_charges_is_owed_but_not_claimed(loan: Loan, work: Work) -> None:
    day = date(2026, 3, 16)
    before = claim_on(work.session, loan_of(work, loan), day)
    book_cost(work, loan.id, Booking(Decimal(800), day, "拖车费"))
    book_court_cost(work, loan.id, Booking(Decimal(2000), day, "案件受理费"))
    after = claim_on(work.session, loan_of(work, loan), day)
    assert after.total == before.total + 2800
    assert (after.court_costs, after.in_dispute) == (Decimal(2000), before.total + 800)
    file = opened(work, loan)
    assert (file.claim_costs, file.claim_total) == (Decimal(800), before.total + 800)
    full = Decimal(2300) + (file.claim_total - 100_000) * Decimal("0.02")
    assert file.acceptance_fee == (full / 2).quantize(Decimal("0.01"))


def test_what_was_paid_settles_the_older_cost_first(loan: Loan, work: Work) -> None:
    day = date(2026, 3, 16)
    book_court_cost(work, loan.id, Booking(Decimal(2000), date(2026, 3, 2), "保全费"))
    book_cost(work, loan.id, Booking(Decimal(800), date(2026, 3, 9), "拖车费"))
    record_payment(work, loan.id, Booking(Decimal(1500), day, "还款"))
    claim = claim_on(work.session, loan_of(work, loan), day)
    assert (claim.costs, claim.court_costs) == (Decimal(1300), Decimal(500))
