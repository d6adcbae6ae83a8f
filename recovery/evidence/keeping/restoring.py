"""Puts a sound copy in the place of a damaged object; only the right content is accepted."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import BinaryIO

from sqlalchemy import select

from evidence_store.storage import StoreError
from recovery.evidence.house import house_store
from recovery.evidence.keeping.findings import resolve
from recovery.evidence.keeping.models import FixityFinding
from recovery.evidence.keeping.objects import erased_objects, holders
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.kernel.work import Work

OpenWork = Callable[[], AbstractContextManager[Work]]


def restore_object(open_work: OpenWork, digest: str, source: BinaryIO, origin: str) -> int:
    """Restore an object from `source`, note where it came from, close what was found of it.

    Returns how many findings it closed.

    Raises:
        RuleViolation: erased, or nobody knows such an object, or it is another content.
    """
    _check(digest)
    try:
        house_store().replace_object(digest, source)
    except StoreError as error:
        raise RuleViolation(_("这份副本不是原来的文件：SHA-256 不符。")) from error
    with open_work() as work:
        rows = work.session.scalars(
            select(FixityFinding).where(
                FixityFinding.sha256 == digest, FixityFinding.resolved_at.is_(None)
            )
        ).all()
        for row in rows:
            resolve(work, row, "restored", origin)
        work.record(Action.RESTORE_OBJECT, rows[0] if rows else None, sha256=digest, source=origin)
        if rows:
            fields = {"event": Action.RESTORE_OBJECT.value, "sha256": digest, "source": origin}
            work.register("event", rows[0], loan_id=None, fields=fields)
    return len(rows)


def _check(digest: str) -> None:
    """Refuse what was erased on purpose and what was never ours."""
    if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise RuleViolation(_("文件的指纹是 64 位十六进制数字。"))
    if digest in erased_objects(db.session()):
        raise RuleViolation(_("这个文件是按审批删除的，不能恢复。"))
    if not house_store().has_object(digest) and not holders(db.session(), digest):
        raise RuleViolation(_("存证中没有登记过这个文件。"))
