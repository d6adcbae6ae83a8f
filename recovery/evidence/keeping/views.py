"""Pages of keeping about everything stored: fixity and its alarms, comparison and backlog."""

from typing import BinaryIO, cast

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from recovery.evidence import queries as registry
from recovery.evidence.keeping import audit, copies, fixity, jobs, labels, queries, reporting
from recovery.evidence.keeping import findings as alarms
from recovery.evidence.keeping.forms import ReasonForm, RestoreForm
from recovery.evidence.keeping.models import FixityFinding
from recovery.evidence.keeping.restoring import restore_object
from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound
from recovery.kernel.text import Text, _
from recovery.web.forms import EmptyForm
from recovery.web.messages import flash
from recovery.web.people import user_work
from recovery.web.rights import allowed
from recovery.web.uploads import PDF, XLSX, as_attachment

bp = Blueprint("keeping", __name__, url_prefix="/evidence/keeping")

TABS: tuple[tuple[Text, str], ...] = (
    (_("完好性"), "keeping.index"),
    (_("比对与积压"), "keeping.comparison"),
    (_("保管期限"), "keeping.schedule"),
    (_("留存与删除"), "keeping.erasures"),
)
STARTABLE = {"fixity": jobs.FIXITY, "comparison": jobs.COMPARE, "copy": jobs.COPY}
"""Jobs that a person may start from these pages."""

REPORTS = {
    "pdf": (reporting.paper, PDF.media_type),
    "xlsx": (reporting.sheet, XLSX.media_type),
}


def tabs() -> list[tuple[Text, str, bool]]:
    """Return the pages of keeping as tabs."""
    return [(label, url_for(name), request.endpoint == name) for label, name in TABS]


@bp.get("/")
@allowed(Action.VIEW_KEEPING)
def index() -> ResponseReturnValue:
    """Show how far everything has been checked, and every open alarm."""
    session, now = db.session(), clock.now()
    turns = fixity.cycles(session)
    return render_template(
        "evidence/keeping/index.html",
        tabs_here=tabs(),
        turns=turns,
        pace=fixity.pace(turns[0], now) if turns else None,
        findings=alarms.open_findings(session),
        closed=alarms.closed_findings(session),
        budget=fixity.Budget.configured(),
        days=fixity.turn_days(),
        has_copy=copies.second_store() is not None,
        labels=labels,
    )


@bp.post("/start/<name>")
@allowed(Action.VERIFY_EVIDENCE)
def start(name: str) -> ResponseReturnValue:
    """Start a check, a comparison or a copy now, as a job."""
    if name not in STARTABLE:
        raise NotFound
    with user_work() as work:
        job = work.enqueue(STARTABLE[name], {})
    return redirect(url_for("jobs.show", job_id=job.id))


@bp.get("/report/<form>")
@allowed(Action.VIEW_KEEPING)
def report(form: str) -> ResponseReturnValue:
    """Send the report of fixity, as `pdf` or `xlsx`."""
    if form not in REPORTS:
        raise NotFound
    make, media_type = REPORTS[form]
    made = make(reporting.gather(db.session(), clock.now()))
    name = f"fixity-{clock.today():%Y%m%d}.{form}"
    return as_attachment(made, name=name, media_type=media_type)


def _finding(session: Session, finding_id: int) -> FixityFinding:
    found = session.get(FixityFinding, finding_id)
    if found is None:
        raise NotFound
    return found


@bp.route("/findings/<int:finding_id>/restore", methods=["GET", "POST"])
@allowed(Action.RESTORE_OBJECT)
def restore(finding_id: int) -> ResponseReturnValue:
    """Restore a damaged object from an uploaded copy."""
    finding = _finding(db.session(), finding_id)
    if finding.sha256 is None:
        raise NotFound
    form = RestoreForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            assert form.file.data is not None
            source = cast(BinaryIO, form.file.data.stream)
            restore_object(user_work, finding.sha256, source, "upload")
            flash(_("已恢复，指纹与登记时一致。"))
            return redirect(url_for(".index"))
    page = render_template(
        "evidence/keeping/restore.html",
        form=form,
        finding=finding,
        has_copy=copies.second_store() is not None,
        labels=labels,
    )
    return page, form.status


@bp.post("/findings/<int:finding_id>/restore-from-copy")
@allowed(Action.RESTORE_OBJECT)
def restore_from_copy(finding_id: int) -> ResponseReturnValue:
    """Restore a damaged object from the second store."""
    finding = _finding(db.session(), finding_id)
    digest = finding.sha256 or ""
    if EmptyForm().validate_on_submit():
        with copies.open_copy(digest) as source:
            restore_object(user_work, digest, source, "copy")
        flash(_("已从第二份存储恢复，指纹与登记时一致。"))
    return redirect(url_for(".index"))


@bp.route("/findings/<int:finding_id>/explain", methods=["GET", "POST"])
@allowed(Action.CHECK_FIXITY)
def explain(finding_id: int) -> ResponseReturnValue:
    """Close an alarm that needs no mending, with the reason."""
    finding = _finding(db.session(), finding_id)
    form = ReasonForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                alarms.explain(work, finding_id, form.reason.data)
            flash(_("告警已关闭。"))
            return redirect(url_for(".index"))
    return reasoned(form, _("说明告警：{what}", what=labels.what_of(finding)), ".index")


def reasoned(
    form: ReasonForm, heading: Text, back: str, note: Text | None = None
) -> ResponseReturnValue:
    """Show a form that asks for the reason of an act."""
    page = render_template(
        "evidence/keeping/reason.html",
        form=form,
        heading=heading,
        note=note,
        back=url_for(back),
    )
    return page, form.status


@bp.get("/comparison")
@allowed(Action.VIEW_KEEPING)
def comparison() -> ResponseReturnValue:
    """Show the last comparison of database and log, what waits, and the audit batches."""
    session = db.session()
    run = queries.last_comparison(session)
    return render_template(
        "evidence/keeping/comparison.html",
        tabs_here=tabs(),
        run=run,
        differences=queries.told_differences(run) if run else [],
        backlog=queries.backlog(session),
        kinds=registry.KINDS,
        batches=audit.batches(session),
        unbatched=audit.count_waiting(session, clock.now()),
    )
