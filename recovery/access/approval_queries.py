"""Reads of approval requests: the inbox, one request with what its reader may do."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from recovery.access.approvals import PENDING, Content, content_of, shown_content
from recovery.access.authority import Power, decision_scope, power_over, powers_of
from recovery.access.models import ApprovalRequest, UserAccount
from recovery.kernel import clock, gate, links
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.gate import Actor, Scope, visible
from recovery.kernel.text import Text
from recovery.web.filters import FilterState

COLUMNS: tuple[Any, ...] = (
    ApprovalRequest.id,
    ApprovalRequest.kind,
    ApprovalRequest.amount,
    ApprovalRequest.reason,
    ApprovalRequest.requested_at,
    ApprovalRequest.status,
    UserAccount.name.label("requester"),
)


def requests(actor: Actor, scope: Scope, filters: FilterState) -> Select[Any]:
    """Return the statement of the requests that `scope` sees, filtered."""
    statement = visible(
        select(*COLUMNS).join(UserAccount, UserAccount.id == ApprovalRequest.requested_by),
        ApprovalRequest,
        scope,
    )
    if statuses := filters.get("status"):
        statement = statement.where(ApprovalRequest.status.in_(statuses))
    if kinds := filters.get("kind"):
        statement = statement.where(ApprovalRequest.kind.in_(kinds))
    whose = filters.get("whose") or ()
    if "mine" in whose:
        statement = statement.where(ApprovalRequest.requested_by == actor.id)
    if "decided" in whose:
        statement = statement.where(ApprovalRequest.decided_by == actor.id)
    if days := filters.get("requested"):
        if days.low is not None:
            start = clock.start_of(days.low)
            statement = statement.where(ApprovalRequest.requested_at >= start)
        if days.high is not None:
            statement = statement.where(ApprovalRequest.requested_at < clock.end_of(days.high))
    return statement


def inbox_scope(session: Session, actor: Actor, today: date) -> Scope:
    """Return what `actor` sees of requests: the own scope and those lent by who is absent."""
    return decision_scope(actor, powers_of(session, actor, today))


@dataclass(frozen=True, slots=True)
class Shown:
    """A request as its reader sees it.

    `power` is the one in which the reader may decide it; without one, `obstacle` says why not.
    """

    request: ApprovalRequest
    content: Content
    changed: bool
    power: Power | None
    obstacle: Text | str | None


def shown(session: Session, request_id: int, actor: Actor, today: date) -> Shown:
    """Return a request with what its reader may do about it.

    Raises:
        NotFound: absent, or not for this actor to see.
    """
    powers = powers_of(session, actor, today)
    scope = decision_scope(actor, powers)
    request = gate.find(session, ApprovalRequest, request_id, scope)
    power, obstacle = _power(request, actor, powers)
    return Shown(request, shown_content(request), _has_changed(session, request), power, obstacle)


def _power(
    request: ApprovalRequest, actor: Actor, powers: list[Power]
) -> tuple[Power | None, Text | str | None]:
    """Return the power to decide, or the reason why there is none."""
    if request.status != PENDING or not powers:
        return None, None
    try:
        return power_over(request, actor, powers), None
    except RuleViolation as error:
        return None, error.message


def _has_changed(session: Session, request: ApprovalRequest) -> bool:
    """Return whether a pending request is about something that has changed since."""
    if request.status != PENDING or request.kind not in links.approval_kinds:
        return False
    try:
        present = content_of(session, request.kind, request.subject_id)
    except NotFound:
        return True
    return present.digest != request.digest
