"""Contacts from a call platform: each row by itself, each recorded once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from recovery.access.models import UserAccount
from recovery.access.tokens import issue_token
from recovery.collection.models import Contact
from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.work import system_work
from recovery.loans.models import Loan
from recovery.loans.parties import add_party
from recovery.loans.values import NewParty, NewPerson
from tests.books import add_loans

URL = "/api/collection/contacts?platform=dialer"
YESTERDAY = clock.today() - timedelta(days=1)

Send = Callable[..., Any]


@pytest.fixture
def send(app: Flask, loan: Loan, person: Callable[..., UserAccount]) -> Send:
    """Return what sends rows with the token of a program that acts as a collector."""
    account = person("collector")
    with system_work("tests") as work:
        row = work.session.get_one(UserAccount, account.id)
        token = issue_token(work, row, "dialer", days=30).token
    client = app.test_client()

    def sender(*rows: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        answer = client.post(URL, json=list(rows), headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json

    return sender


def row(number: str = "c-1", **values: Any) -> dict[str, Any]:
    """Return one call as a platform sends it."""
    given = {"id": number, "contract_no": "HT-0001", "outcome": "reached_confirmed"}
    return given | {"at": f"{YESTERDAY}T10:00:00+08:00", "number": "13800001111"} | values


def contacts() -> int:
    """Count the contacts."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Contact)) or 0


def test_a_row_is_recorded_once_however_often_it_is_sent(send: Send, loan: Loan) -> None:
    [first] = send(row())
    [again] = send(row(outcome="not_answered"))
    assert (first["status"], again["status"]) == ("recorded", "known")
    assert first["record"] == again["record"]
    kept = db.session.scalars(select(Contact)).one()
    assert (kept.loan_id, kept.person_id) == (loan.id, loan.borrower_id)
    assert (kept.outcome, kept.platform_id) == ("reached_confirmed", "c-1")
    assert kept.at.astimezone(clock.BUSINESS_ZONE).hour == 10


def test_a_row_that_is_refused_says_why_and_stops_no_other(send: Send) -> None:
    ahead = (clock.now() + timedelta(days=1)).isoformat()
    answers = send(
        row("a", contract_no="HT-NONE"),
        row("b", at=ahead),
        row("c", at="2026-03-12T10:00:00"),
        row("d", outcome="who_knows"),
        row("e", contacted="guarantor"),
        row("f", surprise=1),
        "nonsense",
        row("g"),
    )
    assert [one["status"] for one in answers] == ["refused"] * 7 + ["recorded"]
    assert all(one["reason"] for one in answers[:7])
    assert "at:" in answers[2]["reason"]
    assert contacts() == 1


def test_a_call_at_night_is_recorded_and_answered_with_the_rule(send: Send) -> None:
    [answer] = send(row(at=f"{YESTERDAY}T22:00:00+08:00"))
    assert answer["status"] == "recorded"
    assert "GB/T 45251-2025" in answer["conduct"][0]


def test_one_of_several_guarantors_is_told_by_name(send: Send, loan: Loan) -> None:
    with system_work("tests") as work:
        for name in ("赵云飞", "孙立"):
            add_party(work, loan.id, NewParty(NewPerson(name=name), "guarantor"))
    asked = {"contacted": "guarantor"}
    answers = send(
        row("a", **asked), row("b", **asked, name="孙立"), row("c", contacted="third_party")
    )
    assert [one["status"] for one in answers] == ["refused", "recorded", "recorded"]


def test_a_loan_of_elsewhere_is_refused_like_none(send: Send) -> None:
    with system_work("tests") as work:
        add_loans(work, first=7)
    elsewhere, nowhere = send(row("a", contract_no="HT-0007"), row("b", contract_no="HT-9"))
    assert elsewhere["reason"] == nowhere["reason"]


def test_without_a_token_or_a_list_nothing_is_recorded(send: Send, app: Flask) -> None:
    assert app.test_client().post(URL, json=[row()]).status_code in (400, 401)
    assert contacts() == 0
