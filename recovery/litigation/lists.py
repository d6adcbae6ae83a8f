"""The list of litigation files, and how a deadline shows as a clock."""

from recovery.kernel.links import ChangeWords
from recovery.kernel.text import _
from recovery.litigation.figures import EVERY_CLOCK
from recovery.litigation.models import Deadline, LitigationFile
from recovery.litigation.rules import STAGES
from recovery.web.display import Clock
from recovery.web.filters import Choices, DayRange, FilterBar, Words
from recovery.web.pagination import Sort, Sorts
from recovery.web.worklist import Badge, Column, View, Worklist

MEANINGS = {
    "preparing": "neutral",
    "submitted": "waiting",
    "returned": "warning",
    "judged": "warning",
    "satisfied": "good",
    "round_terminated": "waiting",
    "withdrawn": "neutral",
    "enforcement_terminated": "neutral",
}
"""Stage → meaning of its badge; every other is progress."""


OUTCOMES = {
    "met": _("已办理"),
    "lapsed": _("已错过"),
    "superseded": _("已被取代"),
    "interrupted": _("因起诉中断"),
    "moot": _("不再适用"),
}
"""How a deadline ended."""

WORDS = ChangeWords(
    codes={
        "stage": STAGES,
        "outcome": OUTCOMES,
        "rule": {clock.rule: clock.title for clock in EVERY_CLOCK},
    }
)
"""What the audit events of a file say."""


def stage_badge(file: LitigationFile) -> Badge:
    """Return the badge of a file's stage."""
    return Badge(STAGES[file.stage], MEANINGS.get(file.stage, "progress"))


def clock_of(deadline: Deadline) -> Clock:
    """Return a deadline as its chip; one that has ended counts no more days."""
    return Clock(
        label="",
        last_day=deadline.last_day,
        rule="；".join(deadline.law["articles"]),
        provisional=deadline.is_provisional,
        confirmed=deadline.is_confirmed,
        met=deadline.ended_on is not None,
    )


FILES = Worklist(
    key="files",
    title=_("诉讼案件"),
    endpoint="litigation.index",
    row_endpoint="litigation.show",
    row_argument="file_id",
    columns=(
        Column("number", _("案件编号"), "link", sort="number"),
        Column("borrower", _("借款人"), value=lambda file: file.loan.borrower_name),
        Column("contract_no", _("合同号"), value=lambda file: file.loan.contract_no),
        Column("stage", _("阶段"), "badge", value=stage_badge),
        Column("next_last_day", _("最近期限"), "deadline", sort="due"),
        Column("court", _("法院")),
        Column("case_number", _("案号")),
        Column("claim_total", _("起诉金额（元）"), "money"),
        Column("acceptance_fee", _("受理费（元）"), "money"),
        Column("opened_on", _("开案日期"), "day", shown=False),
    ),
    sorts=Sorts(
        (
            Sort("due", _("最近期限"), LitigationFile.next_sort),
            Sort("number", _("案件编号"), LitigationFile.number, descending=True),
        ),
        tie=LitigationFile.id,
    ),
    filters=FilterBar(
        (
            Choices("stage", _("阶段"), tuple(STAGES.items())),
            DayRange("due", _("最近期限")),
            Words("court", _("法院")),
            Choices("open", _("状态"), (("open", _("未结")), ("closed", _("已结")))),
        )
    ),
    views=(
        View(_("未结"), "open=open"),
        View(_("待立案"), "stage=preparing"),
        View(_("审理中"), "stage=accepted&stage=hearing"),
        View(_("执行中"), "stage=enforcing&stage=round_terminated"),
    ),
)
