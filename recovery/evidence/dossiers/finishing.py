"""What is done to the paper after its deterministic form: recipient on every page, signature."""

from collections.abc import Callable
from io import BytesIO

import pikepdf

from recovery.kernel.links import Registry
from recovery.kernel.text import _
from recovery.web.papers import render_paper

Finish = Callable[[bytes, "str | None"], bytes]
"""`(PDF, recipient)` → PDF; the same bytes where there is nothing to do."""

steps: Registry[Finish] = Registry()
"""In their order; the signature comes last."""


def finished(pdf: bytes, recipient: str | None) -> bytes:
    """Return the paper as it is handed out."""
    for step in steps.all():
        pdf = step(pdf, recipient)
    return pdf


def watermark(pdf: bytes, recipient: str | None) -> bytes:
    """Return the paper with the recipient in pale letters under every page.

    Raises:
        RuleViolation: a character of the recipient cannot be printed.
    """
    if not recipient:
        return pdf
    words = _("仅供 {recipient} 使用", recipient=recipient)
    mark = render_paper("documents/evidence/dossiers/watermark.html", words=words)
    with pikepdf.open(BytesIO(pdf)) as paper, pikepdf.open(BytesIO(mark)) as under:
        for page in paper.pages:
            page.add_underlay(under.pages[0], pikepdf.Rectangle(page.mediabox))
        out = BytesIO()
        paper.save(out, deterministic_id=True)
        return out.getvalue()
