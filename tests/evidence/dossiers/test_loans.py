"""A dossier verifies on its own, says what was registered, and comes out the same again."""

import hashlib
import shutil
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import bagit
import pypdfium2
import pytest
from flask import Flask

from recovery.evidence.dossiers.models import Dossier
from recovery.evidence.dossiers.service import Wanted, export_dossier
from recovery.evidence.house import house_store
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.gate import Actor, Scope
from recovery.kernel.links import document_store
from recovery.kernel.work import work_as
from recovery.loans.bulk import insert_loans
from recovery.loans.models import Document, Loan, Vehicle
from tests.books import overdue_loan
from tests.conftest import NOW
from tests.evidence.dossiers.checking import check_every_file_counts, unpack, verified, words_of
from tests.evidence.dossiers.making import ACTOR
from tests.evidence.making import small_pdf

ID_NUMBER = "11010519491231002X"
CONTRACT = small_pdf()
LANGUAGES = {"court": "zh", "auditor": "en", "buyer": "zh", "debtor": "zh"}
"""Presets with the language in which each is asked for."""


@pytest.fixture(scope="module")
def loan(house: Flask) -> Loan:
    """Return a loan with its registered ledger and one uploaded contract."""
    kept = document_store.get("evidence").keep(BytesIO(CONTRACT), "合同.pdf")
    with work_as(ACTOR, now=NOW) as work:
        new = overdue_loan()
        new = replace(new, borrower=replace(new.borrower, id_number=ID_NUMBER))
        loan = work.session.get_one(Loan, insert_loans(work, [new])[0])
        document = work.add(
            Document(
                loan_id=loan.id,
                kind="loan_contract",
                title="借款合同",
                file_name="合同.pdf",
                media_type=kept.media_type,
                size=kept.size,
                sha256=kept.sha256,
                origin="scanned",
                added_at=NOW,
            )
        )
        work.register(
            "file",
            document,
            loan_id=loan.id,
            fields={
                "contract_no": loan.contract_no,
                "kind": document.kind,
                "title": document.title,
                "file_name": document.file_name,
                "sha256": document.sha256,
                "size": str(document.size),
                "origin": document.origin,
            },
        )
    return loan


@dataclass(frozen=True)
class Exports:
    """The dossiers of the loan: by preset, then under either head after a change."""

    made: dict[str, Dossier]
    folders: dict[str, Path]
    later: Dossier
    again: Dossier


@pytest.fixture(scope="module")
def exports(loan: Loan, tmp_path_factory: pytest.TempPathFactory) -> Exports:
    """Return what each preset shows of the loan, to the auditor in English."""
    made, folders = {}, {}
    for preset, language in LANGUAGES.items():
        wanted = Wanted(preset=preset, language=language)
        made[preset] = export_dossier(ACTOR, loan.id, wanted)
        folders[preset] = unpack(made[preset], tmp_path_factory.mktemp(preset))
    with work_as(ACTOR, now=NOW) as work:
        for vehicle in work.session.query(Vehicle):
            vehicle.plate = "沪A12345"
    later = export_dossier(ACTOR, loan.id, Wanted())
    wanted = Wanted(checkpoint=made["court"].checkpoint_size)
    return Exports(made, folders, later, export_dossier(ACTOR, loan.id, wanted))


@pytest.fixture
def copy(exports: Exports, tmp_path: Path) -> Path:
    """Return a copy of what the court is given, to be tampered with."""
    return Path(shutil.copytree(exports.folders["court"], tmp_path / "copy"))


@pytest.mark.parametrize("preset", LANGUAGES)
def test_a_dossier_verifies_with_its_own_script_and_as_a_bag(exports: Exports, preset: str) -> None:
    result = verified(exports.folders[preset])
    assert result.returncode == 0, result.stdout
    assert "无缺、无增" in result.stdout
    assert bagit.Bag(str(exports.folders[preset])).validate()


def test_the_original_is_in_what_the_court_is_given(exports: Exports) -> None:
    assert (exports.folders["court"] / "data/originals/E0001.pdf").read_bytes() == CONTRACT


def test_a_changed_original_is_found_and_named(copy: Path) -> None:
    (copy / "data/originals/E0001.pdf").write_bytes(CONTRACT.replace(b"1.4", b"1.5"))
    result = verified(copy)
    assert result.returncode == 1
    assert "E0001.pdf" in result.stdout


def test_a_flipped_byte_anywhere_is_caught(copy: Path) -> None:
    check_every_file_counts(copy)


@pytest.mark.parametrize(
    ("preset", "said"),
    [("court", ("证据目录", "核验说明")), ("auditor", ("Evidence list", "Verification"))],
)
def test_the_paper_names_the_claim_the_list_and_the_ledger(
    exports: Exports, preset: str, said: tuple[str, str]
) -> None:
    words = words_of(exports.folders[preset])
    for text in (*said, "100,000.00", hashlib.sha256(CONTRACT).hexdigest()[:8]):
        assert text in words


def test_an_earlier_head_gives_the_same_bytes_whatever_was_done_since(exports: Exports) -> None:
    first, again = exports.made["court"], exports.again
    assert (again.number, again.sha256) == (first.number, first.sha256)
    assert again.id != first.id, "each export is noted"
    assert exports.later.sha256 != first.sha256


def test_a_buyer_sees_no_personal_data(exports: Exports, loan: Loan) -> None:
    for preset, folder in exports.folders.items():
        told = (folder / "data/records.jsonl").read_text("utf-8")
        for text in (loan.borrower_name, ID_NUMBER, "借款合同", "合同.pdf"):
            assert (text in told) == (preset != "buyer")
        assert (loan.borrower_name in words_of(folder)) == (preset != "buyer")
        assert (folder / "data/originals").exists() == (preset != "buyer")


def test_the_export_itself_is_registered_for_the_next_dossier(exports: Exports) -> None:
    first, second = exports.made["court"], exports.made["auditor"]
    assert second.contents["records"] == first.contents["records"] + 1
    assert house_store().verify(full=True) == []


def test_what_cannot_be_asked_for_is_refused(loan: Loan) -> None:
    with pytest.raises(RuleViolation, match="judge"):
        export_dossier(ACTOR, loan.id, Wanted(preset="judge"))
    with pytest.raises(NotFound, match="999"):
        export_dossier(ACTOR, loan.id, Wanted(checkpoint=999))
    stranger = Actor(id=None, name="zhang", role="auditor", scope=Scope())
    with pytest.raises(NotFound):
        export_dossier(stranger, loan.id, Wanted())


@pytest.mark.parametrize(
    ("preset", "signers"),
    [("court", ("单位负责人：", "制作人：")), ("auditor", ("Person responsible:", "Made by:"))],
)
def test_those_who_sign_have_room_beside_each_other(
    exports: Exports, preset: str, signers: tuple[str, str]
) -> None:
    document = pypdfium2.PdfDocument((exports.folders[preset] / "data/dossier.pdf").read_bytes())
    [page] = [one for one in document if signers[0] in one.get_textpage().get_text_range()]
    words = page.get_textpage()
    places = [words.search(one).get_next()[0] for one in signers]
    (left, low, _right, _top), (other, other_low, _, _) = (words.get_charbox(at) for at in places)
    assert abs(low - other_low) < 3
    assert other - left > 200
