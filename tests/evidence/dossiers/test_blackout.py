"""Black-boxed derivatives: what is under a box is gone, and what was done is registered."""

from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from flask import Flask
from PIL import Image

from recovery.evidence.dossiers.blackout import Blackout, black_out
from recovery.evidence.dossiers.blackout_child import blacked_out, count_pages, picture
from recovery.evidence.dossiers.disclosure import chosen
from recovery.evidence.dossiers.service import Wanted, export_dossier
from recovery.evidence.house import house_store
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.gate import Actor, Scope
from recovery.kernel.work import work_as
from recovery.loans.documents import Papers, add_documents, keep_file
from recovery.loans.models import Document
from recovery.web.papers import pdf_of
from tests.conftest import NOW
from tests.evidence.dossiers.checking import records_of, unpack, verified, words_of
from tests.evidence.dossiers.making import make_loans

PAGE = """<html lang="zh"><style>@page{size:A4;margin:0}p{font-size:40pt;margin:0}</style>
<p>电话 13800138000</p></html>"""
BOX = (1, 0.0, 0.0, 100.0, 50.0)


@pytest.fixture
def document(app: Flask, actor: Actor) -> Document:
    """Return a document whose upper half says a phone number."""
    [loan] = make_loans(actor)
    file = keep_file(BytesIO(pdf_of(PAGE)), "电话.pdf")
    with work_as(actor, now=NOW) as work:
        return add_documents(work, loan.id, [file], Papers("other", title="电话记录"))[0]


def test_nothing_is_left_under_a_box_neither_ink_nor_text(document: Document, actor: Actor) -> None:
    made = black_out(actor, document.id, Blackout([BOX], "隐去电话"))
    with house_store().open_object(made.sha256) as file:
        derived = pypdfium2.PdfDocument(file.read())
    page = derived[0]
    assert page.get_textpage().get_text_range().strip() == ""
    picture = page.render(scale=1).to_pil().convert("L")
    half = picture.crop((0, 40, picture.width, picture.height // 2 - 10))
    assert half.getextrema()[1] < 60, "all black"


def test_it_is_registered_as_a_statement_and_shown_only_where_it_was_chosen(
    document: Document, actor: Actor, tmp_path: Path
) -> None:
    made = black_out(actor, document.id, Blackout([BOX], "隐去电话"))
    buyer = unpack(export_dossier(actor, document.loan_id, Wanted(preset="buyer")), tmp_path / "a")
    assert not (buyer / "data/redacted").exists()
    choice = chosen([], [document.sha256], [made.sha256])
    wanted = Wanted(preset="custom", choice=choice)
    folder = unpack(export_dossier(actor, document.loan_id, wanted), tmp_path / "b")
    assert verified(folder).returncode == 0
    assert (folder / "data/redacted/R0001.pdf").exists()
    assert not (folder / "data/originals").exists()
    [row] = [row for row in records_of(folder) if '"kind":"redaction"' in row["leaf"]]
    assert row["original"] == "data/redacted/R0001.pdf"
    assert row["fields"]["source_sha256"][1] == document.sha256
    assert "not a proof" in row["fields"]["statement"][1]
    assert "遮盖件是出借人的陈述，不是证明" in words_of(folder)


@pytest.mark.parametrize("box", [(2, 0, 0, 10, 10), (1, 95, 0, 10, 10), (1, 0, 0, 0, 10)])
def test_a_box_off_the_pages_is_refused(
    document: Document, actor: Actor, box: tuple[int, float, float, float, float]
) -> None:
    with pytest.raises(RuleViolation, match="遮盖框"):
        black_out(actor, document.id, Blackout([box], "隐去电话"))


def test_without_a_reason_or_a_right_nothing_is_made(document: Document, actor: Actor) -> None:
    with pytest.raises(RuleViolation, match="理由"):
        black_out(actor, document.id, Blackout([BOX], " "))
    stranger = Actor(id=None, name="zhang", role="counsel", scope=Scope())
    with pytest.raises(NotFound):
        black_out(stranger, document.id, Blackout([BOX], "隐去电话"))


def test_every_frame_of_a_scan_is_a_page_to_be_seen_and_blacked_out() -> None:
    sheets = [Image.new("RGB", (300, 400), colour) for colour in ("red", "white", "blue")]
    out = BytesIO()
    sheets[0].save(out, "TIFF", save_all=True, append_images=sheets[1:])
    scan = out.getvalue()
    assert count_pages(scan) == 3
    third = picture(scan, 3)
    assert third is not None
    assert Image.open(BytesIO(third)).getpixel((5, 5)) == (0, 0, 255)
    assert picture(scan, 4) is None
    made = blacked_out(scan, [(2, 0, 0, 100, 100)], "遮盖件")
    pages = [page.render().to_pil() for page in pypdfium2.PdfDocument(made)]
    middles = [page.getpixel((page.width // 2, page.height // 2)) for page in pages]
    assert [max(colour) < 60 for colour in middles] == [False, True, False]
