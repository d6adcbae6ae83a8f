"""Packages: filled, frozen at a day, and from then on the same whatever is paid."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from recovery.cli import main
from recovery.kernel.actions import Action
from recovery.kernel.clock import BUSINESS_ZONE
from recovery.kernel.config import Settings
from recovery.kernel.db import db
from recovery.kernel.errors import Conflict, NotFound, RuleViolation
from recovery.kernel.gate import Actor, Scope
from recovery.kernel.job_runner import run_here
from recovery.kernel.models import AuditEvent, RegistrationIntent
from recovery.kernel.search import find
from recovery.kernel.text import reading
from recovery.kernel.work import Work, work_as
from recovery.loans.ledger import Booking
from recovery.loans.listing import selections
from recovery.loans.models import Loan, MonthEndSnapshot
from recovery.loans.service import record_payment, set_class_floor
from recovery.portfolio import freezes, service
from recovery.portfolio.freezing import finish_freeze
from recovery.portfolio.jobs import FILL
from recovery.portfolio.models import Package, PackageLoan
from recovery.portfolio.past_classes import assigned_on, floors_on
from recovery.portfolio.service import NewPackage
from recovery.portfolio.tape import write_xlsx
from recovery.web.language import translate_for
from tests.books import add_loans
from tests.conftest import NOW

CUT_OFF = date(2026, 2, 28)


@pytest.fixture
def loans(app: Flask, actor: Actor) -> list[Loan]:
    """Return three loans, long overdue."""
    with work_as(actor, now=NOW) as work:
        return add_loans(work, 3)


def started(work: Work, loans: list[Loan]) -> Package:
    """Return a draft that holds `loans`."""
    package = service.start_package(work, NewPackage("2026年第一期", "sale"))
    service.add_loans(work, package.id, [loan.id for loan in loans])
    work.session.flush()
    return package


def frozen(work: Work, loans: list[Loan]) -> Package:
    """Return a package of `loans`, frozen at `CUT_OFF`."""
    package = started(work, loans)
    freezes.begin_freeze(work, package.id, package.version, cut_off_date=CUT_OFF)
    work.session.flush()
    last = 0
    while (reached := freezes.freeze_next(work, package.id, last)[0]) != last:
        last = reached
        work.session.flush()
    return freezes.finish_freeze(work, package.id)


def figures(package_id: int) -> list[tuple[object, ...]]:
    """Return the frozen figures as stored."""
    rows = db.session.scalars(select(PackageLoan).where(PackageLoan.package_id == package_id))
    return [(row.contract_no, row.principal, row.interest, row.days_past_due) for row in rows]


def test_loans_are_in_a_draft_once_however_often_they_are_added(
    loans: list[Loan], work: Work
) -> None:
    package = started(work, loans)
    assert service.add_loans(work, package.id, [loan.id for loan in loans]) == 0
    assert package.loan_count == 3


def test_the_announcement_adds_up_what_was_frozen(loans: list[Loan], work: Work) -> None:
    package = frozen(work, loans)
    totals = package.totals or {}
    assert (package.state, package.loan_count, totals["loan_count"]) == ("frozen", 3, 3)
    assert totals["principal"] == "300000.00"
    assert totals["classes"] == {"loss": 3}
    # first instalment due 5 February 2024 and not paid, to 28 February 2026
    assert totals["weighted_days_past_due"] == "754.00"
    assert totals["weighted_age"] == "41.00"


def test_frozen_means_that_later_payments_change_nothing_in_it(
    loans: list[Loan], app: Flask, actor: Actor
) -> None:
    with work_as(actor, now=NOW) as work:
        package = frozen(work, loans)
    before, digest = figures(package.id), package.digest
    with work_as(actor, now=NOW) as work:
        record_payment(work, loans[0].id, Booking(Decimal("5000.00"), date(2026, 2, 20)))
    with work_as(actor, now=NOW) as work:
        again = work.get(Package, package.id)
        assert freezes._add_up(work, again)[1] == digest
    assert figures(package.id) == before


def test_a_class_floor_set_after_the_cut_off_does_not_count(loans: list[Loan], work: Work) -> None:
    set_class_floor(work, loans[0].id, "loss", reason="重组")
    work.session.flush()
    [event] = work.session.scalars(
        select(AuditEvent).where(AuditEvent.action == Action.CHANGE_LOAN.value)
    )
    held = [work.session.get_one(Loan, loans[0].id)]
    day = event.at.astimezone(BUSINESS_ZONE).date()
    assert floors_on(work.session, held, day) == {loans[0].id: "loss"}
    assert floors_on(work.session, held, CUT_OFF) == {loans[0].id: None}


def test_a_kept_month_end_says_what_class_a_loan_had(loans: list[Loan], work: Work) -> None:
    kept = MonthEndSnapshot(
        loan_id=loans[0].id,
        month_end=CUT_OFF,
        principal=0,
        billed_interest=0,
        asset_class="doubtful",
    )
    work.session.add(kept)
    work.session.flush()
    held = [work.session.get_one(Loan, loans[0].id)]
    assert assigned_on(work.session, held, CUT_OFF) == {loans[0].id: "doubtful"}
    assert assigned_on(work.session, held, date(2026, 2, 27)) == {loans[0].id: None}


def test_the_same_loans_frozen_at_the_same_day_give_the_same_digest(
    loans: list[Loan], work: Work
) -> None:
    first = frozen(work, loans)
    for loan in work.session.scalars(select(Loan)):
        loan.package_id = None
    first.state = "dissolved"
    work.session.flush()
    assert frozen(work, loans).digest == first.digest


def test_a_frozen_package_is_registered_and_can_no_longer_be_changed(
    loans: list[Loan], work: Work
) -> None:
    package = frozen(work, loans)
    kinds = select(RegistrationIntent.kind).where(RegistrationIntent.subject_type == "package")
    assert list(work.session.scalars(kinds)) == ["freeze"]
    with pytest.raises(RuleViolation, match="已冻结"):
        service.add_loans(work, package.id, [loans[0].id])
    with pytest.raises(RuleViolation, match="已冻结"):
        service.exclude_loan(work, package.id, loans[0].id, "改主意")


def test_a_loan_in_one_frozen_package_is_refused_by_the_next_with_the_reason(
    loans: list[Loan], work: Work
) -> None:
    first = frozen(work, loans[:2])
    second = frozen(work, loans)
    assert (second.loan_count, first.loan_count) == (1, 2)
    reasons = select(PackageLoan.excluded_reason).where(PackageLoan.package_id == second.id)
    found = [reason for reason in work.session.scalars(reasons) if reason is not None]
    assert [first.number in str(reason) for reason in found] == [True, True]
    with reading(translate_for("en")):
        assert [str(reason) for reason in found] == [f"Already in package {first.number}"] * 2


def test_what_is_left_out_stays_listed_with_its_reason(loans: list[Loan], work: Work) -> None:
    package = started(work, loans)
    row = service.exclude_loan(work, package.id, loans[0].id, "债务人已起诉我方")
    assert (row.why_excluded, package.loan_count) == ("债务人已起诉我方", 2)
    assert str(row.excluded_reason) == "人工剔除"
    work.session.flush()
    event = work.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event
    assert event.changes == {"excluded": loans[0].contract_no}
    with pytest.raises(RuleViolation):
        service.exclude_loan(work, package.id, loans[0].id, "再次剔除")


def test_a_second_attempt_fills_in_only_what_the_first_left(
    loans: list[Loan], actor: Actor
) -> None:
    ids = [loan.id for loan in loans]
    with work_as(actor, now=NOW) as work:
        package = service.start_package(work, NewPackage("二〇二六年第一包", "sale"))
        selection = selections.freeze_ticked(work, ids, "勾选")
        service.add_loans(work, package.id, ids[:1])
        job = work.enqueue(FILL, {"package": package.id, "selection": selection.id})
        job.done = 2
    assert run_here(job.id).done == 3
    db.session.rollback()
    filled = select(PackageLoan.loan_id).where(PackageLoan.package_id == package.id)
    assert set(db.session.scalars(filled)) == {ids[0], ids[2]}


@pytest.mark.parametrize(
    ("day", "allowed"), [(date(2026, 3, 16), True), (date(2026, 3, 17), False)]
)
def test_the_cut_off_date_is_today_at_the_latest(
    loans: list[Loan], work: Work, day: date, *, allowed: bool
) -> None:
    package = started(work, loans)
    if allowed:
        freezes.begin_freeze(work, package.id, package.version, cut_off_date=day)
        assert package.state == "freezing"
    else:
        with pytest.raises(RuleViolation, match="今天"):
            freezes.begin_freeze(work, package.id, package.version, cut_off_date=day)


def test_an_empty_package_and_a_stale_form_are_refused(loans: list[Loan], work: Work) -> None:
    empty = service.start_package(work, NewPackage("空", "sale"))
    with pytest.raises(RuleViolation, match="没有贷款"):
        freezes.begin_freeze(work, empty.id, empty.version, cut_off_date=CUT_OFF)
    package = started(work, loans)
    with pytest.raises(Conflict):
        freezes.begin_freeze(work, package.id, package.version - 1, cut_off_date=CUT_OFF)


def test_who_may_not_see_a_package_does_not_find_it(loans: list[Loan], work: Work) -> None:
    package = frozen(work, loans)
    work.session.commit()
    buyer = Actor(None, "buyer", "external_auditor", Scope(packages=frozenset({package.id})))
    with work_as(buyer, now=NOW) as theirs:
        assert theirs.get(Package, package.id).number == package.number
        assert theirs.get(Loan, loans[0].id).package_id == package.id
    other = Actor(None, "other", "external_auditor", Scope(packages=frozenset({99})))
    with pytest.raises(NotFound), work_as(other, now=NOW) as theirs:
        theirs.get(Package, package.id)


def test_the_tape_says_what_was_frozen(
    loans: list[Loan], app: Flask, actor: Actor, tmp_path: Path
) -> None:
    with work_as(actor, now=NOW) as work:
        package = frozen(work, loans)
    path = tmp_path / "tape.xlsx"
    assert write_xlsx(db.session(), package, path) == 3
    book = CalamineWorkbook.from_path(str(path))
    announced = dict(book.get_sheet_by_index(0).to_python())
    assert announced["未偿本金总额（元）"] == "300,000.00"
    rows = book.get_sheet_by_index(1).to_python()
    assert [row[0] for row in rows[1:]] == ["HT-0001", "HT-0002", "HT-0003"]
    assert rows[1][1] == 100000.0


def test_a_draft_has_no_tape(loans: list[Loan], app: Flask, actor: Actor, tmp_path: Path) -> None:
    with work_as(actor, now=NOW) as work:
        package = started(work, loans)
    with pytest.raises(RuleViolation):
        write_xlsx(db.session(), package, tmp_path / "tape.xlsx")


def test_a_package_without_an_eligible_loan_is_a_draft_again(
    loans: list[Loan], app: Flask, actor: Actor
) -> None:
    with work_as(actor, now=NOW) as work:
        package = service.start_package(work, NewPackage("信托", "sale", seller="abs_trust"))
        service.add_loans(work, package.id, [loan.id for loan in loans])
    with work_as(actor, now=NOW) as work:
        freezes.begin_freeze(work, package.id, package.version, cut_off_date=CUT_OFF)
    with work_as(actor, now=NOW) as work:
        _last, refused = freezes.freeze_next(work, package.id, 0)
    assert {str(reason) for reason in refused.values()} == {"债权不完全属于出让方"}
    with pytest.raises(RuleViolation, match="没有一笔"):
        finish_freeze(actor, package.id)
    db.session.rollback()
    assert db.session.get_one(Package, package.id).state == "draft"


def test_who_sees_only_a_package_finds_its_loans_by_search(
    loans: list[Loan], app: Flask, actor: Actor
) -> None:
    with work_as(actor, now=NOW) as work:
        package = started(work, loans)
        freezes.begin_freeze(work, package.id, package.version, cut_off_date=CUT_OFF)
    with work_as(actor, now=NOW) as work:
        freezes.freeze_next(work, package.id, 0)
    finish_freeze(actor, package.id)
    scope = Scope(packages=frozenset({package.id}))
    assert [hit.kind for hit in find(db.session(), "HT-0001", scope)] == ["loan"]


@pytest.mark.parametrize("query", ["class=loss&brnach=1", "class=gone", "nonsense", "days_from="])
def test_a_filter_that_would_choose_too_much_is_wrong_use(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    monkeypatch.setenv("RECOVERY_HOME", str(settings.home))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert main(["package", "build", "--name", "一", "--filter", query]) == 2
    assert db.session.scalars(select(Package)).all() == []
