"""`recovery evidence intake`: a folder of documents into the book, from the command line."""

from collections.abc import Iterator
from pathlib import Path

import click

from recovery.evidence.intake import service, staging
from recovery.evidence.intake.index_sheet import read_index
from recovery.evidence.intake.models import IntakeBatch, IntakeRow
from recovery.evidence.intake.receiving import Received, from_archive, from_folder
from recovery.evidence.intake.rules import DEFAULT_RULE
from recovery.kernel.commands import command_work, json_option, report, report_rows, with_app
from recovery.kernel.job_rows import unpack_text
from recovery.kernel.text import _

FOUND = 1


@click.command(
    help=str(_("把 PLACE（文件夹或 zip）中的文件收入所属的贷款；有一份被拒绝时退出状态为 1。"))
)
@click.argument("place", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--index",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=str(_("索引表：每份文件属于哪笔贷款。")),
)
@click.option(
    "--rule", default=DEFAULT_RULE, show_default=True, help=str(_("怎样从文件名读出合同编号。"))
)
@click.option("--dry-run", is_flag=True, help=str(_("只说明各归何处，不收入。")))
@json_option
@with_app
def intake(place: Path, index: Path | None, rule: str, *, dry_run: bool, as_json: bool) -> int:
    """Add the documents in PLACE (a folder or zip) to their loans; exit 1 when one is refused."""
    reading = staging.Reading(
        staging.rule_or_refusal(rule), read_index(index) if index is not None else {}
    )
    rows = staging.prepare(reading, _files(place, index))
    with command_work() as work:
        source = "folder" if place.is_dir() else "archive"
        batch_id = staging.start_batch(work, source, reading.rule).id
    for part in staging.in_parts(rows):
        with command_work() as work:
            staging.add_rows(work, work.session.get_one(IntakeBatch, batch_id), part)
    if dry_run:
        with command_work() as work:
            service.cancel_batch(work, batch_id)
    if not dry_run:
        for row in rows:
            if row.state == "ready":
                with command_work() as work:
                    service.add_row(work, row.id)
        with command_work() as work:
            service.finish_batch(work, batch_id)
            work.enqueue(service.EXAMINE_JOB, {})
    with command_work() as work:
        kept = service.rows_of(work.session, batch_id)
        counts = service.counts_of(work.session, batch_id)
        report_rows([_told(row) for row in kept], as_json=as_json)
    if not as_json:
        report(counts, as_json=False)
    return FOUND if counts["refused"] + counts["failed"] else 0


def _files(place: Path, index: Path | None) -> Iterator[Received]:
    """Yield what is in a folder or archive; the index, where it lies inside, is no document."""
    if place.is_dir():
        inside = index is not None and index.resolve().is_relative_to(place.resolve())
        own = index.resolve().relative_to(place.resolve()).as_posix() if inside and index else ""
        yield from from_folder(place, leave_out=frozenset({own} - {""}))
        return
    with place.open("rb") as file:
        yield from from_archive(file)


def _told(row: IntakeRow) -> dict[str, object]:
    """Return a file as the report lists it."""
    return {
        "file": row.file_name,
        "state": row.state,
        "contract_no": row.contract_no,
        "kind": row.kind,
        "title": row.title,
        "why": str(unpack_text(row.problem or row.note)),
    }
