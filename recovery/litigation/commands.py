"""`recovery deadlines …`."""

from datetime import date, timedelta

import click

from recovery.kernel import clock
from recovery.kernel.commands import command_work, json_option, report_rows, with_app
from recovery.kernel.db import db
from recovery.kernel.gate import EVERYTHING
from recovery.kernel.text import Text, _
from recovery.litigation.deadlines import refresh_deadlines
from recovery.litigation.queries import due_between

LONGEST = 36_500
"""Days ahead that are listed at most: a century."""


@click.group(help=str(_("案件的法定期限。")))
def deadlines() -> None:
    """Statutory dates of litigation files."""


@deadlines.command(help=str(_("列出已过期或即将到期且尚未办结的期限，最早的在前。")))
@click.option(
    "--within",
    default=7,
    show_default=True,
    type=click.IntRange(0, LONGEST),
    help=str(_("从今天起的天数，首尾两日均含；已过期而未办结的也列出。")),
)
@json_option
@with_app
def due(within: int, *, as_json: bool) -> int:
    """List the open deadlines that are past or fall due, the earliest first."""
    today = clock.today()
    statement = due_between(EVERYTHING, date.min, today + timedelta(days=within))
    rows = [
        {
            "last_day": one.last_day,
            "days_left": (one.last_day - today).days,
            "file": one.file.number,
            "title": str(Text(one.title)),
            "rule": one.rule,
            "provisional": one.is_provisional,
            "articles": one.law["articles"],
        }
        for one in db.session.scalars(statement)
    ]
    report_rows(rows, as_json=as_json)
    return 0


@deadlines.command(help=str(_("按今天的法律和日历重新计算全部未办结的期限，并列出有变动的。")))
@json_option
@with_app
def refresh(*, as_json: bool) -> int:
    """Compute every open deadline again under the law and calendar of today; list what moved."""
    with command_work() as work:
        moved = refresh_deadlines(work)
    rows = [
        {"file": one.file, "rule": one.rule, "before": one.before, "after": one.after}
        for one in moved
    ]
    report_rows(rows, as_json=as_json)
    return 0
