"""What a job came to, in words: its figures, how long it took, which exceptions a page lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from recovery.kernel.job_rows import Job, JobException, JobStatus
from recovery.kernel.text import Text, _
from recovery.web import display

FIGURES: dict[str, Text] = {
    "rows": _("行数"),
    "created": _("新建"),
    "updated": _("更新"),
    "unchanged": _("无变化"),
    "rejected": _("拒绝"),
    "count": _("笔数"),
    "changed": _("改动"),
    "loans": _("贷款"),
    "billed": _("已入账"),
    "taken": _("快照"),
    "batches": _("批次"),
    "pages": _("页数"),
    "opened": _("已立案"),
    "registered": _("已登记"),
    "folders": _("清理的文件夹"),
    "checked": _("已核对"),
    "added": _("新增"),
    "failed": _("失败"),
}
"""Figure of a handler's result → what readers call it; others are not shown."""

EXCEPTIONS = 50
"""Exceptions on one page."""


def result_figures(job: Job) -> list[tuple[Text, object]]:
    """Return the figures of a job's result, in the order of `FIGURES`."""
    result = job.result or {}
    return [
        (label, f"{result[name]:,}")
        for name, label in FIGURES.items()
        if isinstance(result.get(name), int) and not isinstance(result[name], bool)
    ]


def duration_of(job: Job, now: datetime) -> Text | str:
    """Return how long the latest attempt took, or has been taking, in words."""
    if job.started_at is None:
        return display.UNKNOWN
    ended = now if job.status == JobStatus.RUNNING else job.finished_at
    return display.UNKNOWN if ended is None else span((ended - job.started_at).total_seconds())


def span(seconds: float) -> Text:
    """Return a time in words: seconds, minutes and seconds, hours and minutes."""
    whole = max(round(seconds), 0)
    if whole < 60:
        return _("{count} 秒", count=whole)
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return _("{minutes} 分 {seconds} 秒", minutes=minutes, seconds=rest)
    hours, minutes = divmod(minutes, 60)
    return _("{hours} 小时 {minutes} 分", hours=hours, minutes=minutes)


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a job's exceptions: the rows, which of all they are, and where to go on."""

    rows: Sequence[JobException]
    first: int
    total: int

    @property
    def last(self) -> int:
        """Number of the last row of the page."""
        return self.first + len(self.rows) - 1

    @property
    def previous_page(self) -> int | None:
        """Number of the page before (from 1); None on the first."""
        page = self.page - 1
        return page if page else None

    @property
    def next_page(self) -> int | None:
        """Number of the page behind; None on the last."""
        return self.page + 1 if self.last < self.total else None

    @property
    def page(self) -> int:
        """Number of this page, from 1."""
        return (self.first - 1) // EXCEPTIONS + 1
