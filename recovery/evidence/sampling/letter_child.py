"""Printing the letters of a sample and joining them; runs in a child process of `papers`."""

import gc
from collections.abc import Sequence
from io import BytesIO

import pikepdf
from pikepdf import OutlineItem, Pdf

from recovery.web.paper_joining import share_equal_resources


def render(letters: Sequence[tuple[str, str]]) -> list[tuple[str, bytes]]:
    """Return letters (number, HTML) as one PDF/A-3b each."""
    from recovery.web import paper_engine

    printed = [(number, paper_engine.render(html)) for number, html in letters]
    gc.collect()
    return printed


def join(letters: Sequence[tuple[str, bytes]]) -> bytes:
    """Return letters (number, PDF) as one PDF in their order, each with a line in its outline.

    Every letter keeps its own page numbers: it is sent by itself. The same letters give the same
    bytes.
    """
    with pikepdf.open(BytesIO(letters[0][1])) as whole:
        starts = [0]
        for _number, letter in letters[1:]:
            starts.append(len(whole.pages))
            with pikepdf.open(BytesIO(letter)) as more:
                whole.pages.extend(more.pages)
        _outline(whole, [number for number, _letter in letters], starts)
        share_equal_resources(whole)
        out = BytesIO()
        whole.save(out, deterministic_id=True)
        return out.getvalue()


def _outline(whole: Pdf, numbers: Sequence[str], starts: Sequence[int]) -> None:
    """Let the outline lead to each letter by its number."""
    with whole.open_outline() as outline:
        outline.root[:] = [
            OutlineItem(number, start) for number, start in zip(numbers, starts, strict=True)
        ]
