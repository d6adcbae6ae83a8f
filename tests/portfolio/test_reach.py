"""The erasure of a person reaches the packages that hold the person's loan."""

from urllib.parse import quote_plus

from flask import Flask
from sqlalchemy import select

from recovery.evidence.dossiers.service import Wanted, export_dossier
from recovery.evidence.keeping.persons import records_of
from recovery.evidence.keeping.reach import erasers, person_reach, text_reach
from recovery.kernel import search
from recovery.kernel.db import db
from recovery.kernel.gate import EVERYTHING, Actor
from recovery.kernel.models import AuditEvent
from recovery.kernel.work import work_as
from recovery.loans.models import Person
from recovery.portfolio.models import Package, PackageLoan
from recovery.portfolio.service import NewPackage, exclude_loan, start_package
from recovery.portfolio.service import add_loans as add_loans_to
from tests.books import add_loans
from tests.conftest import NOW
from tests.evidence.dossiers.making import make_package


def test_a_package_named_after_a_borrower_is_found_and_loses_its_name(
    app: Flask, actor: Actor
) -> None:
    package = make_package(actor)
    with work_as(actor, now=NOW) as work:
        row = work.session.query(PackageLoan).filter_by(package_id=package.id).first()
        assert row is not None
        person = work.session.get_one(Person, row.borrower_id)
        work.session.get_one(Package, package.id).name = f"{person.name}等三户"
        name, borrower_id = str(person.name), person.id
    export_dossier(actor, package.id, Wanted(subject="package"))
    db.session.rollback()
    found = records_of(db.session(), db.session.get_one(Person, borrower_id))
    told = [one for one in found if one.intent.subject_type == "package"]
    assert [one.names for one in told] == [("name",)]
    with work_as(actor, now=NOW) as work:
        erasers.get("package").erase(work, package.id, ["name"])
    db.session.rollback()
    assert db.session.get_one(Package, package.id).name == "（已删除）"
    hits = search.find(db.session(), f"{name}等三户", EVERYTHING)
    assert not [hit for hit in hits if hit.kind == "package"]


def test_why_a_loan_was_left_out_goes_and_conditions_that_name_the_person_too(
    app: Flask, actor: Actor
) -> None:
    with work_as(actor, now=NOW) as work:
        [loan, *_others] = add_loans(work)
        new = NewPackage(name="王伟等三户", disposal="sale", criteria=f"q={quote_plus('王伟')}")
        package = start_package(work, new)
        add_loans_to(work, package.id, [loan.id])
        row = exclude_loan(work, package.id, loan.id, "其妻已还款")
        assert row.why_excluded == "其妻已还款"
        event = work.session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
        assert not [one for one in event if "criteria" in one.changes]
        person_reach.get("package_loan")(work, loan.id)
        text_reach.get("package")(work, ["王伟"])
    db.session.rollback()
    left_out = db.session.get_one(PackageLoan, row.id)
    assert str(left_out.why_excluded) == "人工剔除（理由已删除）"
    package = db.session.get_one(Package, package.id)
    assert (package.criteria, package.name) == ("（已删除）", "（已删除）")
