"""Fixity, copies, erasure and backup with the evidence in an S3-compatible bucket."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from recovery import create_app
from recovery.access.models import UserAccount
from recovery.access.rights import Role
from recovery.evidence.house import house_store
from recovery.evidence.keeping import copies, erasure_log
from recovery.evidence.keeping.backup import back_up, restore
from recovery.evidence.keeping.findings import open_findings
from recovery.evidence.keeping.fixity import Budget, Run
from recovery.evidence.keeping.restoring import restore_object
from recovery.kernel.config import Settings
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.work import system_work
from tests.conftest import NOW, let_go, make_person, within
from tests.evidence.keeping.making import acting, add_file, closed_loan, damage, opener, register
from tests.evidence.keeping.test_erasure import Case
from tests.evidence_store.test_s3 import endpoint, url

__all__ = ["endpoint", "url"]

pytestmark = pytest.mark.s3


@pytest.fixture
def app(settings: Settings, url: str) -> Iterator[Flask]:
    """Return the application with its evidence in a bucket."""
    app = create_app(replace(settings, blob_url=url))
    yield from within(app)


def people() -> tuple[Actor, Actor]:
    """Return who asks and who approves."""

    def person(role: Role) -> UserAccount:
        with system_work("tests") as work:
            return make_person(work, role, role.value, "101")

    return acting(person(Role.COUNSEL)), acting(person(Role.APPROVER))


def test_damage_in_a_bucket_is_found_and_mended_from_a_local_copy(
    app: Flask, actor: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(copies.VARIABLE, f"file://{tmp_path / 'copy'}")
    copy = copies.second_store()
    assert copy is not None
    document = add_file(actor, closed_loan(actor), "identity card")
    register()
    assert copies.mirror(copy, lambda: None).objects == 1
    damage(document.sha256)
    Run(opener(actor), Budget(600, 1 << 40)).go()
    db.session.rollback()
    assert [one.sha256 for one in open_findings(db.session())] == [document.sha256]
    with copies.open_copy(document.sha256) as source:
        restore_object(opener(actor), document.sha256, source, "copy")
    db.session.rollback()
    assert open_findings(db.session()) == []
    assert house_store().verify(full=True) == []


def test_a_file_is_erased_from_a_bucket(app: Flask) -> None:
    counsel, approver = people()
    loan = closed_loan(counsel)
    document = add_file(counsel, loan, "identity card")
    register()
    Case(loan, document, counsel, approver).erase("file", "title", with_object=True)
    assert not house_store().has_object(document.sha256)
    assert len(erasure_log.entries()) == 1
    assert erasure_log.replay(opener(approver)).erased == 0
    assert house_store().verify(full=True) == []


def test_a_bucket_is_backed_up_and_restored_to_a_folder(
    app: Flask, actor: Actor, settings: Settings, url: str, tmp_path: Path
) -> None:
    add_file(actor, closed_loan(actor), "identity card")
    register()
    words = "correct horse battery"
    back_up(replace(settings, blob_url=url), tmp_path / "b.tar", words, NOW)
    folder = tmp_path / "other"
    folder.mkdir(mode=0o700)
    elsewhere = replace(
        settings,
        home=folder,
        database_url=f"sqlite:///{folder / 'recovery.db'}",
        blob_url=f"file://{folder / 'evidence'}",
    )
    restore(elsewhere, tmp_path / "b.tar", words)
    other = create_app(elsewhere)
    with other.app_context():
        assert house_store().verify(full=True) == []
        let_go()
