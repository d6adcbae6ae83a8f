"""How many pages the documents of a list have: counted once per file, outside transactions."""

from collections.abc import Iterable, Mapping
from typing import BinaryIO

from obstore.exceptions import BaseError
from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence_store.storage import StoreError
from recovery.evidence.exhibits import page_child
from recovery.evidence.exhibits.models import OriginalPages
from recovery.evidence.house import house_store
from recovery.evidence.intake import bounded
from recovery.kernel.errors import RuleViolation
from recovery.kernel.work import Work
from recovery.loans.models import Document

LARGEST = 200 * 1024 * 1024
"""Bytes above which a file is not opened to count its pages."""


def count_pages(session: Session, documents: Iterable[Document]) -> dict[str, int]:
    """Return the pages of each file that has pages, by its SHA-256.

    A file that is neither PDF nor picture, or that cannot be read now, is left out: its pages
    are entered by hand.
    """
    wanted = {one.sha256: one for one in documents}
    known = known_pages(session, wanted)
    for sha256, document in wanted.items():
        if sha256 not in known and (pages := _count(document)) is not None:
            known[sha256] = pages
    return known


def known_pages(session: Session, digests: Iterable[str]) -> dict[str, int]:
    """Return what was counted before."""
    rows = session.execute(
        select(OriginalPages.sha256, OriginalPages.pages).where(
            OriginalPages.sha256.in_(list(digests))
        )
    )
    return {row.sha256: row.pages for row in rows}


def keep_pages(work: Work, pages: Mapping[str, int]) -> None:
    """Keep what was counted, for the next list."""
    known = known_pages(work.session, pages)
    work.session.add_all(
        OriginalPages(sha256=sha256, pages=count)
        for sha256, count in pages.items()
        if sha256 not in known
    )
    work.session.flush()


def _count(document: Document) -> int | None:
    try:
        with house_store().open_object(document.sha256) as file:
            return pages_in(file, document.media_type, document.size)
    except (OSError, StoreError, BaseError):
        return None


def pages_in(file: BinaryIO, media_type: str, size: int) -> int | None:
    """Return the pages of an open file of so many bytes, which a bounded child reads.

    None: it has none, or cannot be read.
    """
    is_paged = media_type == "application/pdf" or media_type.startswith("image/")
    if not is_paged or size > LARGEST:
        return None
    try:
        return bounded.run(page_child.count, media_type, file.read())
    except RuleViolation:
        return None
