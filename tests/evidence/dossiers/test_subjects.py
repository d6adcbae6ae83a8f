"""Dossiers of files and packages: each verifies, repeats, and shows what it may."""

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
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
from tests.books import BORROWERS
from tests.conftest import NOW
from tests.evidence.dossiers.checking import (
    check_every_file_counts,
    records_of,
    unpack,
    verified,
    words_of,
)
from tests.evidence.dossiers.making import ACTOR, make_file, make_loans, make_package
from tests.portfolio.test_packages import CUT_OFF

MAKERS: dict[str, Callable[[Actor], Any]] = {
    "loan": lambda actor: make_loans(actor)[0],
    "file": lambda actor: make_file(actor, first=2),
    "package": lambda actor: make_package(actor, first=3),
}
NAMES = {"file": BORROWERS[2], "package": BORROWERS[3]}
COURT, AUDITOR, BUYER, DEBTOR = range(4)
ASKED: tuple[dict[str, str], ...] = (
    {"preset": "court"},
    {"preset": "auditor", "language": "en"},
    {"preset": "buyer", "language": "en"},
    {"preset": "debtor"},
)
SUBJECTS = pytest.mark.parametrize("subject", ["file", "package"])
"""Those of loans are looked at in `test_loans`."""


def exported(actor: Actor, subject: str, record: Any, **wanted: Any) -> Dossier:
    """Export the dossier of a record."""
    return export_dossier(actor, record.id, Wanted(subject=subject, **wanted))


@dataclass(frozen=True)
class Exports:
    """The dossiers of a record: as asked for first, and under either head after a change."""

    record: Any
    first: list[Dossier]
    folders: list[Path]
    later: Dossier
    again: Dossier


@pytest.fixture(scope="module")
def exports(house: Flask, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Exports]:
    """Return the dossiers of a file and of a package."""
    records = {subject: MAKERS[subject](ACTOR) for subject in ("file", "package")}
    made = {}
    for subject, record in records.items():
        first = [exported(ACTOR, subject, record, **asked) for asked in ASKED]
        folders = [unpack(one, tmp_path_factory.mktemp(subject)) for one in first]
        change_everything(subject, record)
        later = exported(ACTOR, subject, record)
        again = exported(ACTOR, subject, record, checkpoint=first[COURT].checkpoint_size)
        made[subject] = Exports(record, first, folders, later, again)
    return made


def change_everything(subject: str, record: Any) -> None:
    """Change what a dossier prints: the cars, the stage of the file, the ledger."""
    with work_as(ACTOR, now=NOW) as work:
        for vehicle in work.session.query(Vehicle):
            vehicle.plate = f"沪A1234{len(subject)}"
        if subject == "file":
            change_stage(work, record.id, record.version, Step("submitted", NOW.date()))


@pytest.fixture
def copy(exports: dict[str, Exports], tmp_path: Path) -> Callable[[str], Path]:
    """Return a maker of copies of what the court is given, to be tampered with."""
    return lambda subject: Path(
        shutil.copytree(exports[subject].folders[COURT], tmp_path / subject)
    )


@SUBJECTS
def test_each_subject_gives_a_bag_that_verifies_in_either_language(
    exports: dict[str, Exports], subject: str
) -> None:
    for place, said in ((COURT, "核验说明"), (AUDITOR, "Verification")):
        folder = exports[subject].folders[place]
        result = verified(folder)
        assert result.returncode == 0, result.stdout
        assert "无缺、无增" in result.stdout
        assert bagit.Bag(str(folder)).validate()
        assert said in words_of(folder)


@SUBJECTS
def test_each_preset_verifies_and_a_buyer_reads_no_name(
    exports: dict[str, Exports], subject: str
) -> None:
    for place, folder in enumerate(exports[subject].folders):
        told = (folder / "data/records.jsonl").read_text("utf-8") + words_of(folder)
        assert (NAMES[subject] in told) == (place != BUYER)
        if subject == "package":
            assert (exports[subject].record.name in told) == (place != BUYER)
    for place in (BUYER, DEBTOR):
        assert verified(exports[subject].folders[place]).returncode == 0


@SUBJECTS
def test_an_earlier_head_gives_the_same_bytes_whatever_was_done_since(
    exports: dict[str, Exports], subject: str
) -> None:
    first, again = exports[subject].first[COURT], exports[subject].again
    assert (again.number, again.sha256) == (first.number, first.sha256)
    assert again.id != first.id, "each export is noted"
    assert exports[subject].later.sha256 != first.sha256


@SUBJECTS
def test_a_flipped_byte_anywhere_is_caught(copy: Callable[[str], Path], subject: str) -> None:
    check_every_file_counts(copy(subject))


def test_a_file_tells_its_court_its_stages_and_its_deadlines(
    exports: dict[str, Exports], tmp_path: Path
) -> None:
    words = words_of(unpack(exports["file"].later, tmp_path))
    number = exports["file"].record.number
    for said in ("浦东新区人民法院", "已提交立案", "诉讼时效届满", number, "开立诉讼案件"):
        assert said in words


def test_the_frozen_list_of_a_package_has_the_digest_that_was_registered(
    exports: dict[str, Exports],
) -> None:
    package, folder = exports["package"].record, exports["package"].folders[COURT]
    digest = hashlib.sha256((folder / "data/frozen.jsonl").read_bytes()).hexdigest()
    assert digest == package.digest
    [freeze] = [row for row in records_of(folder) if '"kind":"freeze"' in row["leaf"]]
    assert freeze["fields"]["digest"][1] == digest
    words = words_of(folder)
    assert "300,000.00" in words
    assert CUT_OFF.isoformat() in words


def test_most_records_of_a_package_rest_on_the_chain_of_their_loan(
    exports: dict[str, Exports],
) -> None:
    folder = exports["package"].folders[COURT]
    rows = records_of(folder)
    alone = [row for row in rows if row["proof"] is not None]
    assert len(rows) > 60
    assert len(alone) < 10
    result = verified(folder)
    assert "proved through the chain" in result.stdout


def test_a_record_left_out_of_a_package_is_missed(copy: Callable[[str], Path]) -> None:
    """Even by who may write manifests: only the signature over them stands in the way."""
    folder = copy("package")
    path = folder / "data/records.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:5] + lines[6:]))
    result = verified(folder)
    assert result.returncode == 1
    assert "is missing, added or moved" in result.stdout


def test_a_draft_of_a_package_has_no_loans_to_show(house: Flask) -> None:
    with work_as(ACTOR, now=NOW) as work:
        package = packages.start_package(work, packages.NewPackage("空包", "sale"))
    with pytest.raises(RuleViolation, match="没有一笔贷款"):
        exported(ACTOR, "package", package)


def test_what_one_may_not_see_or_name_is_not_there(exports: dict[str, Exports]) -> None:
    file = exports["file"].record
    stranger = Actor(id=None, name="zhang", role="counsel", scope=Scope())
    with pytest.raises(NotFound):
        exported(stranger, "file", file)
    with pytest.raises(NotFound):
        exported(ACTOR, "castle", file)
