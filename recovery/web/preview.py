"""Pictures of a PDF's pages, for showing a paper beside its data without a browser plug-in."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from threading import Lock

import pypdfium2

from recovery.kernel.errors import NotFound
from recovery.kernel.text import _

SCALE = 1.6
"""Points to pixels: A4 becomes 952 × 1347."""


_one_at_a_time = Lock()
"""The engine ends the whole process when two threads are in it; whatever it gives is let go of
before the next one enters."""


def page_count(pdf: bytes) -> int:
    """Return how many pages the PDF has."""
    with _opened(pdf) as document:
        return len(document)


def page_png(pdf: bytes, number: int) -> bytes:
    """Return page `number` (from 1) as PNG.

    Raises:
        NotFound: the PDF has no such page.
    """
    buffer = BytesIO()
    with _opened(pdf) as document:
        if not 1 <= number <= len(document):
            raise NotFound(_("这份文书没有第 {page} 页。", page=number))
        with closing(document[number - 1]) as page, closing(page.render(scale=SCALE)) as bitmap:
            bitmap.to_pil().save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


@contextmanager
def _opened(pdf: bytes) -> Iterator[pypdfium2.PdfDocument]:
    with _one_at_a_time, closing(pypdfium2.PdfDocument(pdf)) as document:
        yield document
