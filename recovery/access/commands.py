"""`recovery user`: people from the command line; passwords are printed once and kept nowhere."""

from typing import Any

import click
from sqlalchemy.orm import Session

from recovery.access import queries, service, token_queries, tokens
from recovery.access.lists import last_used, token_badge
from recovery.access.models import Agency, Branch, UserAccount, UserSession
from recovery.access.rights import Role
from recovery.kernel.commands import command_work, json_option, report, report_rows, with_app
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound
from recovery.kernel.text import _
from recovery.kernel.work import Work


@click.group(help=str(_("新建、列出、停用和重置人员的账户。")))
def user() -> None:
    """Make, list, end and reset the accounts of people."""


@user.command(help=str(_("新建账户 USERNAME，并显示其一次性密码。")))
@click.argument("username")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    required=True,
    help=str(_("该人员的角色。")),
)
@click.option("--name", default="", help=str(_("姓名；不写则用用户名。")))
@click.option("--branch", "branch_code", default="", help=str(_("分支机构编号；没有则新建。")))
@click.option("--agency", "agency_name", default="", help=str(_("委外机构名称；没有则新建。")))
@click.option(
    "--language",
    type=click.Choice(["zh", "en"]),
    default="zh",
    show_default=True,
    help=str(_("该人员所用的语言。")),
)
@json_option
@with_app
def create(username: str, role: str, as_json: bool, **chosen: str) -> None:
    """Make the account USERNAME and print its one-time password."""
    with command_work() as work:
        handed = service.create_user(
            work,
            username,
            role=Role(role),
            name=chosen["name"],
            branch=_branch(work, chosen["branch_code"]),
            agency=_agency(work, chosen["agency_name"]),
            language=chosen["language"],
        )
    report_password(handed.account, handed.one_time_password, as_json=as_json)


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


def report_password(account: UserAccount, password: str, *, as_json: bool) -> None:
    """Print an account with its one-time password, which is valid for a week."""
    figures = {
        "username": account.username,
        "role": account.role,
        "one_time_password": password,
        "last_day": account.one_time_last_day,
    }
    report(figures, as_json=as_json)


@user.command("list", help=str(_("列出全部账户，包括已停用的。")))
@json_option
@with_app
def list_users(as_json: bool) -> None:
    """Print every account, ended ones included."""
    statement = queries.accounts().order_by(UserAccount.username)
    report_rows([_facts(row) for row in db.session.scalars(statement)], as_json=as_json)


def _facts(row: UserAccount) -> dict[str, object]:
    """Return what is told of an account."""
    return {
        "username": row.username,
        "role": row.role,
        "name": row.name,
        "branch_id": row.branch_id,
        "agency_id": row.agency_id,
        "second_factor": row.totp_confirmed_at is not None,
        "ended": row.ended_at is not None,
    }


def named(session: Session, username: str) -> UserAccount:
    """Return the account of a user name.

    Raises:
        NotFound: there is none.
    """
    row = queries.account_named(session, username)
    if row is None:
        raise NotFound(_("没有用户 {username}。", username=username))
    return row


@user.command(help=str(_("签发令牌，供程序以 USERNAME 的身份使用接口；只显示一次。")))
@click.argument("username")
@click.option("--name", required=True, help=str(_("程序的名称。")))
@click.option(
    "--days",
    default=365,
    show_default=True,
    type=click.IntRange(1, tokens.MOST_DAYS),
    help=str(_("有效天数。")),
)
@json_option
@with_app
def token(username: str, name: str, days: int, as_json: bool) -> None:
    """Issue a token with which a program acts as USERNAME over the API; printed once."""
    with command_work() as work:
        issued = tokens.issue_token(work, named(work.session, username), name, days=days)
    report(
        {"username": username, "token": issued.token, "valid_until": issued.valid_until},
        as_json=as_json,
    )


@user.command("tokens", help=str(_("列出程序的全部令牌，包括已结束的。")))
@json_option
@with_app
def list_tokens(as_json: bool) -> None:
    """Print every token of a program, those that are over included."""
    rows = db.session.execute(token_queries.every_token().order_by(UserSession.id))
    report_rows([_told(row) for row in rows], as_json=as_json)


def _told(row: Any) -> dict[str, object]:
    """Return what is told of a token."""
    return {
        "number": row.id,
        "program": row.program,
        "username": row.username,
        "role": row.role,
        "state": str(token_badge(row).text),
        "issued_at": row.started_at,
        "last_used_at": last_used(row),
        "valid_until": row.valid_until,
    }


@user.command(help=str(_("立即结束编号为 NUMBER 的令牌（编号由 user tokens 列出）。")))
@click.argument("number", type=int)
@with_app
def end_token(number: int) -> None:
    """End the token NUMBER (see `recovery user tokens`) at once."""
    with command_work() as work:
        tokens.end_token(work, number)
    click.echo(str(_("令牌 {number} 已结束。", number=number)))


@user.command(help=str(_("停用账户 USERNAME；其办理过的事项仍记在其名下。")))
@click.argument("username")
@with_app
def end(username: str) -> None:
    """End the account USERNAME; what it did stays under its name."""
    with command_work() as work:
        service.end_user(work, named(work.session, username))
    click.echo(str(_("用户 {username} 已停用。", username=username)))


@user.command(help=str(_("为 USERNAME 重设一次性密码，已停用的账户也可以。")))
@click.argument("username")
@click.option("--second-factor", is_flag=True, help=str(_("同时取消已丢失的第二重验证。")))
@json_option
@with_app
def reset(username: str, second_factor: bool, as_json: bool) -> None:
    """Give USERNAME a new one-time password, also where the account had ended."""
    with command_work() as work:
        row = named(work.session, username)
        if second_factor:
            service.reset_second_factor(work, row)
        password = service.reopen_user(work, row)
    report_password(row, password, as_json=as_json)
