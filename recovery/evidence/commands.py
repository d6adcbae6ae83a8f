"""`recovery dossier …` and `recovery evidence …`."""

import json
import shutil
import sys
from pathlib import Path

import click

from recovery.evidence.contents import PRESETS


@click.group()
def dossier() -> None:
    """Export evidence dossiers (证据卷宗)."""


@dossier.command()
@click.argument("loan_no")
@click.option("--preset", default="court", show_default=True, type=click.Choice(list(PRESETS)))
@click.option("--language", default="zh", show_default=True, type=click.Choice(["zh", "en"]))
@click.option("--checkpoint", type=int, help="Repeat the dossier under this earlier head.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
def export(
    loan_no: str, preset: str, language: str, checkpoint: int | None, *, out: Path, as_json: bool
) -> None:
    """Write the dossier of the loan LOAN_NO to a zip that verify.py inside it verifies."""
    from recovery.evidence.dossier import Wanted, export_dossier, open_dossier
    from recovery.kernel.db import db
    from recovery.kernel.gate import Actor
    from recovery.loans.queries import loan_by_number

    actor = Actor.system("command line")
    loan = loan_by_number(db.session(), loan_no, actor.scope)
    made = export_dossier(actor, loan.id, Wanted(preset, language, checkpoint))
    with open_dossier(made) as source, out.open("wb") as target:
        shutil.copyfileobj(source, target)
    report = {
        "number": made.number,
        "sha256": made.sha256,
        "checkpoint": made.checkpoint_size,
        **made.contents,
    }
    line = f"{made.number} {made.sha256} {out}"
    click.echo(json.dumps(report, ensure_ascii=False) if as_json else line)


@click.group()
def evidence() -> None:
    """Check the evidence registry."""


@evidence.command()
@click.option("--full", is_flag=True, help="Also hash every object and open every commitment.")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
def verify(*, full: bool, as_json: bool) -> None:
    """Check the log, and compare it with the database both ways; exit 1 with findings."""
    from recovery.evidence.comparison import compare
    from recovery.evidence.house import house_store

    findings = [str(finding) for finding in house_store().verify(full=full)]
    findings += [str(difference) for difference in compare()]
    if as_json:
        click.echo(json.dumps({"whole": not findings, "findings": findings}, ensure_ascii=False))
    else:
        click.echo("\n".join(findings) or "whole")
    sys.exit(1 if findings else 0)
