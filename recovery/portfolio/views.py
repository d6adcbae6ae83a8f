"""Pages of packages."""

from urllib.parse import parse_qsl

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from recovery.access.queries import names_of
from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.text import _
from recovery.loans.listing.selections import own_selection
from recovery.loans.listing.words import described
from recovery.loans.listing.worklist import FILTERS
from recovery.portfolio import freezes, jobs, lists, queries, service
from recovery.portfolio.announcement import items_of
from recovery.portfolio.forms import ExcludeForm, FreezeForm, PackageForm
from recovery.portfolio.rules import DISPOSALS
from recovery.web.messages import flash
from recovery.web.pagination import bounded_count
from recovery.web.people import current_actor, current_scope, user_work
from recovery.web.rights import allowed

bp = Blueprint("portfolio", __name__, url_prefix="/packages")


@bp.get("/")
@allowed(Action.VIEW_PACKAGES)
def index() -> ResponseReturnValue:
    """List the packages, the newest first."""
    asked = lists.PACKAGES.read(request.args)
    statement = queries.packages(current_scope(), asked.filters)
    page = asked.page(db.session(), statement)
    shown = asked.show(
        page,
        bounded_count(db.session(), statement),
        empty=_("还没有资产包。在贷款列表中筛选贷款，选择“组成资产包”。"),
        first_act=(_("去贷款列表"), url_for("loans.index")),
    )
    people = names_of(db.session(), (one.frozen_by for one in page.rows if one.frozen_by))
    return render_template("portfolio/index.html", list=shown, people=people)


@bp.route("/new/<int:selection_id>", methods=["GET", "POST"])
@allowed(Action.BUILD_PACKAGE)
def new(selection_id: int) -> ResponseReturnValue:
    """Start a package from a selection of loans; it is filled by a job."""
    selection = own_selection(db.session(), selection_id, current_actor())
    form = PackageForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                package = service.start_package(
                    work,
                    service.NewPackage(
                        name=form.name.data,
                        disposal=form.disposal.data,
                        criteria=selection.description,
                        seller=form.seller.data,
                    ),
                )
                job = work.enqueue(jobs.FILL, {"package": package.id, "selection": selection.id})
            return redirect(url_for("jobs.show", job_id=job.id))
    return render_template("portfolio/new.html", form=form, selection=selection), form.status


@bp.get("/<int:package_id>")
@allowed(Action.VIEW_PACKAGES)
def show(package_id: int) -> ResponseReturnValue:
    """Show one package: what it is, its announcement once frozen, its loans."""
    package = queries.package(db.session(), package_id, current_scope())
    return render_template(
        "portfolio/show.html",
        package=package,
        badge=lists.state_badge(package),
        disposal=DISPOSALS[package.disposal],
        items=items_of(package) if package.state == "frozen" else (),
        excluded=queries.count_excluded(db.session(), package.id),
        frozen_by=names_of(db.session(), [package.frozen_by or ""]).get(
            package.frozen_by or "", package.frozen_by
        ),
        criteria=criteria_in_words(package.criteria),
    )


def criteria_in_words(criteria: str) -> str:
    """Return what loans a package was built of: its filter in words, or what was said of it.

    A branch that the reader's filter does not offer, or one that is gone, is told of, not named.
    """
    asked = parse_qsl(criteria)
    if not asked or not all(name.isascii() for name, _value in asked):
        return criteria
    filters = FILTERS.read(MultiDict(asked))
    if filters.active and not filters.problems:
        return described(filters)
    known = described(filters) if filters.values else ""
    beyond = _("另有条件已不可选，或不在您可查看的范围内")
    return "；".join(filter(None, (known, str(beyond))))


@bp.get("/<int:package_id>/loans")
@allowed(Action.VIEW_PACKAGES)
def loans(package_id: int) -> ResponseReturnValue:
    """List the loans of a package."""
    package = queries.package(db.session(), package_id, current_scope())
    asked = lists.LOANS.read(request.args, package_id=package_id)
    statement = queries.loans(package.id, asked.filters)
    shown = asked.show(
        asked.page(db.session(), statement),
        bounded_count(db.session(), statement),
        row_url=lambda row: url_for("loans.show", loan_id=row.loan_id),
    )
    return render_template("portfolio/loans.html", list=shown, package=package)


@bp.route("/<int:package_id>/loans/<int:loan_id>/exclude", methods=["GET", "POST"])
@allowed(Action.BUILD_PACKAGE)
def exclude(package_id: int, loan_id: int) -> ResponseReturnValue:
    """Leave a loan out of a draft, with the reason."""
    package = queries.package(db.session(), package_id, current_scope())
    form = ExcludeForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                row = service.exclude_loan(work, package_id, loan_id, form.reason.data)
            flash(_("已将合同 {number} 剔除。", number=row.contract_no))
            return redirect(url_for(".loans", package_id=package_id))
    return render_template("portfolio/exclude.html", form=form, package=package), form.status


@bp.route("/<int:package_id>/freeze", methods=["GET", "POST"])
@allowed(Action.FREEZE_PACKAGE)
def freeze(package_id: int) -> ResponseReturnValue:
    """Freeze a package at a cut-off date, as a job."""
    package = queries.package(db.session(), package_id, current_scope())
    form = FreezeForm()
    form.show_version(package.version)
    if not form.is_submitted():
        form.cut_off_date.data = clock.today()
    day = form.cut_off_date.data
    if form.validate_on_submit() and day is not None:
        with form.refusal_shown():
            with user_work() as work:
                freezes.begin_freeze(work, package_id, form.seen, cut_off_date=day)
                job = work.enqueue(jobs.FREEZE, {"package": package_id})
            return redirect(url_for("jobs.show", job_id=job.id))
    return render_template("portfolio/freeze.html", form=form, package=package), form.status


@bp.post("/<int:package_id>/export")
@allowed(Action.EXPORT_PACKAGE)
def export(package_id: int) -> ResponseReturnValue:
    """Export the tape of a frozen package, as a job."""
    package = queries.package(db.session(), package_id, current_scope())
    with user_work() as work:
        work.record(Action.EXPORT_PACKAGE, package, form="tape")
        job = work.enqueue(jobs.EXPORT, {"package": package.id})
    return redirect(url_for("jobs.show", job_id=job.id))
