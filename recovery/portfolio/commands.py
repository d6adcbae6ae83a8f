"""`recovery package …`."""

from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qsl

import click
from werkzeug.datastructures import MultiDict

from recovery.kernel.commands import json_option, operator, report, with_app
from recovery.kernel.db import db
from recovery.kernel.errors import RuleViolation
from recovery.kernel.gate import EVERYTHING, Actor
from recovery.kernel.text import _
from recovery.kernel.usage import OutFile
from recovery.kernel.work import work_as
from recovery.loans.listing.jobs import reader_of
from recovery.loans.listing.queries import matching
from recovery.loans.listing.worklist import FILTERS
from recovery.portfolio import freezes, service
from recovery.portfolio.freezing import finish_freeze
from recovery.portfolio.queries import package_by_number
from recovery.portfolio.rules import DISPOSALS, SELLERS
from recovery.portfolio.tape import write_xlsx
from recovery.web.filters import FilterState

ARRANGING = frozenset({"sort", "size"})
"""What a copied address of the list may say besides: it chooses no loans."""


@click.group(help=str(_("组建、冻结和导出资产包。")))
def package() -> None:
    """Build, freeze and export packages (资产包)."""


@package.command(help=str(_("把符合贷款列表筛选条件的全部贷款组成资产包。")))
@click.option("--filter", "query", default="", help=str(_("贷款列表地址中的查询字符串。")))
@click.option("--name", required=True, help=str(_("资产包的名称。")))
@click.option(
    "--disposal",
    default="sale",
    show_default=True,
    type=click.Choice(list(DISPOSALS)),
    help=str(_("处置方式。")),
)
@click.option(
    "--seller",
    default="own_book",
    show_default=True,
    type=click.Choice(SELLERS),
    help=str(_("出让方的地位。")),
)
@json_option
@with_app
def build(query: str, name: str, *, as_json: bool, **decided: str) -> int:
    """Start a package of all loans that match the filter of the loan list."""
    actor = Actor.system(f"cli/{operator()}")
    filters = _filters(query)
    ids = list(db.session.scalars(matching(db.session(), filters, reader_of(actor))))
    if not ids:
        raise RuleViolation(_("没有符合筛选条件的贷款。"))
    with work_as(actor) as work:
        made = service.start_package(work, service.NewPackage(name=name, criteria=query, **decided))
    for start in range(0, len(ids), service.ADD_BATCH):
        with work_as(actor) as work:
            service.add_loans(work, made.id, ids[start : start + service.ADD_BATCH])
    report({"number": made.number, "loans": len(ids)}, as_json=as_json)
    return 0


def _filters(query: str) -> FilterState:
    """Return the conditions that `query` names.

    Raises:
        click.BadParameter: one of them cannot be read, or is none: it would choose too much.
    """
    asked = parse_qsl(query)
    filters = FILTERS.read(MultiDict(asked))
    known = {name for name, _value in parse_qsl(filters.typed_query)} | ARRANGING
    surplus = {name for name, _value in asked} - known
    if filters.problems or surplus or (query and not filters.active):
        raise click.BadParameter(str(_("看不懂筛选条件“{query}”。", query=query)))
    return filters


@package.command(help=str(_("以交易基准日冻结资产包 NUMBER；有贷款未纳入时退出状态为 1。")))
@click.argument("number")
@click.option(
    "--cut-off", required=True, type=click.DateTime(["%Y-%m-%d"]), help=str(_("交易基准日。"))
)
@json_option
@with_app
def freeze(number: str, cut_off: datetime, *, as_json: bool) -> int:
    """Freeze the package NUMBER at a cut-off date; exit 1 where loans were left out."""
    actor = Actor.system(f"cli/{operator()}")
    one = package_by_number(number, actor.scope)
    with work_as(actor) as work:
        freezes.begin_freeze(work, one.id, one.version, cut_off_date=cut_off.date())
    left_out: dict[str, str] = {}
    last, reached = -1, 0
    while reached != last:
        last = reached
        with work_as(actor) as work:
            reached, refused = freezes.freeze_next(work, one.id, last)
        left_out |= {contract: str(reason) for contract, reason in refused.items()}
    frozen = finish_freeze(actor, one.id)
    facts = {"number": number, "loans": frozen.loan_count, "digest": frozen.digest}
    report(facts | {"totals": frozen.totals, "left_out": left_out}, as_json=as_json)
    return 1 if left_out else 0


@package.command(help=str(_("把已冻结的资产包 NUMBER 写成文件。")))
@click.argument("number")
@click.option(
    "--form",
    default="tape",
    show_default=True,
    type=click.Choice(["tape"]),
    help=str(_("文件的形式。")),
)
@click.option("--out", required=True, type=OutFile(), help=str(_("写到这个文件。")))
@json_option
@with_app
def export(number: str, form: str, out: Path, *, as_json: bool) -> int:
    """Write the frozen package NUMBER to a file."""
    partial = out.with_name(f".{out.name}.part")
    count = write_xlsx(db.session(), package_by_number(number, EVERYTHING), partial)
    partial.replace(out)
    report({"number": number, "form": form, "loans": count, "file": str(out)}, as_json=as_json)
    return 0
