"""Who lost sight of a loan does not keep its dossiers."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from recovery.access import service
from recovery.access.models import Branch, UserAccount
from recovery.evidence.dossiers.service import Wanted, export_dossier
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.work import work_as
from recovery.loans.models import Loan
from tests.books import add_loans
from tests.conftest import Browser


def test_the_dossier_of_a_loan_that_went_to_another_branch_is_not_there(
    app: Flask,
    actor: Actor,
    person: Callable[..., UserAccount],
    signed_in: Callable[..., Browser],
) -> None:
    person("counsel")
    branch = db.session.scalars(select(Branch)).one()
    with work_as(actor) as work:
        loan_id = add_loans(work, branch_id=branch.id)[0].id
    made = export_dossier(actor, loan_id, Wanted(recipient="浦东法院"))
    client, urls = signed_in("counsel"), ("", ".zip")
    for url in urls:
        with client.get(f"/evidence/dossiers/{made.id}{url}") as answer:
            assert answer.status_code == 200
    assert made.number in client.get("/evidence/").text
    with work_as(actor) as work:
        other = service.create_branch(work, "999", "外地分公司")
        work.session.get_one(Loan, loan_id).branch_id = other.id
    for url in urls:
        assert client.get(f"/evidence/dossiers/{made.id}{url}").status_code == 404
    assert made.number not in client.get("/evidence/").text
