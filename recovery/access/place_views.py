"""Administration of branches and agencies, and the suggestions of type-ahead fields."""

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from recovery.access import queries, service
from recovery.access.forms import BranchForm, NameForm
from recovery.access.labels import ACTION_NAMES
from recovery.access.models import Agency, Branch
from recovery.access.people_views import bp as people
from recovery.access.rights import ROLE_NAMES, roles_that_may
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.web.people import user_work
from recovery.web.rights import allowed

bp = Blueprint("places", __name__, url_prefix="/places")

P = TypeVar("P", Branch, Agency)


@people.get("/branches")
@allowed(Action.VIEW_USERS)
def suggest_branches() -> ResponseReturnValue:
    """Suggest branches for what was typed."""
    lines = queries.suggested_branches(db.session(), request.args.get("branch", "").strip())
    return render_template("_options.html", lines=lines)


@people.get("/agencies")
@allowed(Action.VIEW_USERS)
def suggest_agencies() -> ResponseReturnValue:
    """Suggest agencies for what was typed."""
    typed = request.args.get("agency", "").strip()
    lines = [one.name for one in queries.agencies(db.session()) if typed in one.name]
    return render_template("_options.html", lines=lines[:20])


@people.get("/rights")
@allowed(Action.VIEW_USERS)
def rights() -> ResponseReturnValue:
    """Show the rights table: which role may do what."""
    table = [(ACTION_NAMES.get(act, act.value), roles_that_may(act)) for act in Action]
    return render_template("access/rights.html", table=table, roles=ROLE_NAMES)


@bp.get("/")
@allowed(Action.VIEW_USERS)
def index() -> ResponseReturnValue:
    """Show branches and agencies."""
    return render_template(
        "access/places.html",
        branches=queries.branches(db.session()),
        agencies=queries.agencies(db.session()),
    )


@bp.route("/branches/new", methods=["GET", "POST"])
@allowed(Action.MANAGE_BRANCHES)
def create_branch() -> ResponseReturnValue:
    """Add a branch."""
    form = BranchForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                service.create_branch(work, form.code.data, form.name.data)
            flash(str(_("机构 {code} 已建立。", code=form.code.data)), "success")
            return redirect(url_for(".index"))
    return render_template("access/branch_new.html", form=form), form.status


@bp.route("/branches/<int:branch_id>", methods=["GET", "POST"])
@allowed(Action.MANAGE_BRANCHES)
def rename_branch(branch_id: int) -> ResponseReturnValue:
    """Give a branch another name."""
    row = db.session.get(Branch, branch_id)
    if row is None:
        raise NotFound(_("没有这个机构。"))
    return _rename(row, row.code, service.rename_branch)


def _rename(row: P, key: str, rename: Callable[[Work, P, str], None]) -> ResponseReturnValue:
    form = NameForm(data={"name": row.name})
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                rename(work, work.session.get_one(type(row), row.id), form.name.data)
            flash(str(_("名称已修改。")), "success")
            return redirect(url_for(".index"))
    return render_template("access/rename.html", form=form, key=key), form.status


@bp.route("/agencies/new", methods=["GET", "POST"])
@allowed(Action.MANAGE_BRANCHES)
def create_agency() -> ResponseReturnValue:
    """Add a collection agency."""
    form = NameForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                service.create_agency(work, form.name.data)
            flash(str(_("委外机构 {name} 已建立。", name=form.name.data)), "success")
            return redirect(url_for(".index"))
    return render_template("access/agency_new.html", form=form), form.status


@bp.route("/agencies/<int:agency_id>", methods=["GET", "POST"])
@allowed(Action.MANAGE_BRANCHES)
def rename_agency(agency_id: int) -> ResponseReturnValue:
    """Give an agency another name."""
    row = db.session.get(Agency, agency_id)
    if row is None:
        raise NotFound(_("没有这个委外机构。"))
    return _rename(row, row.name, service.rename_agency)
