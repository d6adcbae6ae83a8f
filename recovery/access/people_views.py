"""Administration of people and places: accounts, limits, engagements, branches, agencies."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from recovery.access import delegations, engagements, queries, service, sessions
from recovery.access.forms import (
    EngagementForm,
    LimitForm,
    NewPersonForm,
    PlaceFields,
)
from recovery.access.lists import PEOPLE, account_badge, kind_label
from recovery.access.models import Agency, Branch, UserAccount
from recovery.access.rights import ROLE_NAMES, Role, may
from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.web.pagination import bounded_count
from recovery.web.people import user_work
from recovery.web.rights import allowed

bp = Blueprint("people", __name__, url_prefix="/people")


@bp.get("/")
@allowed(Action.VIEW_USERS)
def index() -> ResponseReturnValue:
    """List the accounts."""
    asked = PEOPLE.read(request.args)
    statement = queries.people(asked.filters)
    page = asked.page(db.session(), statement)
    shown = asked.show(page, bounded_count(db.session(), statement))
    return render_template("access/people.html", list=shown)


@bp.get("/<int:user_id>")
@allowed(Action.VIEW_USERS)
def show(user_id: int) -> ResponseReturnValue:
    """Show an account: role, place, limits, engagements, open sessions."""
    row = queries.account(db.session(), user_id)
    session = db.session()
    return render_template(
        "access/person.html",
        account=row,
        role=ROLE_NAMES[Role(row.role)],
        badge_of=account_badge(row),
        branch=session.get(Branch, row.branch_id) if row.branch_id else None,
        agency=session.get(Agency, row.agency_id) if row.agency_id else None,
        sessions=queries.open_sessions(session, row.id, clock.machine_now()),
        decides=may(Role(row.role), Action.DECIDE_APPROVAL),
        limits=[(kind_label(one.kind), one) for one in queries.limits(session, row.id)],
        engagements=queries.engagements(session, row.id),
        is_external=row.role == Role.EXTERNAL_AUDITOR,
    )


@bp.route("/new", methods=["GET", "POST"])
@allowed(Action.MANAGE_USERS)
def create() -> ResponseReturnValue:
    """Make an account and show its one-time password."""
    form = NewPersonForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                handed = service.create_user(
                    work,
                    form.username.data,
                    role=Role(form.role.data),
                    name=form.name.data,
                    branch=form.branch.data,
                    agency=form.agency.data,
                    language=form.language.data,
                )
            return handed_password(handed.account, handed.one_time_password)
    return render_template("access/person_new.html", form=form), form.status


def handed_password(account: UserAccount, password: str) -> ResponseReturnValue:
    """Show a one-time password, once: it is kept nowhere."""
    return render_template("access/handed_password.html", account=account, password=password)


@bp.route("/<int:user_id>/change", methods=["GET", "POST"])
@allowed(Action.MANAGE_USERS)
def change(user_id: int) -> ResponseReturnValue:
    """Change an account's name, role and place."""
    row = queries.account(db.session(), user_id)
    now = {
        "name": row.name,
        "role": row.role,
        "branch": db.session.get(Branch, row.branch_id) if row.branch_id else None,
        "agency": db.session.get(Agency, row.agency_id) if row.agency_id else None,
    }
    form = PlaceFields(data=now)
    form.show_version(row.version)
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                service.change_user(
                    work,
                    work.get_version(UserAccount, user_id, form.seen),
                    name=form.name.data,
                    role=Role(form.role.data),
                    branch=form.branch.data,
                    agency=form.agency.data,
                )
            flash(str(_("已保存。角色或机构变更后，该人员须重新登录。")), "success")
            return redirect(url_for(".show", user_id=user_id))
        form.compare_with(row.version, now)
    return render_template("access/person_change.html", form=form, account=row), form.status


@bp.post("/<int:user_id>/end")
@allowed(Action.MANAGE_USERS)
def end(user_id: int) -> ResponseReturnValue:
    """End an account."""
    with user_work() as work:
        service.end_user(work, queries.account(work.session, user_id))
    flash(str(_("账户已停用，全部登录已退出。")), "success")
    return redirect(url_for(".show", user_id=user_id))


@bp.post("/<int:user_id>/reopen")
@allowed(Action.MANAGE_USERS)
def reopen(user_id: int) -> ResponseReturnValue:
    """Let an ended account sign in again, with a one-time password."""
    with user_work() as work:
        row = queries.account(work.session, user_id)
        password = service.reopen_user(work, row)
    return handed_password(row, password)


@bp.post("/<int:user_id>/reset-password")
@allowed(Action.RESET_PASSWORD)
def reset_password(user_id: int) -> ResponseReturnValue:
    """Give an account a new one-time password."""
    with user_work() as work:
        row = queries.account(work.session, user_id)
        password = service.reset_password(work, row)
    return handed_password(row, password)


@bp.post("/<int:user_id>/reset-second-factor")
@allowed(Action.RESET_PASSWORD)
def reset_second_factor(user_id: int) -> ResponseReturnValue:
    """Take a lost second factor from an account."""
    with user_work() as work:
        service.reset_second_factor(work, queries.account(work.session, user_id))
    flash(str(_("动态口令已停用，该人员下次登录后可重新启用。")), "success")
    return redirect(url_for(".show", user_id=user_id))


@bp.post("/<int:user_id>/sign-out")
@allowed(Action.MANAGE_USERS)
def sign_out(user_id: int) -> ResponseReturnValue:
    """End every session of a person."""
    with user_work() as work:
        ended = sessions.sign_out_everywhere(work, queries.account(work.session, user_id))
    flash(str(_("已退出 {count} 处登录。", count=ended)), "success")
    return redirect(url_for(".show", user_id=user_id))


@bp.route("/<int:user_id>/limit", methods=["GET", "POST"])
@allowed(Action.MANAGE_USERS)
def set_limit(user_id: int) -> ResponseReturnValue:
    """Set up to which amount an approver decides."""
    row = queries.account(db.session(), user_id)
    form = LimitForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            assert form.amount.data is not None
            with user_work() as work:
                account = queries.account(work.session, user_id)
                delegations.set_limit(work, account, form.kind.data, form.amount.data)
            flash(str(_("审批额度已设置。")), "success")
            return redirect(url_for(".show", user_id=user_id))
    return render_template("access/limit.html", form=form, account=row), form.status


@bp.route("/<int:user_id>/engagements/new", methods=["GET", "POST"])
@allowed(Action.MANAGE_ENGAGEMENTS)
def engage(user_id: int) -> ResponseReturnValue:
    """Open branches or packages to an external auditor for a while."""
    row = queries.account(db.session(), user_id)
    form = EngagementForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            terms = terms_of(form)
            with user_work() as work:
                engagements.create_engagement(work, queries.account(work.session, user_id), terms)
            flash(str(_("审计委托已登记。")), "success")
            return redirect(url_for(".show", user_id=user_id))
    return render_template("access/engagement.html", form=form, account=row), form.status


def terms_of(form: EngagementForm) -> engagements.Terms:
    """Return the typed terms.

    Raises:
        RuleViolation: a code or number that names nothing.
    """
    branches = {code: queries.branch_coded(db.session(), code) for code in form.branches.data or ()}
    unknown = [code for code, branch in branches.items() if branch is None]
    unknown += [text for text in form.packages.data or () if not text.isdecimal()]
    if unknown:
        raise RuleViolation(_("没有找到：{codes}", codes="、".join(unknown)))
    assert form.first_day.data is not None
    assert form.last_day.data is not None
    return engagements.Terms(
        purpose=form.purpose.data,
        first_day=form.first_day.data,
        last_day=form.last_day.data,
        branches=frozenset(branch.id for branch in branches.values() if branch is not None),
        packages=frozenset(int(text) for text in form.packages.data or ()),
    )


@bp.post("/engagements/<int:engagement_id>/end")
@allowed(Action.MANAGE_ENGAGEMENTS)
def end_engagement(engagement_id: int) -> ResponseReturnValue:
    """End an engagement at once."""
    with user_work() as work:
        row = queries.engagement(work.session, engagement_id)
        engagements.end_engagement(work, row)
    flash(str(_("审计委托已结束。")), "success")
    return redirect(url_for(".show", user_id=row.user_id))
