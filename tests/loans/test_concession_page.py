"""The approval page of a waiver: what is given up of what is owed, head by head."""

import re
from collections.abc import Callable
from decimal import Decimal

from flask import Flask

from recovery.access.models import ApprovalRequest, Branch, UserAccount
from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.gate import EVERYTHING, Actor
from recovery.kernel.work import work_as
from recovery.loans import concessions
from recovery.loans.models import Loan
from recovery.loans.service import Booking, book_fee
from tests.books import add_loans
from tests.conftest import Browser


def propose(person: Callable[..., UserAccount]) -> ApprovalRequest:
    """Return the request of a waiver of 1,234.50 of the fees of an overdue loan."""
    account = person("asset_manager")
    actor = Actor(account.id, account.username, account.role, EVERYTHING)
    with work_as(actor) as work:
        [loan] = add_loans(work, 1, branch_id=db.session.query(Branch.id).scalar())
        book_fee(work, loan.id, Booking(Decimal(2000), clock.today()))
        waived = concessions.Waived(costs=Decimal("1234.50"))
        return concessions.propose_waiver(
            work, loan.id, waived, on=clock.today(), reason="一次性结清"
        )


def test_the_heads_stand_in_the_order_of_the_claim_with_amounts_and_a_link(
    app: Flask, person: Callable[..., UserAccount], signed_in: Callable[..., Browser]
) -> None:
    request = propose(person)
    page = signed_in("approver").get(f"/approvals/{request.id}").text
    heads = re.findall(r'<tr><th scope="row">([^<]+)</th>', page)
    assert heads == ["本金", "利息", "罚息", "复利", "罚息与复利", "费用", "合计"]
    assert page.count("1,234.50") >= 2, "the amount, and the head it is of"
    assert "1234.5" not in page.split("canonical")[0]
    assert f'href="/loans/{request.loan_id}"' in page
    assert "同意的就是以上内容" in page


def test_a_request_that_is_no_longer_true_says_who_can_do_what(
    app: Flask, person: Callable[..., UserAccount], signed_in: Callable[..., Browser]
) -> None:
    request = propose(person)
    with work_as(Actor.system("tests")) as work:
        loan = work.session.get_one(Loan, request.loan_id)
        book_fee(work, loan.id, Booking(Decimal(1), clock.today()))
    page = signed_in("approver").get(f"/approvals/{request.id}").text
    assert "请由申请人撤回后重新提交，或答复不同意" in page
    assert "同意的就是以上内容" not in page
    mine = signed_in("asset_manager").get(f"/approvals/{request.id}").text
    assert "请撤回后重新提交" in mine
