"""The pages of files: opened from a form, moved through stages, opened in bulk."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from recovery.access.models import Branch, UserAccount
from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.job_rows import Job, JobException
from recovery.kernel.job_runner import run_due_jobs
from recovery.kernel.work import work_as
from recovery.litigation.models import Deadline, LitigationFile
from recovery.loans.models import Loan, Selection, SelectionRow
from tests.books import add_loans
from tests.conftest import Browser

TODAY = clock.today().isoformat()


@pytest.fixture
def loans(app: Flask, actor: Actor, person: Callable[..., UserAccount]) -> list[Loan]:
    """Return three overdue loans of the branch that `person` works in."""
    person("counsel")
    branch = db.session.scalars(select(Branch)).one()
    with work_as(actor) as work:
        return add_loans(work, 3, branch_id=branch.id)


def form(**changed: str) -> dict[str, str]:
    """Return what counsel types to open a file."""
    typed = {"court": "上海市浦东新区人民法院", "procedure": "summary", "claim_day": TODAY}
    return typed | changed


def test_counsel_opens_a_file_from_the_form(
    loans: list[Loan], signed_in: Callable[..., Browser]
) -> None:
    client = signed_in("counsel")
    assert "开立诉讼案件" in client.get(f"/files/open/{loans[0].id}").text
    answer = client.post(f"/files/open/{loans[0].id}", data=form())
    file = db.session.scalars(select(LitigationFile)).one()
    assert answer.location == f"/files/{file.id}"
    page = client.get(answer.location).text
    assert file.number in page
    assert "第13条" in page
    assert "诉讼时效届满" in page


def test_the_form_says_beforehand_what_it_implies(
    loans: list[Loan], signed_in: Callable[..., Browser]
) -> None:
    page = signed_in("counsel").post(f"/files/open/{loans[0].id}/implied", data=form()).text
    assert "案件受理费" in page
    assert "诉讼时效届满" in page


def test_a_refused_form_keeps_what_was_typed(
    loans: list[Loan], signed_in: Callable[..., Browser]
) -> None:
    answer = signed_in("counsel").post(f"/files/open/{loans[0].id}", data=form(claim_day="后天"))
    assert answer.status_code == 422
    assert "后天" in answer.text
    assert "上海市浦东新区人民法院" in answer.text


def test_a_stale_step_is_refused_and_shown_beside_what_stands(
    loans: list[Loan], signed_in: Callable[..., Browser]
) -> None:
    client = signed_in("counsel")
    client.post(f"/files/open/{loans[0].id}", data=form())
    file = db.session.scalars(select(LitigationFile)).one()
    seen = {"version": str(file.version), "stage": "submitted", "happened_on": TODAY}
    assert client.post(f"/files/{file.id}/stage", data=seen).status_code == 302
    again = client.post(f"/files/{file.id}/stage", data=seen)
    assert again.status_code == 409
    assert "counsel" in again.text


def test_files_are_opened_for_a_whole_selection_by_a_job_that_lists_exceptions(
    loans: list[Loan], signed_in: Callable[..., Browser], person: Callable[..., UserAccount]
) -> None:
    client = signed_in("counsel")
    client.post(f"/files/open/{loans[0].id}", data=form())
    user = person("counsel")
    with work_as(Actor.system("tests")) as work:
        selection = work.add(
            Selection(
                user_id=user.id,
                subject_type="loan",
                description="三笔",
                row_count=3,
                created_at=work.now,
            )
        )
        work.session.add_all(
            SelectionRow(selection_id=selection.id, record_id=loan.id) for loan in loans
        )
    page = client.get(f"/files/open-selected/{selection.id}").text
    assert "开立 3 件案件" in page
    client.post(f"/files/open-selected/{selection.id}", data=form())
    assert run_due_jobs() == 1
    db.session.rollback()
    assert len(db.session.scalars(select(LitigationFile)).all()) == 3
    job = db.session.scalars(select(Job).where(Job.kind == "litigation.open_selected")).one()
    refused = db.session.scalars(select(JobException).where(JobException.job_id == job.id)).all()
    assert [one.reference for one in refused] == [loans[0].contract_no]


def test_a_missed_deadline_is_recorded_with_its_reason_and_corrected(
    loans: list[Loan], signed_in: Callable[..., Browser]
) -> None:
    client = signed_in("counsel")
    client.post(f"/files/open/{loans[0].id}", data=form())
    deadline = db.session.scalars(select(Deadline)).one()
    lapse, reopen = (f"/files/deadlines/{deadline.id}/{act}" for act in ("lapse", "reopen"))
    assert lapse in client.get(f"/files/{deadline.file_id}").text
    typed = {"version": str(deadline.version)}
    assert client.post(lapse, data=typed).status_code == 422
    client.post(lapse, data=typed | {"reason": "通知书误投"})
    page = client.get(f"/files/{deadline.file_id}").text
    assert "通知书误投" in page
    assert reopen in page
    client.post(reopen, data={"version": "2", "reason": "误点"})
    page = client.get(f"/files/{deadline.file_id}").text
    assert lapse in page
    assert "误点" in page


def test_the_next_act_never_leads_to_a_file_that_the_reader_may_not_see(
    loans: list[Loan], signed_in: Callable[..., Browser]
) -> None:
    client = signed_in("counsel")
    client.post(f"/files/open/{loans[0].id}", data=form())
    with work_as(Actor.system("tests")) as work:
        file = work.session.scalars(select(LitigationFile)).one()
        file.branch_id, file.owner_id = None, None
    assert "data-next-action" not in client.get(f"/loans/{loans[0].id}").text


def test_a_file_of_another_branch_is_not_there(
    loans: list[Loan], signed_in: Callable[..., Browser]
) -> None:
    signed_in("counsel").post(f"/files/open/{loans[0].id}", data=form())
    file = db.session.scalars(select(LitigationFile)).one()
    other = signed_in("counsel", username="elsewhere", branch="202")
    assert other.get(f"/files/{file.id}").status_code == 404
    assert other.get("/files/").text.count(file.number) == 0
    assert date.fromisoformat(TODAY) == file.opened_on


def test_a_file_whose_loan_is_another_branch_s_shows_its_number_without_a_link(
    loans: list[Loan], signed_in: Callable[..., Browser]
) -> None:
    client = signed_in("counsel")
    client.post(f"/files/open/{loans[0].id}", data=form())
    file = db.session.scalars(select(LitigationFile)).one()
    link = f'href="/loans/{loans[0].id}"'
    page = client.get(f"/files/{file.id}").text
    assert link in page
    assert "其他机构" not in page
    with work_as(Actor.system("tests")) as work:
        elsewhere = work.add(Branch(code="909", name="另一机构"))
        work.session.flush()
        loan = work.session.get_one(Loan, loans[0].id)
        loan.branch_id, loan.owner_id = elsewhere.id, None
        number = loan.contract_no
    page = client.get(f"/files/{file.id}").text
    assert link not in page
    assert number in page
    assert "其他机构" in page


def test_a_file_and_the_list_can_be_printed_with_their_reasons(
    loans: list[Loan], signed_in: Callable[..., Browser]
) -> None:
    client = signed_in("counsel")
    client.post(f"/files/open/{loans[0].id}", data=form())
    file = db.session.scalars(select(LitigationFile)).one()
    page = client.get(f"/files/{file.id}").text
    assert "data-print" in page
    reasons = re.findall(r'<span class="print-only">(.*?)</span>', page, re.S)
    assert len(reasons) == 2, "one for the fee, one for the limitation"
    assert all("第" in reason or "起" in reason for reason in reasons)
    assert "data-print" in client.get("/files/").text


def test_the_steps_of_a_file_name_the_person_and_not_the_account(
    loans: list[Loan], signed_in: Callable[..., Browser], person: Callable[..., UserAccount]
) -> None:
    client = signed_in("counsel")
    client.post(f"/files/open/{loans[0].id}", data=form())
    file = db.session.scalars(select(LitigationFile)).one()
    account = person("counsel")
    steps = client.get(f"/files/{file.id}").text.split('id="steps-title"')[1]
    assert account.name in steps
    assert f">{account.username}" not in steps


def test_a_suit_that_was_filed_is_shown_as_interrupting_limitation(
    loans: list[Loan], signed_in: Callable[..., Browser]
) -> None:
    client = signed_in("counsel")
    client.post(f"/files/open/{loans[0].id}", data=form())
    file = db.session.scalars(select(LitigationFile)).one()
    step = {"version": str(file.version), "stage": "submitted", "happened_on": TODAY}
    assert client.post(f"/files/{file.id}/stage", data=step).status_code == 302
    page = client.get(f"/files/{file.id}").text
    assert "因起诉中断" in page
    assert f"自 {TODAY}" in page
    assert "已办理</button>" not in page


def test_effectiveness_and_the_last_day_to_perform_are_asked_apart_and_proposed(
    loans: list[Loan], signed_in: Callable[..., Browser]
) -> None:
    client = signed_in("counsel")
    client.post(f"/files/open/{loans[0].id}", data=form())
    file = db.session.scalars(select(LitigationFile)).one()
    served = (clock.today() - timedelta(days=40)).isoformat()
    step = {"version": str(file.version), "stage": "judged", "happened_on": served, "reason": "补"}
    assert client.post(f"/files/{file.id}/stage", data=step).status_code == 302
    page = client.get(f"/files/{file.id}").text
    found = dict(re.findall(r'name="(happened_on|performed_until)"[^>]*value="([\d-]+)"', page))
    found |= {
        name: value
        for value, name in re.findall(
            r'value="([\d-]+)"[^>]*name="(happened_on|performed_until)"', page
        )
    }
    assert served < found["happened_on"] < found["performed_until"]
