"""The dashboard: charts and numbers that lead to their lists."""

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from recovery.evidence.keeping.queries import alarms
from recovery.insight import jobs, queries
from recovery.insight.queries import Book
from recovery.insight.rules import AGE_BANDS, week_of
from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.money import ZERO
from recovery.kernel.text import _
from recovery.litigation.lists import clock_of
from recovery.litigation.queries import count_by_stage, count_overdue
from recovery.litigation.rules import STAGES
from recovery.loans.labels import CLASSES, ENTRY_KINDS
from recovery.loans.rules.balances import PAYING
from recovery.web.charts import Chart, Series
from recovery.web.people import current_scope, user_work
from recovery.web.rights import allowed, may, signed_in

bp = Blueprint("insight", __name__)


@bp.get("/")
@signed_in
def home() -> ResponseReturnValue:
    """Lead to where the person's work begins: the overview, or the loans they may see."""
    return redirect(url_for(".dashboard" if may(Action.VIEW_DASHBOARD) else "loans.index"))


@bp.get("/overview")
@allowed(Action.VIEW_DASHBOARD)
def dashboard() -> ResponseReturnValue:
    """Show the book by class and age, recoveries by month, files by stage, what falls due."""
    scope, today = current_scope(), clock.today()
    book = queries.book(db.session(), scope)
    first, last = week_of(today)
    stages = count_by_stage(db.session(), scope)
    return render_template(
        "insight/dashboard.html",
        alarms=alarms(db.session(), clock.now()),
        book=book,
        charts=_charts(book) if book else (),
        stages=_stage_chart(stages) if stages else None,
        due=[(one, clock_of(one)) for one in queries.due_this_week(db.session(), scope, today)],
        due_url=url_for("litigation.index", due_from=str(first), due_to=str(last)),
        overdue=count_overdue(db.session(), scope, today),
        overdue_url=url_for("litigation.index", due_to=str(first - timedelta(days=1))),
    )


@bp.post("/dashboard/refresh")
@allowed(Action.VIEW_DASHBOARD)
def refresh() -> ResponseReturnValue:
    """Compute the figures again, as a job."""
    with user_work() as work:
        job = work.enqueue(jobs.REFRESH, {})
    return redirect(url_for("jobs.show", job_id=job.id))


def _charts(book: Book) -> list[Chart]:
    return [
        Chart(
            _("五级分类"),
            _("分类"),
            [CLASSES[code] for code in CLASSES],
            (Series(_("余额"), [book.by_class[code].balance for code in CLASSES]),),
            kind="across",
            measure="yuan",
            urls=[_loans_url({"class": code}) for code in CLASSES],
        ),
        Chart(
            _("逾期账龄"),
            _("逾期天数"),
            [band.label for band in AGE_BANDS],
            (Series(_("余额"), [book.by_age[band.code].balance for band in AGE_BANDS]),),
            kind="bar",
            measure="yuan",
            urls=[_age_url(band.first, band.last) for band in AGE_BANDS],
        ),
        Chart(
            _("每月回款"),
            _("月份"),
            [f"{month:%Y-%m}" for month in book.months],
            tuple(
                Series(
                    ENTRY_KINDS[kind],
                    [book.received.get(kind, {}).get(f"{m:%Y-%m}", ZERO) for m in book.months],
                )
                for kind in PAYING
            ),
            kind="stacked",
            measure="yuan",
        ),
    ]


def _age_url(first: int, last: int | None) -> str:
    ends = {"days_from": first} if last is None else {"days_from": first, "days_to": last}
    return _loans_url(ends)


def _loans_url(conditions: Mapping[str, object]) -> str:
    """Return the address of the list of open loans under these conditions."""
    return f"{url_for('loans.index')}?{urlencode({**conditions, 'status': 'open'})}"


def _stage_chart(stages: dict[str, int]) -> Chart:
    return Chart(
        _("案件阶段"),
        _("阶段"),
        [STAGES[stage] for stage in stages],
        (Series(_("件数"), list(stages.values())),),
        kind="across",
        measure="count",
        urls=[url_for("litigation.index", stage=stage) for stage in stages],
    )
