"""The pages of evidence: the registry, what is registered of a loan, dossiers by a job."""

import zipfile
from collections.abc import Callable
from io import BytesIO

from sqlalchemy import select

from recovery.evidence.comparison import compare
from recovery.evidence.dossiers.models import Dossier
from recovery.evidence.models import EvidenceItem
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.job_runner import run_due_jobs
from recovery.kernel.work import work_as
from recovery.loans.models import Loan
from tests.conftest import Browser

WANTED = {"preset": "court", "language": "zh", "recipient": "浦东法院", "purpose": "起诉"}


def test_a_dossier_is_made_by_a_job_and_downloaded_as_it_was_made(
    loan: Loan, signed_in: Callable[..., Browser]
) -> None:
    client = signed_in("counsel")
    client.post(f"/evidence/dossiers/new/loan/{loan.id}", data=WANTED)
    run_due_jobs()
    db.session.rollback()
    made = db.session.scalars(select(Dossier)).one()
    assert made.recipient == "浦东法院"
    address, number = f"/evidence/dossiers/{made.id}.zip", made.number
    with client.get(address) as answer:
        assert answer.headers["Content-Disposition"].startswith("attachment")
        with zipfile.ZipFile(BytesIO(answer.data)) as archive:
            assert f"{number}/verify.py" in archive.namelist()
    part = client.get(f"/evidence/of-loan/{loan.id}").text
    assert number in part
    assert "已入检查点" in part
    assert number in client.get("/evidence/").text


def test_who_receives_it_and_for_what_must_be_said(
    loan: Loan, signed_in: Callable[..., Browser]
) -> None:
    answer = signed_in("counsel").post(
        f"/evidence/dossiers/new/loan/{loan.id}", data=WANTED | {"recipient": ""}
    )
    assert answer.status_code == 422
    assert "请填写交给谁" in answer.text


def test_the_dossier_of_a_loan_one_may_not_see_is_not_there(
    loan: Loan, signed_in: Callable[..., Browser]
) -> None:
    other = signed_in("counsel", username="elsewhere", branch="202")
    assert other.post(f"/evidence/dossiers/new/loan/{loan.id}", data=WANTED).status_code == 404


def test_database_and_log_agree_and_a_changed_row_is_named(
    loan: Loan, signed_in: Callable[..., Browser]
) -> None:
    signed_in("counsel").post(f"/evidence/dossiers/new/loan/{loan.id}", data=WANTED)
    run_due_jobs()
    assert list(compare()) == []
    with work_as(Actor.system("tests")) as work:
        item = work.session.scalars(select(EvidenceItem).where(EvidenceItem.log_index == 0)).one()
        item.commitment = "0" * 64
    [difference] = compare()
    assert "第 0 号" in str(difference)
