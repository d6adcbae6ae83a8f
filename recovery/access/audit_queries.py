"""Reads of the audit log: filtered, by key, never changed."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from recovery.access import rules
from recovery.access.labels import table_of
from recovery.access.models import AccessEntry, UserAccount
from recovery.kernel import clock, reasons
from recovery.kernel.models import AuditEvent
from recovery.web.filters import FilterState, Words
from recovery.web.spreadsheets import harmless

CHUNK = 2_000
"""Events read at a time for an export."""

LONGEST_NUMBER = 18
"""Digits of a record's number that the database can hold."""

HEAD = ("id", "at", "actor", "action", "object", "changes", "reason", "request")


def events(filters: FilterState) -> Select[AuditEvent]:
    """Return the statement of the audit events with their reasons, filtered."""
    statement = select(AuditEvent).options(selectinload(AuditEvent.reason))
    if person := filters.get("person"):
        statement = statement.where(of_person(person))
    if actions := filters.get("action"):
        statement = statement.where(AuditEvent.action.in_(actions))
    if subject := filters.get("object"):
        table, _colon, number = subject.replace("：", ":").partition(":")
        statement = statement.where(AuditEvent.subject_type == table_of(table))
        if number.strip():
            digits = number.strip()
            known = int(digits) if digits.isdecimal() and len(digits) <= LONGEST_NUMBER else -1
            statement = statement.where(AuditEvent.subject_id == known)
    if days := filters.get("day"):
        if days.low is not None:
            statement = statement.where(AuditEvent.at >= clock.start_of(days.low))
        if days.high is not None:
            statement = statement.where(AuditEvent.at < clock.end_of(days.high))
    return statement


def told(filters: FilterState) -> tuple[str, str]:
    """Return what was typed into the filters, in words, and their query with `*` in its place."""
    typed = {one.name: filters.get(one.name) for one in filters.bar.filters if type(one) is Words}
    pairs = [(name, "*" if name in typed else value) for name, value in filters.pairs]
    return "；".join(words for words in typed.values() if words), urlencode(pairs, safe="*")


VISIT_COLUMNS: tuple[Any, ...] = (
    AccessEntry.id,
    AccessEntry.at,
    AccessEntry.endpoint,
    AccessEntry.record_id,
    AccessEntry.method,
    AccessEntry.status,
    AccessEntry.request_id,
    UserAccount.username,
)


def visits(filters: FilterState) -> Select[Any]:
    """Return the statement of the pages that people opened, filtered."""
    statement = select(*VISIT_COLUMNS).join(UserAccount, UserAccount.id == AccessEntry.user_id)
    if person := filters.get("person"):
        username = rules.normal_username(person)
        statement = statement.where(UserAccount.username == username)
    if page := filters.get("page"):
        statement = statement.where(AccessEntry.endpoint.startswith(page, autoescape=True))
    if numbers := filters.get("record"):
        if numbers.low is not None:
            statement = statement.where(AccessEntry.record_id >= numbers.low)
        if numbers.high is not None:
            statement = statement.where(AccessEntry.record_id <= numbers.high)
    if days := filters.get("day"):
        if days.low is not None:
            statement = statement.where(AccessEntry.at >= clock.start_of(days.low))
        if days.high is not None:
            statement = statement.where(AccessEntry.at < clock.end_of(days.high))
    return statement


def of_person(typed: str) -> Any:
    """Return the condition for what a person, or a process of the system, did."""
    if typed.startswith("system:"):
        return AuditEvent.actor_name == typed
    wanted = select(UserAccount.id).where(UserAccount.username == rules.normal_username(typed))
    return AuditEvent.actor_id.in_(wanted)


def rows(session: Session, statement: Select[AuditEvent]) -> Iterator[tuple[str, ...]]:
    """Yield every event of `statement` as texts, oldest first, a chunk at a time."""
    last = 0
    while True:
        part = statement.where(AuditEvent.id > last).order_by(AuditEvent.id).limit(CHUNK)
        found = session.scalars(part).all()
        yield from (texts(event) for event in found)
        if len(found) < CHUNK:
            return
        last = found[-1].id
        session.expunge_all()


def texts(event: AuditEvent) -> tuple[str, ...]:
    """Return an event as the cells of its row."""
    cells = (
        str(event.id),
        event.at.astimezone(clock.BUSINESS_ZONE).isoformat(),
        event.actor_name,
        event.action,
        subject_of(event),
        json.dumps(event.changes, ensure_ascii=False, sort_keys=True),
        str(reasons.said(event) or ""),
        event.request_id or "",
    )
    return tuple(harmless(cell) for cell in cells)


def subject_of(event: AuditEvent) -> str:
    """Return what the act was done on, as `loan:1024`; blank for nothing."""
    return f"{event.subject_type}:{event.subject_id}" if event.subject_type else ""
