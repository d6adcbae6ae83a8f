"""Scans of paper originals: which document it is, and that a second person found them equal."""

from recovery.evidence.intake.custody_queries import find_original
from recovery.evidence.intake.models import PaperOriginal, ScanAttestation
from recovery.kernel.actions import Action
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.loans.models import Document
from recovery.loans.queries import document_of
from recovery.loans.registration import moment_text


def link_scan(work: Work, original_id: int, document_id: int) -> PaperOriginal:
    """Say which document is the scan of an original.

    Raises:
        NotFound: the loan has no such document.
    """
    original = find_original(work.session, original_id, work.actor.scope)
    document = document_of(work.session, original.loan_id, document_id)
    original.document_id = document.id
    work.record(Action.CHANGE_CUSTODY, original, scan=document.id)
    return original


def attest(work: Work, original_id: int, sha256: str, pages: int | None) -> ScanAttestation:
    """State, as a second person, that the scan equals the original; registered.

    `sha256` is of the scan that was shown, `pages` how many were compared.

    Raises:
        RuleViolation: no scan, one's own scan, another scan than was shown, pages missing.
    """
    original = find_original(work.session, original_id, work.actor.scope)
    document = _compared(work, original, sha256)
    if not pages or (original.page_count is not None and pages != original.page_count):
        raise RuleViolation(
            _(
                "核对的页数与原件登记的页数（{count}）不符，不能确认一致。",
                count=original.page_count,
            )
        )
    done = work.add(
        ScanAttestation(
            original_id=original.id,
            document_id=document.id,
            sha256=sha256,
            pages_compared=pages,
            attested_at=work.now,
            attested_by_id=work.actor.id,
            attested_by=work.actor.name,
        )
    )
    fields = {
        "event": "scan.attest",
        "barcode": original.barcode,
        "sha256": sha256,
        "pages": str(pages),
        "actor": work.actor.name,
        "at": moment_text(work.now),
    }
    work.register("event", done, loan_id=original.loan_id, fields=fields)
    work.record(Action.ATTEST_SCAN, original, document=document.id, pages=pages)
    return done


def _compared(work: Work, original: PaperOriginal, sha256: str) -> Document:
    """Return the scan that was compared, provided that it may be and is the one that was shown."""
    document = original.document
    if document is None or document.ended_on is not None:
        raise RuleViolation(_("这件原件还没有扫描件。"))
    if document.sha256 != sha256:
        raise RuleViolation(_("扫描件已更换，请重新核对。"))
    if work.actor.id is None or document.added_by_id == work.actor.id:
        raise RuleViolation(_("扫描的人不能自己核对，须由另一人核对。"))
    return document
