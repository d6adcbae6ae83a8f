"""What a child process of `papers` does for `merging`: foreign files are read only there."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, OutlineItem, Page, Pdf, Rectangle
from PIL import Image

from recovery.evidence.merging.images import add_image
from recovery.web.paper_joining import overlay

EDGE = 12.0
"""Points between the stamp and the edges of the page."""

KEPT = frozenset(
    {
        "/Type",
        "/Parent",
        "/MediaBox",
        "/CropBox",
        "/Rotate",
        "/Resources",
        "/Contents",
        "/Group",
        "/UserUnit",
    }
)
"""What a page keeps in the merged copy; actions, forms, links and thumbnails are not among it."""

UNREADABLE = (
    pikepdf.PdfError,
    Image.DecompressionBombError,
    OSError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    IndexError,
    RuntimeError,
    SyntaxError,
)
"""What hostile or broken files make their readers raise."""


@dataclass(frozen=True, slots=True)
class Source:
    """An original on this machine's disk."""

    evidence: str
    title: str
    path: str
    is_pdf: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an original: its pages in the merged file, or why it has none."""

    evidence: str
    pages: int = 0
    fault: str = ""
    """`encrypted`, `broken` or nothing."""


def collect(out: str, sources: Sequence[Source]) -> list[Taken]:
    """Write one PDF of all sources that can be read, without stamps."""
    with Pdf.new() as merged:
        taken = [_take(merged, source) for source in sources]
        _outline(merged, sources, taken)
        merged.save(out, deterministic_id=True)
    return taken


def stamp(path: str, out: str, stamps: Sequence[bytes]) -> int:
    """Lay a stamp over the upper right corner of every page; return the octets of the result."""
    with pikepdf.open(path) as pdf, ExitStack() as stack:
        sheets = [stack.enter_context(pikepdf.open(BytesIO(each))) for each in stamps]
        lines = chain(*(sheet.pages for sheet in sheets))
        for page, line in zip(pdf.pages, lines, strict=True):
            overlay(pdf, page, line, _corner(page, line))
        pdf.save(out, deterministic_id=True)
    return Path(out).stat().st_size


def _take(merged: Pdf, source: Source) -> Taken:
    before = len(merged.pages)
    try:
        if source.is_pdf:
            _add_pdf(merged, source.path)
        else:
            add_image(merged, Path(source.path))
        if len(merged.pages) == before:
            return Taken(source.evidence, fault="broken")
    except pikepdf.PasswordError:
        return Taken(source.evidence, fault="encrypted")
    except UNREADABLE:
        del merged.pages[before:]
        return Taken(source.evidence, fault="broken")
    return Taken(source.evidence, len(merged.pages) - before)


def _add_pdf(merged: Pdf, path: str) -> None:
    """Append the pages of a PDF as they look, with nothing in them that acts."""
    with pikepdf.open(path) as source:
        if "/AcroForm" in source.Root:
            source.generate_appearance_streams()
        source.flatten_annotations("screen")
        for page in source.pages:
            _settle(page)
        merged.pages.extend(source.pages)


def _settle(page: Page) -> None:
    """Write down what a page inherits, and remove what is not drawn."""
    media = page.mediabox
    rotate = _inherited(page.obj, "/Rotate")
    crop = _inherited(page.obj, "/CropBox")
    page.obj.Resources = page.resources
    page.obj.MediaBox = Array(list(media))
    if rotate is not None:
        page.obj.Rotate = int(rotate) % 360 // 90 * 90
    if crop is not None:
        page.obj.CropBox = Array(list(crop))
    for name in list(page.obj.keys()):
        if name not in KEPT:
            del page.obj[name]


def _inherited(node: Any, name: str) -> Any:
    """Return what a page or the nodes above it say of `name`; None where none does."""
    for _level in range(50):
        if name in node:
            return node[name]
        if "/Parent" not in node:
            return None
        node = node["/Parent"]
    return None


def _corner(page: Page, line: Page) -> Rectangle:
    """Return the place of a stamp: the upper right corner as the page is seen."""
    left, bottom, right, top = (float(edge) for edge in page.cropbox)
    width, height = (float(edge) for edge in list(line.mediabox)[2:])
    rotate = int(page.obj.get("/Rotate", 0)) % 360
    if rotate == 90:
        return Rectangle(left + EDGE, top - EDGE - width, left + EDGE + height, top - EDGE)
    if rotate == 180:
        return Rectangle(left + EDGE, bottom + EDGE, left + EDGE + width, bottom + EDGE + height)
    if rotate == 270:
        return Rectangle(right - EDGE - height, bottom + EDGE, right - EDGE, bottom + EDGE + width)
    return Rectangle(right - EDGE - width, top - EDGE - height, right - EDGE, top - EDGE)


def _outline(merged: Pdf, sources: Sequence[Source], taken: Sequence[Taken]) -> None:
    """Let the outline name every original with its first page."""
    page = 0
    with merged.open_outline() as outline:
        for source, one in zip(sources, taken, strict=True):
            if one.pages:
                title = f"{source.evidence} {source.title}".strip()
                outline.root.append(OutlineItem(title, page, "Fit"))
            page += one.pages
    merged.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    merged.Root.PageMode = Name.UseOutlines
