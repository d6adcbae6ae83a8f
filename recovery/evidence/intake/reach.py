"""What erasure and fixity know of intake: which objects its rows name, what it read of them."""

import re
from collections.abc import Sequence
from functools import partial

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from recovery.evidence.intake.models import (
    CustodyEvent,
    DocumentDetail,
    IntakeRow,
    PaperOriginal,
    ScanDraft,
    ScanPage,
    Stocktake,
    StocktakeLine,
)
from recovery.evidence.keeping.erasure_log import destroy_objects
from recovery.evidence.keeping.objects import Reference, references
from recovery.evidence.keeping.reach import (
    GONE,
    Eraser,
    erasers,
    holding_rows,
    object_reach,
    spelled,
    text_reach,
)
from recovery.kernel import search_index
from recovery.kernel.db import db
from recovery.kernel.sentences import pack_text
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.loans.models import Document


def register() -> None:
    """Name the objects of deliveries and drafts, and let erasure reach what was made of them."""
    references.put(
        "intake_row",
        Reference(_("收录的文件"), IntakeRow.id, IntakeRow.sha256, IntakeRow.loan_id),
        order=30,
    )
    references.put("scan_page", Reference(_("扫描页"), ScanPage.id, ScanPage.sha256), order=31)
    object_reach.put("intake", forget)
    erasers.put("custody_event", Eraser(frozenset(), _custody, of_person=OF_CUSTODY))
    erasers.put("stocktake", Eraser(frozenset(), _stocktake, of_person=re.compile("place")))
    holding_rows.put("stocktake", _stocktakes_of_loan)
    text_reach.put("intake", forget_names)


OF_CUSTODY = re.compile("title|from_holder|to_holder|place|reason")
"""Fields of an act of custody that may name somebody; number, day and act stay."""


def _custody(work: Work, event_id: int, names: Sequence[str]) -> None:
    """Destroy whom an act of custody names, there and on the original it was done with."""
    event = work.session.get_one(CustodyEvent, event_id)
    original = work.session.get_one(PaperOriginal, event.original_id)
    if "title" in names:
        original.title = GONE
    if "to_holder" in names and original.holder == event.to_holder:
        original.holder = GONE
    if "place" in names and original.place == event.place:
        original.place = GONE
    for name in set(names) - {"title"}:
        setattr(event, name, GONE)


def _stocktakes_of_loan(session: Session, loan_id: int) -> list[int]:
    rows = (
        select(StocktakeLine.stocktake_id)
        .join(PaperOriginal, PaperOriginal.id == StocktakeLine.original_id)
        .where(PaperOriginal.loan_id == loan_id)
    )
    return list(session.scalars(rows.distinct()))


def _stocktake(work: Work, stocktake_id: int, names: Sequence[str]) -> None:
    if "place" in names:
        work.session.get_one(Stocktake, stocktake_id).place = GONE


def forget_names(work: Work, texts: Sequence[str]) -> None:
    """Destroy names of files that were taken in or refused, of drafts, and of places counted now.

    No registration commits to any of them: a count is registered when it is closed.
    """
    session = work.session
    for column in (IntakeRow.file_name, IntakeRow.title, ScanDraft.title, ScanPage.file_name):
        rows = update(column.class_).where(spelled(column, texts))
        session.execute(rows.values({column: GONE}))
    for told in (IntakeRow.problem, IntakeRow.note):
        said = update(IntakeRow).where(spelled(told, texts))
        session.execute(said.values({told: pack_text(GONE)}))
    counted = (Stocktake.closed_at.is_(None), spelled(Stocktake.place, texts))
    session.execute(update(Stocktake).where(*counted).values(place=GONE))


def forget(work: Work, sha256: str) -> None:
    """Destroy text, signatures and search words of a file, and the pages it was joined from."""
    session = work.session
    ids = list(session.scalars(select(Document.id).where(Document.sha256 == sha256)))
    for detail in session.scalars(
        select(DocumentDetail).where(DocumentDetail.document_id.in_(ids))
    ):
        detail.text = detail.signatures = None
    search_index.remove(session, "document", ids)
    rows = update(IntakeRow).where(IntakeRow.sha256 == sha256)
    session.execute(rows.values(sha256=None, file_name="—", title="—"))
    pages = _pages_of(session, ids)
    session.execute(
        delete(ScanPage).where((ScanPage.sha256 == sha256) | ScanPage.sha256.in_(pages))
    )
    if pages:
        # Rows that named them are gone only when this transaction is committed.
        work.after_commit.append(partial(_destroy, pages))


def _destroy(pages: list[str]) -> None:
    """Destroy pictures that no row names any more, as the database stands now."""
    db.session.rollback()
    destroy_objects(pages)


def _pages_of(session: Session, document_ids: list[int]) -> list[str]:
    """Return the pictures from which documents were joined."""
    rows = (
        select(ScanPage.sha256)
        .join(ScanDraft, ScanDraft.id == ScanPage.draft_id)
        .where(ScanDraft.document_id.in_(document_ids))
    )
    return list(dict.fromkeys(session.scalars(rows)))
