"""`recovery tape`: import of loan tapes from the command line."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import click

from recovery.kernel.commands import command_work, json_option, report, with_app
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _

LISTED = 1000
"""Rejected rows that are listed; `--rejects` writes all."""

DAY = click.DateTime(["%Y-%m-%d"])
FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
TARGET = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.group(help=str(_("导入贷款数据。")))
def tape() -> None:
    """Import loan tapes."""


@tape.command("import", help=str(_("导入 FILE：csv（UTF-8、GB18030）、xlsx 或 ABS-EE。")))
@click.argument("file", type=FILE)
@click.option("--payments", type=FILE, help=str(_("ABS-EE 数据的第二个文件：每月一行。")))
@click.option("--layout", metavar="NAME", help=str(_("所用的版式；不写则选最合适的。")))
@click.option("--as-of", type=DAY, help=str(_("没有列说明余额日期时，余额截至哪一天。")))
@click.option("--branch", metavar="CODE", help=str(_("未写明分支机构的行归入哪个机构。")))
@click.option("--dry-run", is_flag=True, help=str(_("只说明会发生什么，不写入。")))
@click.option("--rejects", type=TARGET, help=str(_("把被拒绝的行及原因写到这个文件（csv）。")))
@json_option
@with_app
def import_tape(**options: Any) -> int:
    """Import FILE: csv (UTF-8, GB18030), xlsx, or ABS-EE."""
    from recovery.loans.tape.staging import Upload

    _insist_on_another_file(options["rejects"], (options["file"], options["payments"]))
    _insist_on_layout(options["layout"])
    given: datetime | None = options["as_of"]
    upload = Upload(
        path=options["file"],
        file_name=options["file"].name,
        payments=options["payments"],
        layout=options["layout"],
        as_of=given.date() if given else None,
        branch_id=_branch(options["branch"]),
    )
    with _rejects_file(options["rejects"]) as rejects:
        figures = _dry_run(upload, rejects) if options["dry_run"] else _import(upload, rejects)
    _show(figures, as_json=options["as_json"])
    return 1 if figures["rejected"] or figures["state"] == "differs" else 0


@tape.command("layouts", help=str(_("按名称列出版式。")))
@json_option
@with_app
def list_layouts(as_json: bool) -> int:
    """List the layouts by name."""
    from recovery.kernel.db import db
    from recovery.loans.tape.staging import all_layouts

    layouts = all_layouts(db.session())
    report({name: layout.title for name, layout in layouts.items()}, as_json=as_json)
    return 0


def _branch(code: str | None) -> int | None:
    """Return the id of the branch with this code."""
    from sqlalchemy import select

    from recovery.access.models import Branch
    from recovery.kernel.db import db

    if code is None:
        return None
    branch_id = db.session.scalar(select(Branch.id).where(Branch.code == code))
    if branch_id is None:
        raise click.BadParameter(str(_("没有编号为“{code}”的分支机构。", code=code)))
    return branch_id


def _insist_on_layout(name: str | None) -> None:
    """Refuse a layout that is not there.

    Raises:
        click.BadParameter: there is none of that name.
    """
    from recovery.kernel.db import db
    from recovery.loans.tape.staging import find_layout

    if name is None:
        return
    try:
        find_layout(db.session(), name)
    except RuleViolation as error:
        raise click.BadParameter(str(error)) from error


def _insist_on_another_file(rejects: Path | None, read: Sequence[Path | None]) -> None:
    """Refuse to write the rejects over a file that is read.

    Raises:
        click.BadParameter: it is one of them.
    """
    if rejects is None or not rejects.exists():
        return
    if any(path is not None and path.samefile(rejects) for path in read):
        raise click.BadParameter(str(_("--rejects 不能是要导入的文件本身。")))


@contextmanager
def _rejects_file(path: Path | None) -> Iterator[IO[str]]:
    """Open the rejects file; a buffer in memory where none is asked for."""
    if path is None:
        yield io.StringIO()
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        yield file


def _dry_run(upload: Any, rejects: IO[str]) -> dict[str, Any]:
    """Decide every row and write nothing."""
    from recovery.kernel import clock
    from recovery.kernel.db import db
    from recovery.loans.tape.checking import open_check
    from recovery.loans.tape.deciding import Decision
    from recovery.loans.tape.rejects import RejectsFile, reasons

    with command_work() as work:
        actor = work.actor
    run, decider = open_check(db.session(), actor, clock.today(), upload)
    _insist_on_contract([one.field.name for one in run.mapping.mapped], run.tape.columns)
    file = RejectsFile(rejects, run.tape.columns)
    listed: list[dict[str, Any]] = []

    def on_rejected(decision: Decision, cells: list[str]) -> None:
        row = decision.pending.row
        file.write(row.number, cells, row.problems)
        if len(listed) < LISTED:
            listed.append({"row": row.number, "reason": reasons(row.problems)})

    run.run(db.session(), decider, on_rejected)
    found = run.findings
    return {
        "state": "dry-run",
        "layout": run.mapping.layout.name,
        "rows": found.rows,
        "reporting_rows": found.reporting_rows,
        **found.counts,
        "differences": found.packed()["fields"],
        "control_totals": found.packed()["sums"],
        "unmapped": [column.title for column in run.mapping.unmapped],
        "missing": [str(one.label) for one in run.mapping.missing],
        "rejects": listed,
        "examples": found.examples,
        "doubts": _doubts(found.packed()["problems"]),
    }


def _doubts(problems: Sequence[dict[str, Any]]) -> list[str]:
    """Return what was read with a doubt, as sentences."""
    from recovery.loans.tape.rejects import unpacked_problem

    return [str(unpacked_problem(one).sentence) for one in problems if not one["rejects"]]


def _insist_on_contract(fields: Sequence[str], columns: Sequence[Any]) -> None:
    """Refuse a tape without a column of contract numbers.

    Raises:
        RuleViolation: none of the columns is known as one.
    """
    if "contract_no" not in fields:
        names = "、".join(column.title for column in columns)
        raise RuleViolation(_("没有找到合同编号列；文件的列为：{names}", names=names))


def _import(upload: Any, rejects: IO[str]) -> dict[str, Any]:
    """Import the files, or go on with an import of the same files that was interrupted."""
    from recovery.kernel.db import db
    from recovery.kernel.job_rows import JobStatus, unpack_text
    from recovery.kernel.job_runner import run_here
    from recovery.kernel.logs import configure_logs
    from recovery.loans.models import ImportBatch
    from recovery.loans.tape.resuming import batch_for
    from recovery.loans.tape.service import request_import

    # The job's log goes to standard error: standard output carries the report alone.
    configure_logs()
    batch_id, is_known = batch_for(command_work, db.session(), upload)
    if not is_known:
        with command_work() as work:
            job_id = request_import(work, batch_id).id
        job = run_here(job_id)
        if job.status != JobStatus.DONE:
            raise RuleViolation(_("导入没有完成：{why}", why=unpack_text(job.error)))
    db.session.rollback()
    batch = db.session.get_one(ImportBatch, batch_id, populate_existing=True)
    return _result(batch, rejects, is_known=is_known)


def _result(batch: Any, rejects: IO[str], *, is_known: bool) -> dict[str, Any]:
    """Return what an import came to, and write its rejects file."""
    from recovery.kernel.db import db
    from recovery.loans.tape.rejects import write_rejects
    from recovery.loans.tape.staging import LOANS, mapping_of

    mapping = mapping_of(batch, LOANS)
    write_rejects(db.session(), batch, LOANS, rejects)
    accepted = batch.created_count + batch.updated_count + batch.unchanged_count
    totals = batch.control_totals
    return {
        "batch": batch.id,
        "state": batch.state,
        "layout": batch.layout,
        "rows": batch.row_count,
        "reporting_rows": totals.get("reporting_rows", 0),
        "created": 0 if is_known else batch.created_count,
        "updated": 0 if is_known else batch.updated_count,
        "unchanged": accepted if is_known else batch.unchanged_count,
        "rejected": batch.rejected_count,
        "already_imported": is_known,
        "differences": {} if is_known else totals.get("fields", {}),
        "control_totals": totals.get("sums", {}),
        "unmapped": [column.title for column in mapping.unmapped],
        "missing": [str(one.label) for one in mapping.missing],
        "rejects": _listed(batch),
        "sha256": batch.sha256,
    }


def _listed(batch: Any) -> list[dict[str, Any]]:
    """Return the first rejected rows with their reasons."""
    from recovery.kernel.db import db
    from recovery.loans.tape.rejects import reasons, rejected_rows, stored_problems
    from recovery.loans.tape.staging import LOANS, PAYMENTS

    listed: list[dict[str, Any]] = []
    for part in (LOANS, PAYMENTS) if PAYMENTS in batch.source else (LOANS,):
        for row in rejected_rows(db.session(), batch, part):
            if len(listed) == LISTED:
                break
            why = reasons(stored_problems(row.reason))
            listed.append({"row": row.row_number, "file": part, "reason": why})
    return listed


def _show(figures: dict[str, Any], *, as_json: bool) -> None:
    """Print the figures; rejected rows a line each unless as JSON."""
    if as_json:
        report(figures, as_json=True)
        return
    told = {name: value for name, value in figures.items() if name not in {"rejects", "examples"}}
    report(told, as_json=False)
    for one in figures["rejects"]:
        click.echo(one["reason"])
