"""Approvals (四眼审批): asked for, decided and carried out by different people.

A request is bound to the SHA-256 of the canonical content that was shown. What is executed is
that content; when the record says something else by then, the request is void.
"""

import hashlib
import os
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from evidence_store.jcs import canonical, parse
from recovery.access.authority import Power, decision_scope, power_over, powers_of
from recovery.access.models import ApprovalRequest, UserAccount
from recovery.kernel import gate, links
from recovery.kernel.actions import Action
from recovery.kernel.db import Base
from recovery.kernel.errors import Conflict, RuleViolation
from recovery.kernel.text import _
from recovery.kernel.work import Work

PENDING, APPROVED, REJECTED = "pending", "approved", "rejected"
WITHDRAWN, VOID = "withdrawn", "void"


@dataclass(frozen=True, slots=True)
class Content:
    """What a request is about, as it is shown and executed, with its digest."""

    text: str
    digest: str

    @property
    def value(self) -> dict[str, Any]:
        """The content as nested texts, numbers and lists."""
        value = parse(self.text.encode())
        assert isinstance(value, dict)
        return value


def content_of(session: Session, kind: str, subject_id: int) -> Content:
    """Return the canonical content of a subject as it stands now."""
    octets = canonical(links.approval_kinds.get(kind).content(session, subject_id))
    return Content(octets.decode(), hashlib.sha256(octets).hexdigest())


def shown_content(request: ApprovalRequest) -> Content:
    """Return the content that the request is bound to."""
    text = str(request.content)
    return Content(text, hashlib.sha256(text.encode()).hexdigest())


def request_approval(
    work: Work, kind: str, subject: Base, *, reason: str, loan_id: int | None = None
) -> ApprovalRequest:
    """Ask for the approval of `subject` as it stands now; the service of its feature calls this.

    Raises:
        RuleViolation: without a reason.
        Conflict: a request on the same record, or of the kind on the same loan, is pending.
    """
    if not reason.strip():
        raise RuleViolation(_("请写明申请理由。"))
    if work.actor.id is None:
        raise RuleViolation(_("审批须由人员提出。"))
    work.session.flush()
    subject_id = int(subject.id)  # type: ignore[attr-defined]
    content = content_of(work.session, kind, subject_id)
    request = ApprovalRequest(
        row_uuid=os.urandom(16),
        kind=kind,
        subject_type=subject.__tablename__,
        subject_id=subject_id,
        loan_id=loan_id,
        content=content.text,
        digest=content.digest,
        amount=_amount(kind, content),
        reason=reason.strip(),
        requested_by=work.actor.id,
        requested_at=work.now,
        status=PENDING,
        branch_id=getattr(subject, "branch_id", None),
        owner_id=work.actor.id,
        agency_id=getattr(subject, "agency_id", None),
        package_id=getattr(subject, "package_id", None),
    )
    _add_only_pending(work, request)
    on = f"{request.subject_type}:{subject_id}"
    work.record(Action.REQUEST_APPROVAL, request, kind=kind, on=on, digest=content.digest)
    return request


def _amount(kind: str, content: Content) -> Decimal | None:
    """Return the yuan that a limit must cover; None for a kind that moves no money."""
    amount = links.approval_kinds.get(kind).amount
    return None if amount is None else amount(content.value)


def _add_only_pending(work: Work, request: ApprovalRequest) -> None:
    """Add the request, unless one is pending; the index decides between two at once."""
    if pending_on(work.session, request.subject_type, request.subject_id) is not None:
        raise Conflict(_("这条记录已有待审批的申请，请先等待结果或撤回。"))
    if pending_of_loan(work.session, request.kind, request.loan_id) is not None:
        raise Conflict(_("这笔贷款已有同类申请待审批，请先等待结果或撤回。"))
    try:
        work.add(request)
    except IntegrityError as error:
        raise Conflict(_("这条记录已有待审批的申请，请先等待结果或撤回。")) from error


def pending_on(session: Session, subject_type: str, subject_id: int) -> ApprovalRequest | None:
    """Return the pending request on a record; None when there is none."""
    return session.scalars(
        select(ApprovalRequest).where(
            ApprovalRequest.subject_type == subject_type,
            ApprovalRequest.subject_id == subject_id,
            ApprovalRequest.status == PENDING,
        )
    ).one_or_none()


def pending_of_loan(session: Session, kind: str, loan_id: int | None) -> ApprovalRequest | None:
    """Return the pending request of a kind on a loan; None when there is none."""
    if loan_id is None:
        return None
    return session.scalars(
        select(ApprovalRequest).where(
            ApprovalRequest.kind == kind,
            ApprovalRequest.loan_id == loan_id,
            ApprovalRequest.status == PENDING,
        )
    ).one_or_none()


def find_request(work: Work, request_id: int) -> tuple[ApprovalRequest, list[Power]]:
    """Return a request that the actor sees, in the own or a lent power, and those powers.

    Raises:
        NotFound: absent, or not for this actor to see.
    """
    powers = powers_of(work.session, work.actor, work.today)
    scope = decision_scope(work.actor, powers)
    return gate.find(work.session, ApprovalRequest, request_id, scope), powers


def approve_request(
    work: Work, request_id: int, *, shown: str, reason: str = ""
) -> ApprovalRequest:
    """Approve exactly what was `shown` (its digest) and carry it out in this transaction.

    The returned request is `void` where the content has changed; then nothing was carried out.

    Raises:
        NotFound: absent, or not for this actor to see.
        RuleViolation: one's own request, or beyond one's limit.
        Conflict: decided already, or another content was shown.
    """
    request, power = _take(work, request_id, shown)
    content = shown_content(request)
    if content_of(work.session, request.kind, request.subject_id).digest != content.digest:
        return _void(work, request)
    _decide(work, request, power, status=APPROVED, reason=reason)
    scope = decision_scope(work.actor, powers_of(work.session, work.actor, work.today))
    executing = replace(work, actor=replace(work.actor, scope=scope))
    kind = links.approval_kinds.get(request.kind)
    kind.execute(executing, request.subject_id, content.value)
    return request


def reject_request(work: Work, request_id: int, *, shown: str, reason: str) -> ApprovalRequest:
    """Refuse what was `shown`, with a reason.

    Raises:
        NotFound: absent, or not for this actor to see.
        RuleViolation: one's own request, beyond one's limit, or without a reason.
        Conflict: decided already, or another content was shown.
    """
    if not reason.strip():
        raise RuleViolation(_("请写明不同意的理由。"))
    request, power = _take(work, request_id, shown)
    _decide(work, request, power, status=REJECTED, reason=reason)
    return request


def _take(work: Work, request_id: int, shown: str) -> tuple[ApprovalRequest, Power]:
    """Return a pending request for decision and the power in which it is decided."""
    request, powers = find_request(work, request_id)
    if request.status != PENDING:
        raise Conflict(_("这项申请已经处理过了。"))
    power = power_over(request, work.actor, powers)
    if shown != request.digest or shown_content(request).digest != request.digest:
        raise Conflict(_("您看到的内容与申请的内容不一致，请刷新后重新审阅。"))
    return request, power


def _decide(
    work: Work, request: ApprovalRequest, power: Power, *, status: str, reason: str
) -> None:
    """Close the request with a decision, and register it as evidence."""
    on_behalf_of = None if power.user_id == work.actor.id else power.user_id
    request.status = status
    request.decided_by = work.actor.id
    request.on_behalf_of = on_behalf_of
    request.decided_at = work.now
    request.decision_reason = reason.strip()
    # Written before anything is executed: of two deciders at once, the second stops here.
    work.session.flush()
    work.record(
        Action.DECIDE_APPROVAL,
        request,
        status=(PENDING, status),
        digest=request.digest,
        on_behalf_of=on_behalf_of,
    )
    work.register("approval", request, loan_id=request.loan_id, fields=_fields(work, request))


def _fields(work: Work, request: ApprovalRequest) -> dict[str, str]:
    """Return what is committed to as evidence of a decision."""
    names = {
        who: _username(work.session, who) for who in (request.requested_by, request.on_behalf_of)
    }
    assert request.decided_at is not None
    return {
        "kind": request.kind,
        "subject": f"{request.subject_type}:{request.subject_id}",
        "content": str(request.content),
        "digest": request.digest,
        "amount": "" if request.amount is None else f"{request.amount:.2f}",
        "requested_by": names[request.requested_by],
        "requested_at": request.requested_at.isoformat(),
        "request_reason": request.reason,
        "decision": request.status,
        "decided_by": work.actor.name,
        "on_behalf_of": names[request.on_behalf_of],
        "decided_at": request.decided_at.isoformat(),
        "decision_reason": request.decision_reason or "",
    }


def _username(session: Session, user_id: int | None) -> str:
    """Return the user name of an account; blank for nobody."""
    return "" if user_id is None else session.get_one(UserAccount, user_id).username


def withdraw_request(work: Work, request_id: int) -> ApprovalRequest:
    """Take one's own pending request back.

    Raises:
        NotFound: absent, or not for this actor to see.
        RuleViolation: someone else's.
        Conflict: decided already.
    """
    request = work.get(ApprovalRequest, request_id)
    if request.requested_by != work.actor.id:
        raise RuleViolation(_("只有申请人可以撤回申请。"))
    if request.status != PENDING:
        raise Conflict(_("这项申请已经处理过了。"))
    request.status = WITHDRAWN
    work.record(Action.WITHDRAW_APPROVAL, request, status=(PENDING, WITHDRAWN))
    return request


def _void(work: Work, request: ApprovalRequest) -> ApprovalRequest:
    """Close a request whose content changed after it was asked for."""
    request.status = VOID
    work.record(Action.WITHDRAW_APPROVAL, request, status=(PENDING, VOID))
    return request
