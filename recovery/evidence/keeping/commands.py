"""`recovery backup`, `recovery restore`, and what `recovery evidence` offers of keeping."""

import os
from pathlib import Path

import click

from recovery.kernel.commands import command_work, json_option, report, with_app
from recovery.kernel.text import _

PASSPHRASE = "RECOVERY_BACKUP_PASSPHRASE"  # noqa: S105 - the name of the variable


def new_passphrase() -> str:
    """Return a passphrase to seal with: from the environment, or as somebody types it twice."""
    given = os.environ.get(PASSPHRASE)
    if given is not None:
        return given
    return str(
        click.prompt(
            str(_("口令")), hide_input=True, err=True, confirmation_prompt=str(_("再输一次"))
        )
    )


def known_passphrase() -> str:
    """Return the passphrase to open with: from the environment, or as somebody types it."""
    given = os.environ.get(PASSPHRASE)
    if given is not None:
        return given
    return str(click.prompt(str(_("口令")), hide_input=True, err=True))


@click.command(
    help=str(
        _(
            "备份到 FILE：先数据库，后存证；密钥另存于 FILE.keys，以口令保护。\n\n"
            "口令取自 RECOVERY_BACKUP_PASSPHRASE，没有则询问。"
        )
    )
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
@with_app
def backup(file: Path, *, as_json: bool) -> int:
    """Back up to FILE: database, then evidence; keys go to FILE.keys, under a passphrase.

    The passphrase is read from RECOVERY_BACKUP_PASSPHRASE, or asked for.
    """
    from flask import current_app

    from recovery.evidence.keeping.backup import back_up
    from recovery.kernel import clock
    from recovery.kernel.actions import Action

    made = back_up(current_app.config["SETTINGS"], file, new_passphrase(), clock.machine_now())
    with command_work() as work:
        work.record(Action.BACK_UP, None, made_at=made.made_at, files=made.files)
    facts = {"file": str(file), "keys": f"{file}.keys", "store_files": made.files}
    report(facts | {"engine": made.engine, "revision": made.revision}, as_json=as_json)
    return 0


@click.command(
    help=str(
        _(
            "把 FILE 恢复到还没有数据库的系统。\n\n"
            "随后重新执行删除，并列出数据库中没有记录的日志条目；这些条目保留。"
        )
    )
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def restore(file: Path, *, as_json: bool) -> int:
    """Restore FILE into an installation that has no database.

    Afterwards erasures are carried out again, and log leaves without a row are listed; they stay.
    """
    from recovery import create_app
    from recovery.evidence import sequencer
    from recovery.evidence.comparison import compare
    from recovery.evidence.keeping.backup import restore as restore_backup
    from recovery.evidence.keeping.erasure_log import replay
    from recovery.kernel.actions import Action
    from recovery.kernel.config import load_settings

    settings = load_settings()
    made = restore_backup(settings, file, known_passphrase())
    with create_app(settings).app_context():
        sequencer.register_pending()
        replayed = replay(command_work)
        with command_work() as work:
            work.record(Action.BACK_UP, None, restored=made.made_at, erased=replayed.erased)
        differences = [str(one) for one in compare()]
        sequencer.checkpoint()
    facts = {"made_at": made.made_at, "erased_again": replayed.erased}
    report(facts | {"kept_without_row": differences}, as_json=as_json)
    return 0


@click.command(
    help=str(_("从上次停止处继续重新计算所存文件的哈希值；有未处理的发现时退出状态为 1。"))
)
@click.option("--seconds", type=float, help=str(_("多少秒后停止；下次接着做。")))
@click.option("--bytes", "octets", type=int, help=str(_("读取多少字节后停止。")))
@json_option
@with_app
def fixity(seconds: float | None, octets: int | None, *, as_json: bool) -> int:
    """Hash stored objects again, from where the last run stopped; exit 1 with open findings."""
    from recovery.evidence.keeping.findings import open_findings
    from recovery.evidence.keeping.fixity import Budget, Run
    from recovery.kernel.db import db

    usual = Budget.configured()
    run = Run(command_work, Budget(seconds or usual.seconds, octets or usual.bytes))
    cycle = run.go()
    db.session.rollback()
    found = [f"{one.what}: {one.place}: {one.meaning}" for one in open_findings(db.session())]
    facts = {"checked": cycle.object_count, "of": cycle.object_total, "bytes": run.bytes}
    report(facts | {"turn_ended": cycle.finished_at, "findings": found}, as_json=as_json)
    return 1 if found else 0


@click.command("restore", help=str(_("用完好的副本替换受损的文件 SHA256。")))
@click.argument("sha256")
@click.option("--from", "source", required=True, help=str(_("一个文件，或 copy：第二份存储。")))
@json_option
@with_app
def restore_file(sha256: str, source: str, *, as_json: bool) -> int:
    """Put a sound copy in the place of the damaged object SHA256."""
    from recovery.evidence.keeping.copies import open_copy
    from recovery.evidence.keeping.restoring import restore_object

    with open_copy(sha256) if source == "copy" else Path(source).open("rb") as file:
        closed = restore_object(command_work, sha256, file, "copy" if source == "copy" else "file")
    report({"sha256": sha256, "findings_closed": closed}, as_json=as_json)
    return 0


@click.command("replay-erasures", help=str(_("重新执行恢复后的数据库或存储中没有体现的删除。")))
@json_option
@with_app
def replay_erasures(*, as_json: bool) -> int:
    """Carry out again the erasures that a restored database or store does not show."""
    from recovery.evidence import sequencer
    from recovery.evidence.keeping.erasure_log import finish, replay

    sequencer.register_pending()
    finished, done = finish(command_work), replay(command_work)
    facts = {"entries": done.entries, "erased": done.erased, "objects": done.objects}
    report(facts | {"unknown": done.unknown, "finished": finished}, as_json=as_json)
    return 0


def attach(group: click.Group) -> None:
    """Add these commands to `recovery evidence`."""
    for command in (fixity, restore_file, replay_erasures):
        group.add_command(command)
