"""Papers are PDF/A with real fonts, the same bytes each time, and fetch nothing."""

from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from recovery.kernel.errors import RuleViolation
from recovery.web import paper_engine, papers

HEAD = """<!doctype html><style>
@font-face { font-family: Paper; src: url("recovery:/static/vendor/NotoSansSC-Regular.ttf") }
@font-face { font-family: Paper; font-weight: 700;
             src: url("recovery:/static/vendor/NotoSansSC-Bold.ttf") }
html { font-family: Paper }</style>"""


def words(data: bytes) -> str:
    """Return the text of a PDF as another engine reads it."""
    document = pypdfium2.PdfDocument(data)
    return "".join(page.get_textpage().get_text_range() for page in document)


def test_a_paper_is_archivable_and_says_in_chinese_what_it_was_given() -> None:
    data = papers.pdf_of(f"{HEAD}<h2>借款人王伟欠款 1,234.56 元</h2>")
    with pikepdf.open(BytesIO(data)) as pdf:
        assert "/OutputIntents" in pdf.Root
        metadata = pdf.open_metadata()
        assert metadata["pdfaid:part"] == "3"
    assert "借款人王伟欠款 1,234.56 元" in words(data)


def test_every_font_of_a_paper_is_an_embedded_truetype_font() -> None:
    data = papers.pdf_of(f"{HEAD}<h2>证据</h2><p>目录")
    with pikepdf.open(BytesIO(data)) as pdf:
        files = [each for each in pdf.objects if isinstance(each, pikepdf.Dictionary)]
        descriptors = [each for each in files if each.get("/Type") == "/FontDescriptor"]
        assert len(descriptors) == 2
        assert all("/FontFile2" in each for each in descriptors)


def test_the_same_text_gives_the_same_bytes() -> None:
    assert papers.pdf_of(f"{HEAD}<p>同样的内容") == papers.pdf_of(f"{HEAD}<p>同样的内容")


def test_what_was_printed_before_changes_no_byte() -> None:
    other = HEAD.replace("Paper", "Other")
    pages = [f"{HEAD}<p>同样的内容", f"{other}<p>同样的内容"]
    first = [papers.pdf_of(page) for page in pages]
    for _round in range(3):  # in whichever child
        assert [papers.pdf_of(page) for page in reversed(pages)] == first[::-1]
    assert first[0] != first[1]


def test_a_character_without_a_glyph_stops_the_paper_and_is_named_with_its_place() -> None:
    with pytest.raises(RuleViolation, match=r"U\+2A6D6.*王"):
        papers.pdf_of(f"{HEAD}<p>借款人：王\U0002a6d6")


def test_a_paper_fetches_nothing_but_its_own_styles(tmp_path: Path) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text>机密</text></svg>', "utf-8")
    data = papers.pdf_of(f'{HEAD}<img src="{secret.as_uri()}"><p>正文')
    assert "机密" not in words(data)
    fetcher = paper_engine.OwnFiles()
    for url in (secret.as_uri(), "recovery:/static/../models.py", "http://127.0.0.1/"):
        with pytest.raises(ValueError, match="may not fetch"):
            fetcher.fetch(url)
