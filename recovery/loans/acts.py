"""Forms of the loan page: money, corrections, people, owners, papers."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound
from recovery.kernel.text import Text, _
from recovery.kernel.work import Work
from recovery.loans import forms, parties, queries, service
from recovery.loans.blueprint import bp
from recovery.loans.documents import KeptFile, Papers, add_documents, end_document, keep_file
from recovery.loans.form_page import asked_loan, loan_form
from recovery.loans.page import find_loan
from recovery.loans.reversals import may_still_be_reversed
from recovery.loans.values import NewOwnership, NewParty, NewPerson
from recovery.web.display import yuan
from recovery.web.people import current_scope, user_work
from recovery.web.rights import allowed

RECEIVE = {
    "payment": service.record_payment,
    "recovery": service.record_recovery,
    "sale_proceeds": service.record_sale_proceeds,
}
CHARGE = {
    "cost": service.book_cost,
    "court_cost": service.book_court_cost,
    "fee": service.book_fee,
    "penalty": service.book_penalty,
}


@bp.route("/<int:loan_id>/payments/new", methods=["GET", "POST"])
@allowed(Action.RECORD_TRANSACTION)
def new_payment(loan_id: int) -> ResponseReturnValue:
    """Record money that came in; what it would settle is shown while one types."""
    form = forms.ReceiptForm()
    if form.value_date.data is None and not form.is_submitted():
        form.value_date.data = clock.today()

    def book(work: Work) -> Text:
        _ask_again(work, loan_id, form)
        entry = RECEIVE[form.kind.data](work, loan_id, form.booking())
        return _(
            "已入账第 {number} 笔：{amount} 元，其中本金 {principal} 元、利息 {interest} 元、"
            "罚息复利 {penalty} 元、费用 {costs} 元。",
            number=entry.number,
            amount=yuan(entry.amount),
            principal=yuan(-entry.principal),
            interest=yuan(-entry.interest),
            penalty=yuan(-entry.penalty),
            costs=yuan(-entry.costs),
        )

    heading, submit = _("登记回款"), _("登记回款")
    live = url_for(".imply_payment", loan_id=loan_id)
    return loan_form(loan_id, form, book, heading=heading, submit=submit, live_url=live)


def _ask_again(work: Work, loan_id: int, form: forms.BookingForm) -> None:
    """Refuse what looks booked already until it is ticked that it is not, and offer the tick."""
    if form.not_repeated.data:
        return
    try:
        service.refuse_repeated(work, loan_id, form.kind.data, form.booking())
    except service.Repeated:
        form.offers_tick = True
        raise


@bp.post("/<int:loan_id>/payments/implied")
@allowed(Action.RECORD_TRANSACTION)
def imply_payment(loan_id: int) -> ResponseReturnValue:
    """Answer what is owed on the day typed, as a fragment."""
    loan = find_loan(db.session(), loan_id, current_scope())
    form = forms.ReceiptForm()
    day = form.value_date.data or clock.today()
    claim = queries.claim_on(db.session(), loan, max(day, loan.disbursed_on))
    return render_template(
        "loans/_implied_payment.html", claim=claim, loan=loan, amount=form.amount.data
    )


@bp.route("/<int:loan_id>/charges/new", methods=["GET", "POST"])
@allowed(Action.RECORD_TRANSACTION)
def new_charge(loan_id: int) -> ResponseReturnValue:
    """Book a cost, fee or liquidated damages."""
    form = forms.ChargeForm()

    def book(work: Work) -> Text:
        _ask_again(work, loan_id, form)
        entry = CHARGE[form.kind.data](work, loan_id, form.booking())
        number, amount = entry.number, yuan(entry.amount)
        return _("已入账第 {number} 笔：{amount} 元。", number=number, amount=amount)

    return loan_form(loan_id, form, book, heading=_("登记费用"), submit=_("登记费用"))


@bp.route("/<int:loan_id>/entries/<int:entry_id>/reverse", methods=["GET", "POST"])
@allowed(Action.REVERSE_TRANSACTION)
def reverse_entry(loan_id: int, entry_id: int) -> ResponseReturnValue:
    """Take a transaction back by a new row that names it."""
    form = forms.ReversalForm()
    entry = queries.entry_of(db.session(), asked_loan(loan_id).id, entry_id)
    if not form.is_submitted() and not may_still_be_reversed(db.session(), entry):
        flash(str(_("第 {number} 笔已被冲正，或不能冲正。", number=entry.number)), "warning")
        return redirect(url_for(".money", loan_id=loan_id))

    def book(work: Work) -> Text:
        row = service.reverse_transaction(work, loan_id, entry_id, form.reason.data)
        return _(
            "已用第 {number} 笔冲正第 {old} 笔。原记录保留。", number=row.number, old=entry.number
        )

    return loan_form(
        loan_id,
        form,
        book,
        heading=_("冲正第 {number} 笔", number=entry.number),
        submit=_("冲正 {amount} 元", amount=yuan(entry.amount)),
        entry=entry,
    )


@bp.route("/<int:loan_id>/accelerate", methods=["GET", "POST"])
@allowed(Action.CHANGE_LOAN)
def accelerate(loan_id: int) -> ResponseReturnValue:
    """Record that the whole principal fell due early."""
    form = forms.AccelerateForm()

    def book(work: Work) -> Text:
        assert form.on.data is not None
        loan = service.accelerate(work, loan_id, form.on.data)
        return _("已登记提前到期日 {day}，全部本金到期。", day=loan.accelerated_on)

    return loan_form(loan_id, form, book, heading=_("登记提前到期"), submit=_("登记提前到期"))


@bp.route("/<int:loan_id>/parties/new", methods=["GET", "POST"])
@allowed(Action.CHANGE_LOAN)
def new_party(loan_id: int) -> ResponseReturnValue:
    """Add a co-borrower or guarantor."""
    form = forms.PartyForm()

    def book(work: Work) -> Text:
        person = NewPerson(
            name=form.name.data,
            id_number=form.id_number.data or None,
            phone=form.phone.data or None,
            address=form.address.data or None,
        )
        new = NewParty(
            person,
            form.role.data,
            guarantee_mode=form.guarantee_mode.data or None,
            guarantee_last_day=form.guarantee_last_day.data,
        )
        parties.add_party(work, loan_id, new)
        return _("已加入 {name}。", name=form.name.data)

    return loan_form(loan_id, form, book, heading=_("加入共同借款人或保证人"), submit=_("加入"))


@bp.post("/<int:loan_id>/parties/<int:party_id>/end")
@allowed(Action.CHANGE_LOAN)
def end_party(loan_id: int, party_id: int) -> ResponseReturnValue:
    """End a person's part in the loan today."""
    with user_work() as work:
        parties.end_party(work, loan_id, party_id, work.today)
    flash(str(_("已登记退出。记录保留。")), "success")
    return redirect(url_for(".show", loan_id=loan_id))


@bp.route("/<int:loan_id>/people/<int:person_id>/contact", methods=["GET", "POST"])
@allowed(Action.CHANGE_LOAN)
def change_contact(loan_id: int, person_id: int) -> ResponseReturnValue:
    """Change how a person is reached."""
    form = forms.ContactForm()

    def book(work: Work) -> Text:
        contact = parties.Contact(form.phone.data, form.address.data, form.bank_account.data)
        parties.change_contact(work, loan_id, person_id, contact)
        return _("联系方式已更新。")

    return loan_form(loan_id, form, book, heading=_("更新联系方式"), submit=_("更新"))


@bp.route("/<int:loan_id>/people/<int:person_id>/<name>/unmask", methods=["GET", "POST"])
@allowed(Action.UNMASK_PERSONAL_DATA)
def unmask(loan_id: int, person_id: int, name: str) -> ResponseReturnValue:
    """Ask for a reason, then show one personal value; recorded in the audit log."""
    if name not in parties.PERSONAL:
        raise NotFound
    form = forms.ReasonForm()
    value = None
    if form.validate_on_submit():
        with form.refusal_shown(), user_work() as work:
            value = parties.unmask(work, loan_id, person_id, name=name, reason=form.reason.data)
    loan = asked_loan(loan_id)
    parties.require_value(db.session(), loan, person_id, name)
    page = "loans/_unmask.html" if request.headers.get("HX-Request") else "loans/unmask.html"
    address = url_for(".unmask", loan_id=loan_id, person_id=person_id, name=name)
    values = {"form": form, "value": value, "loan": loan, "address": address}
    return render_template(page, **values), form.status


@bp.route("/<int:loan_id>/owners/new", methods=["GET", "POST"])
@allowed(Action.CHANGE_LOAN)
def new_owner(loan_id: int) -> ResponseReturnValue:
    """Record who owns the claim from a day on."""
    form = forms.OwnershipForm()

    def book(work: Work) -> Text:
        assert form.share.data is not None
        assert form.since.data is not None
        new = NewOwnership(
            form.owner_kind.data, form.owner_name.data or "", form.since.data, form.share.data
        )
        parties.change_ownership(work, loan_id, new)
        return _("权属已更新。")

    return loan_form(loan_id, form, book, heading=_("变更债权权属"), submit=_("登记权属"))


@bp.route("/<int:loan_id>/papers/new", methods=["GET", "POST"])
@allowed(Action.ADD_EVIDENCE)
def new_papers(loan_id: int) -> ResponseReturnValue:
    """Add documents, several at once; each is registered as evidence."""
    form = forms.PapersForm()
    papers_url = url_for(".papers", loan_id=loan_id)
    kept: list[KeptFile] = []

    def keep() -> None:
        kept.extend(keep_file(upload.stream, upload.name) for upload in form.files.data)

    def book(work: Work) -> Text:
        papers = Papers(form.kind.data, form.origin.data, form.title.data or "")
        added = add_documents(work, loan_id, kept, papers)
        same = len(kept) - len(added)
        return _("已加入 {count} 个文件，{same} 个与已有文件相同。", count=len(added), same=same)

    heading, submit = _("上传文件"), _("上传并登记")
    shown = {"heading": heading, "submit": submit, "done_url": papers_url}
    return loan_form(loan_id, form, book, before=keep, **shown)


@bp.post("/<int:loan_id>/papers/<int:document_id>/end")
@allowed(Action.ADD_EVIDENCE)
def end_paper(loan_id: int, document_id: int) -> ResponseReturnValue:
    """End a document that was added by mistake."""
    form = forms.ReasonForm()
    form.validate_on_submit()
    with user_work() as work:
        document = end_document(work, loan_id, document_id, form.reason.data or "")
    flash(str(_("文件“{title}”已停用，登记保留。", title=document.title)), "success")
    return redirect(url_for(".papers", loan_id=loan_id))
