"""Pages of samples: the list, fixing a population, the seed, the sample, its files."""

from decimal import Decimal

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from recovery.access.rights import Role
from recovery.evidence.models import Checkpoint
from recovery.evidence.sampling import files, jobs, lists, readers, service
from recovery.evidence.sampling.evaluation import evaluate
from recovery.evidence.sampling.forms import PopulationForm, ReaderForm, SeedForm
from recovery.evidence.sampling.labels import (
    ALLOCATIONS,
    EXCEPTIONS,
    MEASURES,
    METHODS,
    PROJECTIONS,
    SOURCES,
)
from recovery.evidence.sampling.models import AuditSample
from recovery.evidence.sampling.population import BARS, Wanted, conditions_of, preview
from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.job_rows import unpack_text
from recovery.kernel.money import ZERO
from recovery.kernel.text import Text, _
from recovery.web.language import current_language
from recovery.web.messages import flash
from recovery.web.pagination import bounded_count
from recovery.web.people import current_actor, user_work
from recovery.web.rights import allowed
from recovery.web.uploads import as_attachment

bp = Blueprint("sampling", __name__, url_prefix="/evidence/samples")


def found(sample_id: int) -> AuditSample:
    """Return a sample of the person who asks; NotFound otherwise."""
    return readers.find_sample(db.session(), sample_id, current_actor(), clock.today())


def tabs_of(sample: AuditSample, here: str) -> list[tuple[Text, str, bool]]:
    """Return the parts of a sample's pages."""
    parts = [(_("总体与结论"), "sampling.show")]
    if sample.drawn_at is not None:
        parts += [(_("样本项目"), "sample_items.index"), (_("函证"), "sample_items.letters")]
    return [(name, url_for(end, sample_id=sample.id), end == here) for name, end in parts]


@bp.get("/")
@allowed(Action.VIEW_SAMPLES)
def index() -> ResponseReturnValue:
    """List one's own samples; to an administrator, only that there are samples, and whose."""
    actor = current_actor()
    operates = actor.role == Role.ADMINISTRATOR
    asked = (lists.EXISTING if operates else lists.SAMPLES).read(request.args)
    statement = readers.existing() if operates else readers.samples(actor, clock.today())
    page = asked.page(db.session(), statement)
    count = bounded_count(db.session(), statement)
    return render_template("evidence/sampling/index.html", list=asked.show(page, count))


@bp.route("/new/<source>", methods=["GET", "POST"])
@allowed(Action.DRAW_SAMPLE)
def new(source: str) -> ResponseReturnValue:
    """Choose a population by its conditions, see what it comes to, and fix it."""
    if source not in BARS:
        abort(404)
    form = PopulationForm.of(source)
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                sample = service.start_sample(
                    work,
                    service.NewSample(
                        title=form.title.data or "",
                        source=source,
                        measure=form.measure.data,
                        query=form.query.data or "",
                        log_size=form.log_size.data if form.log_size else None,
                    ),
                )
            flash(_("正在固定总体。完成后才能输入种子。"))
            return redirect(url_for(".show", sample_id=sample.id))
    filters = BARS[source].read(request.args)
    form.query.data = form.query.data or filters.query
    head = db.session.scalar(select(func.max(Checkpoint.size))) or 0
    measure = form.measure.choices[0].value
    wanted = Wanted(source, measure, filters.query, head)
    count, value = preview(db.session(), wanted, current_actor())
    return render_template(
        "evidence/sampling/new.html",
        form=form,
        source=source,
        source_name=SOURCES[source],
        filters=filters,
        head=head,
        preview=(count, value),
    ), form.status


@bp.get("/<int:sample_id>")
@allowed(Action.VIEW_SAMPLES)
def show(sample_id: int) -> ResponseReturnValue:
    """Show the population, the draw, what was found and what it means; its files."""
    sample = found(sample_id)
    items = service.items_of(db.session(), sample.id) if sample.drawn_at else []
    return render_template(
        "evidence/sampling/show.html",
        sample=sample,
        state=lists.state_badge(sample),
        tabs=tabs_of(sample, "sampling.show"),
        failure=unpack_text(sample.failure),
        evaluation=evaluate(sample, items) if items else None,
        files=files.files_of(db.session(), sample.id),
        file_columns=lists.FILES,
        readers=readers.readers(db.session(), sample),
        sources=SOURCES,
        measures=MEASURES,
        methods=METHODS,
        allocations=ALLOCATIONS,
        exceptions=EXCEPTIONS,
        projections=PROJECTIONS,
        chips=conditions_of(sample.source, sample.query).chips,
        confidence=Decimal(sample.confidence) if sample.confidence else None,
        is_own=sample.auditor_id == current_actor().id,
    )


@bp.route("/<int:sample_id>/seed", methods=["GET", "POST"])
@allowed(Action.DRAW_SAMPLE)
def seed(sample_id: int) -> ResponseReturnValue:
    """Take the seed and the method of a population that is fixed."""
    sample = found(sample_id)
    form = SeedForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            given = form.seeded(sample.positive_value or ZERO)
            with user_work() as work:
                service.enter_seed(work, sample.id, given)
            flash(_("种子已登记，正在抽样。"))
            return redirect(url_for(".show", sample_id=sample.id))
    return render_template(
        "evidence/sampling/seed.html", form=form, sample=sample, tabs=tabs_of(sample, "")
    ), form.status


@bp.post("/<int:sample_id>/implied")
@allowed(Action.DRAW_SAMPLE)
def implied(sample_id: int) -> ResponseReturnValue:
    """Answer the size and interval that the form implies; changes nothing."""
    sample = found(sample_id)
    form, size, refusal = SeedForm(), None, None
    form.validate()
    positive = sample.positive_value or ZERO
    try:
        size = form.size_for(positive)
    except RuleViolation as error:
        refusal = error.message
    interval = positive / size if size and form.method.data == "mus" else None
    return render_template(
        "evidence/sampling/_implied.html", size=size, interval=interval, refusal=refusal
    )


@bp.post("/<int:sample_id>/make/<kind>")
@allowed(Action.DRAW_SAMPLE)
def make(sample_id: int, kind: str) -> ResponseReturnValue:
    """Have one of the sample's files made by a job."""
    sample = found(sample_id)
    if kind not in jobs.MAKERS:
        raise NotFound
    with user_work() as work:
        given = {"sample": sample.id, "kind": kind, "language": current_language()}
        job = work.enqueue(jobs.EXPORT, given)
    return redirect(url_for("jobs.show", job_id=job.id))


@bp.get("/<int:sample_id>/files/<int:file_id>")
@allowed(Action.VIEW_SAMPLES)
def download(sample_id: int, file_id: int) -> ResponseReturnValue:
    """Send a file of the sample as it was made."""
    file = files.file_of(db.session(), found(sample_id).id, file_id)
    return as_attachment(files.open_file(file), name=file.name, media_type=file.media_type)


@bp.route("/<int:sample_id>/readers", methods=["GET", "POST"])
@allowed(Action.DRAW_SAMPLE)
def name_reader(sample_id: int) -> ResponseReturnValue:
    """Let a colleague of the same engagement work on the sample."""
    sample = found(sample_id)
    people = readers.colleagues(db.session(), sample, clock.today())
    form = ReaderForm()
    form.offer([(one.id, f"{one.username} {one.name}") for one in people])
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                readers.add_reader(work, sample.id, form.user.data)
            flash(_("已让这位同事参与。"))
            return redirect(url_for(".show", sample_id=sample.id))
    return render_template(
        "evidence/sampling/readers.html", form=form, sample=sample, people=people
    ), form.status
