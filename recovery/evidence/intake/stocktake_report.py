"""The report of a stocktake (盘点报告): a paper to sign, and a workbook of every line, by a job."""

from typing import Any

from recovery.evidence.intake import stocktake_queries as reads
from recovery.evidence.intake.labels import RESULTS
from recovery.evidence.intake.models import Stocktake, StocktakeLine
from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.jobs import RunningJob, handles
from recovery.kernel.text import _
from recovery.loans.models import Loan
from recovery.web.long_papers import print_in_parts
from recovery.web.spreadsheets import workbook

REPORT = "stocktake.report"

MOST = 5_000
"""Lines on paper, differences first: about 150 pages. The workbook has all."""

HEADS = (_("条码"), _("结果"), _("名称"), _("合同编号"), _("登记位置"), _("清点人"))


@handles(REPORT, label=_("制作盘点报告"))
def make_report(job: RunningJob) -> dict[str, Any]:
    """Write the workbook of a stocktake and its paper."""
    session = db.session()
    one = reads.find_stocktake(session, job.arguments["stocktake"], job.actor.scope)
    counts = reads.counts_of(session, one.id)
    listed = _write_sheet(job, one, sum(counts.values()))
    job.progress(sum(counts.values()), message=_("排版"))
    printed = print_in_parts(
        "documents/evidence/intake/stocktake.html",
        listed,
        one=one,
        number=one.number,
        counts=[(RESULTS[code].text, number) for code, number in counts.items()],
        groups=[(code, RESULTS[code].text, counts[code]) for code in reads.ORDER],
        left_out=sum(counts.values()) - sum(map(len, listed.values())),
        printed_on=clock.today(),
        draft=one.closed_at is None,
    )
    job.output(f"{one.number}.pdf").write_bytes(printed.data)
    return {"rows": sum(counts.values()), "pages": printed.pages}


def _write_sheet(job: RunningJob, one: Stocktake, total: int) -> dict[str, list[StocktakeLine]]:
    """Write every line to a workbook; return those that go on paper, by their result."""
    listed: dict[str, list[StocktakeLine]] = {code: [] for code in reads.ORDER}
    with workbook(job.output(f"{one.number}.xlsx")) as book:
        page = book.page(_("盘点"), [22] * len(HEADS))
        page.fact(one.number, one.place)
        page.head(HEADS)
        for done, line in enumerate(reads.lines_of(db.session(), one.id), 1):
            page.write(_cells(line))
            if done <= MOST:
                listed[reads.result_of(line)].append(line)
            if not done % reads.A_READ:
                job.check()
                job.progress(done, total, _("写入表格"))
    return listed


def _cells(line: StocktakeLine) -> list[str]:
    """Return a line as the workbook shows it; texts never turn into formulas."""
    one = line.original
    contract_no = one.loan.contract_no if one is not None and isinstance(one.loan, Loan) else ""
    return [
        line.barcode,
        str(RESULTS[reads.result_of(line)].text),
        one.title if one else "",
        contract_no,
        one.place if one else "",
        line.counted_by or "",
    ]


def register() -> None:
    """Importing this module has registered the handler."""
