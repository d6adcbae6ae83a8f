"""The pages of approvals: the reader sees exactly what is approved, and decides that."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from recovery.access import service
from recovery.access.models import ApprovalRequest, Branch, Delegation, UserAccount
from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.work import system_work
from tests.access.test_approvals import AMOUNT, People, ask, branch_id, branch_name, kind, people
from tests.conftest import Browser

__all__ = ["branch_id", "kind", "people"]


@pytest.fixture
def chen(people: People, signed_in: Callable[..., Browser]) -> Browser:
    """Return the browser of the approver `chen`, whose limit is `AMOUNT`."""
    return signed_in("approver", username="chen")


def shown_digest(page: str) -> str:
    return re.search(r'name="shown" value="([0-9a-f]{64})"', page)[1]


def decide(client: Browser, request: ApprovalRequest, decision: str, **typed: str):
    page = client.get(f"/approvals/{request.id}").text
    data = {"decision": decision, "shown": shown_digest(page), **typed}
    return client.post(f"/approvals/{request.id}/decide", data=data)


def test_the_inbox_lists_what_waits_and_the_page_shows_all_of_the_content(people, branch_id, chen):
    request = ask(people, branch_id)
    assert f"SP{request.id:06d}" in chen.get("/approvals/?status=pending").text
    page = chen.get(f"/approvals/{request.id}").text
    for text in ("上海分公司", "（撤并）", "500000.00", "业务收缩", request.digest):
        assert text in page


def test_approving_carries_it_out_and_says_so(people, branch_id, chen):
    request = ask(people, branch_id)
    assert decide(chen, request, "approve").location == f"/approvals/{request.id}"
    assert branch_name(branch_id) == "上海分公司（撤并）"
    assert "已同意，并已执行。" in chen.get(f"/approvals/{request.id}").text
    assert f"SP{request.id:06d}" in chen.get("/approvals/?whose=decided").text


def test_a_rejection_without_a_reason_comes_back_with_its_fault(people, branch_id, chen):
    request = ask(people, branch_id)
    page = decide(chen, request, "reject", reason="")
    assert page.status_code == 409
    assert "请写明不同意的理由。" in page.text
    decide(chen, request, "reject", reason="材料不全")
    assert "材料不全" in chen.get(f"/approvals/{request.id}").text


def test_another_digest_than_the_pages_is_refused(people, branch_id, chen):
    request = ask(people, branch_id)
    answer = decide(chen, request, "approve", shown="0" * 64)
    assert answer.status_code == 409
    assert branch_name(branch_id) == "上海分公司"


def test_changed_content_is_announced_and_its_approval_voids_the_request(people, branch_id, chen):
    request = ask(people, branch_id)
    with people.work("boss") as work:
        service.rename_branch(work, work.session.get_one(Branch, branch_id), "浦东分公司")
    assert "记录在申请后已变更" in chen.get(f"/approvals/{request.id}").text
    decide(chen, request, "approve")
    assert "已失效" in chen.get(f"/approvals/{request.id}").text
    assert branch_name(branch_id) == "浦东分公司"


def test_who_asked_sees_no_decision_and_may_withdraw(people, branch_id, signed_in):
    request = ask(people, branch_id)
    asker = signed_in("asset_manager", username="asker")
    page = asker.get(f"/approvals/{request.id}").text
    assert "/decide" not in page
    assert asker.post(f"/approvals/{request.id}/withdraw").status_code == 302
    assert "已撤回" in asker.get(f"/approvals/{request.id}").text


def test_beyond_the_limit_the_page_says_why_there_is_nothing_to_decide(
    people, branch_id, signed_in
):
    people.asks("approver", "small", AMOUNT / 2)
    request = ask(people, branch_id)
    page = signed_in("approver", username="small").get(f"/approvals/{request.id}").text
    assert "金额超出您的审批额度" in page
    assert "/decide" not in page


def test_a_delegation_is_made_on_its_page_and_ended_there(people, person, chen):
    standin = person("approver", username="standin")
    today = clock.today()
    typed = {
        "delegate": str(standin.id),
        "first_day": f"{today}",
        "last_day": f"{today + timedelta(days=5)}",
        "reason": "休假",
    }
    assert chen.post("/approvals/delegations", data=typed).location == "/approvals/delegations"
    db.session.rollback()
    row = db.session.scalars(select(Delegation)).one()
    assert "测试 standin" in chen.get("/approvals/delegations").text
    chen.post(f"/approvals/delegations/{row.id}/end")
    db.session.rollback()
    assert db.session.scalars(select(Delegation)).one().ended_at is not None


def test_a_delegate_sees_in_whose_power_the_request_is_decided(people, branch_id, signed_in):
    people.asks("approver", "standin")
    today = clock.today()
    with system_work("tests") as work:
        users = {u.username: u.id for u in work.session.scalars(select(UserAccount))}
        lent = Delegation(
            from_user_id=users["chen"],
            to_user_id=users["standin"],
            first_day=today,
            last_day=today,
            reason="休假",
            created_at=work.now,
        )
        work.add(lent)
    request = ask(people, branch_id)
    page = signed_in("approver", username="standin").get(f"/approvals/{request.id}").text
    assert "您受 测试 chen 委托审批。" in page
