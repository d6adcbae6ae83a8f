"""Opens registered records: whole ones from their secret, erased ones from the salts that stayed.

This is the one way to read a record back: what it returns opens the commitment in the log, with
every field that is still there.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence_store import commitment, merkle
from recovery.evidence.keeping.models import ErasedRecord
from recovery.evidence.models import EvidenceItem
from recovery.evidence.sequencer import fields_of, open_secret
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _


@dataclass(frozen=True, slots=True)
class OpenedRecord:
    """A registered record: the fields that are there, their salts, the digests of all."""

    fields: dict[str, str]
    salts: dict[str, bytes]
    digests: tuple[bytes, ...]
    erased_names: tuple[str, ...] = field(default=())
    """Fields that were erased since: their digests stay, their salts and values are gone."""

    erased_at: datetime | None = None
    erasure_id: int | None = None

    def leads_to(self, root: str) -> bool:
        """Tell whether fields, salts and digests open the commitment `root` (hexadecimal)."""
        disclosed = commitment.disclose(self.fields, self.salts, sorted(self.fields))
        try:
            commitment.verify(disclosed, self.digests, bytes.fromhex(root))
        except merkle.ProofError:
            return False
        return True


def open_record(session: Session, item: EvidenceItem) -> OpenedRecord:
    """Open one record; see `open_records`."""
    return open_records(session, [item])[item.intent_id]


def open_records(session: Session, items: list[EvidenceItem]) -> dict[int, OpenedRecord]:
    """Open registered records, by the number of their intent.

    Raises:
        RuleViolation: neither a secret nor salts are kept for one.
    """
    fields = fields_of(session, [item.intent for item in items])
    gone = [item.intent_id for item in items if item.secret_sealed is None]
    erased = erased_records(session, gone)
    return {
        item.intent_id: opened(item, fields[item.intent_id], erased.get(item.intent_id))
        for item in items
    }


def erased_records(session: Session, intent_ids: list[int]) -> dict[int, ErasedRecord]:
    """Return what stayed of the records that were erased in part, by the number of their intent."""
    if not intent_ids:
        return {}
    rows = session.scalars(select(ErasedRecord).where(ErasedRecord.intent_id.in_(intent_ids)))
    return {row.intent_id: row for row in rows}


def opened(item: EvidenceItem, fields: dict[str, str], erased: ErasedRecord | None) -> OpenedRecord:
    """Open one record whose fields were read.

    Raises:
        RuleViolation: neither a secret nor salts are kept for it.
    """
    if item.secret_sealed is not None:
        whole = commitment.commit(fields, open_secret(item.intent.uuid, item.secret_sealed))
        return OpenedRecord(fields, whole.salts, whole.digests)
    if erased is None:
        raise RuleViolation(_("第 {index} 号记录的密钥不在，无法打开。", index=item.log_index))
    salts = json.loads(erased.salts or "{}")
    return OpenedRecord(
        fields=fields,
        salts={name: bytes.fromhex(salt) for name, salt in salts.items()},
        digests=tuple(bytes.fromhex(digest) for digest in erased.digests),
        erased_names=tuple(erased.erased_names),
        erased_at=erased.erased_at,
        erasure_id=erased.erasure_id,
    )
