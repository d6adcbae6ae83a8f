"""Forms of waivers and write-offs, and what of them waits for an approval."""

from datetime import date
from decimal import Decimal

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.money import ZERO
from recovery.kernel.text import Text, _
from recovery.kernel.work import Work
from recovery.loans import concessions, forms, queries
from recovery.loans.blueprint import bp
from recovery.loans.form_page import asked_loan, loan_form
from recovery.loans.labels import HEADS
from recovery.loans.models import Loan
from recovery.web.display import day as shown_day
from recovery.web.display import yuan
from recovery.web.rights import allowed


@bp.route("/<int:loan_id>/waivers/new", methods=["GET", "POST"])
@allowed(Action.PROPOSE_CONCESSION)
def new_waiver(loan_id: int) -> ResponseReturnValue:
    """Propose a waiver; an approver decides. Each head says what is owed of it."""
    form = forms.WaiverForm()
    if form.on.data is None and not form.is_submitted():
        form.on.data = clock.today()
    _say_what_is_owed(form, asked_loan(loan_id))

    def book(work: Work) -> Text:
        assert form.on.data is not None
        waived, reason = _waived(form), form.reason.data
        try:
            concessions.propose_waiver(work, loan_id, waived, on=form.on.data, reason=reason)
        except concessions.TooMuchWaived as error:
            _mark_heads(form, error)
            raise
        return _("已提交减免申请：{amount} 元，等待审批。", amount=yuan(waived.total))

    heading, submit = _("申请减免"), _("提交审批")
    live = url_for(".imply_waiver", loan_id=loan_id)
    return loan_form(loan_id, form, book, heading=heading, submit=submit, live_url=live)


@bp.post("/<int:loan_id>/waivers/implied")
@allowed(Action.PROPOSE_CONCESSION)
def imply_waiver(loan_id: int) -> ResponseReturnValue:
    """Answer what is owed of each head on the day typed, and what would be left, as a fragment."""
    loan = asked_loan(loan_id)
    form = forms.WaiverForm()
    day = _day_of(form, loan)
    owed, waived = owed_on(loan, day), _waived(form)
    lines = [
        (label, owed[head], getattr(waived, head), owed[head] - getattr(waived, head))
        for head, label in HEADS.items()
    ]
    return render_template(
        "loans/_implied_waiver.html", lines=lines, day=day, waived=waived.total, owed=owed
    )


@bp.route("/<int:loan_id>/write-offs/new", methods=["GET", "POST"])
@allowed(Action.PROPOSE_CONCESSION)
def new_write_off(loan_id: int) -> ResponseReturnValue:
    """Propose a write-off; an approver decides."""
    form = forms.WriteOffForm()

    def book(work: Work) -> Text:
        assert form.on.data is not None
        concessions.propose_write_off(work, loan_id, on=form.on.data, reason=form.reason.data)
        return _("已提交核销申请，等待审批。")

    return loan_form(loan_id, form, book, heading=_("申请核销"), submit=_("提交审批"))


def owed_on(loan: Loan, day: date) -> dict[str, Decimal]:
    """Return what is owed of each head on `day`; of interest, what has been billed by then."""
    claim = queries.claim_on(db.session(), loan, day)
    owed = {head: max(getattr(claim, head), ZERO) for head in HEADS}
    return owed | {"interest": max(claim.interest - claim.running_interest, ZERO)}


def _say_what_is_owed(form: forms.WaiverForm, loan: Loan) -> None:
    """Put what is owed of each head under its field."""
    day = _day_of(form, loan)
    for head, amount in owed_on(loan, day).items():
        form[head].description = _(
            "{day} 所欠 {amount} 元", day=shown_day(day), amount=yuan(amount)
        )


def _mark_heads(form: forms.WaiverForm, error: concessions.TooMuchWaived) -> None:
    """Put the refusal of each head beside its field."""
    for head, owed in error.heads.items():
        sentence = _(
            "减免{head} {amount} 元超过所欠 {owed} 元。",
            head=HEADS[head],
            amount=yuan(form[head].data),
            owed=yuan(owed),
        )
        form[head].errors = [*form[head].errors, str(sentence)]


def _day_of(form: forms.WaiverForm, loan: Loan) -> date:
    """Return the day typed, today where none can be read, not before the loan began."""
    return max(form.on.data or clock.today(), loan.disbursed_on)


def _waived(form: forms.WaiverForm) -> concessions.Waived:
    """Return what was typed; blank is nothing."""
    return concessions.Waived(**{part: form[part].data or ZERO for part in concessions.PARTS})
