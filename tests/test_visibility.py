"""A record of another branch looks like one that does not exist, on every route, for every role.

Routes are found by themselves; a new one is walked as soon as it is registered.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from recovery.access import service
from recovery.access.engagements import Terms, create_engagement
from recovery.access.models import UserAccount
from recovery.access.rights import Role, may
from recovery.collection.service import record_demand
from recovery.collection.values import NewDemand
from recovery.evidence.intake import custody, custody_queries
from recovery.evidence.intake.custody import NewOriginal
from recovery.evidence.intake.scans import pages_of, start_draft
from recovery.evidence.items.queries import item_of_document
from recovery.kernel.work import Work, system_work
from recovery.litigation.models import Deadline
from recovery.litigation.service import NewFile, open_file
from recovery.loans.bulk import insert_loans
from recovery.loans.documents import Papers, add_documents, keep_file
from recovery.loans.models import LedgerEntry, Loan, Vehicle
from recovery.portfolio.service import NewPackage, add_loans, start_package
from tests.books import overdue_loan
from tests.conftest import NOW, Browser
from tests.test_routes import NOWHERE, Call, calls, guard, send

SCOPED = (
    Role.COUNSEL,
    Role.COLLECTOR,
    Role.AGENCY_USER,
    Role.EXTERNAL_AUDITOR,
    Role.APPROVER,
    Role.ASSET_MANAGER,
)
FOREIGN_NUMBER = "HT-FOREIGN-7777"
FOREIGN_NAME = "欧阳外地"
FILE = NewFile(court="外地某法院", procedure="summary", claim_day=date(2026, 3, 16))


@dataclass(frozen=True)
class Records:
    """Ids of records by the names that addresses give them."""

    ids: dict[str, object]


def book(work: Work, branch_id: int, contract_no: str, name: str) -> Loan:
    """Return a loan of a branch put into the book."""
    new = overdue_loan(1, branch_id=branch_id)
    borrower = replace(new.borrower, name=name)
    [loan_id] = insert_loans(work, [replace(new, contract_no=contract_no, borrower=borrower)])
    return work.session.get_one(Loan, loan_id)


def first(work: Work, model: type, loan: Loan) -> int:
    """Return the id of the loan's first row of `model`."""
    return int(work.session.scalars(select(model.id).where(model.loan_id == loan.id)).first())


@pytest.fixture
def foreign(app: Flask) -> Records:
    """Return a loan of another branch with all that hangs on it."""
    with system_work("tests", now=NOW) as work:
        branch = service.create_branch(work, "999", "外地分公司")
        loan = book(work, branch.id, FOREIGN_NUMBER, FOREIGN_NAME)
        file = open_file(work, loan.id, FILE)
        package = start_package(work, NewPackage("外地资产包", "sale"))
        add_loans(work, package.id, [loan.id])
        new = NewDemand(on=FILE.claim_day, means="post", person_id=loan.borrower_id)
        demand = record_demand(work, loan.id, new)
        deadline = select(Deadline.id).where(Deadline.file_id == file.id)
        ids = {
            "loan_id": loan.id,
            "file_id": file.id,
            "deadline_id": work.session.scalars(deadline).first(),
            "package_id": package.id,
            "record_id": demand.id,
            "demand_id": demand.id,
            "person_id": loan.borrower_id,
            "entry_id": first(work, LedgerEntry, loan),
            "vehicle_id": first(work, Vehicle, loan),
            "contract_no": FOREIGN_NUMBER,
            **kept_with(work, loan),
        }
    return Records(ids)


def kept_with(work: Work, loan: Loan) -> dict[str, object]:
    """Return the ids of a document, its registration, a paper original and a draft of a loan."""
    kept = keep_file(BytesIO(f"{FOREIGN_NAME}".encode()), f"{FOREIGN_NUMBER}.txt")
    papers = Papers("loan_contract", title=FOREIGN_NAME)
    [document] = add_documents(work, loan.id, [kept], papers)
    intent = item_of_document(work.session, document.id)
    new = NewOriginal("loan_contract", FOREIGN_NAME, "外地档案室", 2)
    original = custody.receive(work, loan.id, new)
    draft = start_draft(work, loan.id, papers, [kept])
    return {
        "document_id": document.id,
        "intent_id": intent.id if intent is not None else None,
        "original_id": original.id,
        "event_id": custody_queries.events_of(work.session, original.id)[0].id,
        "draft_id": draft.id,
        "page_id": pages_of(work.session, draft.id)[0].id,
    }


def addresses(app: Flask, ids: dict[str, object]) -> dict[tuple[str, str], Call]:
    """Return the calls whose address names one of `ids`, by method and route."""
    adapter = app.url_map.bind("localhost")
    found = {}
    for call in calls(app):
        names = set(call.rule.arguments)
        if names & ids.keys():
            empty = dict.fromkeys(names, NOWHERE["int"])
            values = {**empty, **{name: ids[name] for name in names if name in ids}}
            if "name" in names:
                values["name"] = "phone"
            url = adapter.build(call.rule.endpoint, values, method=call.method)
            found[call.method, call.rule.rule] = replace(call, url=url)
    return found


def narrowed(person: Callable[..., UserAccount], role: Role) -> None:
    """Give people of `role` the branch 101 where their role may be without one."""
    account = person(role)
    if role in {Role.APPROVER, Role.ASSET_MANAGER}:
        home = person(Role.COUNSEL).branch_id
        with system_work("tests", now=NOW) as work:
            work.session.get_one(UserAccount, account.id).branch_id = home


def says(response: TestResponse) -> str:
    """Return what the answer tells of the foreign record; blank for nothing."""
    if response.mimetype == "application/pdf":
        return "a paper"
    told = [word for word in (FOREIGN_NUMBER, FOREIGN_NAME) if word in response.text]
    return "、".join(told)


@pytest.mark.parametrize("role", SCOPED)
def test_a_foreign_record_answers_like_one_that_does_not_exist(
    app: Flask,
    signed_in: Callable[..., Browser],
    person: Callable[..., UserAccount],
    foreign: Records,
    role: Role,
):
    narrowed(person, role)
    client, wrong = signed_in(role), []
    absent = addresses(app, dict.fromkeys(foreign.ids, NOWHERE["int"]))
    for key, call in addresses(app, foreign.ids).items():
        action = guard(app, call)
        if action is not None and not may(role, action):
            continue
        there, nowhere = send(client, call), send(client, absent[key])
        if there.status_code != nowhere.status_code or (there.status_code != 404 and says(there)):
            wrong.append(f"{call}: {there.status_code}, not {nowhere.status_code}; {says(there)}")
    assert wrong == []


@pytest.mark.parametrize("role", SCOPED)
def test_no_list_shows_a_foreign_record(
    app: Flask,
    signed_in: Callable[..., Browser],
    person: Callable[..., UserAccount],
    foreign: Records,
    role: Role,
):
    narrowed(person, role)
    client, wrong = signed_in(role), []
    for call in calls(app):
        if call.method == "GET" and not call.rule.arguments:
            for query in ("", f"?q={FOREIGN_NAME}"):
                response = send(client, replace(call, url=call.url + query))
                # What was typed is shown again; that tells nothing.
                told = says(response).replace(FOREIGN_NAME, "") if query else says(response)
                if told.strip("、"):
                    wrong.append(f"{call}: {told}")
    assert wrong == []


def test_whoever_sees_everything_sees_the_foreign_record_too(
    signed_in: Callable[..., Browser], foreign: Records
):
    for role in (Role.ADMINISTRATOR, Role.AUDITOR, Role.APPROVER, Role.ASSET_MANAGER):
        page = signed_in(role).get(f"/loans/{foreign.ids['loan_id']}")
        assert page.status_code == 200, role
        assert FOREIGN_NUMBER in page.text


@pytest.mark.parametrize("role", [Role.COUNSEL, Role.COLLECTOR, Role.EXTERNAL_AUDITOR])
def test_a_loan_of_ones_own_branch_is_seen(
    signed_in: Callable[..., Browser], person: Callable[..., UserAccount], role: Role
):
    home = person(Role.COUNSEL).branch_id
    with system_work("tests", now=NOW) as work:
        loan = book(work, home, "HT-HOME-1", "王伟")
    client = signed_in(role)
    assert client.get(f"/loans/{loan.id}").status_code == 200
    assert "HT-HOME-1" in client.get("/loans/").text


def test_an_agency_sees_only_what_is_placed_with_it(
    signed_in: Callable[..., Browser], person: Callable[..., UserAccount]
):
    account, home = person(Role.AGENCY_USER), person(Role.COUNSEL).branch_id
    with system_work("tests", now=NOW) as work:
        placed = book(work, home, "HT-PLACED-1", "王伟")
        placed.agency_id = account.agency_id
        kept = book(work, home, "HT-KEPT-1", "李娜")
    client = signed_in(Role.AGENCY_USER)
    assert client.get(f"/loans/{placed.id}").status_code == 200
    assert client.get(f"/loans/{kept.id}").status_code == 404


def test_an_external_auditor_sees_the_package_of_the_engagement_and_no_other(
    signed_in: Callable[..., Browser], person: Callable[..., UserAccount]
):
    auditor = person(Role.EXTERNAL_AUDITOR)
    with system_work("tests") as work:
        branch = service.create_branch(work, "999", "外地分公司")
        packages, loans = [], []
        for name in ("第一期", "第二期"):
            package = start_package(work, NewPackage(name, "sale"))
            loan = book(work, branch.id, f"HT-{name}", "王伟")
            loan.package_id = package.id
            packages.append(package.id)
            loans.append(loan.id)
        row = work.session.get_one(UserAccount, auditor.id)
        terms = Terms("尽职调查", work.today, work.today, packages=frozenset(packages[:1]))
        create_engagement(work, row, terms)
    client = signed_in(Role.EXTERNAL_AUDITOR)
    seen = [client.get(f"/packages/{number}").status_code for number in packages]
    seen += [client.get(f"/loans/{number}").status_code for number in loans]
    assert seen == [200, 404, 200, 404]
