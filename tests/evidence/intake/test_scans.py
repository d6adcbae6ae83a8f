"""Pages joined into one PDF in the order that a person chose; receipts of third parties."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from flask import Flask
from sqlalchemy import select

from recovery.evidence.house import house_store
from recovery.evidence.intake import pdf_child, reach, receipts, scans
from recovery.evidence.intake.models import DocumentDetail, ScanDraft, ScanPage
from recovery.evidence.intake.receipts import NewReceipt
from recovery.evidence.intake.texts import Examined, keep_examined
from recovery.kernel import search
from recovery.kernel.db import db
from recovery.kernel.errors import RuleViolation
from recovery.kernel.gate import EVERYTHING, Actor
from recovery.kernel.work import Work, work_as
from recovery.loans.documents import Papers, add_documents, keep_file
from recovery.loans.models import Document, Loan
from tests.conftest import Browser
from tests.evidence.intake.making import pdf, picture

SignIn = Callable[..., Browser]


def colors(data: bytes) -> list[tuple[int, ...]]:
    """Return the color in the middle of each page."""
    found = []
    for page in pypdfium2.PdfDocument(data):
        drawn = page.render(scale=0.2).to_pil().convert("RGB")
        found.append(drawn.getpixel((drawn.width // 2, drawn.height // 2)))
    return found


def test_pictures_and_pdfs_become_one_pdf_in_their_order() -> None:
    files = [
        ("image/jpeg", picture(color="red")),
        ("application/pdf", pdf(pages=2)),
        ("image/png", picture("PNG", "blue")),
        ("image/tiff", picture("TIFF", "lime")),
    ]
    made = pdf_child.joined(files)
    seen = colors(made)
    assert len(seen) == 5
    assert seen[0][0] > 200 > seen[0][2]
    assert seen[3][2] > 200 > seen[3][0]
    assert seen[4][1] > 200 > seen[4][0]
    assert pdf_child.joined(files) == made


def test_a_jpeg_keeps_its_own_bytes_and_no_page_is_larger_than_a4() -> None:
    photo = picture(color="gray", size=(3000, 4000))
    with pikepdf.open(BytesIO(pdf_child.joined([("image/jpeg", photo)]))) as made:
        [page] = made.pages
        assert page.Resources.XObject["/Im"].read_raw_bytes() == photo
        width, height = (float(one) for one in page.mediabox[2:])
        assert width <= 596
        assert height <= 843


def test_a_picture_that_cannot_be_read_is_named_by_its_place() -> None:
    with pytest.raises(ValueError, match=r"^2$"):
        pdf_child.joined([("image/jpeg", picture()), ("image/jpeg", picture()[:200])])


def draft_of(work: Work, loan: Loan) -> ScanDraft:
    """Return a draft of three pages."""
    kept = [keep_file(BytesIO(picture(color=c)), f"{c}.jpg") for c in ("red", "lime", "blue")]
    return scans.start_draft(work, loan.id, Papers("loan_contract", title="合同"), kept)


def names(work: Work, draft: ScanDraft) -> list[str]:
    """Return the pages of a draft in their order."""
    work.session.flush()
    return [page.file_name for page in scans.pages_of(work.session, draft.id)]


def test_pages_are_put_in_another_order_moved_and_left_out(work: Work, loan: Loan) -> None:
    draft = draft_of(work, loan)
    red, lime, blue = (page.id for page in scans.pages_of(work.session, draft.id))
    scans.reorder(work, draft.id, [str(blue), str(red), str(lime)], [])
    assert names(work, draft) == ["blue.jpg", "red.jpg", "lime.jpg"]
    scans.shift(work, draft.id, lime, -1)
    assert names(work, draft) == ["blue.jpg", "lime.jpg", "red.jpg"]
    scans.shift(work, draft.id, blue, -1)
    scans.reorder(work, draft.id, [], [str(lime)])
    assert names(work, draft) == ["blue.jpg", "red.jpg"]


def test_a_joined_draft_is_a_scanned_document_and_changes_no_more(work: Work, loan: Loan) -> None:
    draft = draft_of(work, loan)
    document = scans.finish(work, draft.id, scans.joined(work.session, draft))
    assert (document.origin, document.title, document.media_type) == (
        "scanned",
        "合同",
        "application/pdf",
    )
    with pytest.raises(RuleViolation, match="已经合成"):
        scans.reorder(work, draft.id, [], [])


def test_pictures_go_through_the_pages_to_one_document(signed_in: SignIn, loan: Loan) -> None:
    client = signed_in("counsel")
    sent = {
        "kind": "loan_contract",
        "title": "合同",
        "pages": [(BytesIO(picture(color=c)), f"{c}.jpg") for c in ("red", "green", "blue")],
    }
    page = client.post(f"/evidence/intake/scans/new/{loan.id}", data=sent, follow_redirects=True)
    assert page.text.count("data-page>") == 3
    db.session.rollback()
    draft = db.session.scalars(select(ScanDraft)).one()
    first, green, last = (one.id for one in scans.pages_of(db.session(), draft.id))
    small = client.get(f"/evidence/intake/scans/pages/{first}.png")
    assert small.data.startswith(b"\x89PNG")
    client.post(f"/evidence/intake/scans/{draft.id}/order", data={"later": first})
    nothing = {"out": [first, green, last]}
    assert client.post(f"/evidence/intake/scans/{draft.id}/join", data=nothing).status_code == 409
    arranged = {"page": [last, green, first], "out": [green]}
    client.post(f"/evidence/intake/scans/{draft.id}/join", data=arranged)
    db.session.rollback()
    document = db.session.scalars(select(Document)).one()
    with client.get(f"/evidence/items/documents/{document.id}/file") as answer:
        blue, red = colors(answer.data)
    assert blue[2] > 200 > blue[0]
    assert red[0] > 200 > red[2]


def test_a_third_partys_receipt_is_kept_with_what_it_is_about(work: Work, loan: Loan) -> None:
    kept = [keep_file(BytesIO(pdf(text)), f"{text}.pdf") for text in ("contract", "receipt")]
    [document] = add_documents(work, loan.id, kept[:1], Papers("loan_contract"))
    new = NewReceipt("court_chain", "杭州互联网法院司法区块链", "HZ-1", date(2026, 3, 1))
    with pytest.raises(RuleViolation, match="晚于今天"):
        receipts.add_receipt(work, document.id, replace(new, issued_on=date(2027, 1, 1)), kept[1])
    receipt = receipts.add_receipt(work, document.id, new, kept[1])
    [found] = receipts.receipts_of(work.session, document.id)
    assert (found.id, found.file.sha256) == (receipt.id, kept[1].stored.sha256)
    with pytest.raises(RuleViolation, match="内容相同"):
        receipts.add_receipt(work, document.id, new, kept[1])


def test_erasing_a_file_reaches_its_text_its_search_words_and_the_pages_it_came_from(
    app: Flask, actor: Actor, loan: Loan
) -> None:
    with work_as(actor) as work:
        draft = draft_of(work, loan)
        pictures = [page.sha256 for page in scans.pages_of(work.session, draft.id)]
        document = scans.finish(work, draft.id, scans.joined(work.session, draft))
        keep_examined(work, document.id, Examined(pages=3, text="Speedloan terms"))
    assert search.find(db.session(), "speedloan", EVERYTHING) != []
    with work_as(actor) as work:
        reach.forget(work, document.sha256)
    assert search.find(db.session(), "speedloan", EVERYTHING) == []
    assert db.session.get_one(DocumentDetail, document.id).text is None
    assert list(db.session.scalars(select(ScanPage))) == []
    assert [house_store().has_object(digest) for digest in pictures] == [False] * 3
