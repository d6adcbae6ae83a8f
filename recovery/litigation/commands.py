"""`recovery deadlines …`."""

import json
from datetime import timedelta

import click


@click.group()
def deadlines() -> None:
    """Statutory dates of litigation files."""


@deadlines.command()
@click.option("--within", default=7, show_default=True, help="Days from today, both included.")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
def due(within: int, *, as_json: bool) -> None:
    """List the open deadlines that fall due, the earliest first."""
    from recovery.kernel import clock
    from recovery.kernel.db import db
    from recovery.kernel.gate import EVERYTHING
    from recovery.litigation.queries import due_between

    today = clock.today()
    rows = [
        {
            "file": one.file.number,
            "rule": one.rule,
            "title": one.title,
            "last_day": one.last_day.isoformat(),
            "provisional": one.is_provisional,
            "articles": one.law["articles"],
        }
        for one in db.session.scalars(
            due_between(EVERYTHING, today, today + timedelta(days=within))
        )
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['last_day']}  {row['file']}  {row['title']}  {row['articles'][0]}")


@deadlines.command()
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
def refresh(*, as_json: bool) -> None:
    """Compute every open deadline again under the law and calendar of today; list what moved."""
    from recovery.kernel.work import system_work
    from recovery.litigation.service import refresh_deadlines

    with system_work("deadlines refresh") as work:
        moved = refresh_deadlines(work)
    rows = [
        {"file": one.file, "rule": one.rule, "from": str(one.before), "to": str(one.after)}
        for one in moved
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['file']}  {row['rule']}  {row['from']} -> {row['to']}")
