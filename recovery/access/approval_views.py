"""The inbox of approvals, one request, and delegation during an absence."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from recovery.access import approval_queries, approvals, delegations, queries
from recovery.access.forms import DecideForm, DelegationForm
from recovery.access.labels import content_label
from recovery.access.lists import REQUESTS, kind_label, status_badge
from recovery.access.models import UserAccount
from recovery.kernel import clock, links
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.text import Text, _
from recovery.web.pagination import bounded_count
from recovery.web.people import current_actor, user_work
from recovery.web.rights import allowed, record_url

bp = Blueprint("approvals", __name__, url_prefix="/approvals")

OUTCOMES: dict[str, tuple[Text, str]] = {
    approvals.APPROVED: (_("已同意，并已执行。"), "success"),
    approvals.VOID: (_("内容在申请后已变更，申请作废，没有执行。请申请人重新提交。"), "warning"),
}


@bp.get("/")
@allowed(Action.VIEW_APPROVALS)
def index() -> ResponseReturnValue:
    """List the requests that one may see."""
    session, actor = db.session(), current_actor()
    asked = REQUESTS.read(request.args)
    scope = approval_queries.inbox_scope(session, actor, clock.today())
    statement = approval_queries.requests(actor, scope, asked.filters)
    shown = asked.show(asked.page(session, statement), bounded_count(session, statement))
    return render_template("access/approvals.html", list=shown)


@bp.get("/<int:request_id>")
@allowed(Action.VIEW_APPROVALS)
def show(request_id: int) -> ResponseReturnValue:
    """Show exactly what is asked for, who asked, and what was decided."""
    return page(request_id, DecideForm())


def page(request_id: int, form: DecideForm) -> ResponseReturnValue:
    """Return the page of a request with its form."""
    session = db.session()
    shown = approval_queries.shown(session, request_id, current_actor(), clock.today())
    one = shown.request
    known = one.kind in links.approval_kinds
    return (
        render_template(
            "access/approval.html",
            shown=shown,
            request_=one,
            form=form,
            kind=kind_label(one.kind),
            content_label=content_label,
            template=links.approval_kinds.get(one.kind).template if known else None,
            badge_of=status_badge(one),
            names=queries.names(session, (one.requested_by, one.decided_by, one.on_behalf_of)),
            subject_url=record_url(one.subject_type, one.subject_id),
            loan_url=record_url("loan", one.loan_id),
            mine=one.requested_by == current_user.id,
        ),
        form.status,
    )


@bp.post("/<int:request_id>/decide")
@allowed(Action.DECIDE_APPROVAL)
def decide(request_id: int) -> ResponseReturnValue:
    """Approve or refuse exactly what the page showed."""
    form = DecideForm()
    if not form.validate_on_submit():
        return page(request_id, form)
    with form.refusal_shown():
        what = approve if request.form.get("decision") == "approve" else reject
        message, category = what(request_id, form)
        flash(str(message), category)
        return redirect(url_for(".show", request_id=request_id))
    return page(request_id, form)


def approve(request_id: int, form: DecideForm) -> tuple[Text, str]:
    """Approve, and return what to say."""
    with user_work() as work:
        one = approvals.approve_request(
            work, request_id, shown=request.form.get("shown", ""), reason=form.reason.data or ""
        )
    return OUTCOMES[one.status]


def reject(request_id: int, form: DecideForm) -> tuple[Text, str]:
    """Refuse, and return what to say."""
    with user_work() as work:
        approvals.reject_request(
            work, request_id, shown=request.form.get("shown", ""), reason=form.reason.data or ""
        )
    return _("已答复不同意。"), "success"


@bp.post("/<int:request_id>/withdraw")
@allowed(Action.WITHDRAW_APPROVAL)
def withdraw(request_id: int) -> ResponseReturnValue:
    """Take one's own request back."""
    with user_work() as work:
        approvals.withdraw_request(work, request_id)
    flash(str(_("申请已撤回。")), "success")
    return redirect(url_for(".show", request_id=request_id))


@bp.route("/delegations", methods=["GET", "POST"])
@allowed(Action.DELEGATE_APPROVAL)
def delegate() -> ResponseReturnValue:
    """Show and make delegations."""
    form = DelegationForm()
    others = [one for one in queries.deciders(db.session()) if one.id != current_user.id]
    form.delegate.choices = [(one.id, f"{one.name}（{one.username}）") for one in others]
    if form.validate_on_submit():
        with form.refusal_shown():
            make_delegation(form)
            flash(str(_("委托已登记。")), "success")
            return redirect(url_for(".delegate"))
    return render_template("access/delegations.html", form=form, **given()), form.status


def given() -> dict[str, Any]:
    """Return the delegations of the signed-in person, for the page."""
    rows = queries.delegations(db.session(), current_user.id)
    people = [number for row in rows for number in (row.from_user_id, row.to_user_id)]
    return {"rows": rows, "names": queries.names(db.session(), people)}


def make_delegation(form: DelegationForm) -> None:
    """Keep the delegation that was typed."""
    assert form.first_day.data is not None
    assert form.last_day.data is not None
    absence = delegations.Absence(form.first_day.data, form.last_day.data, form.reason.data)
    with user_work() as work:
        lender = work.session.get_one(UserAccount, current_user.id)
        standing_in = queries.account(work.session, form.delegate.data)
        delegations.delegate(work, lender, standing_in, absence)


@bp.post("/delegations/<int:delegation_id>/end")
@allowed(Action.DELEGATE_APPROVAL)
def end_delegation(delegation_id: int) -> ResponseReturnValue:
    """End a delegation at once."""
    with user_work() as work:
        delegations.end_delegation(work, queries.delegation(work.session, delegation_id))
    flash(str(_("委托已结束。")), "success")
    return redirect(url_for(".delegate"))
