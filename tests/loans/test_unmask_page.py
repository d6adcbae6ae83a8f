"""A masked value is shown after a reason: inside the page, or on a page of its own."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from recovery.access.models import Branch, UserAccount
from recovery.kernel import reasons
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.models import AuditEvent
from recovery.kernel.work import work_as
from recovery.loans.models import Person
from tests.books import add_loans
from tests.conftest import Browser

PHONE = "13800138000"


def test_without_javascript_it_is_a_page_and_with_it_a_fragment(
    app: Flask, person: Callable[..., UserAccount], signed_in: Callable[..., Browser]
) -> None:
    person("counsel")
    branch = db.session.scalars(select(Branch)).one()
    with work_as(Actor.system("tests")) as work:
        loan = add_loans(work, branch_id=branch.id)[0]
        work.session.get_one(Person, loan.borrower_id).phone = PHONE
    client = signed_in("counsel")
    address = f"/loans/{loan.id}/people/{loan.borrower_id}/phone/unmask"
    page = client.get(address).text
    assert "<title>" in page
    assert PHONE not in page
    assert "<title>" not in client.get(address, headers={"HX-Request": "true"}).text
    long = "核" * 501
    assert long in client.post(address, data={"reason": long}).text
    assert PHONE in client.post(address, data={"reason": "核对还款人"}).text
    event = db.session.scalars(
        select(AuditEvent).where(AuditEvent.action == "personal_data.unmask")
    ).one()
    assert reasons.said(event) == "核对还款人"
