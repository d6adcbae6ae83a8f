"""What is done to the paper after its deterministic form: recipient on every page, signature."""

from io import BytesIO

import pikepdf

from recovery.evidence.signing.configuration import configured
from recovery.kernel import clock
from recovery.kernel.text import _
from recovery.web.language import reading
from recovery.web.papers import render_paper


def finished(pdf: bytes, recipient: str | None, language: str) -> bytes:
    """Return the paper as it is handed out: marked for its recipient, signed where a key is.

    Raises:
        RuleViolation: a character cannot be printed; the key or its authority refuses.
    """
    marked = watermark(pdf, recipient, language)
    configuration = configured()
    if configuration is None:
        return marked
    # Only where a key is: the library of signatures takes half a second to load.
    from recovery.evidence.signing.service import paper_signer

    return paper_signer(configuration).sign(marked, clock.now())


def watermark(pdf: bytes, recipient: str | None, language: str) -> bytes:
    """Return the paper with the recipient in pale letters under every page.

    Raises:
        RuleViolation: a character of the recipient cannot be printed.
    """
    if not recipient:
        return pdf
    words = _("仅供 {recipient} 使用", recipient=recipient)
    with reading(language):
        mark = render_paper("documents/evidence/dossiers/watermark.html", words=words)
    with pikepdf.open(BytesIO(pdf)) as paper, pikepdf.open(BytesIO(mark)) as under:
        for page in paper.pages:
            page.add_underlay(under.pages[0], pikepdf.Rectangle(page.mediabox))
        out = BytesIO()
        paper.save(out, deterministic_id=True)
        return out.getvalue()
