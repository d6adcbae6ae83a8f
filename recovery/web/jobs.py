"""Background jobs for readers: the list, one job live, the indicator in the top bar, its files."""

from collections.abc import Iterable
from typing import Any

from flask import (
    Blueprint,
    Flask,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue

from recovery.kernel import clock, job_tidy, links
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound
from recovery.kernel.job_rows import ENDED, Job, JobStatus, unpack_text
from recovery.kernel.job_service import (
    Pace,
    cancel_job,
    count_exceptions,
    count_jobs,
    exceptions_of,
    find_job,
    pace_of,
    recent_jobs,
    retry_job,
)
from recovery.kernel.jobs import KINDS, outputs_folder
from recovery.kernel.links import NavItem
from recovery.kernel.text import Text, _
from recovery.web import display
from recovery.web.addresses import url_if
from recovery.web.job_results import EXCEPTIONS, Listed, duration_of, result_figures
from recovery.web.numbers import row_number
from recovery.web.people import current_actor, user_work
from recovery.web.rights import allowed, may_open, polled
from recovery.web.worklist import Badge, Column

bp = Blueprint("jobs", __name__, url_prefix="/jobs")

ROWS = 50
LAST_PAGE = 1_000_000
"""Of exceptions: no job has as many."""

OWN_KINDS = (job_tidy.KIND,)

STATES = {
    JobStatus.QUEUED: Badge(_("排队中"), "neutral"),
    JobStatus.RUNNING: Badge(_("运行中"), "progress"),
    JobStatus.DONE: Badge(_("已完成"), "good"),
    JobStatus.FAILED: Badge(_("失败"), "danger"),
    JobStatus.CANCELLED: Badge(_("已取消"), "waiting"),
}


def label_of(job: Job) -> Text | str:
    """Return what readers call this kind of job."""
    return KINDS[job.kind].label if job.kind in KINDS else job.kind


def state_of(job: Job) -> Badge:
    """Return where the job stands, in words."""
    if job.status == JobStatus.RUNNING and job.cancel_requested:
        return Badge(_("正在取消"), "waiting")
    return STATES[JobStatus(job.status)]


def units_of(job: Job) -> str:
    """Return how many units are done, of how many."""
    if not job.total:
        return display.count(job.done) if job.done else display.UNKNOWN
    return f"{job.done:,} / {job.total:,}"


def submitters_of(jobs: Iterable[Job]) -> dict[str, Text | str]:
    """Return what to call who asked for `jobs`, by the name that a job keeps."""
    names = {job.actor["name"] for job in jobs}
    found: dict[str, Text | str] = {name: name for name in names}
    for called in links.actors_called.all():
        found |= called(db.session(), names)
    return found


def job_columns(jobs: Iterable[Job]) -> tuple[Column, ...]:
    """Return the columns of the list of `jobs`."""
    submitters = submitters_of(jobs)
    return (
        Column("kind", _("任务"), kind="link", value=label_of),
        Column("status", _("状态"), kind="badge", value=state_of),
        Column("done", _("进度"), value=units_of),
        Column("by", _("提交人"), value=lambda job: submitters[job.actor["name"]]),
        Column("created_at", _("提交时间"), kind="moment"),
        Column("finished_at", _("结束时间"), kind="moment"),
    )


EXCEPTION_COLUMNS = (
    Column("reference", _("对象")),
    Column("reason", _("原因"), value=lambda one: unpack_text(one.reason)),
)


@bp.get("/")
@allowed(Action.VIEW_JOBS)
def index() -> ResponseReturnValue:
    """Show the newest jobs that the person may see."""
    before = request.args.get("before", type=row_number)
    jobs = recent_jobs(db.session(), current_actor(), before=before, limit=ROWS)
    return render_template(
        "web/jobs.html",
        columns=job_columns(jobs),
        jobs=jobs,
        older=jobs[-1].id if len(jobs) == ROWS else None,
        newest=before is None,
    )


@bp.get("/<int:job_id>")
@allowed(Action.VIEW_JOBS)
@polled
def show(job_id: int) -> ResponseReturnValue:
    """Show one job; the page renews its progress while the job is under way."""
    job = find_job(db.session(), job_id, current_actor())
    number = min(max(request.args.get("page", 1, type=row_number), 1), LAST_PAGE)
    page = make_response(render_template("web/job.html", job=job, **parts_of(job, number)))
    if request.headers.get("HX-Request") and job.status in ENDED:
        # The progress that asks again is one part; results and exceptions are others.
        page.headers["HX-Refresh"] = "true"
    return page


def parts_of(job: Job, number: int) -> dict[str, Any]:
    """Return what the page of a job shows beside its row; of its exceptions page `number`."""
    running = job.status not in ENDED
    return {
        "label": label_of(job),
        "submitter": submitters_of([job])[job.actor["name"]],
        "state": state_of(job),
        "running": running,
        "job_url": url_for("jobs.show", job_id=job.id) if running else None,
        "figures_shown": figures_of(job),
        "message": unpack_text(job.message) if running else "",
        "error": unpack_text(job.error),
        "columns": EXCEPTION_COLUMNS,
        "listed": listed_exceptions(job.id, number),
        "duration": duration_of(job, clock.machine_now()),
        "figures_of_result": result_figures(job),
        "result_links": result_links(job),
        "files": files_of(job),
    }


def listed_exceptions(job_id: int, number: int) -> Listed:
    """Return page `number` (from 1) of the exceptions of a job."""
    skip = (number - 1) * EXCEPTIONS
    rows = exceptions_of(db.session(), job_id, skip=skip, limit=EXCEPTIONS)
    return Listed(rows, skip + 1, count_exceptions(db.session(), job_id))


def figures_of(job: Job) -> list[tuple[Text, object]]:
    """Return the figures of a job: its pace while it runs, what it did and could not do."""
    pace = pace_of(job, clock.machine_now())
    shown: list[tuple[Text, object]] = [(_("例外"), count_exceptions(db.session(), job.id))]
    if pace is not None:
        shown += [(_("每秒"), f"{pace.per_second:,.1f}"), (_("还需"), time_left(pace))]
    if job.attempts > 1:
        shown.append((_("第几次执行"), job.attempts))
    return shown


def time_left(pace: Pace) -> Text | str:
    """Return how long a job still takes, in words."""
    left = pace.seconds_left
    if left is None:
        return display.UNKNOWN
    if left < 90:
        return _("{count} 秒", count=left)
    return _("{count} 分钟", count=round(left / 60))


def result_links(job: Job) -> list[tuple[Text | str, str]]:
    """Return the pages that the job's result leads to."""
    found = (job.result or {}).get("links", [])
    addresses = [
        (unpack_text(one["label"]), url_if(one["endpoint"], **one["arguments"]))
        for one in found
        if may_open(one["endpoint"])
    ]
    return [(label, address) for label, address in addresses if address is not None]


def files_of(job: Job) -> list[tuple[str, str]]:
    """Return the files that the job made, as (name, address)."""
    return [
        (name.split("/", 1)[1], url_for("jobs.download", job_id=job.id, name=name.split("/", 1)[1]))
        for name in (job.result or {}).get("files", [])
    ]


@bp.get("/<int:job_id>/files/<name>")
@allowed(Action.VIEW_JOBS)
def download(job_id: int, name: str) -> ResponseReturnValue:
    """Send a file that the job made, always as an attachment."""
    job = find_job(db.session(), job_id, current_actor())
    for made in (job.result or {}).get("files", []):
        if made.split("/", 1)[1] == name:
            path = outputs_folder() / str(job.id) / made
            if path.is_file():
                return send_file(path, as_attachment=True, download_name=name)
    raise NotFound(_("文件不存在或已过期清理。请重新执行任务。"))


@bp.post("/<int:job_id>/cancel")
@allowed(Action.CANCEL_JOB)
def cancel(job_id: int) -> ResponseReturnValue:
    """Cancel a job."""
    with user_work() as work:
        job = cancel_job(work, job_id)
    waits = job.status == JobStatus.RUNNING
    flash(str(_("已要求取消，当前一批完成后停止。") if waits else _("任务已取消。")), "success")
    return redirect(url_for(".show", job_id=job_id))


@bp.post("/<int:job_id>/retry")
@allowed(Action.RETRY_JOB)
def retry(job_id: int) -> ResponseReturnValue:
    """Let a failed or cancelled job wait again."""
    with user_work() as work:
        retry_job(work, job_id)
    flash(str(_("任务已重新排队。")), "success")
    return redirect(url_for(".show", job_id=job_id))


@bp.get("/indicator")
@allowed(Action.VIEW_JOBS)
@polled
def indicator() -> ResponseReturnValue:
    """Answer the top bar: how many of one's own jobs are under way or have failed."""
    counts = count_jobs(db.session(), current_actor(), clock.machine_now())
    return render_template("web/job_indicator.html", counts=counts)


def register(app: Flask) -> None:
    """Add the pages of jobs, and their entry in the menu."""
    app.register_blueprint(bp)
    item = NavItem(_("后台任务"), "jobs.index", Action.VIEW_JOBS, "progress-check", _("系统"))
    links.navigation.put("jobs", item, order=890)
