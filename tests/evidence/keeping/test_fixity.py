"""Everything is hashed again within budgets; damage raises an alarm; copies mend it."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from evidence_store.storage import object_path
from recovery.evidence.house import house_store
from recovery.evidence.keeping import copies
from recovery.evidence.keeping.findings import closed_findings, explain, open_findings
from recovery.evidence.keeping.fixity import Budget, Run, pace
from recovery.evidence.keeping.models import FixityCycle
from recovery.evidence.keeping.restoring import restore_object
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.gate import Actor
from recovery.kernel.models import AuditEvent
from recovery.kernel.work import work_as
from recovery.loans.models import Document
from tests.conftest import NOW
from tests.evidence.keeping.making import add_file, closed_loan, damage, opener, register
from tests.evidence.making import small_pdf

PLENTY = Budget(seconds=600, bytes=1 << 40)
ONE_BYTE = Budget(seconds=600, bytes=1)


@pytest.fixture
def documents(app: Flask, actor: Actor) -> list[Document]:
    """Return three registered documents of a loan."""
    loan = closed_loan(actor)
    made = [add_file(actor, loan, f"file {number}") for number in range(3)]
    register()
    return made


def go(actor: Actor, budget: Budget = PLENTY) -> FixityCycle:
    """Run the check once."""
    cycle = Run(opener(actor), budget).go()
    db.session.rollback()
    return cycle


def test_a_whole_store_gives_no_finding_and_ends_the_turn(
    documents: list[Document], actor: Actor
) -> None:
    cycle = go(actor)
    assert (cycle.object_count, cycle.object_total) == (3, 3)
    assert cycle.finished_at is not None
    assert open_findings(db.session()) == []


def test_runs_go_on_where_the_budget_of_the_last_ended(
    documents: list[Document], actor: Actor
) -> None:
    counts = []
    while (cycle := go(actor, ONE_BYTE)).finished_at is None:
        counts.append(cycle.object_count)
        assert len(counts) < 10
    assert counts[:3] == [1, 2, 3]
    assert len(db.session.scalars(select(FixityCycle)).all()) == 1
    assert cycle.byte_count == sum(document.size for document in documents)


def test_an_altered_object_raises_one_alarm_however_often_it_is_seen(
    documents: list[Document], actor: Actor
) -> None:
    damage(documents[1].sha256)
    go(actor)
    go(actor)
    [finding] = open_findings(db.session())
    assert (finding.what, finding.sha256) == ("object altered", documents[1].sha256)
    audited = select(AuditEvent).where(AuditEvent.subject_type == "fixity_finding")
    assert len(db.session.scalars(audited).all()) == 1


def test_an_object_that_a_row_names_and_that_is_gone_is_named(
    documents: list[Document], actor: Actor
) -> None:
    house_store().erase_object(documents[0].sha256)
    go(actor)
    [finding] = open_findings(db.session())
    assert (finding.what, finding.sha256) == ("object missing", documents[0].sha256)
    assert f"document {documents[0].id}" in finding.meaning


def test_an_altered_tile_of_the_log_is_found(documents: list[Document], actor: Actor) -> None:
    storage = house_store().storage
    path = next(iter(storage.names("tile/0")))
    data = storage.read(path)
    assert data is not None
    storage.replace(path, data[:-1] + bytes([data[-1] ^ 1]))
    go(actor)
    assert {(one.what, one.sha256) for one in open_findings(db.session())} == {
        ("tile altered", None)
    }


def test_the_second_copy_mends_what_is_damaged(
    documents: list[Document], actor: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(copies.VARIABLE, f"file://{tmp_path / 'copy'}")
    copy = copies.second_store()
    assert copy is not None
    assert copies.mirror(copy, lambda: None).objects == 3
    again = copies.mirror(copy, lambda: None)
    assert (again.objects, again.log_files) == (0, 0)
    damage(documents[2].sha256)
    go(actor)
    with copies.open_copy(documents[2].sha256) as source:
        closed = restore_object(opener(actor), documents[2].sha256, source, "copy")
    db.session.rollback()
    assert closed == 1
    assert open_findings(db.session()) == []
    assert closed_findings(db.session())[0].resolution == "restored"
    go(actor)
    assert open_findings(db.session()) == []


def test_what_is_damaged_is_not_copied_as_something_else(
    documents: list[Document], actor: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damage(documents[0].sha256)
    monkeypatch.setenv(copies.VARIABLE, f"file://{tmp_path / 'copy'}")
    copy = copies.second_store()
    assert copy is not None
    done = copies.mirror(copy, lambda: None)
    assert (done.objects, done.damaged) == (2, 1)
    assert len(list(copy.names("objects"))) == 2
    with pytest.raises(NotFound):
        copies.open_copy(documents[0].sha256)


def exchange(one: str, other: str) -> None:
    """Let two objects lie under each other's name."""
    storage = house_store().storage
    paths = [object_path(one), object_path(other)]
    contents = [storage.read(path) for path in paths]
    for path, data in zip(paths, reversed(contents), strict=True):
        assert data is not None
        storage.replace(path, data)


@pytest.mark.parametrize("copied_before", [[], [0], [0, 1]])
def test_two_exchanged_objects_cost_no_sound_copy(
    documents: list[Document],
    actor: Actor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    copied_before: list[int],
) -> None:
    monkeypatch.setenv(copies.VARIABLE, f"file://{tmp_path / 'copy'}")
    copy = copies.second_store()
    assert copy is not None
    copy.put_objects([BytesIO(small_pdf(f"file {number}")) for number in copied_before])
    exchange(documents[0].sha256, documents[1].sha256)
    done = copies.mirror(copy, lambda: None)
    assert (done.objects, done.damaged) == (1, 2 - len(copied_before))
    for number in (*copied_before, 2):
        with copies.open_copy(documents[number].sha256) as source:
            assert source.read() == small_pdf(f"file {number}")
    go(actor)
    assert {one.sha256 for one in open_findings(db.session())} == {
        documents[0].sha256,
        documents[1].sha256,
    }


def test_only_the_right_file_is_taken_as_a_copy(documents: list[Document], actor: Actor) -> None:
    damage(documents[0].sha256)
    go(actor)
    with pytest.raises(RuleViolation, match="SHA-256 不符"):
        restore_object(opener(actor), documents[0].sha256, BytesIO(b"other"), "upload")
    restored = BytesIO(small_pdf("file 0"))
    assert restore_object(opener(actor), documents[0].sha256, restored, "upload") == 1
    with pytest.raises(RuleViolation, match="没有登记过"):
        restore_object(opener(actor), "0" * 64, BytesIO(b"x"), "upload")


def test_a_later_check_that_finds_it_whole_closes_the_alarm(
    documents: list[Document], actor: Actor
) -> None:
    damage(documents[0].sha256)
    go(actor)
    house_store().replace_object(documents[0].sha256, BytesIO(small_pdf("file 0")))
    go(actor)
    assert open_findings(db.session()) == []
    assert closed_findings(db.session())[0].resolution == "sound"


def test_an_alarm_is_explained_only_with_a_reason(documents: list[Document], actor: Actor) -> None:
    damage(documents[0].sha256)
    go(actor)
    [finding] = open_findings(db.session())
    with work_as(actor, now=NOW) as work:
        with pytest.raises(RuleViolation):
            explain(work, finding.id, "  ")
        explain(work, finding.id, "磁盘更换期间的旧副本")
    db.session.rollback()
    assert open_findings(db.session()) == []


def test_the_pace_tells_whether_a_turn_ends_in_time() -> None:
    cycle = FixityCycle(
        started_at=NOW, finished_at=None, object_total=100, object_count=50, byte_count=0
    )
    assert not pace(cycle, NOW + timedelta(days=10)).is_behind
    slow = pace(cycle, NOW + timedelta(days=20))
    assert slow.is_behind
    assert (slow.share, slow.ends_at) == (0.5, NOW + timedelta(days=40))
