"""Pictures of a PDF's pages, for showing a paper beside its data without a browser plug-in."""

from io import BytesIO

import pypdfium2

from recovery.kernel.errors import NotFound
from recovery.kernel.text import _

SCALE = 1.6
"""Points to pixels: A4 becomes 952 × 1347."""


def page_count(pdf: bytes) -> int:
    """Return how many pages the PDF has."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()


def page_png(pdf: bytes, number: int) -> bytes:
    """Return page `number` (from 1) as PNG.

    Raises:
        NotFound: the PDF has no such page.
    """
    document = pypdfium2.PdfDocument(pdf)
    try:
        if not 1 <= number <= len(document):
            raise NotFound(_("这份文书没有第 {page} 页。", page=number))
        page = document[number - 1]
        picture = page.render(scale=SCALE).to_pil()
        buffer = BytesIO()
        picture.save(buffer, "PNG", optimize=True)
        page.close()
        return buffer.getvalue()
    finally:
        document.close()
