"""The law book with what administrators added to it, built once for each state of the table."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal, cast

from flask import current_app
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from recovery.kernel.db import db
from recovery.law.book import Additions, Confirmation, LawBook, NewVersion, Setting
from recovery.law.calendar import CalendarDay
from recovery.law.parameters import Version
from recovery.rulebook.models import LawChange
from recovery.rulebook.values import read_value

CONFIRMATION, VERSION, SETTING, YEAR = "confirmation", "version", "setting", "year"
RETRACTION = "retraction"
Mark = Literal["V", "S", "U"]

_EXTENSION = "recovery.rulebook"
Stamp = tuple[object, ...]


def kept_book() -> LawBook:
    """Return the law as it ships with every change in force, of the current application.

    A short reading transaction of its own: what is in force now, not when the page began to read.
    """
    with db.engines[None].connect() as connection:
        stamp = tuple(connection.execute(_STAMP).one())
        kept: tuple[Stamp, LawBook] | None = current_app.extensions.get(_EXTENSION)
        if kept is not None and kept[0] == stamp:
            return kept[1]
        book = book_of(Session(connection))
    current_app.extensions[_EXTENSION] = (stamp, book)
    return book


_STAMP = text("SELECT count(*), max(in_force_at) FROM law_change WHERE in_force_at IS NOT NULL")
"""What changes whenever a change comes into force. Plain text: every page asks it."""


def in_force(session: Session) -> Sequence[LawChange]:
    """Return every change in force, the earliest approved first."""
    return session.scalars(
        select(LawChange)
        .where(LawChange.in_force_at.is_not(None))
        .order_by(LawChange.in_force_at, LawChange.id)
    ).all()


def book_of(session: Session) -> LawBook:
    """Return the law book as `session` sees it."""
    return book_with(in_force(session))


def book_with(changes: Iterable[LawChange]) -> LawBook:
    """Return the law that ships with `changes` made to it in this order.

    Raises:
        NoLawInForce: a change names a parameter, or a version, that the law lacks.
    """
    additions = additions_of(changes)
    standard = LawBook.standard()
    return standard.with_additions(additions) if additions != Additions() else standard


def additions_of(changes: Iterable[LawChange]) -> Additions:
    """Return `changes` as the law book takes them; of two of the same value the later prevails.

    A confirmation holds for the value that it confirmed: a version entered later under the same
    first day says for itself whether it is confirmed. What was retracted does not count.
    """
    given = list(changes)
    retracted = {change.retracts_id for change in given if change.kind == RETRACTION}
    confirmations: dict[tuple[str, date], Confirmation] = {}
    versions: dict[tuple[str, date], NewVersion] = {}
    settings: dict[tuple[str, str, date], Setting] = {}
    years: dict[int, LawChange] = {}
    for change in given:
        if change.kind == RETRACTION or change.id in retracted:
            continue
        if change.kind == YEAR:
            assert change.year is not None
            years[change.year] = change
            continue
        name, since = _named(change)
        if change.kind == CONFIRMATION:
            confirmations[name, since] = Confirmation(name, since)
        elif change.kind == SETTING:
            assert change.place is not None
            settings[change.place, name, since] = Setting(name, change.place, version_of(change))
        else:
            confirmations.pop((name, since), None)
            versions[name, since] = NewVersion(name, version_of(change))
    return Additions(
        versions=tuple(versions.values()),
        confirmations=tuple(confirmations.values()),
        settings=tuple(settings.values()),
        days=tuple(day for year in years.values() for day in days_of(year)),
        years=tuple(years),
    )


def _named(change: LawChange) -> tuple[str, date]:
    assert change.parameter is not None
    assert change.since is not None
    return change.parameter, change.since


def version_of(change: LawChange) -> Version:
    """Return the version of a parameter that a change adds."""
    assert change.value is not None
    assert change.since is not None
    return Version(
        value=read_value(change.value),
        since=change.since,
        instrument=change.instrument,
        article=change.article,
        edition=change.edition,
        mark=cast(Mark, change.mark),
        confirmed=change.is_confirmed,
    )


def days_of(change: LawChange) -> list[CalendarDay]:
    """Return the days off and the worked weekend days that a year's notice names."""
    rest = [CalendarDay(date.fromisoformat(day), working=False) for day in change.rest_days]
    work = [CalendarDay(date.fromisoformat(day), working=True) for day in change.working_days]
    return [*rest, *work]
