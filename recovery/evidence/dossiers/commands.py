"""`recovery dossier …`."""

import shutil
from pathlib import Path

import click

from recovery.evidence.dossiers import queries, subjects
from recovery.evidence.dossiers.disclosure import PRESETS
from recovery.evidence.dossiers.service import LANGUAGES, Wanted, export_dossier, open_dossier
from recovery.kernel.commands import json_option, operator, report, report_rows, with_app
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.text import _


@click.group(help=str(_("导出证据卷宗。")))
def dossier() -> None:
    """Export evidence dossiers (证据卷宗)."""


@dossier.command(
    help=str(
        _(
            "把贷款 LOAN_NO、一件案件或一个资产包的卷宗写成 zip 文件。\n\n"
            "其中的 verify.py 不用本程序即可验证卷宗。"
        )
    )
)
@click.argument("loan_no", required=False)
@click.option("--file", "file_no", metavar="NO", help=str(_("案件的卷宗，写案件编号。")))
@click.option("--package", "package_no", metavar="NO", help=str(_("资产包的卷宗，写资产包编号。")))
@click.option(
    "--preset",
    default="court",
    show_default=True,
    type=click.Choice(list(PRESETS)),
    help=str(_("披露的范围。")),
)
@click.option(
    "--language",
    default="zh",
    show_default=True,
    type=click.Choice(LANGUAGES),
    help=str(_("卷宗的语言。")),
)
@click.option(
    "--merged", "with_merged", is_flag=True, help=str(_("另附合并为一个 PDF 的全部原件。"))
)
@click.option("--checkpoint", type=int, help=str(_("在这个较早的检查点下重做卷宗。")))
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help=str(_("写到这个文件。")),
)
@json_option
@with_app
def export(
    loan_no: str | None,
    file_no: str | None,
    package_no: str | None,
    *,
    out: Path,
    as_json: bool,
    **wanted: str,
) -> int:
    """Write a dossier of the loan LOAN_NO, a file or a package to a zip.

    verify.py inside it verifies it without this program.
    """
    code, number = _named(loan_no, file_no, package_no)
    actor = Actor.system(f"cli/{operator()}")
    subject = subjects.find_by_number(db.session(), code, number, actor.scope)
    made = export_dossier(actor, subject.id, Wanted(subject=code, **wanted))  # type: ignore[arg-type]
    partial = out.with_name(f".{out.name}.part")
    with open_dossier(made) as source, partial.open("wb") as target:
        shutil.copyfileobj(source, target)
    partial.replace(out)
    facts = {"number": made.number, "sha256": made.sha256, "checkpoint": made.checkpoint_size}
    report(facts | made.contents | {"file": str(out)}, as_json=as_json)
    return 0


def _named(loan_no: str | None, file_no: str | None, package_no: str | None) -> tuple[str, str]:
    """Return what one of the three names; anything else is wrong use."""
    given = [
        (code, number)
        for code, number in (("loan", loan_no), ("file", file_no), ("package", package_no))
        if number
    ]
    if len(given) != 1:
        raise click.BadParameter(str(_("请只给出 LOAN_NO、--file、--package 其中之一。")))
    return given[0]


@dossier.command("list", help=str(_("列出已导出的卷宗，最新的在前：全部，或某一记录的。")))
@click.argument("loan_no", required=False)
@click.option("--file", "file_no", metavar="NO", help=str(_("案件的卷宗，写案件编号。")))
@click.option("--package", "package_no", metavar="NO", help=str(_("资产包的卷宗，写资产包编号。")))
@click.option(
    "--limit",
    default=50,
    show_default=True,
    type=click.IntRange(1, 1000),
    help=str(_("最多列出多少份。")),
)
@json_option
@with_app
def list_dossiers(
    loan_no: str | None,
    file_no: str | None,
    package_no: str | None,
    *,
    limit: int,
    as_json: bool,
) -> int:
    """List the dossiers that were exported, the newest first: all, or those of one record."""
    actor = Actor.system(f"cli/{operator()}")
    about = None
    if loan_no or file_no or package_no:
        code, number = _named(loan_no, file_no, package_no)
        about = subjects.find_by_number(db.session(), code, number, actor.scope)
    rows = queries.newest(db.session(), actor, about, limit)
    report_rows([_facts(one) for one in rows], as_json=as_json)
    return 0


def _facts(one: queries.Dossier) -> dict[str, object]:
    return {
        "number": one.number,
        "subject": one.subject,
        "of": one.subject_number,
        "preset": one.preset,
        "language": one.language,
        "recipient": one.recipient,
        "purpose": one.purpose,
        "checkpoint": one.checkpoint_size,
        "sha256": one.sha256,
        "made_at": one.made_at.isoformat(),
        "made_by": one.made_by,
    }
