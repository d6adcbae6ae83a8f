"""Which batch an import from the command line goes on with: a known one, or a new one."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.loans.models import ImportBatch
from recovery.loans.tape.layouts import definition_of
from recovery.loans.tape.reading import digest_of
from recovery.loans.tape.service import digests
from recovery.loans.tape.staging import (
    LOANS,
    PAYMENTS,
    Opener,
    Upload,
    mapping_of,
    open_with_layout,
    stage,
)


def batch_for(opener: Opener, session: Session, upload: Upload) -> tuple[int, bool]:
    """Return the batch of `upload`'s files, and whether nothing is left to do.

    The same files, read alike, are recognised by their SHA-256: an interrupted import is taken up;
    the latest import of the book, when it is of these very files, is not repeated.

    Raises:
        RuleViolation: a file cannot be read, or has no column of contract numbers.
    """
    wanted = {LOANS: digest_of(upload.path)}
    if upload.payments is not None:
        wanted[PAYMENTS] = digest_of(upload.payments)
    for batch in _of_file(session, wanted[LOANS]):
        if digests(batch) != wanted or not _reads_alike(session, batch, upload):
            continue
        if batch.state in {"staged", "applying"}:
            return batch.id, False
        if batch.state == "applied" and _is_latest(session, batch):
            return batch.id, True
    batch_id = stage(opener, session, upload)
    session.rollback()
    _insist_on_contract(session, batch_id)
    return batch_id, False


def _of_file(session: Session, sha256: str) -> list[ImportBatch]:
    """Return the batches of a file, the newest first."""
    found = select(ImportBatch).where(ImportBatch.sha256 == sha256).order_by(ImportBatch.id.desc())
    return list(session.scalars(found))


def _reads_alike(session: Session, batch: ImportBatch, upload: Upload) -> bool:
    """Return whether a batch was read with the layout, day and branch now asked for."""
    if upload.as_of is not None and upload.as_of != batch.as_of:
        return False
    if upload.branch_id != batch.branch_id:
        return False
    if upload.layout is None:
        return True
    _tape, layout = open_with_layout(session, upload.path, upload.layout)
    kept = (batch.definition or {}).get(LOANS, {})
    return bool(kept.get("name") == layout.name and _same(kept, definition_of(layout)))


def _same(kept: dict[str, object], now: dict[str, object]) -> bool:
    """Return whether a kept definition equals a layout's present one."""
    return all(kept.get(name) == value for name, value in now.items())


def _is_latest(session: Session, batch: ImportBatch) -> bool:
    """Return whether no other tape was imported after this batch."""
    later = select(ImportBatch.id).where(
        ImportBatch.id > batch.id, ImportBatch.state.in_(("applying", "applied", "differs"))
    )
    return session.scalars(later.limit(1)).first() is None


def _insist_on_contract(session: Session, batch_id: int) -> None:
    """Refuse a batch without a column of contract numbers.

    Raises:
        RuleViolation: none of its columns is known as one.
    """
    mapping = mapping_of(session.get_one(ImportBatch, batch_id), LOANS)
    if all(one.field.name != "contract_no" for one in mapping.mapped):
        names = "、".join(column.title for column in mapping.unmapped)
        raise RuleViolation(_("没有找到合同编号列；文件的列为：{names}", names=names))
