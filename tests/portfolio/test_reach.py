"""The erasure of a person reaches the packages that hold the person's loan."""

from flask import Flask

from recovery.evidence.dossiers.service import Wanted, export_dossier
from recovery.evidence.keeping.persons import records_of
from recovery.evidence.keeping.reach import erasers
from recovery.kernel import search
from recovery.kernel.db import db
from recovery.kernel.gate import EVERYTHING, Actor
from recovery.kernel.work import work_as
from recovery.loans.models import Person
from recovery.portfolio.models import Package, PackageLoan
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
