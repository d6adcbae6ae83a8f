"""The list of packages, and the list of loans inside one."""

from recovery.kernel.links import ChangeWords
from recovery.kernel.text import _
from recovery.loans import labels
from recovery.portfolio.models import Package, PackageLoan
from recovery.portfolio.rules import DISPOSALS, STATES
from recovery.web.filters import Choices, FilterBar, Words
from recovery.web.pagination import Sort, Sorts
from recovery.web.worklist import Badge, Column, Worklist

WORDS = ChangeWords(codes={"state": STATES})
"""What the audit events of a package say."""

STATE_MEANINGS = {"draft": "neutral", "freezing": "progress", "frozen": "good"}


def state_badge(package: Package) -> Badge:
    """Return the badge of a package's state."""
    return Badge(STATES[package.state], STATE_MEANINGS.get(package.state, "neutral"))


PACKAGES = Worklist(
    key="packages",
    title=_("资产包"),
    endpoint="portfolio.index",
    row_endpoint="portfolio.show",
    row_argument="package_id",
    columns=(
        Column("number", _("编号"), "link", sort="number"),
        Column("name", _("名称")),
        Column("state", _("状态"), "badge", value=state_badge),
        Column("disposal", _("处置方式"), value=lambda one: DISPOSALS[one.disposal]),
        Column("loan_count", _("笔数"), "count"),
        Column("cut_off_date", _("交易基准日"), "day"),
        Column("frozen_at", _("冻结时间"), "moment"),
        Column("frozen_by", _("冻结人"), "own"),
    ),
    sorts=Sorts((Sort("number", _("编号"), Package.number, descending=True),), tie=Package.id),
    filters=FilterBar(
        (
            Choices("state", _("状态"), tuple(STATES.items())),
            Choices("disposal", _("处置方式"), tuple(DISPOSALS.items())),
            Words("name", _("名称")),
        )
    ),
)


def _class_badge(row: PackageLoan) -> Badge | None:
    if row.asset_class is None:
        return None
    return Badge(labels.CLASSES.get(row.asset_class, row.asset_class), "warning")


LOANS = Worklist(
    key="package_loans",
    title=_("资产明细"),
    endpoint="portfolio.loans",
    row_endpoint="loans.show",
    row_argument="loan_id",
    columns=(
        Column("contract_no", _("合同号"), "link", sort="contract_no"),
        Column("principal", _("未偿本金（元）"), "money"),
        Column("interest", _("未偿利息（元）"), "money"),
        Column("costs", _("其他费用（元）"), "money"),
        Column("days_past_due", _("逾期天数"), "count"),
        Column("asset_class", _("五级分类"), "badge", value=_class_badge),
        Column("stage", _("诉讼情况"), value=lambda row: labels.STAGES.get(row.stage)),
        Column(
            "mortgage_state",
            _("抵押登记"),
            value=lambda row: labels.MORTGAGE_STATES.get(row.mortgage_state),
        ),
        Column("excluded_reason", _("剔除理由"), kind="own"),
    ),
    sorts=Sorts((Sort("contract_no", _("合同号"), PackageLoan.contract_no),), tie=PackageLoan.id),
    filters=FilterBar(
        (
            Choices("kept", _("是否入包"), (("in", _("在包内")), ("out", _("已剔除")))),
            Words("contract_no", _("合同号")),
        )
    ),
)
