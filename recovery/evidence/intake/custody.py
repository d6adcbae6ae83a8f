"""Custody of paper originals, certificates and keys: every act an event, audited, registered."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select

from recovery.evidence.intake.custody_queries import find_original
from recovery.evidence.intake.labels import CONDITIONS, ORIGINAL_KINDS, WITHOUT_PAGES
from recovery.evidence.intake.models import CustodyEvent, PaperOriginal
from recovery.kernel import numbering
from recovery.kernel.actions import Action
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.loans.models import Loan
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
