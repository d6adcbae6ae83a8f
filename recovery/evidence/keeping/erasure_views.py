"""Pages of keeping about single loans: retention, holds, and erasures asked for by one of two."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice

from recovery.evidence import queries as registry
from recovery.evidence.dossiers.words import label_of
from recovery.evidence.keeping import (
    erasure,
    hold,
    labels,
    periods,
    persons,
    queries,
    retention,
    visits,
)
from recovery.evidence.keeping.destruction import parts_of
from recovery.evidence.keeping.forms import ErasureForm, ReasonForm
from recovery.evidence.keeping.models import Erasure, LegalHold
from recovery.evidence.keeping.views import bp, reasoned, tabs
from recovery.kernel import clock, gate
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.text import Text, _
from recovery.loans.labels import PARTY_ROLES
from recovery.loans.models import Loan
from recovery.web.language import current_language
from recovery.web.messages import flash
from recovery.web.people import current_scope, user_work
from recovery.web.rights import allowed


@bp.get("/retention")
@allowed(Action.VIEW_KEEPING)
def schedule() -> ResponseReturnValue:
    """Show the retention rules with their basis, and what is due under the chosen one."""
    session, scope, today = db.session(), current_scope(), clock.today()
    rules = retention.rules()
    chosen = next((r for r in rules if r.kind == request.args.get("rule")), rules[0])
    after = request.args.get("after", 0, type=int)
    due = retention.due_loans(session, chosen, scope, today, after=after)
    return render_template(
        "evidence/keeping/retention.html",
        tabs_here=tabs(),
        rules=[(r, retention.count_due(session, r, scope, today, 1001)) for r in rules],
        chosen=chosen,
        due=due,
        next_after=due[-1].loan_id if len(due) == 50 else None,
        english=current_language() == "en",
    )


@bp.get("/erasures")
@allowed(Action.VIEW_KEEPING)
def erasures() -> ResponseReturnValue:
    """Show the holds that stand and the erasures that were asked for."""
    session, scope = db.session(), current_scope()
    return render_template(
        "evidence/keeping/erasures.html",
        tabs_here=tabs(),
        holds=session.execute(hold.standing_holds(scope).limit(200)).all(),
        rows=session.execute(queries.erasures(scope).limit(200)).all(),
        label_of=label_of,
        states=labels.STATES,
        grounds=periods.GROUNDS,
    )


@bp.get("/of-loan/<int:loan_id>")
@allowed(Action.VIEW_KEEPING)
def of_loan(loan_id: int) -> ResponseReturnValue:
    """Show what keeps a loan's records, what was and can be erased, and who opened its pages."""
    session = db.session()
    loan = gate.find(session, Loan, loan_id, current_scope())
    records = queries.erasable(session, registry.registrations(session, loan_id))
    return render_template(
        "evidence/keeping/of_loan.html",
        loan=loan,
        holds=hold.holds_of(session, [loan_id]).get(loan_id, []),
        own_hold=hold.own_hold(session, loan_id),
        kinds=registry.KINDS,
        records=records,
        periods=periods.kept_for(session, loan, [one.intent for one in records]),
        erasures=erasure.erasures_of(session, loan_id),
        states=labels.STATES,
        visits=visits.sessions_of_loan(session, loan_id),
        people=persons.people_of(session, loan),
        roles=PARTY_ROLES,
    )


@bp.route("/hold/<int:loan_id>", methods=["GET", "POST"])
@allowed(Action.CHANGE_HOLD)
def set_hold(loan_id: int) -> ResponseReturnValue:
    """Set a hold on a loan."""
    loan = gate.find(db.session(), Loan, loan_id, current_scope())
    form = ReasonForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                hold.set_hold(work, loan_id, form.reason.data)
            flash(_("已设置诉讼留存。"))
            return redirect(url_for(".of_loan", loan_id=loan_id))
    heading = _("对合同 {number} 设置诉讼留存", number=loan.contract_no)
    note = _("留存期间，这笔贷款的任何记录和文件都不能删除，已批准的删除也不执行。")
    return reasoned(form, heading, ".erasures", note)


@bp.route("/hold/<int:hold_id>/release", methods=["GET", "POST"])
@allowed(Action.CHANGE_HOLD)
def release_hold(hold_id: int) -> ResponseReturnValue:
    """Release a hold."""
    one = gate.find(db.session(), LegalHold, hold_id, current_scope())
    form = ReasonForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                hold.release_hold(work, one.id, form.reason.data)
            flash(_("已解除诉讼留存。"))
            return redirect(url_for(".of_loan", loan_id=one.loan_id))
    return reasoned(form, _("解除诉讼留存"), ".erasures")


@bp.route("/erase/<int:intent_id>", methods=["GET", "POST"])
@allowed(Action.REQUEST_ERASURE)
def erase(intent_id: int) -> ResponseReturnValue:
    """Ask for the erasure of fields of a record, or of its file."""
    session = db.session()
    intent = session.get(RegistrationIntent, intent_id)
    if intent is None or intent.loan_id is None:
        raise NotFound
    loan = gate.find(session, Loan, intent.loan_id, current_scope())
    form = ErasureForm()
    names = erasure.erasable_names(session, intent)
    form.names.choices = [SelectChoice(name, labels.field_name(name)) for name in names]
    del form.files  # of persons only
    if intent.kind != "file":
        del form.parts
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                erasure.request_erasure(work, _wanted(intent.id, form))
            flash(_("已提交删除申请，等待另一人审批。"))
            return redirect(url_for(".of_loan", loan_id=loan.id))
    page = render_template(
        "evidence/keeping/erase.html",
        form=form,
        loan=loan,
        intent=intent,
        kind=registry.KINDS.get(intent.kind, Text(intent.kind)),
        period=periods.kept_for(session, loan, [intent])[intent.id],
        holds=hold.holds_of(session, [loan.id]).get(loan.id, []),
    )
    return page, form.status


def _wanted(intent_id: int, form: ErasureForm) -> erasure.Wanted:
    parts = form.parts.data if "parts" in form else None
    return erasure.Wanted(
        intent_id=intent_id,
        field_names=tuple(form.names.data or ()),
        with_object="object" in (parts or ()),
        ground=form.ground.data,
        basis=form.basis.data,
        reason=form.reason.data,
    )


@bp.get("/erasures/<int:erasure_id>")
@allowed(Action.VIEW_KEEPING)
def show_erasure(erasure_id: int) -> ResponseReturnValue:
    """Show an erasure: what went, why, by whom, where it stands in the log."""
    one = gate.find(db.session(), Erasure, erasure_id, current_scope())
    intent = db.session.get(RegistrationIntent, one.intent_id or 0)
    return render_template(
        "evidence/keeping/erasure.html",
        one=one,
        intent=intent,
        parts=parts_of(db.session(), one),
        kinds=registry.KINDS,
        field_name=labels.field_name,
        states=labels.STATES,
        grounds=periods.GROUNDS,
    )
