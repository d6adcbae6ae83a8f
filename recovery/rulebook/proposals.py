"""Use cases of the law's administrator: propose a change, and put it in force once approved.

Nothing that is proposed changes any answer before a second person has approved it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.access.approvals import PENDING, request_approval
from recovery.access.models import ApprovalRequest
from recovery.kernel.actions import Action
from recovery.kernel.errors import Conflict, RuleViolation
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.law.book import LawBook
from recovery.law.calendar import Calendar
from recovery.law.parameters import Parameter, Value, Version
from recovery.rulebook import book as books
from recovery.rulebook.book import CONFIRMATION, SETTING, VERSION, YEAR, book_of
from recovery.rulebook.followers import followers
from recovery.rulebook.models import LawChange
from recovery.rulebook.rules import YearDays, check_year
from recovery.rulebook.values import check_shape, read_value, write_value

KINDS = {kind: f"law.{kind}" for kind in (CONFIRMATION, VERSION, SETTING, YEAR)}
"""Kind of change → kind of approval."""

PLACES = ("court:", "province:")
EARLIEST = date(1980, 1, 1)
LATEST = date(2200, 1, 1)


@dataclass(frozen=True, slots=True)
class Source:
    """What a value rests on, as it was entered."""

    instrument: str
    article: str
    edition: str
    mark: str
    """V article read, S secondary source, U from memory."""


@dataclass(frozen=True, slots=True)
class NewValue:
    """A value of a parameter from its first day in force on."""

    parameter: str
    since: date
    value: str
    """As TOML writes it."""

    source: Source
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class NewYear:
    """The arrangement of a year's rest days, as its notice gives it."""

    year: int
    days: YearDays
    notice: str
    """Name and number of the notice."""

    stated_days_off: int
    """How many days off the notice itself adds up to."""

    is_checked: bool
    """Whether the proposer compared it again where the count does not balance."""


def propose_confirmation(work: Work, parameter: str, since: date, *, reason: str) -> LawChange:
    """Propose to vouch for the version of `parameter` in force from `since`.

    Raises:
        RuleViolation: no such version, or it is confirmed already.
        Conflict: the same is waiting for approval.
    """
    known = version_since(book_of(work.session), parameter, since)
    if known.confirmed:
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
    change = _valued(work, new, kind=VERSION, place=None)
    return _propose(work, change, reason)


def propose_setting(work: Work, place: str, new: NewValue, *, reason: str) -> LawChange:
    """Propose what one court (`court:名称`) or province (`province:名称`) does instead.

    Raises:
        RuleViolation: no such kind of place, or as for a version.
        Conflict: the same is waiting for approval.
    """
    if not any(place.startswith(kind) and place.removeprefix(kind).strip() for kind in PLACES):
        raise RuleViolation(_("请填写法院或省份的名称。"))
    change = _valued(work, new, kind=SETTING, place=place)
    return _propose(work, change, reason)


def propose_year(work: Work, new: NewYear, *, reason: str) -> LawChange:
    """Propose the rest days of a year by its notice; its days are then certain.

    Raises:
        RuleViolation: the year ships with the program, days lie outside it or twice in it, the
            count is not the notice's, or it does not balance and was not compared again.
        Conflict: the same is waiting for approval.
    """
    if new.year in Calendar.standard().years:
        raise RuleViolation(_("{year} 年的放假安排已随程序提供。", year=new.year))
    if not new.notice.strip():
        raise RuleViolation(_("请填写放假安排通知的名称和文号。"))
    statutory = book_of(work.session).in_force("calendar.statutory_holidays", date(new.year, 1, 1))
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
    change = LawChange(
        kind=YEAR,
        year=new.year,
        instrument=new.notice.strip(),
        article="",
        edition="",
        mark="V",
        is_confirmed=True,
        rest_days=[day.isoformat() for day in new.days.rest],
        working_days=[day.isoformat() for day in new.days.working],
    )
    return _propose(work, change, reason)


def version_since(book: LawBook, parameter: str, since: date) -> Version:
    """Return the version of `parameter` whose first day in force is `since`.

    Raises:
        RuleViolation: there is none.
    """
    for version in known_parameter(book, parameter).versions:
        if version.since == since:
            return version
    raise RuleViolation(_("没有自 {day} 起施行的版本。", day=since.isoformat()))


def known_parameter(book: LawBook, name: str) -> Parameter:
    """Return the parameter `name`.

    Raises:
        RuleViolation: there is none.
    """
    if name not in book.parameters:
        raise RuleViolation(_("没有这个法律参数。"))
    return book.parameters[name]


def _valued(work: Work, new: NewValue, *, kind: str, place: str | None) -> LawChange:
    """Return the change that adds a value, checked against the parameter and its source."""
    parameter = known_parameter(book_of(work.session), new.parameter)
    value: Value = read_value(new.value)
    check_shape(parameter, value)
    if not EARLIEST <= new.since <= LATEST:
        raise RuleViolation(_("施行日期须在 1980 年至 2200 年之间。"))
    source = new.source
    if not source.instrument.strip():
        raise RuleViolation(_("请填写依据的文件名称。"))
    if source.mark not in {"V", "S", "U"}:
        raise RuleViolation(_("请选择来源标记。"))
    return LawChange(
        kind=kind,
        parameter=new.parameter,
        place=place,
        since=new.since,
        value=write_value(value),
        instrument=source.instrument.strip(),
        article=source.article.strip(),
        edition=source.edition.strip(),
        mark=source.mark,
        is_confirmed=new.is_confirmed,
        rest_days=[],
        working_days=[],
    )


def _propose(work: Work, change: LawChange, reason: str) -> LawChange:
    """Keep a change and ask a second person to approve it."""
    if work.actor.id is None:
        raise RuleViolation(_("法律参数的变更须由人员提出。"))
    if _same_pending(work.session, change):
        raise Conflict(_("同一项变更正在等待审批。"))
    change.proposed_by_id, change.proposed_at, change.in_force_at = work.actor.id, work.now, None
    # A change that the book cannot take is refused now, not when it is approved.
    books.book_with([*books.in_force(work.session), change])
    work.add(change)
    work.record(Action.CHANGE_RULEBOOK, change, **_audited(change), state=(None, "proposed"))
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


def _audited(change: LawChange) -> dict[str, object]:
    """Return what the audit log keeps of a change."""
    named = {
        "kind": change.kind,
        "parameter": change.parameter,
        "place": change.place,
        "since": change.since,
        "value": change.value,
        "year": change.year,
    }
    return {name: value for name, value in named.items() if value is not None}


def content(session: Session, change_id: int) -> dict[str, Any]:
    """Return what is approved: the change, and what stands in its place now."""
    change = session.get_one(LawChange, change_id)
    shown: dict[str, Any] = {
        "kind": change.kind,
        "parameter": change.parameter,
        "place": change.place,
        "since": _day(change.since),
        "value": change.value,
        "instrument": change.instrument,
        "article": change.article,
        "edition": change.edition,
        "mark": change.mark,
        "confirmed": change.is_confirmed,
        "year": change.year,
        "rest_days": change.rest_days,
        "working_days": change.working_days,
    }
    return {**shown, "replaces": _replaced(session, change)}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _replaced(session: Session, change: LawChange) -> str | None:
    """Return the value that would be replaced or confirmed, as TOML; None where there is none."""
    if change.in_force_at is not None or change.parameter is None or change.since is None:
        return None
    book = book_of(session)
    if change.place is not None:
        own = book.at(change.place).local.get(change.parameter)
        versions = own.versions if own is not None else ()
    else:
        versions = book.parameters[change.parameter].versions
    before = [version for version in versions if version.since <= change.since]
    return write_value(before[-1].value) if before else None


def execute(work: Work, change_id: int, shown: dict[str, Any]) -> None:
    """Put an approved change in force; what rests on the law is computed again by jobs.

    Raises:
        Conflict: it is in force already.
    """
    change = work.session.get_one(LawChange, change_id)
    if change.in_force_at is not None:
        raise Conflict(_("这项变更已经生效。"))
    change.in_force_at = work.now
    work.session.flush()
    book = book_of(work.session)
    work.record(
        Action.CHANGE_RULEBOOK,
        change,
        **_audited(change),
        state=("proposed", "in_force"),
        book=book.version,
    )
    for follower in followers.all():
        work.enqueue(follower.job, {"change": change.id}, key=f"law-change-{change.id}")


def places_of(changes: Sequence[LawChange]) -> list[str]:
    """Return the places that have settings, each once, in order."""
    return sorted({change.place for change in changes if change.place is not None})
