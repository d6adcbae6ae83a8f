"""What every command of `recovery` stands on: the application, reports, who acts.

@click.group()
def tape() -> None: ...

@tape.command("import")
@json_option
@with_app
def import_tape(as_json: bool) -> int:
    with command_work() as work: ...
    report({"rows": 3}, as_json=as_json)
    return 0
"""

import getpass
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from decimal import Decimal
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import click

from recovery.kernel.text import _

P = ParamSpec("P")
R = TypeVar("R")

json_option = click.option("--json", "as_json", is_flag=True, help=str(_("以 JSON 输出。")))


def with_app(command: Callable[P, R]) -> Callable[P, R]:
    """Run the command inside the application that the environment names.

    Raises:
        click.ClickException: its database has not been made, or is of another version.
    """

    @wraps(command)
    def inside(*args: P.args, **kwargs: P.kwargs) -> R:
        insist_on_tables()
        # Imported here: `recovery --help` and `recovery law eval` need no Flask.
        from recovery import create_app

        with create_app().app_context():
            return command(*args, **kwargs)

    return inside


def insist_on_tables() -> None:
    """Refuse to work on a database that this version of the program has not migrated.

    Raises:
        click.ClickException: `recovery db upgrade` has to be run first.
    """
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    from recovery.kernel.config import load_settings
    from recovery.kernel.migrations import is_current

    engine = create_engine(load_settings().database_url, poolclass=NullPool)
    if not is_current(engine):
        sentence = _("数据库尚未建立或版本不符，请先运行 recovery db upgrade。")
        raise click.ClickException(str(sentence))


def command_work() -> AbstractContextManager[Any]:
    """Run a unit of work as the person at the command line: `system:cli/NAME`."""
    from recovery.kernel.work import system_work

    work: AbstractContextManager[Any] = system_work(f"cli/{operator()}")
    return work


def operator() -> str:
    """Return the name of the account that runs the command."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def report(figures: Mapping[str, Any], *, as_json: bool) -> None:
    """Print named figures: as one JSON object, or a line each."""
    if as_json:
        click.echo(json.dumps(figures, ensure_ascii=False, default=plain))
        return
    for name, value in figures.items():
        click.echo(f"{name}: {shown(value)}")


def report_rows(rows: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """Print rows: as a JSON list, or a line each with tabs between the values."""
    if as_json:
        click.echo(json.dumps(list(rows), ensure_ascii=False, default=plain))
        return
    for row in rows:
        click.echo("\t".join(shown(value) for value in row.values()))


def plain(value: object) -> object:
    """Return a value as JSON keeps it: amounts as text, exactly."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


def shown(value: object) -> str:
    """Return a value as a line of text shows it."""
    if value is None:
        return "—"
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=plain)
    return str(value)
