"""Write our own Word template of the evidence list.

    python tools/evidence_list_template.py

A house with a layout of its own edits `recovery/evidence/exhibits/evidence_list.docx` in Word;
the tags in double braces are what `recovery.evidence.exhibits.papers` fills.
"""

from pathlib import Path

from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run

TARGET = Path(__file__).parent.parent / "recovery/evidence/exhibits/evidence_list.docx"
WIDTHS = {
    "number": 17,
    "name": 44,
    "source": 28,
    "form": 22,
    "copies": 12,
    "pages": 12,
    "purpose": 72,
    "range": 18,
    "registration": 44,
}
"""Columns and their widths in millimetres."""

LATIN, CHINESE, HEADING = "Times New Roman", "宋体", "黑体"


def fonts(run: Run, chinese: str, points: float) -> None:
    """Set a run in our two fonts, at a size."""
    run.font.name, run.font.size = LATIN, Pt(points)
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), chinese)


def say(paragraph: Paragraph, text: str, *, chinese: str = CHINESE, points: float = 9) -> None:
    """Add text to a paragraph without space around it."""
    fonts(paragraph.add_run(text), chinese, points)
    paragraph.paragraph_format.space_after = Pt(0)


def mark(row: _Row, name: str) -> None:
    """Give a row a property: `w:tblHeader` repeats it, `w:cantSplit` keeps it whole."""
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def field(paragraph: Paragraph, code: str) -> None:
    """Add a field that Word computes, such as PAGE."""
    for kind, text in (("begin", ""), ("", code), ("end", "")):
        run = paragraph.add_run()
        fonts(run, CHINESE, 8)
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._r.append(part)


def tag_row(row: _Row, tag: str) -> None:
    """Make the row only carry a tag of the template engine; it is removed when filled."""
    say(row.cells[0].paragraphs[0], tag)


def page(document: DocxDocument) -> None:
    """Lay the pages across, and number them in the footer."""
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(14)
    section.top_margin = section.bottom_margin = Mm(16)
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    say(foot, "{{ footer }}　", points=8)
    field(foot, "PAGE")
    say(foot, " / ", points=8)
    field(foot, "NUMPAGES")


def lines(document: DocxDocument) -> None:
    """Add the table: a head that repeats, a row for each group, a row for each line."""
    table = document.add_table(rows=0, cols=len(WIDTHS))
    table.style, table.autofit = "Table Grid", False
    head = table.add_row()
    mark(head, "w:tblHeader")
    for name, cell in zip(WIDTHS, head.cells, strict=True):
        say(cell.paragraphs[0], f"{{{{ heads.{name} }}}}", chinese=HEADING)
    tag_row(table.add_row(), "{%tr for group in groups %}")
    over = table.add_row()
    mark(over, "w:cantSplit")
    tag_row(table.add_row(), "{%tr for line in group.lines %}")
    line = table.add_row()
    mark(line, "w:cantSplit")
    for name, cell in zip(WIDTHS, line.cells, strict=True):
        points = 6.5 if name == "registration" else 9
        say(cell.paragraphs[0], f"{{{{ line.{name} }}}}", points=points)
    tag_row(table.add_row(), "{%tr endfor %}")
    tag_row(table.add_row(), "{%tr endfor %}")
    for row in table.rows:
        for width, cell in zip(WIDTHS.values(), row.cells, strict=True):
            cell.width = Mm(width)
    title = over.cells[0].merge(over.cells[-1]).paragraphs[0]
    say(title, "{{ group.title }}", chinese=HEADING)
    title.paragraph_format.keep_with_next = True


def each(document: DocxDocument, name: str, points: float) -> Paragraph:
    """Add a paragraph for each text of the list `name`; return the one that is repeated."""
    say(document.add_paragraph(), f"{{%p for one in {name} %}}")
    repeated = document.add_paragraph()
    say(repeated, "{{ one }}", points=points)
    say(document.add_paragraph(), "{%p endfor %}")
    return repeated


def main() -> None:
    """Write the template."""
    document = Document()
    document.core_properties.author = "Recovery"
    document.core_properties.comments = ""
    document.core_properties.title = "证据目录"
    page(document)
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    say(title, "{{ title }}", chinese=HEADING, points=18)
    each(document, "facts", 10)
    lines(document)
    say(document.add_paragraph(), "")
    signed = each(document, "signature", 10.5)
    signed.paragraph_format.left_indent = Mm(150)
    signed.paragraph_format.line_spacing = 1.6
    signed.paragraph_format.keep_with_next = True
    document.save(str(TARGET))


main()
