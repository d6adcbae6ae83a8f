"""Pages of litigation files."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from recovery.kernel import clock, gate
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.text import Text, _
from recovery.kernel.work import Work
from recovery.law.courts import places_of
from recovery.litigation import endings, figures, lists, queries, service, stages
from recovery.litigation.forms import OpenFileForm, ReasonForm, StageForm
from recovery.litigation.jobs import OPEN_SELECTED
from recovery.litigation.models import Deadline, LitigationFile
from recovery.litigation.rules import CLOSING, PERFORMED_BY, STAGES
from recovery.loans.listing.selections import own_selection
from recovery.loans.models import Loan
from recovery.loans.queries import claim_on
from recovery.rulebook.service import current_book, trace_of
from recovery.web import display
from recovery.web.messages import flash
from recovery.web.pagination import bounded_count
from recovery.web.people import current_actor, current_scope, user_work
from recovery.web.rights import allowed

bp = Blueprint("litigation", __name__, url_prefix="/files")


@bp.get("/")
@allowed(Action.VIEW_FILES)
def index() -> ResponseReturnValue:
    """List the files, the next statutory day first."""
    asked = lists.FILES.read(request.args)
    statement = queries.files(current_scope(), asked.filters)
    page = asked.page(db.session(), statement)
    return render_template(
        "litigation/index.html",
        list=asked.show(
            page,
            bounded_count(db.session(), statement),
            empty=_("还没有诉讼案件。可以在贷款页上开案，或在贷款列表中批量开案。"),
            first_act=(_("去贷款列表"), url_for("loans.index")),
        ),
    )


@bp.get("/<int:file_id>")
@allowed(Action.VIEW_FILES)
def show(file_id: int) -> ResponseReturnValue:
    """Show one file: stage, claim at filing, fee with its article, clocks with their reasons."""
    one = queries.file(db.session(), file_id, current_scope())
    form = StageForm()
    form.offer(one.stage)
    form.show_version(one.version)
    if one.stage == "judged" and not form.is_submitted():
        form.propose(queries.served_on(db.session(), one.id), one.court)
    return _shown(one, form)


def _shown(one: LitigationFile, form: StageForm) -> ResponseReturnValue:
    running = queries.deadlines(db.session(), one.id)
    return (
        render_template(
            "litigation/show.html",
            file=one,
            loan=one.loan,
            may_open_loan=queries.loan_is_visible(db.session(), one.loan_id, current_scope()),
            form=form,
            is_closed=one.stage in CLOSING,
            deadlines=[(deadline, lists.clock_of(deadline)) for deadline in running],
            fee_steps=trace_of(one.acceptance_fee_law),
            steps=queries.steps(db.session(), one.id),
            stages=STAGES,
            outcomes=lists.OUTCOMES,
            trace_of=trace_of,
        ),
        form.status,
    )


@bp.post("/<int:file_id>/stage")
@allowed(Action.CHANGE_STAGE)
def change_stage(file_id: int) -> ResponseReturnValue:
    """Move a file to another stage."""
    one = queries.file(db.session(), file_id, current_scope())
    form = StageForm()
    form.offer(one.stage)
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                changed = stages.change_stage(work, file_id, form.seen, _step(form))
            flash(
                _(
                    "案件 {number} 已进入“{stage}”。",
                    number=changed.number,
                    stage=STAGES[changed.stage],
                )
            )
            return redirect(url_for(".show", file_id=file_id))
        one = queries.file(db.session(), file_id, current_scope())
        form.compare_with(one.version, {"case_number": one.case_number or ""})
    return _shown(one, form)


@bp.post("/deadlines/<int:deadline_id>/end")
@allowed(Action.CHANGE_DEADLINE)
def end_deadline(deadline_id: int) -> ResponseReturnValue:
    """Record that a deadline was met."""
    with user_work() as work:
        deadline = endings.end_deadline(
            work,
            deadline_id,
            request.form.get("version", 0, type=int),
            outcome="met",
        )
    flash(_("期限“{title}”已登记为已办理。", title=Text(deadline.title)))
    return redirect(url_for(".show", file_id=deadline.file_id))


@bp.route("/deadlines/<int:deadline_id>/lapse", methods=["GET", "POST"])
@allowed(Action.CHANGE_DEADLINE)
def lapse(deadline_id: int) -> ResponseReturnValue:
    """Record that a deadline was missed, with the reason."""

    def record(work: Work, version: int, reason: str) -> Deadline:
        return endings.end_deadline(work, deadline_id, version, outcome="lapsed", reason=reason)

    return _ending(deadline_id, record, _("登记错过期限"))


@bp.route("/deadlines/<int:deadline_id>/reopen", methods=["GET", "POST"])
@allowed(Action.CHANGE_DEADLINE)
def reopen(deadline_id: int) -> ResponseReturnValue:
    """Correct what was recorded of a deadline by mistake: it runs again."""

    def record(work: Work, version: int, reason: str) -> Deadline:
        return endings.reopen_deadline(work, deadline_id, version, reason=reason)

    return _ending(deadline_id, record, _("更正：期限恢复计算"))


def _ending(
    deadline_id: int, record: Callable[[Work, int, str], Deadline], heading: Text
) -> ResponseReturnValue:
    """Ask for the reason, and record it."""
    deadline = queries.deadline(db.session(), deadline_id, current_scope())
    form = ReasonForm()
    form.show_version(deadline.version)
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                record(work, form.seen, form.reason.data or "")
            flash(_("期限“{title}”已更新。", title=Text(deadline.title)))
            return redirect(url_for(".show", file_id=deadline.file_id))
    return (
        render_template(
            "litigation/ending.html",
            form=form,
            deadline=deadline,
            heading=heading,
            outcomes=lists.OUTCOMES,
        ),
        form.status,
    )


@bp.route("/open/<int:loan_id>", methods=["GET", "POST"])
@allowed(Action.OPEN_FILE)
def open_on(loan_id: int) -> ResponseReturnValue:
    """Open a file on a loan."""
    loan = gate.find(db.session(), Loan, loan_id, current_scope())
    form = OpenFileForm()
    if not form.is_submitted():
        form.claim_day.data = clock.today()
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                file = service.open_file(work, loan_id, _new(form))
            flash(
                _(
                    "已开立案件 {number}，案件受理费 {fee} 元。",
                    number=file.number,
                    fee=display.yuan(file.acceptance_fee),
                )
            )
            return redirect(url_for(".show", file_id=file.id))
    live = url_for(".implied", loan_id=loan_id)
    return render_template("litigation/open.html", form=form, loan=loan, live_url=live), form.status


def _step(form: StageForm) -> stages.Step:
    happened_on = form.happened_on.data
    assert happened_on is not None, "the field is required"
    return stages.Step(
        stage=form.stage.data,
        happened_on=happened_on,
        reason=form.reason.data or None,
        case_number=form.case_number.data or None,
        performed_until=form.performed_until.data if form.stage.data in PERFORMED_BY else None,
    )


def _new(form: OpenFileForm) -> service.NewFile:
    claim_day = form.claim_day.data
    assert claim_day is not None, "the field is required"
    return service.NewFile(
        court=form.court.data or "",
        procedure=form.procedure.data,
        claim_day=claim_day,
        remark=form.remark.data or None,
    )


@bp.post("/open/<int:loan_id>/implied")
@allowed(Action.OPEN_FILE)
def implied(loan_id: int) -> ResponseReturnValue:
    """Answer what the form implies: the claim, the fee with its article, the limitation."""
    loan = gate.find(db.session(), Loan, loan_id, current_scope())
    form = OpenFileForm()
    day = form.claim_day.data
    if not isinstance(day, date):
        return render_template("litigation/_implied.html", claim=None)
    claim = claim_on(db.session(), loan, day)
    book = current_book().at(*places_of(form.court.data or ""))
    fee = limitation = None
    refusal = service.why_not(loan, {loan.id: claim}, {})
    if refusal is None:
        fee = figures.acceptance_fee(book, claim.in_dispute, form.procedure.data, clock.today())
        limitation = service.limitation(book, loan, clock.today())
    return render_template(
        "litigation/_implied.html",
        claim=claim,
        fee=fee,
        limitation=limitation,
        refusal=refusal,
    )


@bp.get("/of-loan/<int:loan_id>")
@allowed(Action.VIEW_FILES)
def of_loan(loan_id: int) -> ResponseReturnValue:
    """Answer the files of a loan, for the tab of its page."""
    gate.find(db.session(), Loan, loan_id, current_scope())
    return render_template(
        "litigation/_of_loan.html",
        files=queries.files_of_loan(db.session(), loan_id, current_scope()),
        loan_id=loan_id,
        stages=STAGES,
    )


@bp.route("/open-selected/<int:selection_id>", methods=["GET", "POST"])
@allowed(Action.OPEN_FILE)
def open_selected(selection_id: int) -> ResponseReturnValue:
    """Open a file on each loan of a selection, as a job."""
    selection = own_selection(db.session(), selection_id, current_actor())
    form = OpenFileForm()
    if not form.is_submitted():
        form.claim_day.data = clock.today()
    if form.validate_on_submit():
        new = _new(form)
        with form.refusal_shown():
            service.check(new, clock.today())
            with user_work() as work:
                given = asdict(new) | {"claim_day": new.claim_day.isoformat()}
                job = work.enqueue(OPEN_SELECTED, given | {"selection": selection.id})
            return redirect(url_for("jobs.show", job_id=job.id))
    return (
        render_template("litigation/open_selected.html", form=form, selection=selection),
        form.status,
    )
