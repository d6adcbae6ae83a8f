"""The pages of packages: from a selection to a frozen package and its tape."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from recovery.access.models import UserAccount
from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.job_rows import Job
from recovery.kernel.job_runner import run_due_jobs
from recovery.kernel.work import work_as
from recovery.loans.models import Loan, Selection, SelectionRow
from recovery.portfolio.models import Package
from recovery.portfolio.views import criteria_in_words
from tests.books import add_loans
from tests.conftest import Browser


@pytest.fixture
def selection(app: Flask, actor: Actor, person: Callable[..., UserAccount]) -> int:
    """Return the id of an asset manager's selection of three overdue loans."""
    manager = person("asset_manager")
    with work_as(actor) as work:
        loans = add_loans(work, 3)
        chosen = work.add(
            Selection(
                user_id=manager.id,
                subject_type="loan",
                description="损失类",
                row_count=3,
                created_at=work.now,
            )
        )
        work.session.add_all(
            SelectionRow(selection_id=chosen.id, record_id=loan.id) for loan in loans
        )
        return chosen.id


def test_a_selection_becomes_a_frozen_package_with_a_tape(
    selection: int, signed_in: Callable[..., Browser]
) -> None:
    client = signed_in("asset_manager")
    asked = {"name": "第一期", "disposal": "sale"}
    client.post(f"/packages/new/{selection}", data=asked)
    again = client.post(f"/packages/new/{selection}", data=asked)
    assert again.status_code == 409
    assert "您已有同名的组包中资产包" in again.text
    run_due_jobs()
    db.session.rollback()
    package = db.session.scalars(select(Package)).one()
    assert (package.loan_count, package.criteria) == (3, "损失类")
    address, number = f"/packages/{package.id}", package.number
    typed = {"version": str(package.version), "cut_off_date": clock.today().isoformat()}
    assert "冻结 3 笔债权" in client.get(f"{address}/freeze").text
    client.post(f"{address}/freeze", data=typed)
    run_due_jobs()
    assert "300,000.00" in client.get(address).text
    assert f"/loans/?package={number}" in client.get(address).text
    assert "测试 asset-manager" in client.get(address).text.split("<aside")[1]
    assert "测试 asset-manager" in client.get("/packages/").text.split("<table")[1]
    assert client.get(f"/loans/?package={number}").text.count("HT-000") >= 3
    assert "HT-0001" not in client.get("/loans/?package=P2026-999999").text
    assert "HT-0001" not in client.get("/loans/?package='").text
    client.post(f"{address}/export")
    run_due_jobs()
    db.session.rollback()
    job = db.session.scalars(select(Job).where(Job.kind == "portfolio.export")).one()
    with client.get(f"/jobs/{job.id}/files/{number}.xlsx") as tape:
        assert tape.data.startswith(b"PK")
    assert "HT-0001" in client.get(f"{address}/loans").text


def test_a_loan_is_left_out_only_with_a_reason(
    selection: int, signed_in: Callable[..., Browser]
) -> None:
    client = signed_in("asset_manager")
    client.post(f"/packages/new/{selection}", data={"name": "第一期", "disposal": "sale"})
    run_due_jobs()
    db.session.rollback()
    package = db.session.scalars(select(Package)).one()
    loan = db.session.scalars(select(Loan)).first()
    assert loan is not None
    address = f"/packages/{package.id}/loans/{loan.id}/exclude"
    assert client.post(address, data={"reason": " "}).status_code == 422
    assert client.post(address, data={"reason": "涉刑"}).status_code == 302
    assert "涉刑" in client.get(f"/packages/{package.id}/loans?kept=out").text


def test_another_persons_selection_is_not_there(
    selection: int, signed_in: Callable[..., Browser]
) -> None:
    other = signed_in("asset_manager", username="other")
    assert other.get(f"/packages/new/{selection}").status_code == 404


def test_the_filter_of_a_package_is_told_in_words(app: Flask) -> None:
    with app.test_request_context():
        assert criteria_in_words("class=loss&status=open") == "五级分类：损失；状态：未结清"
        assert criteria_in_words("损失类") == "损失类"
        assert criteria_in_words("") == ""
        beyond = "另有条件已不可选，或不在您可查看的范围内"
        assert criteria_in_words("class=loss&branch=987654") == f"五级分类：损失；{beyond}"
        assert criteria_in_words("branch=987654") == beyond
        assert criteria_in_words("no_such=1") == beyond
