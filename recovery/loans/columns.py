"""The columns of the tables on the loan page."""

from recovery.access.labels import action_label
from recovery.kernel.text import Text, _
from recovery.loans import labels
from recovery.loans.models import Document, Instalment
from recovery.web.display import file_size
from recovery.web.worklist import Badge, Column

LEDGER = (
    Column("number", _("序号"), kind="own"),
    Column("value_date", _("起息日"), kind="day"),
    Column("kind", _("类别"), kind="own"),
    Column("amount", _("金额（元）"), kind="money"),
    Column("principal", _("本金增减"), kind="money"),
    Column("interest", _("利息增减"), kind="money"),
    Column("penalty", _("罚息复利增减"), kind="money"),
    Column("costs", _("费用增减"), kind="money"),
    Column("acts", _("操作"), kind="own"),
    Column("reference", _("流水号与摘要"), kind="own"),
    Column("booked_at", _("入账日"), kind="day"),
)


def line_state(line: Instalment) -> Badge:
    """Return what is paid of an instalment, in words."""
    if line.paid_on is not None:
        return Badge(_("{day} 还清", day=line.paid_on), "good")
    if line.principal_paid or line.interest_paid:
        return Badge(_("部分归还"), "warning")
    return Badge(_("未还"), "neutral")


SCHEDULE = (
    Column("number", _("期次"), kind="count"),
    Column("due_on", _("到期日"), kind="day"),
    Column("principal", _("应还本金（元）"), kind="money"),
    Column("interest", _("应还利息（元）"), kind="money"),
    Column("principal_paid", _("已还本金"), kind="money"),
    Column("interest_paid", _("已还利息"), kind="money"),
    Column("state", _("状态"), kind="badge", value=line_state),
)

CLAIM_LINES = (
    Column("reason", _("依据"), kind="own"),
    Column("day", _("日期"), kind="own"),
    Column("base", _("基数（元）"), kind="own"),
    Column("rate", _("年利率"), kind="own"),
    Column("days", _("天数"), kind="own"),
    Column("amount", _("金额（元）"), kind="money"),
)


def document_kind(document: Document) -> Text | str:
    """Return the document's kind in words."""
    return labels.DOCUMENT_KINDS.get(document.kind, document.kind)


DOCUMENTS = (
    Column("title", _("标题"), kind="own"),
    Column("kind", _("类型"), value=document_kind),
    Column("size", _("大小"), value=lambda document: file_size(document.size)),
    Column("added_at", _("加入时间"), kind="moment"),
    Column("sha256", _("指纹（SHA-256）"), kind="own"),
    Column("acts", _("操作"), kind="own"),
)

OWNERS = (
    Column("owner", _("权属"), kind="own"),
    Column("share", _("份额"), kind="percent"),
    Column("since", _("自"), kind="day"),
    Column("until", _("至"), kind="day"),
)

MONTHS = (
    Column("month_end", _("月末"), kind="day"),
    Column("principal", _("本金（元）"), kind="money"),
    Column("billed_interest", _("应收利息（元）"), kind="money"),
    Column("days_past_due", _("逾期天数"), kind="count"),
    Column("asset_class", _("五级分类"), value=lambda month: labels.CLASSES.get(month.asset_class)),
    Column("reported_balance", _("报送余额（元）"), kind="money"),
    Column("difference", _("差额（元）"), kind="money"),
    Column("difference_reason", _("差额原因")),
)

FACTS = (
    Column("as_of", _("日期"), kind="day"),
    Column("gross_carrying_amount", _("账面总额（元）"), kind="money"),
    Column("allowance", _("减值准备（元）"), kind="money"),
    Column("ifrs9_stage", _("减值阶段"), kind="count"),
    Column("effective_rate_per_year", _("实际利率"), kind="percent"),
    Column("written_off_on", _("核销日"), kind="day"),
    Column("acts", _("操作"), kind="own"),
)

HISTORY = (
    Column("at", _("时间"), kind="moment"),
    Column("actor_name", _("人员"), kind="own"),
    Column("action", _("操作"), value=lambda event: action_label(event.action)),
    Column("changes", _("变化"), kind="own"),
)
