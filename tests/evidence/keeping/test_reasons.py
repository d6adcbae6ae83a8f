"""The erasure of a person reaches why acts were done; the audit log goes on leading to its root."""

from collections.abc import Callable
from io import StringIO
from urllib.parse import urlencode

import pytest
from sqlalchemy import select, update

from recovery.evidence.comparison import compare
from recovery.evidence.keeping.audit import commit_events, verify_events
from recovery.kernel import reasons
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.job_rows import Job, JobStatus
from recovery.kernel.models import AuditEvent, AuditReason
from recovery.kernel.work import work_as
from recovery.loans import parties, service
from recovery.loans.list_models import Selection
from recovery.loans.models import Loan
from recovery.web.models import ListChoice
from recovery.web.preferences import save_view
from tests.conftest import NOW, Browser
from tests.evidence.keeping.making import closed_loan, register
from tests.evidence.keeping.test_persons import (  # noqa: F401 - a fixture
    BORROWER,
    Case,
    case,
)

OTHERS = "另一户的理由"


@pytest.fixture
def told(case: Case) -> Case:  # noqa: F811
    """Return the case after acts with reasons, on its loan, on another and on none."""
    other = closed_loan(case.counsel, "HT-0002")
    with work_as(case.counsel, now=NOW) as work:
        borrower = case.loan.borrower_id
        parties.unmask(work, case.loan.id, borrower, name="phone", reason="核对其妻的来电")
        service.set_class_floor(work, case.loan.id, "substandard", reason="重组")
        service.set_class_floor(work, other.id, "loss", reason=OTHERS)
        service.set_class_floor(work, other.id, "loss", reason=f"{BORROWER}亦欠款")
        work.record(Action.EXPORT_LOANS, reason=f"{BORROWER}一案，法院要求", requested=True)
        work.record(Action.EXPORT_LOANS, reason="月度报送", requested=True)
        commit_events(work)
    register()
    return case


def said() -> list[str]:
    """Return the reasons that can still be read."""
    db.session.rollback()
    rows = db.session.scalars(select(AuditReason).order_by(AuditReason.event_id))
    return [row.text for row in rows if row.text is not None]


def differences() -> list[str]:
    """Return what a verification says."""
    db.session.rollback()
    return [str(one) for one in verify_events(db.session(), NOW)]


def test_reasons_on_a_persons_loans_and_those_that_name_the_person_go(
    told: Case, signed_in: Callable[..., Browser]
) -> None:
    assert len(said()) == 6
    erasure = told.ask(told.loan.borrower_id)
    told.approve(erasure)
    assert differences() == [], "approved, and not yet in the log"
    told.finish()
    assert said() == [OTHERS, "月度报送"]
    with work_as(told.counsel, now=NOW) as work:
        commit_events(work)
    register()
    assert differences() == []
    assert list(compare()) == []
    browser = signed_in("auditor")
    page = browser.get("/audit/?action=loan.export").text
    assert "月度报送" in page
    assert "（已随个人信息删除）" in page
    export = browser.post("/audit/export", data={"action": "personal_data.unmask"}).text
    assert "（已随个人信息删除）" in StringIO(export).read()
    assert "其妻" not in export


def test_a_reason_exchanged_afterwards_is_named(told: Case) -> None:
    with work_as(told.counsel, now=NOW) as work:
        rows = work.session.scalars(select(AuditReason).where(AuditReason.loan_id == told.loan.id))
        changed = rows.all()[-1]
        changed.text = "例行"
        number = changed.event_id
    [one] = differences()
    assert f"第 {number} 号的理由" in one


def test_a_reason_emptied_without_an_erasure_or_under_anothers_is_named(told: Case) -> None:
    with work_as(told.counsel, now=NOW) as work:
        [kept] = [row for row in work.session.scalars(select(AuditReason)) if row.text == OTHERS]
        number = kept.event_id
    erasure = told.erase(told.loan.borrower_id)
    assert differences() == []
    emptied = {"text_sealed": None, "salt_sealed": None, "erased_at": NOW}
    for uuid, told_of in (
        (None, "被改动或缺失"),
        (b"no such erasure", "没有登记过的删除"),
        (erasure.uuid, "没有登记过的删除"),
    ):
        with work_as(told.counsel, now=NOW) as work:
            mine = update(AuditReason).where(AuditReason.event_id == number)
            work.session.execute(mine.values(emptied | {"erasure_uuid": uuid}))
        [one] = differences()
        assert f"第 {number} 号的理由" in one
        assert told_of in one


def test_a_guarantors_erasure_reaches_the_loan_too(told: Case) -> None:
    told.erase(told.guarantor.id)
    events = select(AuditEvent).where(AuditEvent.subject_type == Loan.__tablename__)
    mine = db.session.scalars(events.where(AuditEvent.subject_id == told.loan.id)).all()
    assert {str(reasons.said(one)) for one in mine} - {"None"} == {"（已随个人信息删除）"}


def test_what_was_typed_to_find_the_person_goes_from_lists_and_jobs(told: Case) -> None:
    query = urlencode({"q": BORROWER})
    with work_as(told.counsel, now=NOW) as work:
        selection = work.add(
            Selection(
                user_id=1, subject_type="loan", description=BORROWER, row_count=0, created_at=NOW
            )
        )
        save_view(work, "loans", "his", query)
        save_view(work, "loans", "losses", "class=loss")
        ended = work.enqueue("tests.none", {"query": query, "format": "csv"})
        ended.status = JobStatus.CANCELLED
        waiting = work.enqueue("tests.none", {"query": query})
    told.erase(told.loan.borrower_id)
    assert db.session.get_one(Selection, selection.id).description == "（已删除）"
    views = db.session.scalars(select(ListChoice.views)).one()
    assert [view["name"] for view in views] == ["losses"]
    asked = {"query": "（已删除）", "format": "csv"}
    assert db.session.get_one(Job, ended.id).arguments == asked
    assert db.session.get_one(Job, waiting.id).arguments == {"query": query}
