"""`recovery evidence …`."""

from pathlib import Path

import click

from recovery.evidence.house import house_store
from recovery.evidence.intake.commands import intake
from recovery.evidence.keeping.commands import attach
from recovery.evidence.keeping.differences import differences
from recovery.evidence.sampling.commands import sample
from recovery.evidence.witnessing import publication
from recovery.evidence.witnessing.service import take_in
from recovery.kernel.commands import command_work, json_option, report, with_app


@click.group()
def evidence() -> None:
    """Check the evidence registry."""


attach(evidence)
evidence.add_command(intake)
evidence.add_command(sample)


@evidence.command()
@click.option("--full", is_flag=True, help="Also hash every object and open every commitment.")
@json_option
@with_app
def verify(*, full: bool, as_json: bool) -> int:
    """Check the log, and compare it with the database both ways; exit 1 with findings."""
    findings = [str(finding) for finding in house_store().verify(full=full)]
    findings += [str(difference) for difference in differences()]
    report({"whole": not findings, "findings": findings}, as_json=as_json)
    return 1 if findings else 0


@evidence.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@json_option
@with_app
def publish(folder: Path, *, as_json: bool) -> int:
    """Copy the log's heads, keys and tiles to FOLDER, for witnesses; nothing private is in them."""
    leaves = publication.publish(house_store(), folder)
    report({"leaves": leaves, "folder": str(folder)}, as_json=as_json)
    return 0


@evidence.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@with_app
def cosign(file: Path, *, as_json: bool) -> int:
    """Take in the cosigned head in FILE, as a witness's command printed it."""
    with command_work() as work:
        taken = take_in(work, file.read_text("utf-8"))
    report({"taken": len(taken)}, as_json=as_json)
    return 0
