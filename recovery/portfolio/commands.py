"""`recovery package …`."""

import json
import shutil
import sys
from datetime import datetime
from pathlib import Path

import click


@click.group()
def package() -> None:
    """Build, freeze and export packages (资产包)."""


@package.command()
@click.argument("number")
@click.option("--cut-off", required=True, type=click.DateTime(["%Y-%m-%d"]))
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
def freeze(number: str, cut_off: datetime, *, as_json: bool) -> None:
    """Freeze the package NUMBER at a cut-off date; exit 1 where loans were left out."""
    from recovery.kernel.gate import Actor
    from recovery.kernel.work import work_as
    from recovery.portfolio import service
    from recovery.portfolio.queries import package_by_number

    actor = Actor.system("command line")
    one = package_by_number(number, actor.scope)
    with work_as(actor) as work:
        service.begin_freeze(work, one.id, one.version, cut_off_date=cut_off.date())
    left_out: dict[str, str] = {}
    last, reached = -1, 0
    while reached != last:
        last = reached
        with work_as(actor) as work:
            reached, refused = service.freeze_next(work, one.id, last)
        left_out |= {contract: str(reason) for contract, reason in refused.items()}
    with work_as(actor) as work:
        frozen = service.finish_freeze(work, one.id)
    report = {"number": number, "digest": frozen.digest, "totals": frozen.totals}
    if as_json:
        click.echo(json.dumps(report | {"left_out": left_out}, ensure_ascii=False))
    else:
        click.echo(f"{number} {frozen.loan_count} {frozen.digest}")
        for contract, reason in left_out.items():
            click.echo(f"{contract}: {reason}", err=True)
    sys.exit(1 if left_out else 0)


@package.command()
@click.argument("number")
@click.option("--form", default="tape", show_default=True, type=click.Choice(["tape"]))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
def export(number: str, form: str, out: Path) -> None:
    """Write the frozen package NUMBER to a file."""
    from recovery.kernel.db import db
    from recovery.kernel.gate import EVERYTHING
    from recovery.portfolio.queries import package_by_number
    from recovery.portfolio.tape import write_xlsx

    partial = out.with_name(f".{out.name}.part")
    count = write_xlsx(db.session(), package_by_number(number, EVERYTHING), partial)
    shutil.move(partial, out)
    click.echo(f"{out} {form} {count}")
