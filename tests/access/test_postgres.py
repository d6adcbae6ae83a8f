"""What many at once do to sign-in and approvals, on the database that lets them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from recovery.access import approvals, rules, second_factor, service, sessions
from recovery.access.identity import actor_of
from recovery.access.login import access_log
from recovery.access.models import ApprovalLimit, ApprovalRequest, Branch, RecoveryCode, UserAccount
from recovery.access.rights import Role
from recovery.access.throttle import Origin, Throttled
from recovery.kernel.db import db
from recovery.kernel.errors import Conflict, RecoveryError
from recovery.kernel.models import AuditEvent
from recovery.kernel.work import system_work, work_as
from tests.access.test_approvals import KIND, kind
from tests.conftest import NOW, make_person
from tests.kernel.conftest import postgres, postgres_url
from tests.kernel.conftest import postgres_app as app

__all__ = ["app", "kind", "postgres", "postgres_url"]

pytestmark = pytest.mark.postgres
TODAY = date(2026, 3, 16)
PASSWORD = "晨光里的第七只白鹭"
WHERE = {"origin": Origin("198.51.100.7", ""), "now": NOW, "today": TODAY}


def at_once(app: Flask, act: Callable[[int], object], times: int) -> list[object]:
    """Return what `act` gave, or the error it raised, for so many calls at the same time."""

    def run(number: int) -> object:
        with app.app_context():
            try:
                return act(number)
            except RecoveryError as error:
                return error

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def make(role: Role, username: str) -> UserAccount:
    with system_work("tests", now=NOW) as work:
        return make_person(work, role, username, "101")


def test_attempts_at_the_same_moment_are_all_counted(app: Flask):
    make(Role.COUNSEL, "li.na")
    answers = at_once(app, lambda _n: sessions.sign_in("li.na", "wrong", **WHERE), 12)
    heard = [answer for answer in answers if isinstance(answer, sessions.Refused)]
    waiting = [answer for answer in answers if isinstance(answer, Throttled)]
    assert (len(heard), len(waiting)) == (rules.FREE_BY_ACCOUNT, 12 - rules.FREE_BY_ACCOUNT)


def test_a_recovery_code_opens_one_of_many_sessions_at_once(app: Flask):
    account = make(Role.COUNSEL, "li.na")
    with system_work("tests", now=NOW) as work:
        row = work.session.get_one(UserAccount, account.id)
        second_factor.begin(work, row)
        row.totp_confirmed_at = NOW
        code = second_factor.renew_recovery_codes(work, row)[0]
        tokens = [sessions.start_session(work, row, WHERE["origin"]).token for _n in range(4)]
    answers = at_once(app, lambda n: sessions.show_code(tokens[n], code, **WHERE), 4)
    assert len([answer for answer in answers if isinstance(answer, sessions.Opened)]) == 1
    used = select(func.count()).where(RecoveryCode.used_at.is_not(None))
    assert db.session.scalar(used) == 1


def ask(asker: UserAccount, branch_id: int) -> ApprovalRequest:
    with work_as(actor_of(db.session(), asker, TODAY), now=NOW) as work:
        branch = work.session.get_one(Branch, branch_id)
        return approvals.request_approval(work, KIND, branch, reason="业务收缩")


@pytest.fixture
def branch_id(app: Flask) -> int:
    """Return a branch that may be closed."""
    with system_work("tests", now=NOW) as work:
        return service.create_branch(work, "310", "上海分公司").id


def test_of_many_requests_on_a_record_at_once_one_is_pending(app: Flask, kind, branch_id):
    asker = make(Role.ASSET_MANAGER, "asker")
    answers = at_once(app, lambda _n: ask(asker, branch_id), 5)
    assert len([answer for answer in answers if isinstance(answer, ApprovalRequest)]) == 1
    assert len([answer for answer in answers if isinstance(answer, Conflict)]) == 4


def test_of_many_approvals_at_once_one_is_carried_out(app: Flask, kind, branch_id):
    request = ask(make(Role.ASSET_MANAGER, "asker"), branch_id)
    approvers = [make(Role.APPROVER, f"chen{number}") for number in range(4)]
    with system_work("tests", now=NOW) as work:
        for one in approvers:
            limit = ApprovalLimit(user_id=one.id, kind="*", amount=Decimal("500000.00"))
            work.add(limit)

    def approve(number: int) -> ApprovalRequest:
        actor = actor_of(db.session(), approvers[number], TODAY)
        with work_as(actor, now=NOW) as work:
            return approvals.approve_request(work, request.id, shown=request.digest)

    answers = at_once(app, approve, 4)
    assert len([answer for answer in answers if isinstance(answer, ApprovalRequest)]) == 1
    assert len([answer for answer in answers if isinstance(answer, Conflict)]) == 3
    db.session.rollback()
    assert db.session.get_one(Branch, branch_id).name == "上海分公司（撤并）"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_event SET actor_name = 'x'",
        "DELETE FROM audit_event",
        "TRUNCATE audit_event CASCADE",
    ],
)
def test_the_database_itself_refuses_to_change_the_audit_log(app: Flask, branch_id, change):
    with pytest.raises(DBAPIError, match="never changed"), system_work("tests") as work:
        work.session.execute(text(change))
    assert db.session.scalar(select(func.count()).select_from(AuditEvent)) == 1


PAGES = (
    "/people/?q=adm&role=administrator&state=live",
    "/places/",
    "/people/branches?branch=10",
    "/approvals/?status=pending&whose=mine&whose=decided&requested_from=2026-01-01",
    "/approvals/delegations",
    "/audit/?person=administrator&action=session.sign_in&object=branch:1&day_to=2030-01-01",
    "/audit/visits?person=administrator&page=people&record_from=1&day_from=2026-01-01",
    "/account",
)


def test_the_pages_of_access_open_on_this_database_too(app: Flask, signed_in):
    client = signed_in("administrator")
    answers = {page: client.get(page).status_code for page in PAGES}
    assert set(answers.values()) == {200}, answers
    with app.test_request_context():
        access_log().write()
    assert "people.index" in client.get("/audit/visits").text
    export = client.post("/audit/export", data={"person": "system:tests"})
    assert "branch.manage" in export.text
