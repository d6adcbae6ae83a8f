"""Dossiers (证据卷宗): what is registered about a record, in one zip that anyone checks.

A dossier is a function of subject, head, tokens, disclosure, language, law book and version of
the program: asked for again it is the same, byte for byte, and so is its number. What is handed
out carries the recipient on every page and may be signed; that is kept, not repeated.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evidence_store import ObjectInfo, Store
from recovery.evidence import sequencer
from recovery.evidence.dossiers import bags, particulars, subjects
from recovery.evidence.dossiers.contents import Basis
from recovery.evidence.dossiers.disclosure import CUSTOM, Disclosure, chosen, of_preset
from recovery.evidence.dossiers.models import Dossier
from recovery.evidence.dossiers.records import LogReader
from recovery.evidence.dossiers.subjects import Subject
from recovery.evidence.dossiers.watching import Watch, unwatched
from recovery.evidence.house import house_store
from recovery.evidence.keeping.erasure_log import destroy_objects
from recovery.evidence.keeping.models import Erasure
from recovery.evidence.models import Checkpoint
from recovery.evidence.stamping import stamp
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.gate import EVERYTHING, Actor
from recovery.kernel.text import _
from recovery.kernel.work import Work, work_as

LANGUAGES = ("zh", "en")
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asks for when exporting a dossier."""

    subject: str = "loan"
    """Code of the kind of record: `loan`, `file`, `package`."""

    preset: str = "court"
    language: str = "zh"
    checkpoint: int | None = None
    """Size of an earlier head, to repeat a dossier; None: everything up to now."""

    recipient: str | None = None
    purpose: str | None = None
    choice: Disclosure | None = None
    """What a person chose field by field; None: what the preset says."""

    with_merged: bool = False
    """Whether all originals go in once more as one stamped PDF, in list order."""

    job_id: int | None = None
    """Job that exports it; None: at once."""

    @property
    def disclosure(self) -> Disclosure:
        """What is disclosed. Raises RuleViolation: there is no such preset."""
        return self.choice or of_preset(self.preset)


def choice_json(disclosure: Disclosure) -> dict[str, Any]:
    """Return what is kept of a choice."""
    hidden = disclosure.hidden_originals
    return {
        "withheld": sorted(disclosure.withheld),
        "hidden_originals": None if hidden is None else sorted(hidden),
        "derivatives": sorted(disclosure.derivatives),
        "offered": None if disclosure.offered is None else sorted(disclosure.offered),
    }


def choice_of(preset: str, kept: dict[str, Any]) -> Disclosure:
    """Return the choice that was kept."""
    if preset != CUSTOM:
        return of_preset(preset)
    hidden = kept["hidden_originals"] or ()
    return chosen(kept["withheld"], hidden, kept["derivatives"], kept.get("offered"))


def export_dossier(actor: Actor, record_id: int, wanted: Wanted) -> Dossier:
    """Make the dossier of a record, keep it in the evidence store and note who asked for what.

    Raises:
        NotFound: no such record or head, or not for this actor to see.
        RuleViolation: an unknown preset or language; nothing registered; a character that cannot
            be printed; something was erased meanwhile.
    """
    check(wanted)
    store = house_store()
    erased = _erasures(db.session())
    basis = prepared(actor, record_id, wanted)
    with draft_of(store, basis) as (draft, folder):
        plain, kept = _kept(store, draft, wanted, folder)
        with work_as(actor) as work:
            if _erasures(work.session) == erased:
                return _note(work, basis, wanted, (draft, plain, kept))
    destroy_objects([kept.sha256])
    raise RuleViolation(_("卷宗生成期间有内容被删除，本次卷宗已作废，请重新导出。"))


def _erasures(session: Session) -> int:
    """Return how many erasures were approved; after one more, what was drafted may show its data.

    An erasure destroys the dossiers that it knows, and this one it cannot know yet.
    """
    return session.scalar(select(func.count(Erasure.approved_at))) or 0


def check(wanted: Wanted) -> None:
    """Refuse a preset or language that there is not.

    Raises:
        RuleViolation: naming it.
    """
    _disclosure = wanted.disclosure
    if wanted.language not in LANGUAGES:
        raise RuleViolation(_("卷宗的语言只能是 zh 或 en。"))


def prepared(actor: Actor, record_id: int, wanted: Wanted) -> Basis:
    """Return subject and head; without one asked for, register, sign and stamp all that waits.

    Raises:
        NotFound: no such record or head, or not for this actor to see.
    """
    subject = subjects.find(db.session(), wanted.subject, record_id, actor.scope)
    if wanted.checkpoint is None:
        _register_particulars(actor, subject)
    head = _head(wanted.checkpoint)
    db.session.rollback()
    subject = subjects.find(db.session(), wanted.subject, record_id, actor.scope)
    return Basis(subject, head, wanted.disclosure, wanted.language, wanted.with_merged)


def _register_particulars(actor: Actor, subject: Subject) -> None:
    """Register what the dossier prints of the record, and of the one loan that it is about."""
    particulars.register_changed(actor, subject.kind, subject.id)
    loan_id = subject.kind.loan_of(subject.record)
    if loan_id is not None and subject.kind is not subjects.LOAN:
        loan = subjects.find(db.session(), "loan", loan_id, EVERYTHING)
        particulars.register_changed(Actor.system("dossiers"), subjects.LOAN, loan.id)


@contextmanager
def draft_of(
    store: Store, basis: Basis, watch: Watch = unwatched
) -> Iterator[tuple[bags.Draft, Path]]:
    """Give the dossier in its deterministic form, with the folder in which its files are."""
    with TemporaryDirectory(prefix="dossier-") as name:
        reader = LogReader(db.session(), store, basis.checkpoint.size)
        yield bags.drafted(reader, store, basis, Path(name), watch=watch), Path(name)


def _kept(store: Store, draft: bags.Draft, wanted: Wanted, folder: Path) -> tuple[str, ObjectInfo]:
    """Store the dossier as it is handed out; return also the digest of its repeatable form.

    The file is stored whole or not at all, and only then noted: a kill leaves at most an object
    that nothing names.
    """
    path = folder / "dossier.zip"
    with path.open("wb") as out:
        bags.write_plain(out, store, draft)
    plain = _digest(path)
    with (folder / "finished.zip").open("wb") as out:
        if bags.write_finished(out, store, draft, wanted.recipient):
            path = folder / "finished.zip"
    with path.open("rb") as file:
        [kept] = store.put_objects([file])
    return plain, kept


def _digest(path: Path) -> str:
    total = sha256()
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            total.update(piece)
    return total.hexdigest()


def _note(
    work: Work, basis: Basis, wanted: Wanted, made: tuple[bags.Draft, str, ObjectInfo]
) -> Dossier:
    """Note who was given which dossier, and register that it was made."""
    (draft, plain, kept), subject = made, basis.subject
    record, loan_id = subject.record, subject.kind.loan_of(subject.record)
    dossier = work.add(
        Dossier(
            number=draft.cover.number,
            subject=subject.code,
            subject_id=subject.id,
            subject_number=subject.number,
            loan_id=loan_id,
            preset=basis.disclosure.preset,
            choice=choice_json(basis.disclosure),
            language=wanted.language,
            recipient=wanted.recipient,
            purpose=wanted.purpose,
            checkpoint_size=basis.checkpoint.size,
            sha256=kept.sha256,
            plain_sha256=plain,
            size=kept.size,
            made_at=work.now,
            made_by=work.actor.name,
            made_by_id=work.actor.id,
            contents=dict(draft.counts),
            job_id=wanted.job_id,
            branch_id=record.branch_id,
            owner_id=record.owner_id,
            agency_id=record.agency_id,
            package_id=record.package_id,
        )
    )
    work.record(Action.EXPORT_DOSSIER, dossier, number=dossier.number, preset=dossier.preset)
    work.register("event", dossier, loan_id=loan_id, fields=_fields(dossier, subject))
    return dossier


def _fields(dossier: Dossier, subject: Subject) -> dict[str, str]:
    return {
        "event": Action.EXPORT_DOSSIER.value,
        "subject": subject.code,
        "subject_number": subject.number,
        "dossier": dossier.number,
        "sha256": dossier.sha256,
        "plain_sha256": dossier.plain_sha256,
        "preset": dossier.preset,
        "language": dossier.language,
        "recipient": dossier.recipient or "",
        "purpose": dossier.purpose or "",
        "checkpoint": str(dossier.checkpoint_size),
    }


def _head(size: int | None) -> Checkpoint:
    """Return the head asked for; without one, register, sign and stamp all that waits.

    Raises:
        NotFound: there is no such head.
    """
    if size is None:
        sequencer.register_pending()
        sequencer.checkpoint()
        db.session.rollback()
        return stamp(_signed(db.session.scalar(select(func.max(Checkpoint.size)))))
    return _signed(size)


def _signed(size: int | None) -> Checkpoint:
    head = db.session.get(Checkpoint, size or 0)
    if head is None:
        raise NotFound(_("没有大小为 {size} 的检查点。", size=size))
    return head


def open_dossier(dossier: Dossier) -> BinaryIO:
    """Return the zip as it was made.

    Raises:
        NotFound: it was destroyed, because something in it had to be erased.
    """
    try:
        return house_store().open_object(dossier.sha256)
    except FileNotFoundError as error:
        raise NotFound(_("这份卷宗的文件已按删除决定销毁。")) from error
