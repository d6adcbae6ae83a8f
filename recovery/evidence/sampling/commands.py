"""`recovery evidence sample …`: how large a sample must be, and drawing one again."""

import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path

import click

from recovery.evidence.sampling import draw as script
from recovery.evidence.sampling.sizes import monetary_size, rounded, sizing_factor
from recovery.kernel.commands import json_option, report
from recovery.kernel.text import _


def exact(text: str) -> Decimal:
    """Return an amount or share of the command line.

    Raises:
        click.BadParameter: it is no number.
    """
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise click.BadParameter(f"{text} is not a number") from error


@click.group(help=str(_("审计抽样。")))
def sample() -> None:
    """Audit samples (审计抽样)."""


@sample.command(help=str(_("计算货币单元抽样的样本量、系数和间隔。")))
@click.option("--value", required=True, type=exact, help=str(_("总体中大于零的金额。")))
@click.option("--tolerable", required=True, type=exact, help=str(_("可容忍错报。")))
@click.option("--expected", default="0", type=exact, help=str(_("预期错报。")))
@click.option(
    "--confidence", default="0.95", type=exact, show_default=True, help=str(_("置信水平。"))
)
@json_option
def size(
    value: Decimal, tolerable: Decimal, expected: Decimal, confidence: Decimal, *, as_json: bool
) -> int:
    """Print the size of a monetary-unit sample, its factor and its interval."""
    count = monetary_size(value, tolerable=tolerable, expected=expected, confidence=confidence)
    factor = rounded(sizing_factor(expected / tolerable, confidence))
    report({"size": count, "factor": factor, "interval": value // count}, as_json=as_json)
    return 0


@sample.command(help=str(_("按 FOLDER 中 draw.py 的方法重新抽样；结果不同时退出状态为 1。")))
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--seed", help=str(_("审计人员自己记下的种子。")))
def draw(folder: Path, seed: str | None) -> int:
    """Draw again from FOLDER, as the script draw.py inside it does; exit 1 where it differs."""
    sys.stdout.flush()
    return script.main([str(folder), *(["--seed", seed] if seed else [])])
