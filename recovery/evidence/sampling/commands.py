"""`recovery evidence sample …`: how large a sample must be, and drawing one again."""

import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path

import click

from recovery.evidence.sampling import draw as script
from recovery.evidence.sampling.sizes import monetary_size, rounded, sizing_factor
from recovery.kernel.commands import json_option, report


def exact(text: str) -> Decimal:
    """Return an amount or share of the command line.

    Raises:
        click.BadParameter: it is no number.
    """
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise click.BadParameter(f"{text} is not a number") from error


@click.group()
def sample() -> None:
    """Audit samples (审计抽样)."""


@sample.command()
@click.option("--value", required=True, type=exact, help="Value of the population above zero.")
@click.option("--tolerable", required=True, type=exact, help="Tolerable misstatement.")
@click.option("--expected", default="0", type=exact, help="Expected misstatement.")
@click.option("--confidence", default="0.95", type=exact, show_default=True)
@json_option
def size(
    value: Decimal, tolerable: Decimal, expected: Decimal, confidence: Decimal, *, as_json: bool
) -> int:
    """Print the size of a monetary-unit sample, its factor and its interval."""
    count = monetary_size(value, tolerable=tolerable, expected=expected, confidence=confidence)
    factor = rounded(sizing_factor(expected / tolerable, confidence))
    report({"size": count, "factor": factor, "interval": value // count}, as_json=as_json)
    return 0


@sample.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--seed", help="The auditor's seed, from the auditor's own note.")
def draw(folder: Path, seed: str | None) -> int:
    """Draw again from FOLDER, as the script draw.py inside it does; exit 1 where it differs."""
    sys.stdout.flush()
    return script.main([str(folder), *(["--seed", seed] if seed else [])])
