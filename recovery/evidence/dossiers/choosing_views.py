"""Pages on which a person ticks what a recipient is shown, and sees the paper beside it."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from recovery.evidence.dossiers import choosing, jobs, previews, queries
from recovery.evidence.dossiers.models import DossierDraft
from recovery.evidence.dossiers.previews import path_of
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound
from recovery.kernel.job_rows import ENDED, unpack_text
from recovery.kernel.text import _
from recovery.web.forms import EmptyForm
from recovery.web.messages import flash
from recovery.web.people import current_actor, user_work
from recovery.web.preview import page_count, page_png
from recovery.web.rights import allowed, polled

bp = Blueprint("choosing", __name__, url_prefix="/evidence/dossiers/drafts")

MOST_PAGES = 40
"""Pages shown as pictures; of a longer paper the first."""


@bp.get("/<int:draft_id>")
@allowed(Action.EXPORT_DOSSIER)
@polled
def show(draft_id: int) -> ResponseReturnValue:
    """Show what may be ticked, and the pages that it would give, or how far a job is with them."""
    draft = _own(draft_id)
    pdf = previews.pages_of(current_actor(), draft)
    count = page_count(pdf) if pdf is not None else 0
    job = previews.job_of(db.session(), draft) if pdf is None else None
    return render_template(
        "evidence/dossiers/choose.html",
        draft=draft,
        form=EmptyForm(),
        subject=choosing.basis_of(current_actor(), draft).subject,
        choices=choosing.choices(current_actor(), draft),
        page_total=count,
        seen=path_of(draft).stem,
        job=job,
        running=job is not None and job.status not in ENDED,
        message=unpack_text(job.message) if job is not None else "",
        error=unpack_text(job.error) if job is not None else "",
        pages=[
            url_for(".page", draft_id=draft.id, number=number, of=path_of(draft).stem[:16])
            for number in range(1, min(count, MOST_PAGES) + 1)
        ],
    )


@bp.get("/<int:draft_id>/pages/<int:number>.png")
@allowed(Action.EXPORT_DOSSIER)
def page(draft_id: int, number: int) -> ResponseReturnValue:
    """Answer one page of the preview as a picture."""
    pdf = previews.pages_of(current_actor(), _own(draft_id))
    if pdf is None:
        raise NotFound(_("预览还没有生成。"))
    answer = Response(page_png(pdf, number), mimetype="image/png")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/<int:draft_id>")
@allowed(Action.EXPORT_DOSSIER)
def change(draft_id: int) -> ResponseReturnValue:
    """Keep what is ticked; then show the pages again, or export what was shown."""
    shown, files = request.form.getlist("field"), request.form.getlist("file")
    draft = choosing.change(current_actor(), draft_id, shown, files)
    is_seen = request.form.get("seen") == path_of(draft).stem
    if "export" not in request.form or not is_seen:
        previews.ask(current_actor(), draft.id)
        if "export" in request.form:
            said = _(
                "还没有导出：勾选的内容与您看过的预览不同。勾选已保留，请看过新的预览后再导出。"
            )
            flash(said, "warning")
        return redirect(url_for(".show", draft_id=draft.id))
    wanted = choosing.wanted_of(draft)
    with user_work() as work:
        job = jobs.enqueue(work, wanted, [draft.subject_id])
    return redirect(url_for("jobs.show", job_id=job.id))


def _own(draft_id: int) -> DossierDraft:
    return queries.own_draft(db.session(), draft_id, current_actor())
