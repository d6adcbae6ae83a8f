"""Contracts registered over the API by a program with a token, once each, and their proofs."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from evidence_store import proof
from recovery.access.models import Branch, UserAccount
from recovery.access.tokens import issue_token
from recovery.evidence import sequencer
from recovery.evidence.keeping.opening import open_record
from recovery.evidence.models import EvidenceItem
from recovery.evidence.totals.models import ContractRegistration
from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.work import system_work
from tests.conftest import Browser
from tests.evidence.making import make_loan

URL = "/api/evidence/contracts"


@pytest.fixture
def token(app: Flask, person: Callable[..., UserAccount]) -> str:
    """Return the token of a program that acts as an asset manager."""
    account = person("asset_manager")
    with system_work("tests") as work:
        row = work.session.get_one(UserAccount, account.id)
        return issue_token(work, row, "core", days=30).token


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a plain client, as a program is: no cookie, no token of a page."""
    return app.test_client()


def row(number: str = "HT-0001", **values: Any) -> dict[str, Any]:
    """Return one contract as a program sends it."""
    digest = f"{sum(number.encode()):064x}"
    today = clock.today().isoformat()
    return {"contract_no": number, "sha256": digest, "disbursed_on": today} | values


def send(client: FlaskClient, token: str, rows: list[Any]) -> Any:
    """Send rows and return the answers."""
    answer = client.post(URL, json=rows, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.json


def test_a_contract_is_registered_once_with_its_fields(
    client: FlaskClient, token: str, app: Flask
) -> None:
    [first] = send(client, token, [row(fields={"amount": "100000.00", "borrower": "王伟"})])
    assert (first["status"], first["late_days"]) == ("registered", 0)
    sequencer.register_pending()
    [again] = send(client, token, [row()])
    assert (again["status"], again["id"]) == ("known", first["id"])
    intent = db.session.scalars(
        select(RegistrationIntent).where(RegistrationIntent.kind == "registration")
    ).one()
    assert again["log_index"] == intent.log_index
    item = db.session.get_one(EvidenceItem, intent.id)
    fields = open_record(db.session(), item).fields
    assert (fields["amount"], fields["borrower"]) == ("100000.00", "王伟")
    assert (fields["source_system"], fields["registered_late_days"]) == ("api", "0")


def test_a_contract_of_a_loan_in_the_book_stands_in_the_loans_stream(
    client: FlaskClient, token: str, app: Flask
) -> None:
    with system_work("tests") as work:
        loan = make_loan(work)
    send(client, token, [row(), row("HT-9999")])
    rows = db.session.execute(
        select(ContractRegistration.contract_no, ContractRegistration.loan_id).order_by(
            ContractRegistration.id
        )
    ).all()
    assert [tuple(one) for one in rows] == [("HT-0001", loan.id), ("HT-9999", None)]


def test_a_contract_of_another_branchs_loan_stands_in_its_stream_and_the_answer_tells_nothing(
    client: FlaskClient, token: str, person: Callable[..., UserAccount]
) -> None:
    account = person("asset_manager")
    with system_work("tests") as work:
        loan_id = make_loan(work).id
        here = work.add(Branch(code="801", name="一处"))
        manager = work.session.get_one(UserAccount, account.id)
        manager.branch_id = here.id
    [there, nowhere] = send(client, token, [row(), row("HT-9999")])
    assert {**there, "id": 0, "contract_no": ""} == {**nowhere, "id": 0, "contract_no": ""}
    sequencer.register_pending()
    sequencer.checkpoint()
    kept = db.session.get_one(ContractRegistration, there["id"])
    assert kept.loan_id == loan_id
    bearer = {"Authorization": f"Bearer {token}"}
    for number in ("HT-0001", "HT-9999"):
        [place] = client.get(f"{URL}/{number}", headers=bearer).json or []
        assert client.get(place["proof"], headers=bearer).status_code == 200
    with system_work("tests") as work:
        for sent in work.session.scalars(select(ContractRegistration)):
            sent.registered_by = "another"
    assert client.get(f"{URL}/HT-0001", headers=bearer).status_code == 404
    assert client.get(f"/api/evidence/proofs/{place_of(there)}", headers=bearer).status_code == 404
    assert client.get(f"{URL}/HT-9999", headers=bearer).status_code == 200


def place_of(answer: dict[str, Any]) -> int | None:
    """Return where a registration stands in the log."""
    db.session.rollback()
    return db.session.scalar(
        select(RegistrationIntent.log_index).where(
            RegistrationIntent.subject_type == ContractRegistration.__tablename__,
            RegistrationIntent.subject_id == answer["id"],
        )
    )


def test_a_late_row_says_how_late_and_a_wrong_one_stops_no_other(
    client: FlaskClient, token: str
) -> None:
    today = clock.today()
    rows = [
        row(disbursed_on=(today - timedelta(days=3)).isoformat()),
        row("HT-0002", sha256="ABC"),
        row("HT-0003", disbursed_on=(today + timedelta(days=1)).isoformat()),
        row("HT-0004", fields={"contract_no": "x"}),
        row("HT-0005", fields={"amount": 5}),
        "text",
        row("HT-0006"),
    ]
    answers = send(client, token, rows)
    statuses = [one["status"] for one in answers]
    assert statuses == ["registered", *["refused"] * 5, "registered"]
    assert answers[0]["late_days"] == 3
    assert all(one["reason"] for one in answers[1:6])


def test_the_same_contract_twice_in_one_request_is_registered_once(
    client: FlaskClient, token: str
) -> None:
    answers = send(client, token, [row(), row()])
    assert [one["status"] for one in answers] == ["registered", "known"]
    assert db.session.scalar(select(func.count()).select_from(ContractRegistration)) == 1


def test_json_lines_are_answered_by_json_lines(client: FlaskClient, token: str) -> None:
    body = "\n".join(json.dumps(row(number)) for number in ("HT-0001", "HT-0002"))
    answer = client.post(URL, data=body, headers={"Authorization": f"Bearer {token}"})
    assert answer.mimetype == "application/x-ndjson"
    lines = [json.loads(line) for line in answer.get_data(as_text=True).splitlines()]
    assert [one["status"] for one in lines] == ["registered", "registered"]


def test_a_body_that_is_no_json_or_too_long_is_refused(client: FlaskClient, token: str) -> None:
    bearer = {"Authorization": f"Bearer {token}"}
    assert client.post(URL, data="[{", headers=bearer).status_code == 400
    many = "\n".join(["{}"] * 5001)
    assert client.post(URL, data=many, headers=bearer).status_code == 413


def test_the_place_and_the_proof_of_a_contract_are_given(client: FlaskClient, token: str) -> None:
    bearer = {"Authorization": f"Bearer {token}"}
    send(client, token, [row()])
    [waiting] = client.get(f"{URL}/HT-0001", headers=bearer).json or []
    assert (waiting["log_index"], waiting["proof"]) == (None, None)
    sequencer.register_pending()
    [place] = client.get(f"{URL}/HT-0001", headers=bearer).json or []
    assert client.get(place["proof"], headers=bearer).status_code == 404
    sequencer.checkpoint()
    given = client.get(place["proof"], headers=bearer)
    read = proof.parse(given.get_data(as_text=True))
    assert read.index == place["log_index"]
    assert client.get("/api/evidence/proofs/999", headers=bearer).status_code == 404


def test_a_token_opens_the_api_alone(client: FlaskClient, token: str) -> None:
    bearer = {"Authorization": f"Bearer {token}"}
    assert client.get("/loans/", headers=bearer).status_code == 302
    assert client.get("/api/evidence/openapi.json", headers=bearer).status_code == 200


def test_a_wrong_an_ended_or_a_browsers_token_opens_nothing(
    client: FlaskClient, token: str, app: Flask, signed_in: Callable[..., Browser]
) -> None:
    assert client.post(URL, json=[row()], headers={"Authorization": "Bearer x"}).status_code == 401
    browser = signed_in("asset_manager")
    with browser.session_transaction() as cookie:
        stolen = cookie["token"]
    headers = {"Authorization": f"Bearer {stolen}"}
    assert client.post(URL, json=[row()], headers=headers).status_code == 401
    with system_work("tests") as work:
        account = work.session.scalars(
            select(UserAccount).where(UserAccount.username == "asset-manager")
        ).one()
        account.ended_at = clock.machine_now()
    headers = {"Authorization": f"Bearer {token}"}
    assert client.post(URL, json=[row()], headers=headers).status_code == 401


def test_without_a_token_the_pages_protection_holds(signed_in: Callable[..., Browser]) -> None:
    browser = signed_in("asset_manager")
    assert browser.post(URL, json=[row()], csrf=False).status_code == 400
    assert browser.post(URL, json=[row()]).status_code == 200


def test_who_may_not_register_is_refused(
    client: FlaskClient, person: Callable[..., UserAccount]
) -> None:
    account = person("auditor")
    with system_work("tests") as work:
        found = work.session.get_one(UserAccount, account.id)
        issued = issue_token(work, found, "audit", days=1)
    answer = client.post(URL, json=[row()], headers={"Authorization": f"Bearer {issued.token}"})
    assert answer.status_code == 403
