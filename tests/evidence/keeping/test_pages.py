"""The pages of keeping: what is wrong is seen at once, and mended from there."""

import io
from collections.abc import Callable

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from recovery.access.models import AccessEntry, UserAccount
from recovery.evidence.keeping import jobs
from recovery.evidence.keeping.audit import commit_events
from recovery.evidence.keeping.findings import open_findings
from recovery.evidence.keeping.fixity import Budget, Run
from recovery.evidence.keeping.models import Erasure, LegalHold
from recovery.evidence.keeping.visits import endpoints_of_loan, sessions_of_loan
from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.gate import EVERYTHING, Actor
from recovery.kernel.jobs import KINDS
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.work import work_as
from recovery.loans.models import Document, Loan
from tests.conftest import NOW, Browser
from tests.evidence.keeping.making import add_file, closed_loan, damage, opener, register
from tests.evidence.making import small_pdf

ACTOR = Actor(None, "li.na", "administrator", EVERYTHING)
SignIn = Callable[..., Browser]


@pytest.fixture
def document(app: Flask) -> Document:
    """Return a registered file of a closed loan."""
    made = add_file(ACTOR, closed_loan(ACTOR), "identity card")
    register()
    return made


@pytest.fixture
def damaged(document: Document) -> Document:
    """Return a file whose damage was found."""
    damage(document.sha256)
    Run(opener(ACTOR), Budget(600, 1 << 40)).go()
    db.session.rollback()
    return document


def test_an_alarm_stands_on_the_page_and_on_the_evidence_page(
    damaged: Document, signed_in: SignIn
) -> None:
    browser = signed_in("auditor")
    for url in ("/evidence/keeping/", "/evidence/", "/overview"):
        page = browser.get(url).get_data(as_text=True)
        assert "存证" in page, url
        assert "文件被改动" in page or "复核发现 1 项异常" in page, url


def test_an_uploaded_copy_mends_it(damaged: Document, signed_in: SignIn) -> None:
    [finding] = open_findings(db.session())
    browser = signed_in("administrator")
    url = f"/evidence/keeping/findings/{finding.id}/restore"
    wrong = browser.post(url, data={"file": (io.BytesIO(small_pdf("other")), "a.pdf")})
    assert "SHA-256 不符" in wrong.get_data(as_text=True)
    right = browser.post(url, data={"file": (io.BytesIO(small_pdf("identity card")), "a.pdf")})
    assert right.status_code == 302
    db.session.rollback()
    assert open_findings(db.session()) == []


def test_an_alarm_is_explained_by_an_approver(damaged: Document, signed_in: SignIn) -> None:
    [finding] = open_findings(db.session())
    url = f"/evidence/keeping/findings/{finding.id}/explain"
    assert signed_in("approver").post(url, data={"reason": "旧盘"}).status_code == 302
    db.session.rollback()
    assert open_findings(db.session()) == []


def test_the_report_comes_as_pdf_and_as_a_sheet(damaged: Document, signed_in: SignIn) -> None:
    browser = signed_in("auditor")
    assert browser.get("/evidence/keeping/report/pdf").data.startswith(b"%PDF-")
    sheet = browser.get("/evidence/keeping/report/xlsx").data
    book = CalamineWorkbook.from_filelike(io.BytesIO(sheet))
    rows = book.get_sheet_by_index(1).to_python()
    assert rows[1][1] == "文件被改动"


def test_the_comparison_names_differences_and_the_backlog(
    document: Document, signed_in: SignIn
) -> None:
    with work_as(ACTOR, now=NOW) as work:
        commit_events(work)
    browser = signed_in("auditor")
    page = browser.get("/evidence/keeping/comparison").get_data(as_text=True)
    assert "还没有比对过" in page
    assert "审计记录" in page
    with work_as(ACTOR, now=NOW) as work:
        job = work.enqueue(jobs.COMPARE, {})
    assert job.kind in KINDS


def test_a_hold_is_set_and_released_from_the_loans_page(
    document: Document, signed_in: SignIn
) -> None:
    browser = signed_in("counsel")
    with work_as(ACTOR, now=NOW) as work:
        loan = work.session.get_one(Loan, document.loan_id)
        loan.branch_id = db.session.scalars(select(UserAccount.branch_id)).first()
    assert (
        browser.post(f"/evidence/keeping/hold/{loan.id}", data={"reason": "起诉"}).status_code
        == 302
    )
    page = browser.get(f"/evidence/keeping/of-loan/{loan.id}").get_data(as_text=True)
    assert "处于留存期" in page
    hold = db.session.scalars(select(LegalHold)).one()
    url = f"/evidence/keeping/hold/{hold.id}/release"
    assert browser.post(url, data={"reason": "判决生效"}).status_code == 302
    db.session.rollback()
    assert db.session.scalars(select(LegalHold)).one().release_reason == "判决生效"


def test_an_erasure_is_asked_for_on_its_page(document: Document, signed_in: SignIn) -> None:
    register()
    intent = db.session.scalars(
        select(RegistrationIntent).where(RegistrationIntent.kind == "file")
    ).one()
    browser = signed_in("administrator")
    url = f"/evidence/keeping/erase/{intent.id}"
    assert "标题" in browser.get(url).get_data(as_text=True)
    data = {"names": ["title"], "parts": ["object"], "basis": "第47条", "reason": "本人申请"}
    assert browser.post(url, data=data).status_code == 422
    data |= {"ground": "period_over"}
    assert browser.post(url, data=data).status_code == 302
    erasure = db.session.scalars(select(Erasure)).one()
    assert (erasure.field_names, erasure.objects) == (["title"], [document.sha256])
    page = browser.get(f"/evidence/keeping/erasures/{erasure.id}").get_data(as_text=True)
    assert document.sha256 in page
    listed = browser.get("/evidence/keeping/erasures").get_data(as_text=True)
    assert "SC000001" in listed
    assert "<td>标题</td>" in listed


def test_what_is_due_is_listed_by_its_rule(document: Document, signed_in: SignIn) -> None:
    browser = signed_in("administrator")
    page = browser.get("/evidence/keeping/retention?rule=identity").get_data(as_text=True)
    assert "HT-0001" in page
    assert "反洗钱法" in page
    assert "未确认" in page


def test_the_sign_ins_that_opened_a_loan_are_listed(
    document: Document, signed_in: SignIn, app: Flask
) -> None:
    browser = signed_in("administrator")
    assert "loans.show" in endpoints_of_loan()
    browser.get(f"/loans/{document.loan_id}")
    browser.get(f"/evidence/keeping/of-loan/{document.loan_id}")
    app.extensions["access_log"].write()
    db.session.rollback()
    [visit] = sessions_of_loan(db.session(), document.loan_id)
    assert (visit.username, visit.changes) == ("administrator", 0)
    assert visit.pages == 2
    assert db.session.scalars(select(AccessEntry.record_id)).first() == document.loan_id
    assert visit.first_at <= clock.machine_now()
