"""What an administrator proposes changes the law book once a second person approves, not before."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from recovery.access import approvals
from recovery.kernel.db import db
from recovery.kernel.errors import Conflict, RuleViolation
from recovery.kernel.job_rows import Job
from recovery.kernel.job_runner import run_job
from recovery.kernel.models import AuditEvent
from recovery.kernel.work import work_as
from recovery.law.book import LawBook
from recovery.law.calendar import Calendar
from recovery.law.deadlines import appeal_of_judgment
from recovery.law.registry import ask
from recovery.litigation.models import Deadline
from recovery.litigation.service import NewFile, open_file
from recovery.rulebook import proposals
from recovery.rulebook.book import book_of, book_with, in_force
from recovery.rulebook.drafts import NewValue, NewYear, Source
from recovery.rulebook.execution import content
from recovery.rulebook.followers import moves_under
from recovery.rulebook.models import LawChange
from recovery.rulebook.rules import YearDays, days_between
from recovery.rulebook.service import current_book
from tests.books import add_loans
from tests.conftest import NOW, Browser
from tests.rulebook.conftest import Office

SOURCE = Source("《民事诉讼法》", "第171条", "2026年修正", "V")
APPEAL = NewValue("deadline.appeal.judgment", date(2026, 5, 1), "{ days = 20 }", SOURCE, True)
COURT = "court:上海市浦东新区人民法院"

YEAR_2027 = YearDays(
    rest=(
        *days_between(date(2027, 1, 1), date(2027, 1, 3)),
        *days_between(date(2027, 2, 5), date(2027, 2, 12)),
        *days_between(date(2027, 4, 3), date(2027, 4, 5)),
        *days_between(date(2027, 5, 1), date(2027, 5, 5)),
        *days_between(date(2027, 6, 9), date(2027, 6, 9)),
        *days_between(date(2027, 9, 15), date(2027, 9, 15)),
        *days_between(date(2027, 10, 1), date(2027, 10, 7)),
    ),
    working=(
        date(2027, 1, 30),
        date(2027, 2, 20),
        date(2027, 5, 8),
        date(2027, 9, 18),
        date(2027, 10, 9),
    ),
)
NOTICE_2027 = NewYear(
    year=2027,
    days=YEAR_2027,
    notice="国务院办公厅关于2027年部分节假日安排的通知",
    stated_days_off=28,
    is_checked=False,
)


def appeal(day: date) -> date:
    """Return the last day to appeal a judgment served on `day`, by the law of that day."""
    return appeal_of_judgment(current_book(), day, trigger=day).day("deadline")


def test_the_book_as_it_ships_is_the_standard_one(office: Office) -> None:
    assert current_book() is LawBook.standard()


def test_a_new_version_answers_only_from_its_first_day_and_only_once_approved(
    office: Office,
) -> None:
    last_old, first_new = date(2026, 4, 30), date(2026, 5, 1)
    before = (appeal(last_old), appeal(first_new))
    with office.work() as work:
        change = proposals.propose_version(work, APPEAL, reason="修法")
    assert (appeal(last_old), appeal(first_new)) == before, "nothing moves before the approval"
    assert current_book() is LawBook.standard()
    assert office.approve(change).status == "approved"
    assert appeal(last_old) == before[0]
    assert appeal(first_new) == date(2026, 5, 21)
    assert current_book() is current_book(), "built once, not for every page"


def test_a_change_in_force_still_says_what_it_replaced(office: Office) -> None:
    with office.work() as work:
        change = proposals.propose_version(work, APPEAL, reason="修法")
    before = content(db.session(), change.id)
    assert before["replaces"] == "{ days = 15 }"
    office.approve(change)
    earlier = replace(APPEAL, since=date(2026, 4, 1), value="{ days = 25 }")
    with office.work() as work:
        second = proposals.propose_version(work, earlier, reason="再修法")
    office.approve(second)
    db.session.rollback()
    assert content(db.session(), change.id) == before


def test_nobody_approves_their_own_change(office: Office) -> None:
    with office.work() as work:
        change = proposals.propose_version(work, APPEAL, reason="修法")
    with pytest.raises(RuleViolation, match="自己"):
        office.approve(change, "ada")
    assert current_book() is LawBook.standard()


def test_a_rejected_or_withdrawn_change_never_answers(office: Office) -> None:
    with office.work() as work:
        change = proposals.propose_version(work, APPEAL, reason="修法")
    request = office.request_on(change)
    with office.work("bo") as work:
        approvals.reject_request(work, request.id, shown=request.digest, reason="尚未公布")
    assert current_book() is LawBook.standard()
    with office.work() as work:
        again = proposals.propose_version(work, APPEAL, reason="已公布")
    with office.work() as work:
        approvals.withdraw_request(work, office.request_on(again).id)
    assert current_book() is LawBook.standard()


def test_confirming_a_version_ends_that_its_answers_are_unconfirmed(office: Office) -> None:
    question = {"principal": "100000", "period_days": 365, "charges": "30000"}
    on = date(2026, 3, 16)
    assert not ask("interest.cap.financial_loan", question, current_book(), on).confirmed
    with office.work() as work:
        change = proposals.propose_confirmation(
            work, "interest.cap.financial_loan", date(2017, 8, 4), reason="已核对原文"
        )
    assert not ask("interest.cap.financial_loan", question, current_book(), on).confirmed
    office.approve(change)
    assert ask("interest.cap.financial_loan", question, current_book(), on).confirmed


def test_what_is_confirmed_is_not_confirmed_again(office: Office) -> None:
    with office.work() as work, pytest.raises(RuleViolation, match="确认过"):
        proposals.propose_confirmation(
            work, "court_fee.acceptance", date(2007, 4, 1), reason="再次"
        )


def test_confirming_covers_the_first_day_that_was_from_memory(office: Office) -> None:
    early = date(2020, 3, 2)
    assert not current_book().in_force("deadline.answer", early).confirmed
    with office.work() as work:
        change = proposals.propose_confirmation(
            work, "deadline.answer", date(2013, 1, 1), reason="已核对 2012 年修正文本"
        )
    office.approve(change)
    assert current_book().in_force("deadline.answer", early).confirmed


def test_a_confirmation_does_not_cover_a_value_entered_after_it(office: Office) -> None:
    name, since = "interest.cap.financial_loan", date(2017, 8, 4)
    with office.work() as work:
        confirmed = proposals.propose_confirmation(work, name, since, reason="已核对")
    office.approve(confirmed)
    value = NewValue(name, since, "0.2", Source("某意见", "", "", "U"), False)
    with office.work() as work:
        corrected = proposals.propose_version(work, value, reason="更正")
    office.approve(corrected)
    [version] = current_book().parameters[name].versions
    assert (version.value, version.confirmed) == (Decimal("0.2"), False)


def test_a_court_s_setting_holds_at_that_court_only(office: Office) -> None:
    value = NewValue(
        "court_fee.rounding", date(2026, 1, 1), '"yuan"', Source("该院通知", "", "", "S"), True
    )
    with office.work() as work:
        change = proposals.propose_setting(work, COURT, value, reason="该院按元收取")
    office.approve(change)
    asked = {"amount": "86543.21"}
    here = ask("court_fee.acceptance", asked, current_book().at(COURT), date(2026, 3, 16))
    elsewhere = ask("court_fee.acceptance", asked, current_book(), date(2026, 3, 16))
    assert here.amount("fee") == Decimal("1964.00")
    assert elsewhere.amount("fee") == Decimal("1963.58")


def test_one_value_waits_for_approval_once(office: Office) -> None:
    with office.work() as work:
        proposals.propose_version(work, APPEAL, reason="修法")
    with office.work() as work, pytest.raises(Conflict, match="等待审批"):
        proposals.propose_version(work, APPEAL, reason="修法")


def test_a_change_is_void_where_what_it_replaces_has_changed(office: Office) -> None:
    later = NewValue("deadline.appeal.judgment", date(2026, 6, 1), "{ days = 25 }", SOURCE, True)
    with office.work() as work:
        first = proposals.propose_version(work, APPEAL, reason="修法")
    with office.work() as work:
        second = proposals.propose_version(work, later, reason="再修法")
    office.approve(first)
    assert office.approve(second).status == "void", "it was compared with another value"
    assert appeal(date(2026, 6, 2)) == date(2026, 6, 22)


def test_a_change_made_in_error_is_retracted_with_four_eyes_too(office: Office) -> None:
    with office.work() as work:
        change = proposals.propose_version(work, APPEAL, reason="修法")
    with office.work() as work, pytest.raises(RuleViolation, match="已经生效"):
        proposals.propose_retraction(work, change.id, reason="尚未生效")
    office.approve(change)
    with office.work() as work:
        back = proposals.propose_retraction(work, change.id, reason="施行日期有误")
    assert appeal(date(2026, 5, 1)) == date(2026, 5, 21), "not before the approval"
    office.approve(back)
    assert current_book().version == LawBook.standard().version
    for one in (change, back):
        with office.work() as work, pytest.raises(RuleViolation, match="尚未撤销"):
            proposals.propose_retraction(work, one.id, reason="再撤")


def test_a_version_that_a_confirmation_rests_on_is_not_retracted(office: Office) -> None:
    unconfirmed = replace(APPEAL, is_confirmed=False)
    with office.work() as work:
        version = proposals.propose_version(work, unconfirmed, reason="修法")
    office.approve(version)
    with office.work() as work:
        vouched = proposals.propose_confirmation(
            work, APPEAL.parameter, APPEAL.since, reason="已核对"
        )
    office.approve(vouched)
    with office.work() as work, pytest.raises(RuleViolation, match="没有自 2026-05-01"):
        proposals.propose_retraction(work, version.id, reason="有误")


def test_proposal_and_approval_stand_in_the_audit_log(office: Office) -> None:
    with office.work() as work:
        change = proposals.propose_version(work, APPEAL, reason="修法")
    office.approve(change)
    db.session.rollback()
    wanted = (AuditEvent.subject_type == "law_change", AuditEvent.subject_id == change.id)
    events = db.session.scalars(select(AuditEvent).where(*wanted).order_by(AuditEvent.id)).all()
    assert [(event.actor_name, event.changes["state"]) for event in events] == [
        ("ada", [None, "proposed"]),
        ("bo", ["proposed", "in_force"]),
    ]


@pytest.fixture
def file_due_in_2027(office: Office) -> int:
    """Return a file whose limitation ends in a rest period of 2027 that is not yet published."""
    with work_as(office_actor(office), now=NOW) as work:
        loan = add_loans(work)[0]
        loan.matures_on = date(2024, 2, 12)
        work.session.flush()
        new = NewFile("上海市浦东新区人民法院", "summary", date(2026, 3, 16))
        return open_file(work, loan.id, new).id


def office_actor(office: Office):
    with office.work() as work:
        return work.actor


def open_deadline(file_id: int) -> Deadline:
    db.session.rollback()
    wanted = select(Deadline).where(Deadline.file_id == file_id, Deadline.ended_on.is_(None))
    return db.session.scalars(wanted).one()


def run_jobs() -> None:
    db.session.rollback()
    for job_id in db.session.scalars(select(Job.id)).all():
        db.session.rollback()
        run_job(job_id)


def test_entering_a_year_makes_a_provisional_deadline_firm_and_moves_it(
    office: Office, file_due_in_2027: int
) -> None:
    before = open_deadline(file_due_in_2027)
    before_id, last_day = before.id, before.last_day
    # 12 February 2027 is a Friday: worked as far as is known, off by the notice.
    assert (last_day, before.is_provisional) == (date(2027, 2, 12), True)
    with office.work() as work:
        change = proposals.propose_year(work, NOTICE_2027, reason="通知已公布")
        shown = moves_under(work.session, book_with([*in_force(work.session), change]))
    assert [(move.before, move.after, move.becomes_firm) for move in shown.rows] == [
        (date(2027, 2, 12), date(2027, 2, 15), True)
    ]
    run_jobs()
    assert open_deadline(file_due_in_2027).last_day == last_day, "not yet approved"
    office.approve(change)
    run_jobs()
    after = open_deadline(file_due_in_2027)
    assert (after.last_day, after.is_provisional) == (date(2027, 2, 15), False)
    old = db.session.get_one(Deadline, before_id)
    assert (old.outcome, old.superseded_by_id) == ("superseded", after.id)


def test_refreshing_twice_moves_nothing_twice(office: Office, file_due_in_2027: int) -> None:
    with office.work() as work:
        change = proposals.propose_year(work, NOTICE_2027, reason="通知已公布")
    office.approve(change)
    run_jobs()
    after = open_deadline(file_due_in_2027).id
    with office.work() as work:
        shown = moves_under(work.session, book_of(work.session))
        assert (shown.rows, shown.days_moved, shown.standings_changed) == ((), 0, 0)
    assert open_deadline(file_due_in_2027).id == after


@pytest.mark.parametrize(
    ("since", "last_day"), [(NOW.date(), date(2028, 2, 14)), (date(2026, 3, 17), date(2027, 2, 12))]
)
def test_a_later_law_does_not_reach_back_to_a_period_that_began_before_it(
    office: Office, file_due_in_2027: int, since: date, last_day: date
) -> None:
    longer = NewValue("limitation.civil", since, "{ years = 4 }", SOURCE, True)
    with office.work() as work:
        change = proposals.propose_version(work, longer, reason="修法")
    office.approve(change)
    run_jobs()
    # 12 February 2028 is a Saturday.
    assert open_deadline(file_due_in_2027).last_day == last_day


def test_the_moves_of_a_change_are_shown_before_it_is_approved(
    office: Office, file_due_in_2027: int, signed_in: Callable[..., Browser]
) -> None:
    with office.work() as work:
        change = proposals.propose_year(work, NOTICE_2027, reason="通知已公布")
    browser = signed_in("administrator", username="bo")
    page = browser.get(f"/rulebook/changes/{change.id}/moves").text
    assert "将移动 1 个已登记的期限" in page
    assert "2027-02-12 星期五" in page
    assert "2027-02-15 星期一" in page
    office.approve(change)
    assert "已经生效" in browser.get(f"/rulebook/changes/{change.id}/moves").text


def test_a_year_that_ships_is_corrected_by_entering_its_notice(office: Office) -> None:
    shipped = Calendar.standard()
    rest = tuple(day for day in sorted(shipped.rest_weekdays) if day.year == 2026)
    working = tuple(day for day in sorted(shipped.working_weekends) if day.year == 2026)
    lunar_new_year = date(2026, 2, 17)
    assert lunar_new_year in rest
    days = YearDays(tuple(day for day in rest if day != lunar_new_year), working)
    new = NewYear(2026, days, "更正通知", len(days.rest), is_checked=True)
    with office.work() as work, pytest.raises(RuleViolation, match="通知写明"):
        proposals.propose_year(work, replace(new, stated_days_off=len(rest)), reason="更正")
    with office.work() as work, pytest.raises(RuleViolation, match="已核对"):
        proposals.propose_year(work, replace(new, is_checked=False), reason="更正")
    with office.work() as work:
        change = proposals.propose_year(work, new, reason="更正")
    office.approve(change)
    calendar = current_book().calendar
    assert calendar.is_working_day(lunar_new_year)
    assert not calendar.is_working_day(date(2026, 2, 18))
    assert calendar.is_working_day(working[0])
    assert calendar.is_known(lunar_new_year)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"stated_days_off": 33}, "通知写明 33 天"),
        ({"year": 2005}, "没有已录入的法律依据"),
        ({"year": 0}, "须在 1949 年至 2200 年之间"),
        ({"year": 99999}, "须在 1949 年至 2200 年之间"),
        ({"notice": " "}, "名称和文号"),
        ({"year": 2028}, "不在 2028 年"),
        ({"days": YearDays((), ())}, "放假的日期"),
        ({"days": YearDays((date(2027, 1, 1),) * 2, ())}, "两次"),
        ({"days": YearDays((date(2027, 1, 1),), (date(2027, 1, 4),))}, "不是周末"),
    ],
)
def test_a_year_that_cannot_be_right_is_refused(
    office: Office, change: dict[str, object], sentence: str
) -> None:
    with office.work() as work, pytest.raises(RuleViolation, match=sentence):
        proposals.propose_year(work, replace(NOTICE_2027, **change), reason="通知")


def test_a_year_that_does_not_balance_has_to_be_compared_again(office: Office) -> None:
    short = YearDays(YEAR_2027.rest, YEAR_2027.working[:-1])
    doubtful = replace(NOTICE_2027, days=short)
    with office.work() as work, pytest.raises(RuleViolation, match="已核对"):
        proposals.propose_year(work, doubtful, reason="通知")
    with office.work() as work:
        proposals.propose_year(work, replace(doubtful, is_checked=True), reason="通知")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("deadline.appeal.judgment", "15", "表"),
        ("deadline.appeal.judgment", "{ days = 0 }", "正整数"),
        ("deadline.appeal.judgment", "{ days = 1.5 }", "正整数"),
        ("deadline.appeal.judgment", "{ weeks = 2 }", "正整数"),
        ("interest.cap.financial_loan", "24", "小数"),
        ("interest.cap.financial_loan", '"24%"', "数字"),
        ("interest.cap.court_multiple", "4.5", "整数"),
        ("court_fee.rounding", '"jiao"', "fen"),
        ("court_fee.acceptance", "{ base = 50 }", "brackets"),
        ("auction.reserve_first", "-0.7", "负数"),
        ("auction.reserve_first", "inf", "有限"),
        ("auction.reserve_first", "0.7\nother = 1", "一个值"),
        ("auction.reserve_first", "0.7 percent", "写法有误"),
        ("court_fee.security_realization", "{ share_of_acceptance = 2 }", "0 与 1"),
        ("no.such.parameter", "1", "没有这个"),
    ],
)
def test_a_value_out_of_shape_is_refused(
    office: Office, name: str, value: str, sentence: str
) -> None:
    new = NewValue(name, date(2026, 5, 1), value, SOURCE, True)
    with office.work() as work, pytest.raises(RuleViolation, match=sentence):
        proposals.propose_version(work, new, reason="试")
    db.session.rollback()
    assert db.session.scalars(select(LawChange)).all() == []
