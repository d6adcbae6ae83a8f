"""Files of the workspace: kept in the evidence store, never among the files of a job.

The page of a job is open to administrators and all auditors; these files are for the readers of
their sample alone.
"""

from collections.abc import Sequence
from typing import IO, BinaryIO
from zipfile import ZIP_DEFLATED, ZipInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence_store.storage import StoreError
from recovery.evidence.house import house_store
from recovery.evidence.sampling.models import AuditSample, SampleFile
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.links import StoredFile
from recovery.kernel.text import _
from recovery.kernel.work import Work

CSV = "text/csv"


def keep(file: IO[bytes], media_type: str) -> StoredFile:
    """Store a file durably, before the unit of work that notes it.

    Raises:
        RuleViolation: the store is out of reach.
    """
    file.seek(0)
    try:
        [kept] = house_store().put_objects([file])  # type: ignore[list-item]
    except (StoreError, OSError) as error:
        raise RuleViolation(_("证据库暂时不可用，请稍后再试。")) from error
    return StoredFile(kept.sha256, kept.size, media_type)


def member(name: str) -> ZipInfo:
    """Return a member of a zip that tells no moment: the same content makes the same file."""
    info = ZipInfo(name)
    info.compress_type = ZIP_DEFLATED
    return info


def note_file(
    work: Work, sample: AuditSample, kept: StoredFile, *, kind: str, name: str
) -> SampleFile:
    """Note a stored file as one of the sample's; the same one is noted once."""
    known = work.session.scalars(
        select(SampleFile).where(
            SampleFile.sample_id == sample.id,
            SampleFile.kind == kind,
            SampleFile.sha256 == kept.sha256,
        )
    ).one_or_none()
    return known or work.add(
        SampleFile(
            sample_id=sample.id,
            kind=kind,
            name=name,
            media_type=kept.media_type,
            sha256=kept.sha256,
            size=kept.size,
            made_at=work.now,
            erased_at=None,
        )
    )


def files_of(session: Session, sample_id: int) -> Sequence[SampleFile]:
    """Return the files of a sample, the newest first."""
    rows = select(SampleFile).where(SampleFile.sample_id == sample_id)
    return session.scalars(rows.order_by(SampleFile.id.desc()).limit(100)).all()


def file_of(session: Session, sample_id: int, file_id: int) -> SampleFile:
    """Return a file of a sample whose gate was passed.

    Raises:
        NotFound: the sample has no such file.
    """
    file = session.get(SampleFile, file_id)
    if file is None or file.sample_id != sample_id:
        raise NotFound
    return file


def open_file(file: SampleFile) -> BinaryIO:
    """Return the bytes of a file as they were made.

    Raises:
        NotFound: the store does not hold them any more.
    """
    if file.erased_at is not None:
        raise NotFound(_("这个文件载有已删除的个人信息，已按删除决定销毁。"))
    try:
        return house_store().open_object(file.sha256)
    except FileNotFoundError as error:
        raise NotFound(_("证据库中没有这个文件。")) from error
