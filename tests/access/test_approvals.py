"""Four eyes: who may decide what, and that what is approved is exactly what is executed."""

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from recovery.access import approvals, delegations, service
from recovery.access.identity import actor_of
from recovery.access.models import ApprovalRequest, Branch, UserAccount
from recovery.kernel import links
from recovery.kernel.crypto import context, keyring
from recovery.kernel.db import db
from recovery.kernel.errors import Conflict, NotFound, RuleViolation
from recovery.kernel.links import ApprovalKind
from recovery.kernel.models import AuditEvent, RegistrationIntent
from recovery.kernel.text import _
from recovery.kernel.work import Work, work_as
from recovery.loans.bulk import insert_loans
from tests.books import overdue_loan
from tests.conftest import NOW

KIND = "close_branch"
AMOUNT = Decimal("500000.00")
TODAY = date(2026, 3, 16)
FEN = Decimal("0.01")


def content(session: Session, branch_id: int) -> dict[str, object]:
    branch = session.get_one(Branch, branch_id)
    return {"code": branch.code, "name": branch.name, "after": "（撤并）", "amount": "500000.00"}


def execute(work: Work, branch_id: int, shown: dict[str, object]) -> None:
    branch = work.session.get_one(Branch, branch_id)
    service.rename_branch(work, branch, f"{shown['name']}{shown['after']}")


@pytest.fixture(autouse=True)
def kind(app: Flask) -> Iterator[None]:
    """Let the closing of a branch need four eyes."""
    links.approval_kinds.put(
        KIND,
        ApprovalKind(
            label=_("审批"),
            content=content,
            execute=execute,
            amount=lambda shown: Decimal(str(shown["amount"])),
        ),
    )
    yield
    links.approval_kinds._values.pop(KIND)


class People:
    """The people of these tests, each with a unit of work in their own name."""

    def __init__(self, person: Callable[..., UserAccount]) -> None:
        self.person = person
        self.asks("approver", "chen", AMOUNT)
        person("asset_manager", username="asker")

    def asks(self, role: str, name: str, limit: Decimal | None = None) -> UserAccount:
        account = self.person(role, username=name)
        if limit is not None:
            self.person("administrator", username="boss")
            with self.work("boss") as work:
                row = work.session.get_one(UserAccount, account.id)
                delegations.set_limit(work, row, "*", limit)
        return account

    def account(self, name: str) -> UserAccount:
        return db.session.scalars(select(UserAccount).where(UserAccount.username == name)).one()

    def work(self, name: str, at=NOW):
        db.session.rollback()
        return work_as(actor_of(db.session(), self.account(name), TODAY), now=at)


@pytest.fixture
def people(person: Callable[..., UserAccount]) -> People:
    """Return an asker, an approver `chen` with a limit of `AMOUNT`, and ways to add more."""
    return People(person)


@pytest.fixture
def branch_id(people: People) -> int:
    """Return the branch that is to be closed."""
    with people.work("boss") as work:
        return service.create_branch(work, "310", "上海分公司").id


def ask(people: People, branch_id: int, name: str = "asker") -> ApprovalRequest:
    with people.work(name) as work:
        branch = work.session.get_one(Branch, branch_id)
        return approvals.request_approval(work, KIND, branch, reason="业务收缩")


def approve(people: People, request: ApprovalRequest, name: str = "chen", at=NOW, shown=None):
    with people.work(name, at) as work:
        return approvals.approve_request(work, request.id, shown=shown or request.digest)


def branch_name(branch_id: int) -> str:
    db.session.rollback()
    return db.session.get_one(Branch, branch_id).name


def test_an_approval_carries_out_exactly_what_was_shown(people, branch_id):
    request = ask(people, branch_id)
    shown = json.loads(approvals.shown_content(request).text)
    assert shown["name"] == "上海分公司"
    assert request.digest == hashlib.sha256(request.content.encode()).hexdigest()
    assert approve(people, request).status == "approved"
    assert branch_name(branch_id) == "上海分公司（撤并）"


def test_a_decision_is_registered_as_evidence_with_its_content(people, branch_id):
    request = approve(people, ask(people, branch_id))
    intent = db.session.scalars(select(RegistrationIntent)).one()
    place = context("registration_intent", "fields", intent.uuid)
    fields = json.loads(keyring().open(intent.fields_sealed, place))
    assert (intent.kind, intent.subject_id) == ("approval", request.id)
    assert fields["digest"] == hashlib.sha256(fields["content"].encode()).hexdigest()
    assert (fields["requested_by"], fields["decided_by"]) == ("asker", "chen")
    assert fields["decision"] == "approved"


def test_the_content_is_sealed_in_the_database(people, branch_id):
    request = ask(people, branch_id)
    assert "上海".encode() not in request.content_sealed


@pytest.mark.parametrize("role", ["administrator", "approver"])
def test_nobody_approves_their_own_request(people, branch_id, role):
    people.asks(role, "self", AMOUNT * 2)
    request = ask(people, branch_id, "self")
    with pytest.raises(RuleViolation, match="不能审批自己提交的申请"):
        approve(people, request, "self")
    with pytest.raises(RuleViolation, match="不能审批自己提交的申请"), people.work("self") as work:
        approvals.reject_request(work, request.id, shown=request.digest, reason="改主意")
    assert branch_name(branch_id) == "上海分公司"


@pytest.mark.parametrize(("limit", "done"), [(AMOUNT, True), (AMOUNT - FEN, False)])
def test_a_limit_reaches_its_amount_and_not_a_fen_more(people, branch_id, limit, done):
    people.asks("approver", "wang", limit)
    request = ask(people, branch_id)
    if done:
        assert approve(people, request, "wang").status == "approved"
    else:
        with pytest.raises(RuleViolation, match="额度"):
            approve(people, request, "wang")


def test_an_approver_without_a_limit_decides_nothing(people, branch_id):
    people.asks("approver", "new")
    with pytest.raises(RuleViolation, match="额度"):
        approve(people, ask(people, branch_id), "new")


def test_a_limit_of_the_kind_itself_goes_before_the_general_one(people, branch_id):
    with people.work("boss") as work:
        chen = work.session.get_one(UserAccount, people.account("chen").id)
        delegations.set_limit(work, chen, KIND, AMOUNT - FEN)
    with pytest.raises(RuleViolation, match="额度"):
        approve(people, ask(people, branch_id))


def test_nobody_sets_their_own_limit(people):
    with people.work("boss") as work:
        boss = work.session.get_one(UserAccount, people.account("boss").id)
        with pytest.raises(RuleViolation, match="不能设置自己的审批额度"):
            delegations.set_limit(work, boss, "*", AMOUNT)


def test_one_request_on_a_record_is_pending_at_a_time(people, branch_id):
    ask(people, branch_id)
    with pytest.raises(Conflict, match="已有待审批"):
        ask(people, branch_id)


def test_the_database_itself_refuses_a_second_pending_request(people, branch_id):
    first = ask(people, branch_id)
    columns = ApprovalRequest.__table__.columns.keys()
    copy = {name: getattr(first, name) for name in columns if name != "id"}
    with pytest.raises(IntegrityError), people.work("asker") as work:
        work.add(ApprovalRequest(**copy))


def test_one_request_of_a_kind_is_pending_on_a_loan_so_that_nothing_is_split(people, branch_id):
    with people.work("boss") as work:
        other = service.create_branch(work, "320", "南京分公司").id
        [loan_id] = insert_loans(work, [overdue_loan()])

    def ask_on(number: int) -> ApprovalRequest:
        with people.work("asker") as work:
            branch = work.session.get_one(Branch, number)
            return approvals.request_approval(
                work, KIND, branch, reason="业务收缩", loan_id=loan_id
            )

    first = ask_on(branch_id)
    with pytest.raises(Conflict, match="同类申请"):
        ask_on(other)
    approve(people, first)
    assert ask_on(other).status == "pending"


def test_after_a_decision_the_record_may_be_asked_for_again(people, branch_id):
    first = ask(people, branch_id)
    with people.work("chen") as work:
        approvals.reject_request(work, first.id, shown=first.digest, reason="理由不足")
    second = ask(people, branch_id)
    assert approve(people, second).status == "approved"
    assert branch_name(branch_id) == "上海分公司（撤并）"


def test_a_rejection_needs_a_reason_and_carries_nothing_out(people, branch_id):
    request = ask(people, branch_id)
    with pytest.raises(RuleViolation, match="理由"), people.work("chen") as work:
        approvals.reject_request(work, request.id, shown=request.digest, reason=" ")
    with people.work("chen") as work:
        row = approvals.reject_request(work, request.id, shown=request.digest, reason="不妥")
    assert (row.status, row.decision_reason) == ("rejected", "不妥")
    assert branch_name(branch_id) == "上海分公司"


def test_content_that_changed_since_voids_the_request_and_nothing_is_done(people, branch_id):
    request = ask(people, branch_id)
    with people.work("boss") as work:
        service.rename_branch(work, work.session.get_one(Branch, branch_id), "浦东分公司")
    assert approve(people, request).status == "void"
    assert branch_name(branch_id) == "浦东分公司"
    assert ask(people, branch_id).status == "pending"


def test_an_approval_of_something_else_than_what_was_shown_is_refused(people, branch_id):
    request = ask(people, branch_id)
    with pytest.raises(Conflict, match="不一致"):
        approve(people, request, shown="0" * 64)


def test_a_request_is_decided_only_once(people, branch_id):
    request = approve(people, ask(people, branch_id))
    with pytest.raises(Conflict, match="已经处理"):
        approve(people, request)


def test_only_who_asked_withdraws(people, branch_id):
    people.person("asset_manager", username="other")
    request = ask(people, branch_id)
    with pytest.raises(RuleViolation, match="只有申请人"), people.work("other") as work:
        approvals.withdraw_request(work, request.id)
    with people.work("asker") as work:
        assert approvals.withdraw_request(work, request.id).status == "withdrawn"
    with pytest.raises(Conflict):
        approve(people, request)


def test_a_failing_execution_leaves_the_request_pending(people, branch_id):
    def fail(_work: Work, _subject_id: int, _shown: dict[str, object]) -> None:
        raise RuleViolation(_("审批"))

    kind = links.approval_kinds.get(KIND)
    links.approval_kinds.put(KIND, ApprovalKind(kind.label, content, fail, kind.amount))
    request = ask(people, branch_id)
    with pytest.raises(RuleViolation):
        approve(people, request)
    db.session.rollback()
    assert db.session.get_one(ApprovalRequest, request.id).status == "pending"
    assert db.session.scalars(select(RegistrationIntent)).all() == []


def lend(people: People, lender: str, to: str, first: date, last: date) -> None:
    with people.work(lender) as work:
        delegations.delegate(
            work,
            work.session.get_one(UserAccount, people.account(lender).id),
            work.session.get_one(UserAccount, people.account(to).id),
            delegations.Absence(first, last, "休假"),
        )


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("first", "last", "done"),
    [
        (TODAY, TODAY, True),
        (TODAY - 3 * DAY, TODAY, True),
        (TODAY + DAY, TODAY + DAY, False),
    ],
)
def test_a_delegate_decides_on_the_days_of_the_absence_only(people, branch_id, first, last, done):
    people.asks("approver", "standin")
    lend(people, "chen", "standin", first, last)
    request = ask(people, branch_id)
    if not done:
        with pytest.raises(RuleViolation, match="额度"):
            approve(people, request, "standin")
        return
    row = approve(people, request, "standin")
    assert row.decided_by == people.account("standin").id
    assert row.on_behalf_of == people.account("chen").id


def test_a_delegation_ends_with_its_last_day(people, branch_id):
    people.asks("approver", "standin")
    lend(people, "chen", "standin", TODAY, TODAY)
    request = ask(people, branch_id)
    with pytest.raises(RuleViolation, match="额度"):
        approve(people, request, "standin", at=NOW + DAY)


def test_a_delegate_may_not_decide_the_request_of_who_delegated(people, branch_id):
    people.asks("approver", "standin")
    lend(people, "chen", "standin", TODAY, TODAY)
    request = ask(people, branch_id, "chen")
    with pytest.raises(RuleViolation):
        approve(people, request, "standin")


def test_a_delegate_may_not_decide_the_own_request_in_a_lent_power(people, branch_id):
    people.asks("approver", "standin")
    lend(people, "chen", "standin", TODAY, TODAY)
    request = ask(people, branch_id, "standin")
    with pytest.raises(RuleViolation, match="不能审批自己"):
        approve(people, request, "standin")


def test_a_lent_power_is_not_lent_on(people, branch_id):
    people.asks("approver", "second")
    people.asks("approver", "third")
    lend(people, "chen", "second", TODAY, TODAY)
    lend(people, "second", "third", TODAY, TODAY)
    with pytest.raises(RuleViolation, match="额度"):
        approve(people, ask(people, branch_id), "third")


def test_power_is_lent_only_to_someone_who_decides(people):
    with pytest.raises(RuleViolation, match="只能委托给"):
        lend(people, "chen", "asker", TODAY, TODAY)
    with pytest.raises(RuleViolation, match="不能委托给自己"):
        lend(people, "chen", "chen", TODAY, TODAY)


def test_an_approver_of_another_branch_does_not_see_a_request(people, branch_id, person):
    with people.work("boss") as work:
        far = service.create_branch(work, "999", "外地")
        account = work.session.get_one(UserAccount, people.account("chen").id)
        account.branch_id = far.id
    request = ask(people, branch_id)
    with pytest.raises(NotFound):
        approve(people, request)


def test_each_step_of_a_request_leaves_its_audit_event(people, branch_id):
    request = ask(people, branch_id)
    approve(people, request)
    db.session.rollback()
    events = db.session.scalars(
        select(AuditEvent).where(AuditEvent.subject_type == "approval_request")
    ).all()
    assert [(event.action, event.actor_name) for event in events] == [
        ("approval.request", "asker"),
        ("approval.decide", "chen"),
    ]
