"""Black-boxed derivatives of scans: pages as pictures, with boxes over what is not to be seen.

A derivative is a statement of whoever made it, not a proof: nothing ties it to its original but
the registered words of the lender. Every page says so. No text, layer or attachment of the
original survives, because its pages become pictures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from recovery.evidence.dossiers import blackout_child
from recovery.evidence.dossiers.blackout_child import Box
from recovery.evidence.dossiers.contents import REDACTION
from recovery.evidence.dossiers.models import Redaction
from recovery.evidence.house import house_store
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import RuleViolation
from recovery.kernel.gate import Actor
from recovery.kernel.text import _
from recovery.kernel.work import work_as
from recovery.loans.belonging import find_of_loan
from recovery.loans.models import Document, Loan
from recovery.web.papers import SECONDS, in_child, too_large_refused

MOST_PAGES = 200
MOST_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Blackout:
    """What is blacked out, and why."""

    boxes: Sequence[Box]
    reason: str


def pages_of(document: Document) -> int:
    """Return how many pages a document has as pictures.

    Raises:
        RuleViolation: it is no PDF or picture, cannot be read, or is too large.
    """
    return _asked(in_child(blackout_child.count_pages, _data(document)).result(timeout=SECONDS))


def page_picture(document: Document, number: int) -> bytes:
    """Return a page, from 1, as PNG.

    Raises:
        RuleViolation: see `pages_of`; it has no such page.
    """
    with too_large_refused():
        return _read(in_child(blackout_child.picture, _data(document), number).result(SECONDS))


def black_out(actor: Actor, document_id: int, given: Blackout) -> Redaction:
    """Make the derivative, keep it in the store, and register what was done to what, and why.

    Raises:
        NotFound: no such document, or not for this actor to see.
        RuleViolation: no box or reason; a box off the page; a file that cannot be read.
    """
    document = find_of_loan(db.session(), Document, document_id, actor.scope)
    data, pages = _data(document), pages_of(document)
    _check(given, pages)
    words = str(
        _(
            "遮盖件：出借人的陈述，不是证明。原件 SHA-256：{digest}",
            digest=document.sha256,
        )
    )
    with too_large_refused():
        made = in_child(blackout_child.blacked_out, data, list(given.boxes), words)
        derived = _read(made.result(timeout=SECONDS))
    [kept] = house_store().put_objects([BytesIO(derived)])
    with work_as(actor) as work:
        loan = work.get(Loan, document.loan_id)
        redaction = work.add(
            Redaction(
                loan_id=loan.id,
                document_id=document.id,
                source_sha256=document.sha256,
                sha256=kept.sha256,
                page_count=pages,
                boxes=[list(box) for box in given.boxes],
                reason=given.reason.strip(),
                made_at=work.now,
                made_by=actor.name,
            )
        )
        work.record(Action.BLACK_OUT, loan, document=document.id, redaction=redaction.id)
        fields = _fields(redaction, actor, loan)
        work.register(REDACTION, redaction, loan_id=loan.id, fields=fields)
    return redaction


def _fields(redaction: Redaction, actor: Actor, loan: Loan) -> dict[str, str]:
    covered = sorted({box[0] for box in redaction.boxes})
    return {
        "event": Action.BLACK_OUT.value,
        "statement": "a statement of the lender, not a proof",
        "contract_no": loan.contract_no,
        "source_sha256": redaction.source_sha256,
        "sha256": redaction.sha256,
        "page_count": str(redaction.page_count),
        "pages": ", ".join(map(str, covered)),
        "boxes": "; ".join(" ".join(f"{part:g}" for part in box) for box in redaction.boxes),
        "reason": redaction.reason,
        "actor": actor.name,
        "at": redaction.made_at.isoformat(),
    }


def _check(given: Blackout, pages: int) -> None:
    if not given.boxes or not given.reason.strip():
        raise RuleViolation(_("请至少画一个遮盖框，并写明理由。"))
    for page, left, top, width, height in given.boxes:
        inside = 0 <= left < 100 and 0 <= top < 100 and width > 0 and height > 0
        if not 1 <= page <= pages or not inside or left + width > 100 or top + height > 100:
            raise RuleViolation(_("遮盖框不在第 1 页到第 {pages} 页的页面之内。", pages=pages))


def _data(document: Document) -> bytes:
    if document.size > MOST_BYTES:
        raise RuleViolation(_("文件太大，不能制作遮盖件。"))
    with house_store().open_object(document.sha256) as file:
        return file.read()


def _read(made: bytes | None) -> bytes:
    if made is None:
        raise RuleViolation(_("文件无法读取，不能制作遮盖件。只有 PDF 和图片可以。"))
    return made


def _asked(pages: int) -> int:
    if not pages:
        raise RuleViolation(_("文件无法读取，不能制作遮盖件。只有 PDF 和图片可以。"))
    if pages > MOST_PAGES:
        raise RuleViolation(_("超过 {most} 页的文件不能制作遮盖件。", most=MOST_PAGES))
    return pages
