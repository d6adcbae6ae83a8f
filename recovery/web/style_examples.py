"""What the style page shows: fixed values of a fictitious file, in every state."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from flask import request, url_for
from sqlalchemy import column
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField

from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import Text, _
from recovery.web.display import Clock
from recovery.web.fields import (
    DateField,
    LineField,
    NoteField,
    RadioField,
    RateField,
    SelectField,
    TypeAheadField,
    YuanField,
)
from recovery.web.filters import AmountRange, Choices, DayRange, FilterBar, Words
from recovery.web.forms import Difference, VersionedForm
from recovery.web.pagination import Count, Page, Sort, Sorts
from recovery.web.style_charts import CLASSES, example_chart
from recovery.web.validators import Required, above_zero
from recovery.web.worklist import Badge, Bulk, Column, Shown, View, Worklist

KINDS: dict[str, Text] = {
    "worklist": _("工作清单"),
    "record": _("记录"),
    "form": _("表单"),
    "wizard": _("向导"),
    "job": _("后台任务"),
    "report": _("报表"),
    "paper": _("文书"),
}
MEANINGS: tuple[tuple[str, Text], ...] = (
    ("neutral", _("未开始")),
    ("progress", _("办理中")),
    ("waiting", _("等待法院")),
    ("good", _("已完成")),
    ("warning", _("即将到期")),
    ("danger", _("已逾期")),
)


COURTS: tuple[Text, ...] = (_("上海市浦东新区人民法院"), _("杭州市余杭区人民法院"))


@dataclass(frozen=True, slots=True)
class Example:
    """A row of the example list."""

    id: int
    contract_no: str
    borrower: str
    state: Badge
    owed: Decimal | None
    share: Decimal
    overdue_days: int
    opened_on: date
    clock: Clock


@dataclass(frozen=True, slots=True)
class Event:
    """An item of the example timeline."""

    at: datetime
    kind: str
    title: Text
    detail: Text | str
    amount: Decimal | None
    url: str | None


class ExampleForm(VersionedForm):
    """A form with a field of every kind."""

    court = TypeAheadField(
        _("受理法院"),
        [Required()],
        source="web.style_courts",
        find=lambda typed: typed if typed in {str(name) for name in COURTS} else None,
        help_text=_("输入名称中的几个字，从提示中选择。"),
    )
    amount = YuanField(_("保全金额"), [Required(), above_zero], help_text=_("可写 1.2万。"))
    rate = RateField(_("年利率"), [Required()])
    applied_on = DateField(_("申请日期"), [Required()], help_text=_("法院收到申请书之日。"))
    kind = SelectField(_("保全方式"), choices=[("seizure", _("查封")), ("freeze", _("冻结"))])
    moment = RadioField(
        _("保全时点"), choices=[("before", _("诉前")), ("during", _("诉中"))], default="during"
    )
    secured = BooleanField(_("已提供担保"))
    guarantor = LineField(_("担保人"))
    note = NoteField(_("备注"))


AMOUNTS = {
    "large": Decimal("1409.50"),
    "negative": Decimal("-1234.00"),
    "book": Decimal(342_000_000),
    "rate": Decimal("0.049"),
}


def _rows(today: date) -> list[Example]:
    """Return the rows of the example list, one for each state."""
    return [
        Example(
            place + 1,
            f"HT2024-{place + 1:06d}",
            ("张伟", "欧阳建国", "李娜", "王芳", "买买提·艾力", "赵敏")[place],
            Badge(label, meaning),
            None if place == 5 else Decimal("182340.55") / (place + 1) - 40_000 * (place == 4),
            Decimal("0.0490") * (place + 1),
            (15, 92, 180, 0, 365, 1204)[place],
            today - timedelta(days=60 * place + 3),
            clocks_of(today)[place % 5],
        )
        for place, (meaning, label) in enumerate(MEANINGS)
    ]


def clocks_of(today: date) -> list[Clock]:
    """Return a clock in each of its states."""
    rule = "民事诉讼法（2023年修正）第171条"
    return [
        Clock(_("上诉期"), today + timedelta(days=12), rule),
        Clock(_("举证期限"), today + timedelta(days=3), rule, provisional=True),
        Clock(_("续行保全"), today, rule, confirmed=False),
        Clock(_("申请执行期间"), today - timedelta(days=2), rule),
        Clock(_("答辩期"), today - timedelta(days=9), rule, met=True),
        Clock(_("公告送达"), None),
    ]


LIST = Worklist(
    key="style",
    title=_("诉讼案件"),
    endpoint="web.style_kind",
    columns=(
        Column("contract_no", _("合同编号"), kind="link", sort="contract_no"),
        Column("borrower", _("借款人")),
        Column("state", _("状态"), kind="badge"),
        Column("owed", _("欠款合计（元）"), kind="money", sort="owed"),
        Column("share", _("年利率"), kind="percent"),
        Column("overdue_days", _("逾期天数"), kind="count"),
        Column("opened_on", _("立案日"), kind="day"),
        Column("clock", _("下一期限"), kind="clock"),
        Column("evidence", _("存证"), kind="own"),
    ),
    sorts=Sorts(
        (
            Sort("contract_no", _("合同编号"), column("contract_no")),
            Sort("owed", _("欠款合计"), column("owed"), descending=True),
        ),
        column("id"),
    ),
    filters=FilterBar(
        (
            Words("borrower", _("借款人"), placeholder=_("姓名")),
            Choices("class", _("五级分类"), options=CLASSES),
            AmountRange("owed", _("欠款")),
            DayRange("opened", _("立案日")),
            Words("court", _("受理法院")),
        ),
        shown=3,
    ),
    views=(
        View(_("本周到期"), "class=substandard", Count(14, beyond=False)),
        View(_("我的案件"), "owed_from=10%2C000.00", Count(1000, beyond=True)),
    ),
)


def _shown(args: MultiDict[str, str], rows: list[Example]) -> Shown:
    """Return the example list as its page shows it."""
    asked = LIST.read(args, kind="worklist")
    style = url_for("web.style_kind", kind="record")
    return asked.show(
        Page(rows, next="next", previous=None, size=50),
        Count(1000, beyond=True),
        bulk=(Bulk("file", _("批量立案"), Action.VIEW_STYLE, "gavel"),),
        bulk_url=url_for("web.style_kind", kind="wizard"),
        totals_url=url_for("web.style_totals"),
        row_url=lambda row: f"{style}?row={row.id}",
        empty=_("这里会列出您负责的诉讼案件。"),
        first_act=(_("新建案件"), url_for("web.style_kind", kind="form")),
    )


def _worklist() -> dict[str, Any]:
    rows = [] if request.args.get("empty") else _rows(clock.today())
    return {"list": _shown(request.args, rows)}


def _record() -> dict[str, Any]:
    now = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)
    events = [
        Event(now, "payment", _("收到还款"), _("银行转账"), Decimal("2400.00"), None),
        Event(
            now - timedelta(days=4), "call", _("电话联系"), _("本人接听，承诺月底还款"), None, "#"
        ),
        Event(now - timedelta(days=9), "file", _("立案"), "(2026)沪0115民初12345号", None, "#"),
    ]
    tabs = [
        (name, "#", place == 0)
        for place, name in enumerate(
            (_("概览"), _("时间线"), _("款项"), _("文书"), _("证据"), _("历史"))
        )
    ]
    return {"clocks": clocks_of(clock.today()), "events": events, "tabs": tabs}


def _form() -> dict[str, Any]:
    form = ExampleForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            raise RuleViolation(_("样式页的表单不会保存任何内容。"))
    if form.refused:
        form.differences = (Difference(str(_("保全金额")), "200,000.00", "180,000.00"),)
    return {"form": form, "submit": _("登记申请"), "live_url": url_for("web.style_implied")}


def _wizard() -> dict[str, Any]:
    here = url_for("web.style_kind", kind="wizard")
    return {
        "book": AMOUNTS["book"],
        "steps": [(_("选择债权"), here), (_("核对"), here), (_("冻结"), None)],
        "step": 3,
    }


def _job() -> dict[str, Any]:
    columns = (Column("row", _("行"), kind="count"), Column("reason", _("原因")))
    rows = [{"row": 17, "reason": _("车架号校验位不符")}, {"row": 208, "reason": _("金额为空")}]
    return {"running": False, "columns": columns, "rows": rows}


def _report() -> dict[str, Any]:
    kinds = ("stacked", "line", "across", "pie")
    return {
        "book": AMOUNTS["book"],
        "charts_shown": [example_chart(kind) for kind in kinds],
        "exported": "#",
    }


def _paper() -> dict[str, Any]:
    missing = [(_("被告的送达地址"), "#"), (_("车辆登记证书编号"), "#")]
    return {
        "pages": [url_for("web.style_paper", page=page) for page in (1, 2)],
        "pdf_url": "#",
        "missing": missing,
    }


CONTEXTS = {
    "worklist": _worklist,
    "record": _record,
    "form": _form,
    "wizard": _wizard,
    "job": _job,
    "report": _report,
    "paper": _paper,
}
