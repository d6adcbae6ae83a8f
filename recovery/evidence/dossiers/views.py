"""Pages of dossiers: asking for one, what was exported, fetching it."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from recovery.evidence.dossiers import choosing, jobs, previews, queries, subjects
from recovery.evidence.dossiers.disclosure import NAMES
from recovery.evidence.dossiers.forms import DossierForm
from recovery.evidence.dossiers.lists import kind_name
from recovery.evidence.dossiers.service import Wanted, open_dossier
from recovery.kernel import links
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.loans.listing.selections import own_selection
from recovery.web.people import current_actor, current_scope, user_work
from recovery.web.rights import allowed
from recovery.web.uploads import ZIP, as_attachment

bp = Blueprint("dossiers", __name__, url_prefix="/evidence/dossiers")


@bp.route("/new/<subject>/<int:record_id>", methods=["GET", "POST"])
@allowed(Action.EXPORT_DOSSIER)
def new(subject: str, record_id: int) -> ResponseReturnValue:
    """Ask for the dossier of a loan, file or package: export it as a job, or choose fields."""
    found = subjects.find(db.session(), subject, record_id, current_scope())
    form = DossierForm()
    if form.validate_on_submit():
        wanted = _wanted(subject, form)
        if form.choose.data:
            with form.refusal_shown():
                draft = choosing.begin(current_actor(), record_id, wanted)
                previews.ask(current_actor(), draft.id)
                return redirect(url_for("choosing.show", draft_id=draft.id))
        else:
            with user_work() as work:
                job = jobs.enqueue(work, wanted, [found.id])
            return redirect(url_for("jobs.show", job_id=job.id))
    endpoint, arguments = links.subject_links.get(found.table)(found.id)
    return (
        render_template(
            "evidence/dossiers/new.html",
            form=form,
            found=found,
            found_url=url_for(endpoint, **arguments),
        ),
        form.status,
    )


def _wanted(subject: str, form: DossierForm) -> Wanted:
    return Wanted(
        subject=subject,
        preset=form.preset.data,
        language=form.language.data,
        recipient=form.recipient.data,
        purpose=form.purpose.data,
        with_merged=form.merged.data,
    )


@bp.route("/selected/<int:selection_id>", methods=["GET", "POST"])
@allowed(Action.EXPORT_DOSSIER)
def export_selected(selection_id: int) -> ResponseReturnValue:
    """Export a dossier of each loan of a selection, as a job that also gives one zip of all."""
    selection = own_selection(db.session(), selection_id, current_actor())
    form = DossierForm()
    del form.choose
    if form.validate_on_submit():
        with user_work() as work:
            job = jobs.enqueue_selected(work, _wanted("loan", form), selection)
        return redirect(url_for("jobs.show", job_id=job.id))
    return (
        render_template("evidence/dossiers/selected.html", form=form, selection=selection),
        form.status,
    )


@bp.get("/of/<subject>/<int:record_id>")
@allowed(Action.VIEW_EVIDENCE)
def of_record(subject: str, record_id: int) -> ResponseReturnValue:
    """Show the dossiers of one record: what was given to whom."""
    found = subjects.find(db.session(), subject, record_id, current_scope())
    endpoint, arguments = links.subject_links.get(found.table)(found.id)
    return render_template(
        "evidence/dossiers/of_record.html",
        found=found,
        found_url=url_for(endpoint, **arguments),
        dossiers=queries.newest(db.session(), current_actor(), found, 200),
        names=NAMES,
    )


@bp.get("/<int:dossier_id>")
@allowed(Action.VIEW_EVIDENCE)
def show(dossier_id: int) -> ResponseReturnValue:
    """Show what was exported, to whom, why, with which fields, and how it stands in the log."""
    one = queries.dossier(db.session(), dossier_id, current_actor())
    kind = links.dossier_subjects.get(one.subject)
    endpoint, arguments = links.subject_links.get(kind.model.__tablename__)(one.subject_id)
    return render_template(
        "evidence/dossiers/show.html",
        one=one,
        kind=kind_name(one),
        found_url=url_for(endpoint, **arguments),
        preset=NAMES[one.preset],
        withheld=choosing.labels_of(one.subject, one.choice["withheld"]),
        registration=queries.registration(db.session(), one.id),
        downloads=queries.downloads(db.session(), one.id),
    )


@bp.get("/<int:dossier_id>.zip")
@allowed(Action.DOWNLOAD_DOSSIER)
def download(dossier_id: int) -> ResponseReturnValue:
    """Send a dossier as it was made; noted in the access log."""
    one = queries.dossier(db.session(), dossier_id, current_actor())
    file = open_dossier(one)
    with user_work() as work:
        work.record(Action.DOWNLOAD_DOSSIER, one, number=one.number)
    return as_attachment(file, name=f"{one.number}.zip", media_type=ZIP.media_type)
