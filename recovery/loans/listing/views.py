"""The list of loans: pages, totals, selections and what is done to them."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from recovery.kernel import links
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import Forbidden, RuleViolation
from recovery.kernel.text import _
from recovery.loans.blueprint import bp
from recovery.loans.listing import forms, jobs, queries, selections
from recovery.loans.listing.conditions import Reader
from recovery.loans.listing.pasted import find_pasted
from recovery.loans.listing.words import described
from recovery.loans.listing.worklist import FILTERS, LOANS, places
from recovery.web.filters import FilterState
from recovery.web.messages import flash
from recovery.web.pagination import Count, Page, exact_count
from recovery.web.people import current_actor, user_work
from recovery.web.rights import allowed, may
from recovery.web.selection import AllMatching, read_selection
from recovery.web.worklist import Asked, Bulk


def _reader() -> Reader:
    """Return the signed-in person as a reader of the list."""
    return jobs.reader_of(current_actor())


@bp.get("/")
@allowed(Action.VIEW_LOANS)
def index() -> ResponseReturnValue:
    """Show one page of the loans that match; how many there are comes with the totals."""
    asked = LOANS.read(request.args)
    page = queries.page_of(db.session(), asked, _reader(), places())
    count = _count_of(asked, page)
    shown = asked.show(
        page,
        count,
        bulk=_bulk_acts(),
        bulk_url=url_for("loans.bulk"),
        totals_url=f"{url_for('loans.totals')}?{asked.filters.query}",
        export_url=_url_for_many("loans.export", asked.filters),
        print_url=_url_for_many("loans.print_list", asked.filters),
        empty=_("还没有贷款。导入一份资产包后，贷款会列在这里。"),
    )
    return render_template("loans/index.html", list=shown)


def _bulk_acts() -> list[Bulk]:
    """Return the acts offered on a selection, of this and of higher features."""
    return [Bulk(name, act.label, act.action, act.icon) for name, act in links.bulk_actions.items()]


def _count_of(asked: Asked, page: Page[Any]) -> Count | None:
    """Return how many match where the page tells it, or the address asks for it (`count=1`)."""
    if not asked.at and page.next is None:
        return Count(len(page.rows), beyond=False)
    if request.args.get("count") != "1" or asked.filters.problems:
        return None
    session = db.session()
    return Count(exact_count(session, queries.matching(session, asked.filters, _reader())), False)


def _url_for_many(endpoint: str, filters: FilterState) -> str:
    """Return the address of the export or the print of a filter, for those who may."""
    if not may(Action.EXPORT_LOANS):
        return ""
    return f"{url_for(endpoint)}?{filters.query}"


@bp.get("/totals")
@allowed(Action.VIEW_LOANS)
def totals() -> ResponseReturnValue:
    """Answer the strip of totals over a filter."""
    found = queries.totals_of(db.session(), FILTERS.read(request.args).require_whole(), _reader())
    return render_template("loans/_totals.html", totals=found)


@bp.post("/bulk")
@allowed(Action.VIEW_LOANS)
def bulk() -> ResponseReturnValue:
    """Freeze what was selected and lead on to the act, whose page confirms it with the count."""
    name = request.form.get("act", "")
    if name not in links.bulk_actions:
        raise RuleViolation(_("没有这种批量操作。"))
    act = links.bulk_actions.get(name)
    if not may(act.action):
        raise Forbidden(_("您的角色没有这项权限。如有需要，请联系管理员。"))
    chosen = read_selection(request.form, FILTERS)
    if isinstance(chosen, AllMatching):
        return _freeze_matching(chosen.filters, name)
    with user_work() as work:
        description = str(_("勾选的 {count} 笔", count=len(chosen.ids)))
        selection = selections.freeze_ticked(work, chosen.ids, description)
    return redirect(url_for(act.endpoint, selection_id=selection.id))


def _freeze_matching(filters: FilterState, name: str) -> ResponseReturnValue:
    """Freeze all that match: now, or by a job where they are many."""
    reader = _reader()
    count = exact_count(db.session(), queries.matching(db.session(), filters, reader))
    if count > selections.AT_ONCE:
        with user_work() as work:
            selection = selections.begin(work, described(filters))
            given = {"selection": selection.id, "query": filters.query, "act": name}
            job = work.enqueue(jobs.FREEZE, given)
        return redirect(url_for("jobs.show", job_id=job.id))
    with user_work() as work:
        ids = queries.matching(work.session, filters, reader)
        selection = selections.freeze(work, ids, described(filters))
    return redirect(url_for(links.bulk_actions.get(name).endpoint, selection_id=selection.id))


@bp.route("/paste", methods=["GET", "POST"])
@allowed(Action.VIEW_LOANS)
def paste() -> ResponseReturnValue:
    """Find the loans of many pasted numbers; what names none is listed once and not kept."""
    form = forms.PasteForm()
    missing: tuple[str, ...] = ()
    found_url = None
    if form.validate_on_submit():
        numbers = form.numbers.data or ()
        found = find_pasted(db.session(), numbers, current_actor().scope)
        missing = found.missing
        if found.loan_ids:
            with user_work() as work:
                words = str(_("粘贴的 {count} 个编号", count=len(numbers)))
                selection = selections.freeze_ticked(work, found.loan_ids, words)
            found_url = url_for("loans.index", selection=selection.id)
            if not missing:
                return redirect(found_url)
    return (
        render_template("loans/paste.html", form=form, missing=missing, found_url=found_url),
        form.status,
    )


@bp.route("/assign/<int:selection_id>", methods=["GET", "POST"])
@allowed(Action.ASSIGN_LOANS)
def assign(selection_id: int) -> ResponseReturnValue:
    """Give the selected loans an owner or an agency, by a job."""
    selection = selections.own_selection(db.session(), selection_id, current_actor())
    form = forms.AssignForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            assignment = _assignment(form)
            with user_work() as work:
                job = work.enqueue(
                    jobs.ASSIGN, {"selection": selection.id, "assignment": assignment}
                )
            return redirect(url_for("jobs.show", job_id=job.id))
    return render_template("loans/assign.html", form=form, selection=selection), form.status


def _assignment(form: forms.AssignForm) -> dict[str, Any]:
    """Return the new owner and agency that the form asks for.

    Raises:
        RuleViolation: nothing is to change, or a new one is not named.
    """
    asked: dict[str, Any] = {}
    for name, change, chosen in (
        ("owner", form.change_owner.data, form.owner.data),
        ("agency", form.change_agency.data, form.agency.data),
    ):
        if change == forms.NOBODY:
            asked[name] = None
        elif change == forms.GIVEN and chosen is None:
            raise RuleViolation(_("请填写新的经办人或委外机构。"))
        elif change == forms.GIVEN and chosen is not None:
            asked[name] = chosen.id
    if not asked:
        raise RuleViolation(_("没有选择任何改动。"))
    return asked


@bp.get("/assign/owners")
@allowed(Action.ASSIGN_LOANS)
def suggest_owners() -> ResponseReturnValue:
    """Suggest people who may work loans."""
    lines = forms.suggested_owners(request.args.get("owner", "").strip())
    return render_template("_options.html", lines=lines)


@bp.get("/assign/agencies")
@allowed(Action.ASSIGN_LOANS)
def suggest_agencies() -> ResponseReturnValue:
    """Suggest collection agencies."""
    typed = request.args.get("agency", "").strip()
    lines = [name for name in places()["agency"].values() if typed in name]
    return render_template("_options.html", lines=lines[:20])


@bp.get("/export/selected/<int:selection_id>")
@allowed(Action.EXPORT_LOANS)
def export_selected(selection_id: int) -> ResponseReturnValue:
    """Lead to the export of a selection."""
    selection = selections.own_selection(db.session(), selection_id, current_actor())
    return redirect(url_for("loans.export", selection=selection.id))


@bp.route("/export", methods=["GET", "POST"])
@allowed(Action.EXPORT_LOANS)
def export() -> ResponseReturnValue:
    """Export the loans of a filter as a file, by a job."""
    filters, session = jobs.filters_of(request.query_string.decode()), db.session()
    count = exact_count(session, queries.matching(session, filters, _reader()))
    form = forms.ExportForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            if form.masking.data == "clear" and not may(Action.UNMASK_PERSONAL_DATA):
                raise RuleViolation(_("您没有查看完整个人信息的权限，请选择只留尾号。"))
            with user_work() as work:
                given = {
                    "query": filters.query,
                    "format": form.file_format.data,
                    "masking": form.masking.data,
                }
                job = work.enqueue(jobs.EXPORT, given)
                work.record(
                    Action.EXPORT_LOANS,
                    job,
                    reason=form.reason.data,
                    requested=True,
                    personal_data=given["masking"],
                )
            flash(_("正在导出 {count} 笔贷款，完成后可在此下载。", count=f"{count:,}"))
            return redirect(url_for("jobs.show", job_id=job.id))
    return (
        render_template("loans/export.html", form=form, count=count, words=described(filters)),
        form.status,
    )
