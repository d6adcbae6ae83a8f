"""A list on paper: Word and PDF say the same, nothing in a text acts, heads repeat."""

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from docx import Document as WordDocument
from flask import Flask

from recovery.evidence.exhibits.content import GroupView, LineView, ListView
from recovery.evidence.exhibits.papers import list_docx, list_pdf
from recovery.evidence.exhibits.queries import view_of
from recovery.evidence.exhibits.rules import PageRange
from recovery.evidence.exhibits.subjects import Subject, find_subject
from recovery.kernel.errors import RuleViolation
from recovery.kernel.gate import EVERYTHING, Actor
from recovery.kernel.text import Text
from recovery.kernel.work import work_as
from tests.evidence.exhibits.making import loan_with_papers, proposed_list

HOSTILE = (
    "</td><script>alert(1)</script>"
    "<img src=http://127.0.0.1:9/x><link rel=stylesheet href=file:///etc/passwd>"
    "<style>*{display:none} td{background:url(http://127.0.0.1:9/y)}</style>&amp;{{ 7*7 }}"
)
"""What a name could carry to reach out of the paper, or to blank it."""


@pytest.fixture
def view(app: Flask, actor: Actor) -> Iterator[tuple[ListView, Subject]]:
    """Return a list with seven exhibits, and what it is of."""
    loan = loan_with_papers(actor)
    one = proposed_list(actor, loan)
    with work_as(actor) as work:
        yield view_of(work.session, one), find_subject(work.session, "loan", loan.id, EVERYTHING)


def words_of(pdf: bytes) -> str:
    """Return the text of a PDF without the breaks of its lines."""
    document = pypdfium2.PdfDocument(pdf)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    return "".join(text.split())


def cells_of(docx: bytes) -> list[list[str]]:
    """Return the cells of the table of a Word document, row by row."""
    [table] = WordDocument(BytesIO(docx)).tables
    return [[cell.text for cell in row.cells] for row in table.rows]


def many_lines(view: ListView, count: int) -> ListView:
    """Return a list with one group of many lines."""
    line = view.lines[0]
    lines = tuple(
        replace(line, id=number, number=f"1-{number}", range=PageRange(number, number))
        for number in range(1, count + 1)
    )
    return replace(view, groups=(GroupView(1, Text("合同"), lines),))


@pytest.mark.parametrize(("language", "title"), [("zh", "证据目录"), ("en", "Evidence list")])
def test_word_and_pdf_hold_the_same_lines(view, language, title):
    listed, subject = view
    docx, pdf = list_docx(listed, subject, language), list_pdf(listed, subject, language)
    words = words_of(pdf)
    rows = cells_of(docx)
    assert "".join(title.split()) in words
    assert title in "".join(p.text for p in WordDocument(BytesIO(docx)).paragraphs)
    assert len([row for row in rows if row[0].count("-") == 1]) == len(listed.lines)
    for row in rows:
        for cell in row:
            assert "".join(cell.split()) in words


def test_the_english_paper_translates_what_was_proposed(view):
    listed, subject = view
    words = words_of(list_pdf(listed, subject, "en"))
    assert "Provestheloananditsamount" in words
    assert "证明" not in words


def test_the_word_table_repeats_its_head_and_splits_no_row(view):
    listed, subject = view
    with zipfile.ZipFile(BytesIO(list_docx(listed, subject, "zh"))) as archive:
        xml = archive.read("word/document.xml").decode()
    assert xml.count("<w:tblHeader/>") == 1
    assert xml.count("<w:cantSplit/>") == len(listed.lines) + len(listed.groups)
    assert "{%" not in xml
    assert "{{" not in xml


def test_the_head_of_the_table_stands_on_every_page_of_the_pdf(view):
    listed, subject = view
    document = pypdfium2.PdfDocument(list_pdf(many_lines(listed, 90), subject, "zh"))
    pages = ["".join(page.get_textpage().get_text_range().split()) for page in document]
    assert len(pages) > 3
    tables = [page for page in pages if "1-" in page.replace("EL1-1", "")]
    assert all("证明对象和内容" in page for page in tables)


def test_a_group_head_is_not_left_alone_at_the_foot_of_a_page(view):
    listed, subject = view
    line = listed.lines[0]
    groups = tuple(
        GroupView(number, Text(f"组题{number:03d}"), (replace(line, number=f"{number}-1"),))
        for number in range(1, 60)
    )
    document = pypdfium2.PdfDocument(list_pdf(replace(listed, groups=groups), subject, "zh"))
    for page in document:
        text = page.get_textpage().get_text_range()
        for number in range(1, 60):
            if f"组题{number:03d}" in text:
                assert f"{number}-1" in text


def hostile(line: LineView) -> LineView:
    """Return a line whose every text tries to act."""
    return replace(line, name=Text(HOSTILE), source=Text(HOSTILE), purpose=Text(HOSTILE))


def test_html_and_css_in_texts_fetch_nothing_and_change_nothing(view):
    listed, subject = view
    group = replace(listed.groups[0], title=Text(HOSTILE), lines=(hostile(listed.lines[0]),))
    attacked = replace(listed, groups=(group, *listed.groups[1:]), submitter=HOSTILE, court=HOSTILE)
    pdf = list_pdf(attacked, subject, "zh")
    words = words_of(pdf)
    assert "".join(HOSTILE.split()) in words, "it is printed as it was typed"
    assert "证明借款关系成立" in words, "the other lines are still there"
    with pikepdf.open(BytesIO(pdf)) as document:
        assert "/JavaScript" not in str(document.Root.get("/Names", ""))
        assert not any("/Annots" in page for page in document.pages)
    [row] = [row for row in cells_of(list_docx(attacked, subject, "zh")) if row[0] == "1-1"]
    assert row[1] == HOSTILE
    assert "49" not in row[1]


def test_a_character_that_cannot_be_printed_is_named(view):
    listed, subject = view
    with pytest.raises(RuleViolation, match="U\\+"):
        list_pdf(replace(listed, submitter="𠮷\U0001f600行"), subject, "zh")
