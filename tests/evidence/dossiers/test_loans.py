"""A dossier verifies on its own, says what was registered, and comes out the same again."""

import hashlib
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import bagit
import pypdfium2
import pytest
from flask import Flask

from recovery.evidence.dossiers.service import Wanted, export_dossier
from recovery.evidence.house import house_store
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.gate import Actor, Scope
from recovery.kernel.links import document_store
from recovery.kernel.work import work_as
from recovery.loans.bulk import insert_loans
from recovery.loans.models import Document, Loan
from tests.books import overdue_loan
from tests.conftest import NOW
from tests.evidence.dossiers.checking import unpack, verified
from tests.evidence.making import small_pdf

ID_NUMBER = "11010519491231002X"
CONTRACT = small_pdf()


@pytest.fixture
def loan(app: Flask, actor: Actor) -> Loan:
    """Return a loan with its registered ledger and one uploaded contract."""
    kept = document_store.get("evidence").keep(BytesIO(CONTRACT), "合同.pdf")
    with work_as(actor, now=NOW) as work:
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


def test_a_dossier_verifies_with_its_own_script_and_as_a_bag(
    loan: Loan, actor: Actor, tmp_path: Path
) -> None:
    made = export_dossier(actor, loan.id, Wanted())
    folder = unpack(made, tmp_path)
    result = verified(folder)
    assert result.returncode == 0, result.stdout
    assert "无缺、无增" in result.stdout
    assert bagit.Bag(str(folder)).validate()
    assert (folder / "data/originals/E0001.pdf").read_bytes() == CONTRACT


def test_a_changed_original_is_found_and_named(loan: Loan, actor: Actor, tmp_path: Path) -> None:
    folder = unpack(export_dossier(actor, loan.id, Wanted()), tmp_path)
    (folder / "data/originals/E0001.pdf").write_bytes(CONTRACT.replace(b"1.4", b"1.5"))
    result = verified(folder)
    assert result.returncode == 1
    assert "E0001.pdf" in result.stdout


@pytest.mark.parametrize(("language", "said"), [("zh", "证据目录"), ("en", "Evidence list")])
def test_the_paper_names_the_claim_the_list_and_the_ledger(
    loan: Loan, actor: Actor, tmp_path: Path, language: str, said: str
) -> None:
    made = export_dossier(actor, loan.id, Wanted(language=language))
    data = (unpack(made, tmp_path) / "data/dossier.pdf").read_bytes()
    document = pypdfium2.PdfDocument(data)
    words = "".join(page.get_textpage().get_text_range() for page in document)
    assert said in words
    assert "100,000.00" in words
    assert hashlib.sha256(CONTRACT).hexdigest()[:8] in words.replace("\r\n", "")


def test_the_same_head_gives_the_same_bytes(loan: Loan, actor: Actor) -> None:
    first = export_dossier(actor, loan.id, Wanted())
    again = export_dossier(actor, loan.id, Wanted(checkpoint=first.checkpoint_size))
    assert (again.number, again.sha256) == (first.number, first.sha256)
    assert again.id != first.id, "each export is noted"


def test_a_buyer_sees_no_personal_data_and_can_still_verify(
    loan: Loan, actor: Actor, tmp_path: Path
) -> None:
    court = unpack(export_dossier(actor, loan.id, Wanted()), tmp_path)
    told = (court / "data/records.jsonl").read_text("utf-8")
    assert loan.borrower_name in told
    assert ID_NUMBER in told
    folder = unpack(export_dossier(actor, loan.id, Wanted(preset="buyer")), tmp_path)
    assert verified(folder).returncode == 0
    told = (folder / "data/records.jsonl").read_text("utf-8")
    for text in (loan.borrower_name, ID_NUMBER, "借款合同", "合同.pdf"):
        assert text not in told
    assert not (folder / "data/originals").exists()


def test_the_export_itself_is_registered_for_the_next_dossier(loan: Loan, actor: Actor) -> None:
    first = export_dossier(actor, loan.id, Wanted())
    second = export_dossier(actor, loan.id, Wanted())
    assert second.contents["records"] == first.contents["records"] + 1
    assert house_store().verify(full=True) == []


def test_what_cannot_be_asked_for_is_refused(loan: Loan, actor: Actor) -> None:
    with pytest.raises(RuleViolation, match="judge"):
        export_dossier(actor, loan.id, Wanted(preset="judge"))
    with pytest.raises(NotFound, match="999"):
        export_dossier(actor, loan.id, Wanted(checkpoint=999))
    stranger = Actor(id=None, name="zhang", role="auditor", scope=Scope())
    with pytest.raises(NotFound):
        export_dossier(stranger, loan.id, Wanted())


@pytest.mark.parametrize(
    ("language", "signers"),
    [("zh", ("单位负责人：", "制作人：")), ("en", ("Person responsible:", "Made by:"))],
)
def test_those_who_sign_have_room_beside_each_other(
    loan: Loan, actor: Actor, tmp_path: Path, language: str, signers: tuple[str, str]
) -> None:
    folder = unpack(export_dossier(actor, loan.id, Wanted(language=language)), tmp_path)
    document = pypdfium2.PdfDocument((folder / "data/dossier.pdf").read_bytes())
    [page] = [one for one in document if signers[0] in one.get_textpage().get_text_range()]
    words = page.get_textpage()
    places = [words.search(one).get_next()[0] for one in signers]
    (left, low, _right, _top), (other, other_low, _, _) = (words.get_charbox(at) for at in places)
    assert abs(low - other_low) < 3
    assert other - left > 200
