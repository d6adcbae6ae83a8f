"""The announcement items of a frozen package in the order and words of the platform's table."""

from decimal import Decimal

from recovery.kernel.money import show
from recovery.kernel.text import Text, _
from recovery.loans import labels
from recovery.portfolio.models import Package
from recovery.web.display import UNKNOWN

AMOUNTS = (
    ("principal", _("未偿本金总额（元）")),
    ("interest", _("未偿利息总额（元）")),
    ("principal_and_interest", _("未偿本息总额（元）")),
    ("other_fees", _("其他费用（元）")),
    ("weighted_days_past_due", _("加权平均逾期天数")),
    ("highest_per_borrower", _("单一借款人最高未偿本息余额（元）")),
    ("mean_per_borrower", _("借款人平均未偿本息余额（元）")),
    ("weighted_age", _("借款人加权平均年龄")),
    ("weighted_credit_line", _("借款人加权平均授信额度（元）")),
)
COUNTS = (
    ("classes", _("五级分类情况"), labels.CLASSES),
    ("guarantees", _("担保情况"), labels.GUARANTEES),
    ("mortgage_states", _("抵押登记情况"), labels.MORTGAGE_STATES),
    ("vehicle_states", _("车辆情况"), labels.VEHICLE_STATES),
    ("stages", _("诉讼情况"), labels.STAGES),
)


def items_of(package: Package) -> list[tuple[Text, str]]:
    """Return each announcement item with its value as it is published."""
    totals = package.totals or {}
    assert package.cut_off_date is not None, "only a frozen package is announced"
    items = [
        (_("资产包名称"), package.name),
        (_("资产包编号"), package.number),
        (_("交易基准日"), package.cut_off_date.isoformat()),
        (_("资产笔数"), f"{totals['loan_count']:,}"),
        (_("借款人户数"), f"{totals['borrower_count']:,}"),
    ]
    items += [(label, _amount(totals[name])) for name, label in AMOUNTS]
    items.append((_("已核销笔数"), f"{totals['written_off_count']:,}"))
    items += [(label, _counts(totals[name], of)) for name, label, of in COUNTS]
    items.append((_("明细摘要（SHA-256）"), package.digest or UNKNOWN))
    return items


def _amount(text: str | None) -> str:
    return UNKNOWN if text is None else show(Decimal(text))


def _counts(counts: dict[str, int], of: dict[str, Text]) -> str:
    """Return counts as `次级 12，可疑 30`, in the order of the closed list."""
    order = [code for code in of if code in counts] + [code for code in counts if code not in of]
    return "，".join(f"{of.get(code, code)} {counts[code]:,}" for code in order) or UNKNOWN
