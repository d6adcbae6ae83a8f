"""Taking in what witnesses cosigned."""

from collections.abc import Sequence
from datetime import UTC, datetime

from obstore.exceptions import BaseError

from evidence_store import note
from evidence_store.note import NoteError
from evidence_store.proof import parse_checkpoint
from evidence_store.storage import StoreError
from recovery.evidence.house import house_store
from recovery.evidence.witnessing.models import Cosignature, Witness
from recovery.evidence.witnessing.queries import active_witnesses, witnesses_of
from recovery.kernel.actions import Action
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.kernel.work import Work


def take_in(work: Work, cosigned: str) -> list[Cosignature]:
    """Keep the cosignatures of named witnesses under a head; return those that were new.

    `cosigned` is what the witness command printed: our signed head with their line added.

    Raises:
        RuleViolation: malformed, not a head of this log, or signed by no named witness.
    """
    text = cosigned.replace("\r\n", "\n").strip("\n") + "\n"
    size, signed = _read(text, active_witnesses(work.session))
    known = witnesses_of(work.session, size)
    taken = []
    for witness, second in signed:
        if witness.id in known:
            continue
        _keep(text, witness)
        at = datetime.fromtimestamp(second, UTC)
        row = Cosignature(
            witness_id=witness.id, checkpoint_size=size, cosigned_at=at, taken_at=work.now
        )
        taken.append(work.add(row))
        work.record(Action.TAKE_IN_COSIGNATURE, witness, checkpoint=size, cosigned_at=at)
    return taken


def _read(cosigned: str, witnesses: Sequence[Witness]) -> tuple[int, list[tuple[Witness, int]]]:
    """Return the size of the head, and who cosigned it at which POSIX second."""
    by_key = {one.vkey: one for one in witnesses}
    try:
        size = parse_checkpoint(note.split(cosigned)[0]).size
        found = note.verify(cosigned, list(by_key)).signatures
    except NoteError as error:
        raise RuleViolation(_("不是已登记见证人的会签：{reason}", reason=error)) from error
    return size, [(by_key[str(one.key)], one.timestamp or 0) for one in found]


def _keep(cosigned: str, witness: Witness) -> None:
    try:
        house_store().add_cosignature(cosigned, witness.vkey)
    except (NoteError, StoreError, OSError, BaseError) as error:
        raise RuleViolation(_("会签没有保存：{reason}", reason=error)) from error
