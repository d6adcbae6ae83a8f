"""`recovery demo`: builds the synthetic book once, and says who may sign in."""

import sys

import click

from recovery.access.rights import ROLE_NAMES
from recovery.demo.build import LEAN_ABOVE, Built, build
from recovery.demo.staff import listed_passwords
from recovery.kernel.commands import json_option, report, with_app
from recovery.kernel.text import _

USUAL = 2_000


@click.command(
    help=str(
        _(
            "尚无数据时生成合成的贷款数据，并列出演示用户。\n\n"
            "超过 10,000 笔时从简：每笔贷款四行账目、没有还款计划，供性能测试用。"
        )
    )
)
@click.option(
    "--loans", type=click.IntRange(1), default=USUAL, show_default=True, help=str(_("贷款笔数。"))
)
@json_option
@with_app
def demo(loans: int, as_json: bool) -> int:
    """Build a synthetic book where there is none yet, and print the demo users.

    Above 10,000 loans the book is lean: four ledger rows a loan and no schedules, for benchmarks.
    """
    built = build(loans, _on_terminal if sys.stderr.isatty() else _silently)
    if as_json:
        report(_facts(built), as_json=True)
        return 0
    click.echo(_sentence(built, loans))
    for user, password in listed_passwords():
        shown = password or _("（已改密码或已停用）")
        click.echo(f"  {user.username:<10} {shown!s:<22} {ROLE_NAMES[user.role]} {user.name}")
    return 0


def _facts(built: Built) -> dict[str, object]:
    users = {user.username: password for user, password in listed_passwords()}
    return {"created": built.created, "loans": built.loans, "users": users}


def _sentence(built: Built, asked: int) -> str:
    """Return what was done in words."""
    if not built.created:
        return str(_("已有 {count} 笔贷款，未再生成演示数据。", count=f"{built.loans:,}"))
    kind = _("（精简）") if asked > LEAN_ABOVE else ""
    return str(_("已生成 {count} 笔演示贷款{kind}。", count=f"{built.loans:,}", kind=kind))


def _on_terminal(done: int) -> None:
    """Show how far it is on one line."""
    click.echo(f"\r{done:,}", nl=False, err=True)


def _silently(_done: int) -> None:
    """Say nothing."""
