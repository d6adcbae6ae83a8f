"""Use cases of the law's administrator: propose a change, and put it in force once approved.

Nothing that is proposed changes any answer before a second person has approved it.
"""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.access.approvals import PENDING, request_approval
from recovery.access.models import ApprovalRequest
from recovery.kernel.actions import Action
from recovery.kernel.errors import Conflict, NotFound, RuleViolation
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.law.book import LawBook
from recovery.law.errors import NoLawInForce
from recovery.law.parameters import Version
from recovery.rulebook import book as books
from recovery.rulebook.book import CONFIRMATION, RETRACTION, SETTING, VERSION, YEAR, book_of
from recovery.rulebook.drafts import NewValue, NewYear, checked, known_parameter, tentative_year
from recovery.rulebook.execution import audited
from recovery.rulebook.models import LawChange
from recovery.rulebook.rules import check_year, new_years_day

KINDS = {kind: f"law.{kind}" for kind in (CONFIRMATION, VERSION, SETTING, YEAR, RETRACTION)}
"""Kind of change → kind of approval."""

PLACES = ("court:", "province:")


def propose_confirmation(work: Work, parameter: str, since: date, *, reason: str) -> LawChange:
    """Propose to vouch for the version of `parameter` in force from `since`.

    Raises:
        RuleViolation: no such version, or it is confirmed already.
        Conflict: the same is waiting for approval.
    """
    known = version_since(book_of(work.session), parameter, since)
    if known.confirmed and known.certain_from is None:
        raise RuleViolation(_("这个版本已经确认过了。"))
    change = LawChange(
        kind=CONFIRMATION,
        parameter=parameter,
        since=since,
        instrument=known.instrument,
        article=known.article,
        edition=known.edition,
        mark=known.mark,
        is_confirmed=True,
        rest_days=[],
        working_days=[],
    )
    return _propose(work, change, reason)


def propose_version(work: Work, new: NewValue, *, reason: str) -> LawChange:
    """Propose a version of a parameter; from its first day on it will answer instead.

    Raises:
        RuleViolation: the value is not of the parameter's shape, or the source is incomplete.
        Conflict: the same is waiting for approval.
    """
    return _propose(work, checked(new, None), reason)


def propose_setting(work: Work, place: str, new: NewValue, *, reason: str) -> LawChange:
    """Propose what one court (`court:名称`) or province (`province:名称`) does instead.

    Raises:
        RuleViolation: no such kind of place, or as for a version.
        Conflict: the same is waiting for approval.
    """
    if not any(place.startswith(kind) and place.removeprefix(kind).strip() for kind in PLACES):
        raise RuleViolation(_("请填写法院或省份的名称。"))
    return _propose(work, checked(new, place), reason)


def propose_year(work: Work, new: NewYear, *, reason: str) -> LawChange:
    """Propose the rest days of a year by its notice; its days are then certain.

    They take the place of what was known of the year, the days that ship with the program
    included: a mistake there is corrected by entering the notice.

    Raises:
        RuleViolation: days lie outside the year or twice in it, the count is not the notice's, it
            does not balance and was not compared again, or how many holidays it had is not known.
        Conflict: the same is waiting for approval.
    """
    if not new.notice.strip():
        raise RuleViolation(_("请填写放假安排通知的名称和文号。"))
    _check_days(book_of(work.session), new)
    return _propose(work, tentative_year(new), reason)


def propose_retraction(work: Work, change_id: int, *, reason: str) -> LawChange:
    """Propose to take a change out of the law book again, as if it had not been made.

    Raises:
        NotFound: no such change.
        RuleViolation: it is not in force, is itself a retraction, was retracted, or another
            change in force rests on it.
        Conflict: the same is waiting for approval.
    """
    old = work.session.get(LawChange, change_id)
    if old is None:
        raise NotFound(_("没有这项变更。"))
    if old.in_force_at is None or old.kind == RETRACTION or is_retracted(work.session, old.id):
        raise RuleViolation(_("只能撤销已经生效、尚未撤销的变更。"))
    change = LawChange(
        kind=RETRACTION,
        retracts_id=old.id,
        parameter=old.parameter,
        place=old.place,
        since=old.since,
        value=old.value,
        instrument=old.instrument,
        article=old.article,
        edition=old.edition,
        mark=old.mark,
        is_confirmed=old.is_confirmed,
        year=old.year,
        rest_days=old.rest_days,
        working_days=old.working_days,
    )
    return _propose(work, change, reason)


def is_retracted(session: Session, change_id: int) -> bool:
    """Return whether a retraction of the change is in force."""
    statement = select(LawChange.id).where(
        LawChange.retracts_id == change_id, LawChange.in_force_at.is_not(None)
    )
    return session.scalars(statement.limit(1)).first() is not None


def _check_days(book: LawBook, new: NewYear) -> None:
    """Refuse days that are not the notice's, or that do not balance without a second look."""
    try:
        statutory = book.in_force("calendar.statutory_holidays", new_years_day(new.year))
    except NoLawInForce as error:
        raise RuleViolation(error.message) from error
    check = check_year(new.year, new.days, statutory.value)
    if check.days_off != new.stated_days_off:
        raise RuleViolation(
            _(
                "录入的放假共 {entered} 天，通知写明 {stated} 天，请核对。",
                entered=check.days_off,
                stated=new.stated_days_off,
            )
        )
    if not check.balanced and not new.is_checked:
        raise RuleViolation(
            _(
                "工作日放假 {off} 天减去周末上班 {worked} 天，不等于法定节假日 {statutory} 天；"
                "请核对通知后勾选“已核对”。",
                off=check.rest_weekdays,
                worked=check.working_weekends,
                statutory=check.statutory,
            )
        )


def version_since(book: LawBook, parameter: str, since: date) -> Version:
    """Return the version of `parameter` whose first day in force is `since`.

    Raises:
        RuleViolation: there is none.
    """
    for version in known_parameter(book, parameter).versions:
        if version.since == since:
            return version
    raise RuleViolation(_("没有自 {day} 起施行的版本。", day=since.isoformat()))


def _propose(work: Work, change: LawChange, reason: str) -> LawChange:
    """Keep a change and ask a second person to approve it."""
    if work.actor.id is None:
        raise RuleViolation(_("法律参数的变更须由人员提出。"))
    if _same_pending(work.session, change):
        raise Conflict(_("同一项变更正在等待审批。"))
    change.proposed_by_id, change.proposed_at, change.in_force_at = work.actor.id, work.now, None
    # A change that the book cannot take is refused now, not when it is approved.
    try:
        books.book_with([*books.in_force(work.session), change])
    except NoLawInForce as error:
        raise RuleViolation(error.message) from error
    work.add(change)
    state = (None, "proposed")
    work.record(Action.CHANGE_RULEBOOK, change, reason=None, **audited(change), state=state)
    request_approval(work, KINDS[change.kind], change, reason=reason)
    return change


def _same_pending(session: Session, change: LawChange) -> bool:
    """Return whether a change of the same value waits for approval."""
    waiting = select(ApprovalRequest.subject_id).where(
        ApprovalRequest.subject_type == LawChange.__tablename__, ApprovalRequest.status == PENDING
    )
    same = (
        (LawChange.parameter, change.parameter),
        (LawChange.place, change.place),
        (LawChange.since, change.since),
        (LawChange.year, change.year),
    )
    statement = select(LawChange.id).where(LawChange.id.in_(waiting))
    for column, value in same:
        statement = statement.where(column.is_(None) if value is None else column == value)
    return session.scalars(statement.limit(1)).first() is not None
