"""`recovery evidence …`."""

from pathlib import Path

import click

from recovery.evidence.house import house_store
from recovery.evidence.intake.commands import intake
from recovery.evidence.keeping.commands import attach
from recovery.evidence.keeping.differences import all_differences, differences
from recovery.evidence.key_commands import attach_keys
from recovery.evidence.sampling.commands import sample
from recovery.evidence.witnessing import publication
from recovery.evidence.witnessing.service import take_in
from recovery.kernel.commands import command_work, json_option, report, with_app
from recovery.kernel.text import _


@click.group(help=str(_("核验和维护存证登记。")))
def evidence() -> None:
    """Check the evidence registry."""


attach(evidence)
attach_keys(evidence)
evidence.add_command(intake)
evidence.add_command(sample)


@evidence.command(help=str(_("核验日志，并与数据库双向比对；有发现时退出状态为 1。")))
@click.option("--full", is_flag=True, help=str(_("同时重新计算每个文件的哈希值并打开每个承诺。")))
@json_option
@with_app
def verify(*, full: bool, as_json: bool) -> int:
    """Check the log, and compare it with the database both ways; exit 1 with findings."""
    findings = [str(finding) for finding in house_store().verify(full=full)]
    findings += [str(difference) for difference in (all_differences() if full else differences())]
    report({"whole": not findings, "findings": findings}, as_json=as_json)
    return 1 if findings else 0


@evidence.command(
    help=str(_("把日志的检查点、公钥和数据块复制到 FOLDER，供见证人使用；其中没有不公开的内容。"))
)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@json_option
@with_app
def publish(folder: Path, *, as_json: bool) -> int:
    """Copy the log's heads, keys and tiles to FOLDER, for witnesses; nothing private is in them."""
    leaves = publication.publish(house_store(), folder)
    report({"leaves": leaves, "folder": str(folder)}, as_json=as_json)
    return 0


@evidence.command(help=str(_("接收 FILE 中经见证人命令会签的检查点。")))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@with_app
def cosign(file: Path, *, as_json: bool) -> int:
    """Take in the cosigned head in FILE, as a witness's command printed it."""
    with command_work() as work:
        taken = take_in(work, file.read_text("utf-8"))
    report({"taken": len(taken)}, as_json=as_json)
    return 0
