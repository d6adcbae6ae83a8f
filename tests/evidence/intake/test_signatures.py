"""Signatures inside PDFs: who signed, under which root, what was changed afterwards."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from sqlalchemy import select

from recovery.evidence.intake import texts
from recovery.evidence.intake.models import DocumentDetail
from recovery.evidence.intake.signature_child import Trust, signatures_of
from recovery.evidence.items.words import OUTCOMES, signature_words
from recovery.evidence.sequencer import fields_of
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.job_runner import run_due_jobs
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.work import work_as
from recovery.loans.documents import Papers, add_documents, keep_file
from tests.conftest import Browser
from tests.evidence.intake.making import pdf
from tests.evidence.intake.signing import Authority, authority, signed
from tests.evidence.making import make_loan


@pytest.fixture(scope="module")
def house() -> Authority:
    """Return an authority that the house trusts."""
    return authority()


def test_a_signature_under_a_trusted_root_is_good(house: Authority) -> None:
    [report] = signatures_of(signed(pdf(), house), Trust(house.root_pem))
    assert report["outcome"] == "good"
    assert (report["signer"], report["issuer"]) == ("某汽车金融公司", "测试根证书")
    assert report["chain"] == ["测试根证书", "某汽车金融公司"]
    assert (report["coverage"], report["changes"]) == ("ENTIRE_FILE", "NONE")
    assert report["revocation"] == "none"


def test_without_the_root_it_is_intact_but_not_trusted(house: Authority) -> None:
    data = signed(pdf(), house)
    for trust in (Trust(), Trust(authority("别的根").root_pem)):
        [report] = signatures_of(data, trust)
        assert (report["outcome"], report["intact"], report["trusted"]) == (
            "untrusted",
            True,
            False,
        )


def test_a_byte_changed_after_signing_breaks_it(house: Authority) -> None:
    data = signed(pdf(), house)
    changed = data.replace(b"595", b"594", 1)
    assert changed != data
    [report] = signatures_of(changed, Trust(house.root_pem))
    assert report["outcome"] == "broken"


def test_content_appended_after_signing_is_named(house: Authority) -> None:
    writer = IncrementalPdfFileWriter(BytesIO(signed(pdf(), house)))
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    page["/Rotate"] = page.raw_get("/MediaBox")[3]
    writer.update_container(page)
    out = BytesIO()
    writer.write(out)
    [report] = signatures_of(out.getvalue(), Trust(house.root_pem))
    assert report["outcome"] == "broken"
    assert report["changes"] == "OTHER"


def test_a_pdf_without_signatures_and_a_broken_one_have_none() -> None:
    assert signatures_of(pdf(), Trust()) == []
    assert signatures_of(b"%PDF-1.7 broken", Trust()) == []


def test_every_outcome_has_its_words(house: Authority) -> None:
    for outcome in OUTCOMES:
        assert signature_words({"outcome": outcome})["badge"] is OUTCOMES[outcome]


def test_the_report_is_kept_sealed_registered_and_shown(
    app: Flask,
    actor: Actor,
    house: Authority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    signed_in: Callable[..., Browser],
) -> None:
    (tmp_path / "roots.pem").write_bytes(house.root_pem)
    monkeypatch.setenv(texts.ROOTS_VARIABLE, str(tmp_path / "roots.pem"))
    with work_as(actor) as work:
        loan = make_loan(work)
        kept = keep_file(BytesIO(signed(pdf(), house)), "合同.pdf")
        [document] = add_documents(work, loan.id, [kept], Papers("loan_contract", "born_here"))
        work.enqueue("evidence.examine", {})
    run_due_jobs()
    db.session.rollback()
    detail = db.session.get_one(DocumentDetail, document.id)
    assert detail.signature_count == 1
    assert "某汽车金融公司".encode() not in (detail.signatures_sealed or b"")
    [report] = texts.signatures_of(detail)
    assert report["outcome"] == "good"
    rows = select(RegistrationIntent).where(
        RegistrationIntent.subject_type == "document", RegistrationIntent.kind == "event"
    )
    intent = db.session.scalars(rows).one()
    assert fields_of(db.session(), [intent])[intent.id]["event"] == "signature.check"
    page = signed_in("auditor").get(
        f"/evidence/items/documents/{document.id}", follow_redirects=True
    )
    assert "某汽车金融公司" in page.text
    assert "有效，签名人可信" in page.text
