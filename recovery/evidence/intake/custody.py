"""Custody of paper originals, certificates and keys: every act an event, audited, registered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from recovery.evidence.intake.labels import ACTS, CONDITIONS, ORIGINAL_KINDS, WITHOUT_PAGES
from recovery.evidence.intake.models import CustodyEvent, PaperOriginal, ScanAttestation
from recovery.kernel import gate, numbering
from recovery.kernel.actions import Action
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.gate import Scope
from recovery.kernel.links import TimelineItem
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.loans.models import Document, Loan
from recovery.loans.registration import moment_text

SERIES = "custody"
BARCODES = "barcode"


@dataclass(frozen=True, slots=True)
class NewOriginal:
    """A paper that comes in. `barcode` blank: the house gives it one."""

    kind: str
    title: str
    place: str
    page_count: int | None = None
    seal_no: str = ""
    condition: str = "intact"
    barcode: str = ""
    received_from: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """What is done with an original: to whom, where to, in which state, why."""

    kind: str
    to_holder: str = ""
    place: str = ""
    condition: str = ""
    seal_no: str = ""
    page_count: int | None = None
    due_on: date | None = None
    reason: str = ""


def originals(scope: Scope) -> Select[Any]:
    """Return the statement of the originals of loans that `scope` sees."""
    rows = select(PaperOriginal).join(Loan, Loan.id == PaperOriginal.loan_id)
    return gate.visible(rows.options(joinedload(PaperOriginal.loan)), Loan, scope)


def find_original(session: Session, original_id: int, scope: Scope) -> PaperOriginal:
    """Return an original, through the gate of its loan.

    Raises:
        NotFound: there is none, or `scope` may not see its loan.
    """
    found = session.scalars(originals(scope).where(PaperOriginal.id == original_id)).one_or_none()
    if found is None:
        raise NotFound(_("没有这条记录，或您无权查看。"))
    assert isinstance(found, PaperOriginal)
    return found


def originals_of(session: Session, loan_id: int) -> Sequence[PaperOriginal]:
    """Return the originals of a loan whose gate was passed."""
    rows = select(PaperOriginal).where(PaperOriginal.loan_id == loan_id)
    return session.scalars(rows.order_by(PaperOriginal.id)).all()


def events_of(session: Session, original_id: int) -> Sequence[CustodyEvent]:
    """Return what was done with an original, oldest first."""
    rows = select(CustodyEvent).where(CustodyEvent.original_id == original_id)
    return session.scalars(rows.order_by(CustodyEvent.id)).all()


def find_event(session: Session, event_id: int, scope: Scope) -> CustodyEvent:
    """Return an act of custody, through the gate of its loan.

    Raises:
        NotFound: there is none, or `scope` may not see its loan.
    """
    event = session.get(CustodyEvent, event_id)
    if event is None:
        raise NotFound(_("没有这条记录，或您无权查看。"))
    find_original(session, event.original_id, scope)
    return event


def timeline(session: Session, loan_id: int, scope: Scope, limit: int) -> list[TimelineItem]:
    """Return what was done with a loan's originals, for its timeline."""
    rows = (
        select(CustodyEvent, PaperOriginal)
        .join(PaperOriginal, PaperOriginal.id == CustodyEvent.original_id)
        .join(Loan, Loan.id == PaperOriginal.loan_id)
        .where(PaperOriginal.loan_id == loan_id)
        .order_by(CustodyEvent.id.desc())
        .limit(limit)
    )
    return [
        TimelineItem(
            at=event.at,
            kind="evidence",
            title=_("原件{act}：{title}", act=ACTS[event.act], title=original.title),
            detail=f"{original.barcode} {event.to_holder}",
            endpoint="custody.show",
            arguments={"original_id": original.id},
        )
        for event, original in session.execute(gate.visible(rows, Loan, scope))
    ]


def places(session: Session, scope: Scope) -> list[str]:
    """Return the places where originals lie that `scope` sees."""
    rows = select(PaperOriginal.place).join(Loan, Loan.id == PaperOriginal.loan_id).distinct()
    return sorted(one for one in session.scalars(gate.visible(rows, Loan, scope)) if one)


def receive(work: Work, loan_id: int, new: NewOriginal) -> PaperOriginal:
    """Take an original into custody.

    Raises:
        RuleViolation: unknown kind or condition, no place, a barcode that another bears.
    """
    loan = work.get(Loan, loan_id)
    _check(new)
    barcode = new.barcode.strip().upper() or _next_barcode(work)
    known = select(PaperOriginal.id).where(PaperOriginal.barcode == barcode)
    if work.session.scalars(known).first() is not None:
        raise RuleViolation(_("条码 {barcode} 已贴在另一件原件上。", barcode=barcode))
    original = work.add(
        PaperOriginal(
            barcode=barcode,
            loan_id=loan.id,
            document_id=None,
            kind=new.kind,
            title=new.title.strip(),
            seal_no=new.seal_no.strip(),
            condition=new.condition,
            page_count=new.page_count,
            state="held",
            place=new.place.strip(),
            holder=work.actor.name,
            due_on=None,
            received_at=work.now,
            received_by_id=work.actor.id,
        )
    )
    act = Act("receive", to_holder=work.actor.name, place=original.place)
    _note(work, original, act, from_holder=new.received_from.strip())
    return original


def _check(new: NewOriginal) -> None:
    if new.kind not in ORIGINAL_KINDS or new.condition not in CONDITIONS:
        raise RuleViolation(_("请选择原件的种类和状况。"))
    if not new.title.strip() or not new.place.strip():
        raise RuleViolation(_("请填写名称和存放位置。"))
    if new.kind not in WITHOUT_PAGES and not new.page_count:
        raise RuleViolation(_("请填写页数。"))


def _next_barcode(work: Work) -> str:
    """Return the next barcode of the house: short, letters and digits only."""
    [number] = numbering.draw(work, BARCODES)
    return f"YJ{work.today:%y}{number:07d}"


def move(work: Work, original_id: int, version: int, act: Act) -> CustodyEvent:
    """Put an original that is held in another place."""
    original = _held(work, original_id, version)
    if not act.place.strip() or act.place.strip() == original.place:
        raise RuleViolation(_("请填写新的存放位置。"))
    original.place = act.place.strip()
    return _note(work, original, replace(act, kind="move", to_holder=original.holder))


def lend(work: Work, original_id: int, version: int, act: Act) -> CustodyEvent:
    """Lend an original that is held until a day.

    Raises:
        RuleViolation: no borrower or reason, or a day that has passed.
    """
    original = _held(work, original_id, version)
    if not act.to_holder.strip() or not act.reason.strip():
        raise RuleViolation(_("请填写借给谁和用途。"))
    if act.due_on is None or act.due_on < work.today:
        raise RuleViolation(_("请填写归还期限，不早于今天。"))
    before = original.holder
    original.state, original.due_on = "lent", act.due_on
    original.holder = act.to_holder.strip()
    return _note(work, original, replace(act, kind="lend"), from_holder=before)


def give_back(work: Work, original_id: int, version: int, act: Act) -> CustodyEvent:
    """Take a lent original back, in the state in which it comes.

    Raises:
        RuleViolation: it is not lent; the state is not one of the list.
    """
    original = _versioned(work, original_id, version)
    if original.state != "lent":
        raise RuleViolation(_("这件原件没有借出。"))
    if act.condition not in CONDITIONS:
        raise RuleViolation(_("请选择归还时的状况。"))
    before = original.holder
    original.state, original.due_on = "held", None
    original.holder, original.condition = work.actor.name, act.condition
    original.place = act.place.strip() or original.place
    original.seal_no = act.seal_no.strip() or original.seal_no
    original.page_count = act.page_count or original.page_count
    done = replace(act, kind="return", to_holder=original.holder)
    return _note(work, original, done, from_holder=before)


def hand_over(work: Work, original_id: int, version: int, act: Act) -> CustodyEvent:
    """Hand an original that is held over for good: to the court, the owner, another house.

    Raises:
        RuleViolation: no recipient or reason.
    """
    original = _held(work, original_id, version)
    if not act.to_holder.strip() or not act.reason.strip():
        raise RuleViolation(_("请填写移交给谁和原因。"))
    before = original.holder
    original.state, original.holder = "handed_over", act.to_holder.strip()
    return _note(work, original, replace(act, kind="hand_over"), from_holder=before)


def _held(work: Work, original_id: int, version: int) -> PaperOriginal:
    original = _versioned(work, original_id, version)
    if original.state != "held":
        raise RuleViolation(_("这件原件不在库，不能办理。"))
    return original


def _versioned(work: Work, original_id: int, version: int) -> PaperOriginal:
    original = find_original(work.session, original_id, work.actor.scope)
    work.require_version(original, version)
    return original


def _note(
    work: Work, original: PaperOriginal, act: Act, *, from_holder: str | None = None
) -> CustodyEvent:
    """Write the event of an act that was done, audit and register it."""
    [number] = numbering.draw(work, f"{SERIES}-{work.today.year}")
    event = work.add(
        CustodyEvent(
            original_id=original.id,
            number=f"YJ{numbering.house_number(work.today.year, number)}",
            act=act.kind,
            at=work.now,
            actor_id=work.actor.id,
            actor_name=work.actor.name,
            from_holder=original.holder if from_holder is None else from_holder,
            to_holder=act.to_holder.strip(),
            place=original.place,
            seal_no=original.seal_no,
            condition=original.condition,
            page_count=original.page_count,
            due_on=original.due_on,
            reason=act.reason.strip(),
        )
    )
    work.register("event", event, loan_id=original.loan_id, fields=event_fields(original, event))
    work.record(Action.CHANGE_CUSTODY, original, act=act.kind, event=event.number)
    return event


def event_fields(original: PaperOriginal, event: CustodyEvent) -> dict[str, str]:
    """Return what is committed to of an act of custody."""
    return {
        "event": f"custody.{event.act}",
        "number": event.number,
        "barcode": original.barcode,
        "kind": original.kind,
        "title": original.title,
        "at": moment_text(event.at),
        "actor": event.actor_name,
        "from_holder": event.from_holder,
        "to_holder": event.to_holder,
        "place": event.place,
        "seal_no": event.seal_no,
        "condition": event.condition,
        "page_count": "" if event.page_count is None else str(event.page_count),
        "due_on": event.due_on.isoformat() if event.due_on else "",
        "reason": event.reason,
    }


def link_scan(work: Work, original_id: int, document_id: int) -> PaperOriginal:
    """Say which document is the scan of an original.

    Raises:
        NotFound: the loan has no such document.
    """
    original = find_original(work.session, original_id, work.actor.scope)
    document = work.session.get(Document, document_id)
    if document is None or document.loan_id != original.loan_id:
        raise NotFound(_("没有这条记录，或您无权查看。"))
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
    document = original.document
    if document is None or document.ended_on is not None:
        raise RuleViolation(_("这件原件还没有扫描件。"))
    if document.sha256 != sha256:
        raise RuleViolation(_("扫描件已更换，请重新核对。"))
    if work.actor.id is None or document.added_by_id == work.actor.id:
        raise RuleViolation(_("扫描的人不能自己核对，须由另一人核对。"))
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


def attestations_of(session: Session, original_id: int) -> Sequence[ScanAttestation]:
    """Return who attested the scans of an original, newest first."""
    rows = select(ScanAttestation).where(ScanAttestation.original_id == original_id)
    return session.scalars(rows.order_by(ScanAttestation.id.desc())).all()
