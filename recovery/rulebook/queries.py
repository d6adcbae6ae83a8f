"""Reads for the administrator's pages: parameters, settings, changes, years."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from recovery.access.models import ApprovalRequest, UserAccount
from recovery.kernel.errors import NotFound
from recovery.kernel.text import _
from recovery.law.book import LawBook, Setting
from recovery.law.citations import cite
from recovery.law.errors import NoLawInForce
from recovery.law.paper import decimal, table
from recovery.law.parameters import Parameter, Version
from recovery.rulebook.book import YEAR
from recovery.rulebook.models import LawChange
from recovery.rulebook.words import Word, parameter_title, subject_of
from recovery.web.filters import FilterState


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """A parameter with its version of today, as the list shows it."""

    name: str
    title: Word
    subject: str
    version: Version | None
    """The version of today; None where there is none (yet, or but for courts)."""

    versions: int
    settings: int
    is_added: bool
    """Whether an administrator added or confirmed anything of it."""

    unit: str
    source: str
    """What the value of today rests on, in the numbering of today; blank without one."""


def parameter_rows(book: LawBook, today: date, filters: FilterState) -> list[ParameterRow]:
    """Return the parameters that match the filters, by subject and name."""
    rows = [_row(book, parameter, today) for parameter in book.parameters.values()]
    return sorted(
        (row for row in rows if _matches(row, filters)), key=lambda row: (row.subject, row.name)
    )


def _row(book: LawBook, parameter: Parameter, today: date) -> ParameterRow:
    shipped = LawBook.standard().parameters[parameter.name]
    version = version_today(parameter, today)
    settings = [one for one in book.settings if one.parameter == parameter.name]
    return ParameterRow(
        name=parameter.name,
        title=parameter_title(parameter),
        subject=subject_of(parameter.name),
        version=version,
        versions=len(parameter.versions),
        settings=len(settings),
        is_added=parameter.versions != shipped.versions or bool(settings),
        unit=parameter.unit,
        source=str(cite(version, today)) if version is not None else "",
    )


def version_today(parameter: Parameter, today: date) -> Version | None:
    """Return the version in force today; None where there is none."""
    try:
        return parameter.in_force(today)
    except NoLawInForce:
        return None


def _matches(row: ParameterRow, filters: FilterState) -> bool:
    words = str(filters.get("q") or "").lower().split()
    text = f"{row.name} {row.title.chinese} {row.title.english} {row.source}".lower()
    if not all(word in text for word in words):
        return False
    if (subjects := filters.get("subject")) and row.subject not in subjects:
        return False
    mark = row.version.mark if row.version is not None else ""
    if (marks := filters.get("mark")) and mark not in marks:
        return False
    states = filters.get("state") or ()
    standing = {
        "unconfirmed": row.version is not None and not row.version.confirmed,
        "confirmed": row.version is not None and row.version.confirmed,
        "added": row.is_added,
        "local": row.settings > 0,
    }
    return not states or any(standing[state] for state in states)


def settings_of(book: LawBook, parameter: str) -> list[Setting]:
    """Return the settings of a parameter, by place and first day."""
    found = (one for one in book.settings if one.parameter == parameter)
    return sorted(found, key=lambda one: (one.place, one.version.since))


@dataclass(frozen=True, slots=True)
class PublishedLimits:
    """What a province published for a year, in yuan."""

    province: str
    year: str
    mandatory: Decimal
    by_agreement: Decimal


def published_limits(book: LawBook, today: date) -> list[PublishedLimits]:
    """Return the small-claims thresholds of every province and year, the newest year first."""
    version = version_today(book.parameters["small_claims.published"], today)
    provinces = table(version.value) if version is not None else {}
    found = [
        PublishedLimits(
            province,
            year,
            decimal(table(limits)["mandatory"]),
            decimal(table(limits)["by_agreement"]),
        )
        for province, years in provinces.items()
        for year, limits in table(years).items()
    ]
    return sorted(found, key=lambda one: (one.province, -int(one.year)))


RETRACTIONS = aliased(LawChange)

COLUMNS: tuple[Any, ...] = (
    LawChange.id,
    LawChange.kind,
    LawChange.parameter,
    LawChange.place,
    LawChange.since,
    LawChange.value,
    LawChange.year,
    LawChange.proposed_at,
    LawChange.in_force_at,
    ApprovalRequest.status,
    ApprovalRequest.id.label("request_id"),
    UserAccount.name.label("proposer"),
    exists()
    .where(RETRACTIONS.retracts_id == LawChange.id, RETRACTIONS.in_force_at.is_not(None))
    .label("is_retracted"),
)


def changes(filters: FilterState) -> Select[Any]:
    """Return the statement of the changes that match, each with the state of its request."""
    statement = every_change()
    if statuses := filters.get("status"):
        statement = statement.where(ApprovalRequest.status.in_(statuses))
    if kinds := filters.get("kind"):
        statement = statement.where(LawChange.kind.in_(kinds))
    if words := filters.get("q"):
        statement = statement.where(LawChange.parameter.contains(str(words), autoescape=True))
    return statement


def every_change() -> Select[Any]:
    """Return the statement of all changes, each with the state of its request."""
    return (
        select(*COLUMNS)
        .join(UserAccount, UserAccount.id == LawChange.proposed_by_id)
        .outerjoin(
            ApprovalRequest,
            and_(
                ApprovalRequest.subject_type == LawChange.__tablename__,
                ApprovalRequest.subject_id == LawChange.id,
            ),
        )
    )


def change(session: Session, change_id: int) -> LawChange:
    """Return a change.

    Raises:
        NotFound: there is none.
    """
    found = session.get(LawChange, change_id)
    if found is None:
        raise NotFound(_("没有这项变更。"))
    return found


def request_of(session: Session, change_id: int) -> ApprovalRequest | None:
    """Return the approval request of a change."""
    return session.scalars(
        select(ApprovalRequest)
        .where(
            ApprovalRequest.subject_type == LawChange.__tablename__,
            ApprovalRequest.subject_id == change_id,
        )
        .order_by(ApprovalRequest.id.desc())
        .limit(1)
    ).first()


def changes_of(session: Session, parameter: str) -> Sequence[Any]:
    """Return the changes of one parameter, the newest first."""
    statement = every_change().where(LawChange.parameter == parameter)
    return session.execute(statement.order_by(LawChange.id.desc())).all()


def years(session: Session) -> Sequence[LawChange]:
    """Return the years entered and in force, the latest first; of one year the latest entry."""
    latest = (
        select(func.max(LawChange.id))
        .where(
            LawChange.kind == YEAR,
            LawChange.in_force_at.is_not(None),
            ~exists().where(
                RETRACTIONS.retracts_id == LawChange.id, RETRACTIONS.in_force_at.is_not(None)
            ),
        )
        .group_by(LawChange.year)
    )
    statement = select(LawChange).where(LawChange.id.in_(latest))
    return session.scalars(statement.order_by(LawChange.year.desc())).all()


def pending_count(session: Session) -> int:
    """Return how many changes wait for approval."""
    statement = select(func.count()).where(
        ApprovalRequest.subject_type == LawChange.__tablename__, ApprovalRequest.status == "pending"
    )
    return session.scalar(statement) or 0
