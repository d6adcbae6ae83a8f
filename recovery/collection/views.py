"""Pages of collection: the tab of a loan, one record, and the forms to add and correct each."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from recovery.collection import corrections, forms, labels, lists, queries, service, words
from recovery.collection.keeping import PAPERS
from recovery.collection.models import CollectionRecord, Demand
from recovery.collection.values import (
    NewAgreement,
    NewContact,
    NewDelivery,
    NewDemand,
    NewVisit,
)
from recovery.kernel import gate
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import Forbidden, NotFound
from recovery.kernel.text import Text, _
from recovery.kernel.work import Work
from recovery.loans.documents import KeptFile, keep_file
from recovery.loans.form_page import asked_loan, loan_form
from recovery.loans.models import Loan
from recovery.rulebook.service import trace_of
from recovery.web.messages import flash
from recovery.web.pagination import bounded_count, decode
from recovery.web.people import current_scope, user_work
from recovery.web.rights import allowed, may

bp = Blueprint("collection", __name__, url_prefix="/collection")

ACTS: dict[str, tuple[Action, str, Text]] = {
    "contact": (Action.RECORD_CONTACT, ".new_contact", _("登记联系")),
    "demand": (Action.RECORD_DEMAND, ".new_demand", _("登记催收函")),
    "visit": (Action.RECORD_VISIT, ".new_visit", _("登记上门拜访")),
    "agreement": (Action.RECORD_AGREEMENT, ".new_agreement", _("登记还款协议")),
    "delivery": (Action.RECORD_DELIVERY, ".new_delivery", _("登记送达结果")),
}
"""Kind → who may record it, where, and what the button says."""


@bp.get("/")
@allowed(Action.VIEW_COLLECTION)
def index() -> ResponseReturnValue:
    """List the records of every loan that the reader may see, the newest first."""
    asked = lists.RECORDS.read(request.args)
    statement = lists.records(current_scope(), asked.filters)
    page = asked.page(db.session(), statement)
    return render_template(
        "collection/index.html",
        list=asked.show(
            page,
            bounded_count(db.session(), statement),
            empty=_("还没有催收记录。可以在贷款页的“催收”中登记。"),
            first_act=(_("去贷款列表"), url_for("loans.index")),
        ),
    )


@bp.get("/of-loan/<int:loan_id>")
@allowed(Action.VIEW_COLLECTION)
def of_loan(loan_id: int) -> ResponseReturnValue:
    """Answer the records of a loan, the newest first, for the tab of its page."""
    gate.find(db.session(), Loan, loan_id, current_scope())
    page = queries.of_loan(db.session(), loan_id, decode(request.args.get("after", "")))
    return render_template(
        "collection/_of_loan.html",
        page=page,
        loan_id=loan_id,
        superseded=queries.superseded(db.session(), page.rows),
        labels=labels,
        outcome_of=words.outcome_of,
        time_of=words.time_of,
        acts=[
            (url_for(endpoint, loan_id=loan_id), label)
            for kind, (action, endpoint, label) in ACTS.items()
            if kind != "delivery" and may(action)
        ],
    )


@bp.get("/<int:record_id>")
@allowed(Action.VIEW_COLLECTION)
def show(record_id: int) -> ResponseReturnValue:
    """Show one record whole: what it says, how the law sees it, what corrects it."""
    row = queries.record(db.session(), record_id, current_scope())
    later = queries.superseded(db.session(), [row]).get(row.id)
    first = service.first_of(db.session(), row)
    is_demand = isinstance(row, Demand)
    deliveries = queries.deliveries_of(db.session(), first.id) if is_demand else []
    standing = later is None and row.kind in ACTS
    return render_template(
        "collection/show.html",
        row=row,
        loan=row.loan,
        later=later,
        earlier=db.session.get(CollectionRecord, row.supersedes_id or 0),
        deliveries=deliveries,
        labels=labels,
        title=words.title_of(row),
        time_of=words.time_of,
        facts_of=words.facts_of(db.session(), row),
        interrupts=words.interrupts(row, deliveries),
        conduct=[(trace_of(one), one) for one in row.conduct],
        correct_url=_form_url(row) if standing and may(ACTS[row.kind][0]) else None,
        may_withdraw=standing and may(Action.CORRECT_COLLECTION) and may(ACTS[row.kind][0]),
        back_url=_tab(row.loan_id),
    )


def _form_url(row: CollectionRecord) -> str:
    """Return where a record is corrected: the form of its kind."""
    _action, endpoint, _label = ACTS[row.kind]
    where = {"loan_id": row.loan_id, "corrects": row.id}
    if row.kind == "delivery":
        where["demand_id"] = row.demand_id  # type: ignore[attr-defined]
        del where["loan_id"]
    return url_for(endpoint, **where)  # type: ignore[arg-type]


def _tab(loan_id: int) -> str:
    return url_for("loans.part", loan_id=loan_id, name="collection")


Record = Callable[[Work, dict[str, Any]], CollectionRecord]


def _entry(
    loan_id: int, kind: str, form: forms.EntryForm, record: Record, explained: Text | None = None
) -> ResponseReturnValue:
    """Show the form of a kind, or record what was filled in and go back to the tab.

    `corrects` of the address names the record that is corrected by it.
    """
    loan = asked_loan(loan_id)
    old = _corrected(loan, kind)
    documents = queries.documents_of(db.session(), loan.id, PAPERS[kind])
    form.offer(queries.people_of(db.session(), loan), documents)
    if old is None:
        form.for_new()
    if not form.is_submitted():
        forms.begin(form)
        if old is not None:
            form.show(old)
    kept: list[KeptFile] = []

    def keep() -> None:
        upload: Any = form.paper.data
        if upload is not None:
            kept.append(keep_file(upload.stream, upload.name))

    def book(work: Work) -> Text:
        row = record(work, form.entered(kept[0] if kept else None, old))
        for warning in words.warnings_of(row):
            flash(warning, "warning")
        return _("已登记 {record}，将自动存证。", record=row.record_no)

    label = ACTS[kind][2]
    heading = label if old is None else _("更正 {record}", record=old.record_no)
    shown = {"heading": heading, "submit": label, "done_url": _tab(loan_id)}
    return loan_form(loan_id, form, book, before=keep, explained=explained, **shown)


def _corrected(loan: Loan, kind: str) -> CollectionRecord | None:
    """Return the record that the address asks to correct.

    Raises:
        NotFound: the loan has no such record of this kind.
    """
    asked = request.args.get("corrects", type=int)
    if asked is None:
        return None
    old = queries.record(db.session(), asked, current_scope())
    if old.loan_id != loan.id or old.kind != kind:
        raise NotFound
    return old


@bp.route("/of-loan/<int:loan_id>/contacts/new", methods=["GET", "POST"])
@allowed(Action.RECORD_CONTACT)
def new_contact(loan_id: int) -> ResponseReturnValue:
    """Record a contact."""
    form = forms.ContactForm()

    def record(work: Work, entered: dict[str, Any]) -> CollectionRecord:
        names = ("at", "channel", "direction", "outcome", "is_recorded", "has_consent")
        promise = ("promised_amount", "promised_on")
        new = NewContact(**entered, **form.values(*names, *promise))
        return service.record_contact(work, loan_id, new)

    return _entry(loan_id, "contact", form, record)


@bp.route("/of-loan/<int:loan_id>/demands/new", methods=["GET", "POST"])
@allowed(Action.RECORD_DEMAND)
def new_demand(loan_id: int) -> ResponseReturnValue:
    """Record a demand that was sent."""
    form = forms.DemandForm()

    def record(work: Work, entered: dict[str, Any]) -> CollectionRecord:
        values = form.values("on", "means", "waybill_no", "address_basis", "amount")
        return service.record_demand(work, loan_id, NewDemand(**entered, **values))

    return _entry(loan_id, "demand", form, record)


@bp.route("/demands/<int:demand_id>/deliveries/new", methods=["GET", "POST"])
@allowed(Action.RECORD_DELIVERY)
def new_delivery(demand_id: int) -> ResponseReturnValue:
    """Record what became of a demand."""
    demand = queries.record(db.session(), demand_id, current_scope())
    if not isinstance(demand, Demand):
        raise NotFound
    form = forms.DeliveryForm()

    def record(work: Work, entered: dict[str, Any]) -> CollectionRecord:
        new = NewDelivery(**entered, **form.values("on", "outcome", "proof"))
        return service.record_delivery(work, demand_id, new)

    sent = _("{record}，{day} 发出。", record=demand.record_no, day=demand.happened_on)
    return _entry(demand.loan_id, "delivery", form, record, sent)


@bp.route("/of-loan/<int:loan_id>/visits/new", methods=["GET", "POST"])
@allowed(Action.RECORD_VISIT)
def new_visit(loan_id: int) -> ResponseReturnValue:
    """Record a field visit."""
    form = forms.VisitForm()

    def record(work: Work, entered: dict[str, Any]) -> CollectionRecord:
        names = ("at", "met", "vehicle", "mileage", "outcome", "has_consent")
        who = words.names_in(form.visitors.data or "")
        new = NewVisit(**entered, **form.values(*names), visitors=who)
        return service.record_visit(work, loan_id, new)

    return _entry(loan_id, "visit", form, record)


@bp.route("/of-loan/<int:loan_id>/agreements/new", methods=["GET", "POST"])
@allowed(Action.RECORD_AGREEMENT)
def new_agreement(loan_id: int) -> ResponseReturnValue:
    """Record what was agreed, against its document."""
    form = forms.AgreementForm()

    def record(work: Work, entered: dict[str, Any]) -> CollectionRecord:
        names = ("on", "agreement_kind", "terms", "new_last_due_on", "amount")
        signed = tuple(int(number) for number in form.signers.data or ())
        consent = form.guarantor_consent.data
        new = NewAgreement(
            **entered, **form.values(*names), signer_ids=signed, guarantor_consent=consent
        )
        return service.record_agreement(work, loan_id, new)

    explained = _(
        "只登记双方约定了什么，不改变还款计划和账目。未经保证人书面同意延长履行期限的，"
        "保证期间不受影响（民法典第六百九十五条，未确认）。"
    )
    return _entry(loan_id, "agreement", form, record, explained)


@bp.route("/<int:record_id>/withdraw", methods=["GET", "POST"])
@allowed(Action.CORRECT_COLLECTION)
def withdraw(record_id: int) -> ResponseReturnValue:
    """Take back a record that ought not to stand on its loan."""
    row = queries.record(db.session(), record_id, current_scope())
    if row.kind not in ACTS or not may(ACTS[row.kind][0]):
        raise Forbidden(_("您的角色没有这项权限。如有需要，请联系管理员。"))
    form = forms.ReasonForm()

    def book(work: Work) -> Text:
        corrections.withdraw(work, record_id, form.reason.data)
        return _("已撤回 {record}，原记录保留。", record=row.record_no)

    heading = _("撤回 {record}", record=row.record_no)
    shown = {"heading": heading, "submit": heading, "done_url": _tab(row.loan_id)}
    return loan_form(row.loan_id, form, book, **shown)


@bp.route("/<int:record_id>/unmask", methods=["GET", "POST"])
@allowed(Action.UNMASK_PERSONAL_DATA)
def unmask(record_id: int) -> ResponseReturnValue:
    """Ask for a reason, then show the number or address of a record; recorded in the audit log."""
    row = queries.record(db.session(), record_id, current_scope())
    if row.address_sealed is None:
        raise NotFound
    form = forms.ReasonForm()
    value = None
    if form.validate_on_submit():
        with form.refusal_shown(), user_work() as work:
            value = corrections.unmask(work, record_id, form.reason.data)
    page = "loans/_unmask.html" if request.headers.get("HX-Request") else "loans/unmask.html"
    values = {"form": form, "value": value, "loan": row.loan}
    address = url_for(".unmask", record_id=record_id)
    return render_template(page, **values, address=address), form.status
