"""Dossiers of loans, files and packages: each verifies, repeats, and shows what it may."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bagit
import pytest
from flask import Flask

from recovery.evidence.dossiers.models import Dossier
from recovery.evidence.dossiers.service import Wanted, export_dossier
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.gate import Actor, Scope
from recovery.kernel.work import work_as
from recovery.litigation.stages import Step, change_stage
from recovery.loans.models import Vehicle
from recovery.portfolio import service as packages
from tests.conftest import NOW
from tests.evidence.dossiers.checking import records_of, unpack, verified, words_of
from tests.evidence.dossiers.making import make_file, make_loans, make_package
from tests.portfolio.test_packages import CUT_OFF

MAKERS: dict[str, Callable[[Actor], Any]] = {
    "loan": lambda actor: make_loans(actor)[0],
    "file": make_file,
    "package": make_package,
}


def exported(actor: Actor, subject: str, record: Any, **wanted: Any) -> Dossier:
    """Export the dossier of a record."""
    return export_dossier(actor, record.id, Wanted(subject=subject, **wanted))


@pytest.mark.parametrize("subject", list(MAKERS))
def test_each_subject_gives_a_bag_that_verifies_in_either_language(
    app: Flask, actor: Actor, tmp_path: Path, subject: str
) -> None:
    record = MAKERS[subject](actor)
    for language, said in (("zh", "核验说明"), ("en", "Verification")):
        folder = unpack(exported(actor, subject, record, language=language), tmp_path)
        result = verified(folder)
        assert result.returncode == 0, result.stdout
        assert "无缺、无增" in result.stdout
        assert bagit.Bag(str(folder)).validate()
        assert said in words_of(folder)


@pytest.mark.parametrize("subject", list(MAKERS))
@pytest.mark.parametrize("preset", ["court", "auditor", "buyer", "debtor"])
def test_each_preset_verifies_and_a_buyer_reads_no_name(
    app: Flask, actor: Actor, tmp_path: Path, subject: str, preset: str
) -> None:
    record = MAKERS[subject](actor)
    folder = unpack(exported(actor, subject, record, preset=preset), tmp_path)
    assert verified(folder).returncode == 0
    told = (folder / "data/records.jsonl").read_text("utf-8") + words_of(folder)
    assert ("李娜" in told) == (preset != "buyer")


@pytest.mark.parametrize("subject", list(MAKERS))
def test_an_earlier_head_gives_the_same_bytes_whatever_was_done_since(
    app: Flask, actor: Actor, subject: str
) -> None:
    record = MAKERS[subject](actor)
    first = exported(actor, subject, record)
    change_everything(actor, subject, record)
    later = exported(actor, subject, record)
    again = exported(actor, subject, record, checkpoint=first.checkpoint_size)
    assert (again.number, again.sha256) == (first.number, first.sha256)
    assert later.sha256 != first.sha256


def change_everything(actor: Actor, subject: str, record: Any) -> None:
    """Change what a dossier prints: the car, the stage of the file, the ledger."""
    with work_as(actor, now=NOW) as work:
        for vehicle in work.session.query(Vehicle):
            vehicle.plate = "沪A12345"
        if subject == "file":
            change_stage(work, record.id, record.version, Step("submitted", NOW.date()))


@pytest.mark.parametrize("subject", list(MAKERS))
def test_a_flipped_byte_anywhere_is_caught(
    app: Flask, actor: Actor, tmp_path: Path, subject: str
) -> None:
    folder = unpack(exported(actor, subject, MAKERS[subject](actor)), tmp_path)
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        if path.name == "verify.py":
            continue
        data = path.read_bytes()
        path.write_bytes(
            data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :]
        )
        assert verified(folder).returncode == 1, path.name
        path.write_bytes(data)
        if path.parent.name == "proofs":
            break
    assert verified(folder).returncode == 0


def test_a_file_tells_its_court_its_stages_and_its_deadlines(
    app: Flask, actor: Actor, tmp_path: Path
) -> None:
    file = make_file(actor)
    with work_as(actor, now=NOW) as work:
        change_stage(work, file.id, file.version, Step("submitted", NOW.date()))
    words = words_of(unpack(exported(actor, "file", file), tmp_path))
    for said in ("浦东新区人民法院", "已提交立案", "诉讼时效届满", file.number, "开立诉讼案件"):
        assert said in words


def test_the_frozen_list_of_a_package_has_the_digest_that_was_registered(
    app: Flask, actor: Actor, tmp_path: Path
) -> None:
    package = make_package(actor)
    folder = unpack(exported(actor, "package", package), tmp_path)
    digest = hashlib.sha256((folder / "data/frozen.jsonl").read_bytes()).hexdigest()
    assert digest == package.digest
    [freeze] = [row for row in records_of(folder) if '"kind":"freeze"' in row["leaf"]]
    assert freeze["fields"]["digest"][1] == digest
    words = words_of(folder)
    assert "300,000.00" in words
    assert CUT_OFF.isoformat() in words


def test_most_records_of_a_package_rest_on_the_chain_of_their_loan(
    app: Flask, actor: Actor, tmp_path: Path
) -> None:
    folder = unpack(exported(actor, "package", make_package(actor)), tmp_path)
    rows = records_of(folder)
    alone = [row for row in rows if row["proof"] is not None]
    assert len(rows) > 60
    assert len(alone) < 10
    result = verified(folder)
    assert "proved through the chain" in result.stdout


def test_a_record_left_out_of_a_package_is_missed(app: Flask, actor: Actor, tmp_path: Path) -> None:
    """Even by who may write manifests: only the signature over them stands in the way."""
    folder = unpack(exported(actor, "package", make_package(actor)), tmp_path)
    path = folder / "data/records.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:5] + lines[6:]))
    result = verified(folder)
    assert result.returncode == 1
    assert "is missing, added or moved" in result.stdout


def test_a_draft_of_a_package_has_no_loans_to_show(app: Flask, actor: Actor) -> None:
    with work_as(actor, now=NOW) as work:
        package = packages.start_package(work, packages.NewPackage("空包", "sale"))
    with pytest.raises(RuleViolation, match="没有一笔贷款"):
        exported(actor, "package", package)


def test_what_one_may_not_see_or_name_is_not_there(app: Flask, actor: Actor) -> None:
    file = make_file(actor)
    stranger = Actor(id=None, name="zhang", role="counsel", scope=Scope())
    with pytest.raises(NotFound):
        exported(stranger, "file", file)
    with pytest.raises(NotFound):
        exported(actor, "castle", file)
