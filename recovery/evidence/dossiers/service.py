"""Dossiers (证据卷宗): a loan's registered records and papers in one zip that anyone checks.

A dossier is a function of loan, head, preset, language, law book and version of the program:
asked for again it is the same, byte for byte, and so is its number.
"""

import json
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from tempfile import TemporaryFile
from typing import BinaryIO

import pypdfium2
from sqlalchemy import func, select

from evidence_store import ObjectInfo, Store
from evidence_store.bag import Bag, Stream, evidence, write
from recovery import __version__
from recovery.evidence import sequencer
from recovery.evidence.dossiers.contents import Contents, gather
from recovery.evidence.dossiers.ledger import ledger_lines
from recovery.evidence.dossiers.lines import EvidenceLine, evidence_list
from recovery.evidence.dossiers.models import Dossier
from recovery.evidence.dossiers.presets import PRESETS
from recovery.evidence.house import house_store
from recovery.evidence.models import Checkpoint
from recovery.evidence.stamping import stamp
from recovery.kernel import gate
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.gate import Actor
from recovery.kernel.text import _
from recovery.kernel.work import Work, work_as
from recovery.loans import labels
from recovery.loans.models import Loan
from recovery.rulebook.service import current_book
from recovery.web.language import reading
from recovery.web.papers import render_paper

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asks for when exporting a dossier."""

    preset: str = "court"
    language: str = "zh"
    checkpoint: int | None = None
    """Size of an earlier head, to repeat a dossier; None: everything up to now."""

    recipient: str | None = None
    purpose: str | None = None


def export_dossier(actor: Actor, loan_id: int, wanted: Wanted) -> Dossier:
    """Make the dossier of a loan, keep it in the evidence store and note who asked for what.

    Raises:
        NotFound: no such loan or head, or not for this actor to see.
        RuleViolation: an unknown preset or language; nothing registered; a character that cannot
            be printed.
    """
    check(wanted)
    gate.find(db.session(), Loan, loan_id, actor.scope)
    head = _head(wanted.checkpoint)
    db.session.rollback()
    loan = gate.find(db.session(), Loan, loan_id, actor.scope)
    store = house_store()
    withheld = PRESETS[wanted.preset][1]
    contents = gather(db.session(), store, loan, checkpoint=head, withheld=withheld)
    with TemporaryFile() as file:
        number = write_bag(file, store, contents, wanted)
        file.seek(0)
        [kept] = store.put_objects([file])
    with work_as(actor) as work:
        return _note(work, contents, wanted, (number, kept))


def _note(work: Work, contents: Contents, wanted: Wanted, made: tuple[str, ObjectInfo]) -> Dossier:
    """Note who was given which dossier, and register that it was made."""
    (number, kept), loan = made, contents.loan
    dossier = work.add(
        Dossier(
            number=number,
            loan_id=loan.id,
            preset=wanted.preset,
            language=wanted.language,
            recipient=wanted.recipient,
            purpose=wanted.purpose,
            checkpoint_size=contents.checkpoint.size,
            sha256=kept.sha256,
            size=kept.size,
            made_at=work.now,
            made_by=work.actor.name,
            contents={
                "records": len(contents.records),
                "originals": len(contents.originals),
                "withheld": contents.withheld_count,
            },
            branch_id=loan.branch_id,
            owner_id=loan.owner_id,
            agency_id=loan.agency_id,
            package_id=loan.package_id,
        )
    )
    work.record(Action.EXPORT_DOSSIER, dossier, number=number, preset=wanted.preset)
    work.register("event", dossier, loan_id=loan.id, fields=_fields(dossier, loan))
    return dossier


def check(wanted: Wanted) -> None:
    """Refuse a preset or language that there is not.

    Raises:
        RuleViolation: naming it.
    """
    if wanted.preset not in PRESETS:
        raise RuleViolation(_("没有“{preset}”这种卷宗版本。", preset=wanted.preset))
    if wanted.language not in LANGUAGES:
        raise RuleViolation(_("卷宗的语言只能是 zh 或 en。"))


def _fields(dossier: Dossier, loan: Loan) -> dict[str, str]:
    return {
        "event": Action.EXPORT_DOSSIER.value,
        "contract_no": loan.contract_no,
        "dossier": dossier.number,
        "sha256": dossier.sha256,
        "preset": dossier.preset,
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


def write_bag(out: BinaryIO, store: Store, contents: Contents, wanted: Wanted) -> str:
    """Write the zip and return the dossier's number."""
    number = number_of(contents, wanted)
    payload = evidence(
        store,
        contents.bag_records(),
        [Stream(contents.stream.name, contents.stream.salt)],
        contents.checkpoint.size,
    )
    pages: dict[str, int] = {}
    for path, digest in contents.originals.items():
        with store.open_object(digest) as file:
            payload[path] = data = file.read()
        pages[digest] = page_count(data)
    payload["data/dossier.pdf"] = paper(contents, evidence_list(contents, pages), number, wanted)
    info = {
        "Source-Organization": store.origin,
        "Bagging-Date": contents.day.isoformat(),
        "External-Description": f"Evidence dossier of contract {contents.loan.contract_no}",
    }
    write(out, Bag(number, payload, info), store)
    return number


def number_of(contents: Contents, wanted: Wanted) -> str:
    """Return the number that follows from what the dossier is a function of."""
    inputs = {
        "loan": contents.loan.contract_no,
        "root": contents.checkpoint.root,
        "size": contents.checkpoint.size,
        "preset": wanted.preset,
        "language": wanted.language,
        "book": current_book().version,
        "program": __version__,
    }
    digest = sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()
    return f"D{contents.day:%Y%m%d}-{digest[:10].upper()}"


def page_count(data: bytes) -> int:
    """Return the pages of an original: of a PDF its own, of anything else one."""
    if not data.startswith(b"%PDF-"):
        return 1
    try:
        return len(pypdfium2.PdfDocument(BytesIO(data)))
    except pypdfium2.PdfiumError:
        return 1


def paper(contents: Contents, lines: list[EvidenceLine], number: str, wanted: Wanted) -> bytes:
    """Return the dossier's PDF in the language asked for."""
    with reading(wanted.language):
        return render_paper(
            "documents/evidence/dossiers/dossier.html",
            number=number,
            contents=contents,
            preset=PRESETS[wanted.preset][0],
            lines=lines,
            ledger=ledger_lines(contents),
            claim=contents.claim,
            mortgage_states=labels.MORTGAGE_STATES,
            party_roles=labels.PARTY_ROLES,
            guarantee_modes=labels.GUARANTEE_MODES,
            program=__version__,
            book=current_book().version,
        )


def open_dossier(dossier: Dossier) -> BinaryIO:
    """Return the zip as it was made."""
    return house_store().open_object(dossier.sha256)
