"""The report of fixity, as PDF and xlsx: turns, what was found, how it was mended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from sqlalchemy.orm import Session

from recovery.evidence.house import house_store
from recovery.evidence.keeping import findings, fixity
from recovery.evidence.keeping.labels import RESOLUTIONS, what_of
from recovery.evidence.keeping.models import FixityCycle, FixityFinding
from recovery.evidence.queries import RegistryState, state
from recovery.kernel.text import Text, _
from recovery.web.display import moment
from recovery.web.papers import render_paper
from recovery.web.spreadsheets import Cell, Workbook, workbook


@dataclass(frozen=True, slots=True)
class Report:
    """What the report says."""

    at: datetime
    origin: str
    registry: RegistryState
    cycles: Sequence[FixityCycle]
    open: Sequence[FixityFinding]
    closed: Sequence[FixityFinding]
    days: int


def gather(session: Session, now: datetime) -> Report:
    """Read the report."""
    return Report(
        at=now,
        origin=house_store().origin,
        registry=state(session),
        cycles=fixity.cycles(session),
        open=findings.open_findings(session),
        closed=findings.closed_findings(session),
        days=fixity.turn_days(),
    )


def paper(report: Report) -> bytes:
    """Return the report as PDF."""
    return render_paper(
        "documents/evidence/fixity.html",
        report=report,
        what_of=what_of,
        resolutions=RESOLUTIONS,
        pace=fixity.pace,
    )


TURNS: tuple[Text, ...] = (
    _("开始"),
    _("结束"),
    _("日志核对"),
    _("文件数"),
    _("已复核"),
    _("字节"),
    _("运行次数"),
)
FOUND: tuple[Text, ...] = (
    _("发现时间"),
    _("事项"),
    _("位置"),
    _("说明"),
    _("处理"),
    _("处理时间"),
    _("处理人"),
    _("备注"),
)


def sheet(report: Report) -> bytes:
    """Return the report as xlsx."""
    file = BytesIO()
    with workbook(file) as book:
        _table(book, _("复核轮次"), TURNS, map(_turn, report.cycles))
        _table(book, _("告警"), FOUND, map(_finding, [*report.open, *report.closed]))
    return file.getvalue()


def _table(
    book: Workbook, name: Text, heads: Sequence[Text], rows: Iterable[Sequence[Cell]]
) -> None:
    page = book.page(name, [22] * len(heads))
    page.head(heads)
    for row in rows:
        page.write(row)


def _turn(one: FixityCycle) -> list[Cell]:
    moments = (one.started_at, one.finished_at, one.log_checked_at)
    return [
        *(moment(at) if at else "" for at in moments),
        one.object_total,
        one.object_count,
        one.byte_count,
        one.run_count,
    ]


def _finding(one: FixityFinding) -> list[Cell]:
    resolution = RESOLUTIONS.get(one.resolution or "", Text(""))
    return [
        moment(one.found_at),
        str(what_of(one)),
        one.place,
        one.meaning,
        str(resolution),
        moment(one.resolved_at) if one.resolved_at else "",
        one.resolved_by or "",
        one.remark or "",
    ]
