"""`recovery user`: people from the command line; passwords are printed once and kept nowhere."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import has_app_context
from sqlalchemy.orm import Session

from recovery.access import queries, service
from recovery.access.models import Agency, Branch, UserAccount
from recovery.access.rights import ROLE_NAMES, Role
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound
from recovery.kernel.text import _
from recovery.kernel.work import Work, system_work

PROCESS = "command"
as_json = click.option("--json", "as_json", is_flag=True, help="Write one JSON object a line.")


@contextmanager
def application() -> Iterator[None]:
    """Run inside the application, made from the environment where none is running."""
    if has_app_context():
        yield
        return
    from recovery import create_app

    with create_app().app_context():
        yield


@click.group()
def user() -> None:
    """Make, list, end and reset the accounts of people."""


@user.command()
@click.argument("username")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--name", default="", help="The person's name; the user name unless given.")
@click.option("--branch", "branch_code", default="", help="Code of the branch; made if new.")
@click.option("--agency", "agency_name", default="", help="Name of the agency; made if new.")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@as_json
def create(username: str, role: str, **chosen: str) -> None:
    """Make the account USERNAME and print its one-time password."""
    with application(), system_work(PROCESS) as work:
        handed = service.create_user(
            work,
            username,
            role=Role(role),
            name=chosen["name"],
            branch=_branch(work, chosen["branch_code"]),
            agency=_agency(work, chosen["agency_name"]),
            language=chosen["language"],
        )
    _report(bool(chosen["as_json"]), handed.account, handed.one_time_password)


def _branch(work: Work, code: str) -> Branch | None:
    """Return the branch of a code, made where it is new; None for no code."""
    if not code:
        return None
    return queries.branch_coded(work.session, code) or service.create_branch(work, code, code)


def _agency(work: Work, name: str) -> Agency | None:
    """Return the agency of a name, made where it is new; None for no name."""
    if not name:
        return None
    return queries.agency_named(work.session, name) or service.create_agency(work, name)


def _report(as_json: bool, account: UserAccount, password: str) -> None:
    """Print an account with its one-time password."""
    if as_json:
        click.echo(json.dumps({"username": account.username, "one_time_password": password}))
        return
    click.echo(str(_("用户 {username}，角色 {role}", **_words(account))))
    click.echo(str(_("一次性密码（7 日内有效，首次登录须修改）：{password}", password=password)))


def _words(account: UserAccount) -> dict[str, object]:
    """Return how an account is named."""
    return {"username": account.username, "role": ROLE_NAMES[Role(account.role)]}


@user.command("list")
@as_json
def list_users(as_json: bool) -> None:
    """Print every account, ended ones included."""
    with application():
        for row in db.session.scalars(queries.accounts().order_by(UserAccount.username)):
            click.echo(json.dumps(_facts(row), ensure_ascii=False) if as_json else _line(row))


def _facts(row: UserAccount) -> dict[str, object]:
    """Return an account as JSON has it."""
    return {
        "username": row.username,
        "name": row.name,
        "role": row.role,
        "branch_id": row.branch_id,
        "agency_id": row.agency_id,
        "second_factor": row.totp_confirmed_at is not None,
        "ended": row.ended_at is not None,
    }


def _line(row: UserAccount) -> str:
    """Return an account as one line."""
    ended = f"  {_('已停用')}" if row.ended_at is not None else ""
    return f"{row.username:<24}{row.role:<18}{row.name}{ended}"


def named(session: Session, username: str) -> UserAccount:
    """Return the account of a user name.

    Raises:
        NotFound: there is none.
    """
    row = queries.account_named(session, username)
    if row is None:
        raise NotFound(_("没有用户 {username}。", username=username))
    return row


@user.command()
@click.argument("username")
def end(username: str) -> None:
    """End the account USERNAME; what it did stays under its name."""
    with application(), system_work(PROCESS) as work:
        service.end_user(work, named(work.session, username))
    click.echo(str(_("用户 {username} 已停用。", username=username)))


@user.command()
@click.argument("username")
@click.option("--second-factor", is_flag=True, help="Take a lost second factor away as well.")
@as_json
def reset(username: str, second_factor: bool, as_json: bool) -> None:
    """Give USERNAME a new one-time password, also where the account had ended."""
    with application(), system_work(PROCESS) as work:
        row = named(work.session, username)
        if second_factor:
            service.reset_second_factor(work, row)
        password = service.reopen_user(work, row)
    _report(as_json, row, password)
