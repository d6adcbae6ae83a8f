"""Pages of originals in custody: the list, one original, its acts, labels and receipts."""

from collections.abc import Callable
from typing import Any, BinaryIO, cast

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from recovery.evidence.intake import (
    attesting,
    custody,
    custody_forms,
    custody_lists,
    custody_queries,
    receipts,
)
from recovery.evidence.intake.custody import Act, NewOriginal
from recovery.evidence.intake.forms import ReceiptForm
from recovery.evidence.intake.labels import ACTS, CONDITIONS, ORIGINAL_KINDS, ORIGINAL_STATES
from recovery.evidence.intake.models import CustodyEvent, PaperOriginal
from recovery.kernel import clock, gate
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound
from recovery.kernel.text import Text, _
from recovery.kernel.work import Work
from recovery.loans.belonging import find_of_loan
from recovery.loans.documents import keep_file
from recovery.loans.models import Document, Loan
from recovery.loans.queries import documents_of
from recovery.web.forms import VersionedForm
from recovery.web.messages import flash
from recovery.web.pagination import bounded_count
from recovery.web.papers import render_paper
from recovery.web.people import current_actor, current_scope, user_work
from recovery.web.rights import allowed
from recovery.web.uploads import PDF, as_attachment

bp = Blueprint("custody", __name__, url_prefix="/evidence/originals")

Done = Callable[[Work, int, int, Act], CustodyEvent]
DOABLE: dict[str, tuple[type[VersionedForm], Done]] = {
    "move": (custody_forms.MoveForm, custody.move),
    "lend": (custody_forms.LendForm, custody.lend),
    "return": (custody_forms.ReturnForm, custody.give_back),
    "hand_over": (custody_forms.HandOverForm, custody.hand_over),
}
"""Act → its form and what does it."""


@bp.get("/")
@allowed(Action.VIEW_CUSTODY)
def index() -> ResponseReturnValue:
    """List the originals."""
    asked = custody_lists.originals_list().read(request.args)
    statement = custody_lists.filtered(custody_queries.originals(current_scope()), asked.filters)
    shown = asked.show(
        asked.page(db.session(), statement),
        bounded_count(db.session(), statement),
        empty=_("还没有登记的原件。在贷款页的“原件”中登记。"),
        first_act=(_("去贷款列表"), url_for("loans.index")),
    )
    return render_template("evidence/intake/originals.html", list=shown)


@bp.get("/of-loan/<int:loan_id>")
@allowed(Action.VIEW_CUSTODY)
def of_loan(loan_id: int) -> ResponseReturnValue:
    """Answer the originals of a loan, for the tab of its page."""
    gate.find(db.session(), Loan, loan_id, current_scope())
    return render_template(
        "evidence/intake/_originals_of_loan.html",
        loan_id=loan_id,
        originals=custody_queries.originals_of(db.session(), loan_id),
        kinds=ORIGINAL_KINDS,
        states=ORIGINAL_STATES,
    )


@bp.route("/new/<int:loan_id>", methods=["GET", "POST"])
@allowed(Action.CHANGE_CUSTODY)
def receive(loan_id: int) -> ResponseReturnValue:
    """Take an original of a loan into custody."""
    loan = gate.find(db.session(), Loan, loan_id, current_scope())
    form = custody_forms.OriginalForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                original = custody.receive(work, loan.id, _new_original(form))
            flash(_("已接收 {barcode}，请打印标签贴上。", barcode=original.barcode))
            return redirect(url_for(".show", original_id=original.id))
    page = render_template("evidence/intake/receive.html", form=form, loan=loan)
    return page, form.status


def _new_original(form: custody_forms.OriginalForm) -> NewOriginal:
    """Return what the form says of an original."""
    return NewOriginal(
        kind=form.kind.data,
        title=form.title.data,
        place=form.place.data,
        page_count=form.page_count.data,
        seal_no=form.seal_no.data or "",
        condition=form.condition.data,
        barcode=form.barcode.data or "",
        received_from=form.received_from.data or "",
    )


@bp.get("/<int:original_id>")
@allowed(Action.VIEW_CUSTODY)
def show(original_id: int) -> ResponseReturnValue:
    """Show one original: where it is, who holds it, what was done with it."""
    original = _original(original_id)
    return render_template("evidence/intake/original.html", **_values(original))


def _values(original: PaperOriginal) -> dict[str, Any]:
    link = custody_forms.LinkForm()
    documents = documents_of(db.session(), original.loan_id)
    link.document.choices = [(one.id, one.title) for one in documents if one.ended_on is None]
    document = original.document
    link.document.data = original.document_id
    done = custody_queries.attestations_of(db.session(), original.id)
    actor = current_actor()
    has_attested = document is not None and any(
        one.attested_by_id == actor.id and one.sha256 == document.sha256 for one in done
    )
    return {
        "one": original,
        "loan": original.loan,
        "state": ORIGINAL_STATES[original.state],
        "kinds": ORIGINAL_KINDS,
        "conditions": CONDITIONS,
        "acts": ACTS,
        "due": custody_lists.due_clock(original),
        "events": custody_queries.events_of(db.session(), original.id),
        "attestations": done,
        "has_attested": has_attested,
        "link_form": link,
        "attest_form": custody_forms.AttestForm(),
        "may_attest": document is not None and document.added_by_id != actor.id,
    }


@bp.route("/<int:original_id>/do/<act>", methods=["GET", "POST"])
@allowed(Action.CHANGE_CUSTODY)
def do(original_id: int, act: str) -> ResponseReturnValue:
    """Move, lend, take back or hand over an original."""
    original = _original(original_id)
    if act not in DOABLE:
        raise NotFound
    kind, done = DOABLE[act]
    form = kind()
    form.show_version(original.version)
    if form.validate_on_submit():
        with form.refusal_shown():
            given = {
                field.name: field.data
                for field in form
                if field.name in Act.__slots__ and field.data is not None
            }
            with user_work() as work:
                event = done(work, original_id, form.seen, Act(act, **given))
            flash(_("已办理“{act}”，编号 {number}。", act=ACTS[act], number=event.number))
            return redirect(url_for(".show", original_id=original_id))
        form.compare_with(_original(original_id).version, {})
    page = render_template("evidence/intake/act.html", form=form, one=original, act=ACTS[act])
    return page, form.status


@bp.post("/<int:original_id>/scan")
@allowed(Action.CHANGE_CUSTODY)
def link_scan(original_id: int) -> ResponseReturnValue:
    """Say which document is the scan of an original."""
    _original(original_id)
    number = request.form.get("document", 0, type=int)
    with user_work() as work:
        attesting.link_scan(work, original_id, number)
    flash(_("已关联扫描件。"))
    return redirect(url_for(".show", original_id=original_id))


@bp.post("/<int:original_id>/attest")
@allowed(Action.ATTEST_SCAN)
def attest(original_id: int) -> ResponseReturnValue:
    """State, as a second person, that the scan equals the original."""
    original = _original(original_id)
    form = custody_forms.AttestForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                digest = request.form.get("sha256", "")
                attesting.attest(work, original_id, digest, form.pages.data)
            flash(_("已登记：扫描件与原件一致。"))
            return redirect(url_for(".show", original_id=original_id))
    values = _values(original) | {"attest_form": form}
    return render_template("evidence/intake/original.html", **values), form.status


@bp.get("/<int:original_id>/label.pdf")
@allowed(Action.VIEW_CUSTODY)
def label(original_id: int) -> ResponseReturnValue:
    """Print the label that is stuck on an original."""
    original = _original(original_id)
    pdf = render_paper(
        "documents/evidence/intake/label.html",
        one=original,
        kind=ORIGINAL_KINDS.get(original.kind, Text(original.kind)),
    )
    return as_attachment(pdf, name=f"{original.barcode}.pdf", media_type=PDF.media_type)


@bp.get("/events/<int:event_id>/receipt.pdf")
@allowed(Action.VIEW_CUSTODY)
def receipt(event_id: int) -> ResponseReturnValue:
    """Print the receipt of an act of custody, with its signature blocks."""
    event = custody_queries.find_event(db.session(), event_id, current_scope())
    pdf = render_paper(
        "documents/evidence/intake/receipt.html",
        event=event,
        one=event.original,
        loan=event.original.loan,
        act=ACTS[event.act],
        kind=ORIGINAL_KINDS.get(event.original.kind, event.original.kind),
        condition=CONDITIONS.get(event.condition, event.condition),
        printed_on=clock.today(),
        number=event.number,
    )
    return as_attachment(pdf, name=f"{event.number}.pdf", media_type=PDF.media_type)


@bp.route("/receipts/new/<int:document_id>", methods=["GET", "POST"])
@allowed(Action.ADD_EVIDENCE)
def new_receipt(document_id: int) -> ResponseReturnValue:
    """Keep the receipt of a court chain or notary with the document it is about."""
    document = find_of_loan(db.session(), Document, document_id, current_scope())
    form = ReceiptForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            sent = form.file.data
            assert sent is not None
            assert form.issued_on.data is not None
            kept = keep_file(cast(BinaryIO, sent.stream), sent.name)
            new = receipts.NewReceipt(
                form.kind.data, form.issuer.data, form.number.data, form.issued_on.data
            )
            with user_work() as work:
                receipts.add_receipt(work, document_id, new, kept)
            flash(_("凭证已收录并登记。"))
            return redirect(url_for("items.of_document", document_id=document_id))
    page = render_template("evidence/intake/receipt.html", form=form, document=document)
    return page, form.status


def _original(original_id: int) -> PaperOriginal:
    return custody_queries.find_original(db.session(), original_id, current_scope())
