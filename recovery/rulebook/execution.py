"""What the approval of a change is bound to, and what it does."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from recovery.kernel.actions import Action
from recovery.kernel.errors import Conflict
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.rulebook.book import book_of, book_with, in_force
from recovery.rulebook.followers import followers
from recovery.rulebook.models import LawChange
from recovery.rulebook.values import write_value


def audited(change: LawChange) -> dict[str, object]:
    """Return what the audit log keeps of a change."""
    named = {
        "kind": change.kind,
        "retracts": change.retracts_id,
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
        "retracts": change.retracts_id,
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
    """Return the value that is, or was, replaced or confirmed, as TOML; None: there is none."""
    if change.parameter is None or change.since is None:
        return None
    book = book_with(_before(session, change))
    if change.place is not None:
        own = book.at(change.place).local.get(change.parameter)
        versions = own.versions if own is not None else ()
    else:
        versions = book.parameters[change.parameter].versions
    before = [version for version in versions if version.since <= change.since]
    return write_value(before[-1].value) if before else None


def _before(session: Session, change: LawChange) -> list[LawChange]:
    """Return the changes in force when `change` came into force, or now where it has not yet."""
    kept = in_force(session)
    if change.in_force_at is None:
        return list(kept)
    mine = (change.in_force_at, change.id)
    return [one for one in kept if one.in_force_at and (one.in_force_at, one.id) < mine]


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
        reason=None,
        **audited(change),
        state=("proposed", "in_force"),
        book=book.version,
    )
    for follower in followers.all():
        work.enqueue(follower.job, {"change": change.id}, key=f"law-change-{change.id}")
