"""The lists of the auditor's workspace."""

from decimal import Decimal
from typing import Any

from recovery.evidence.sampling.labels import (
    EXCEPTIONS,
    FILE_KINDS,
    LETTER_STATES,
    METHODS,
    SOURCES,
    STATES,
)
from recovery.evidence.sampling.models import AuditSample, Confirmation, SampleItem
from recovery.kernel.text import _
from recovery.web.display import file_size
from recovery.web.filters import Choices, FilterBar
from recovery.web.pagination import Sort, Sorts
from recovery.web.people import called
from recovery.web.worklist import Badge, Column, Worklist


def state_badge(sample: Any) -> Badge:
    """Return where a sample stands."""
    return Badge(*STATES[sample.state])


def result_badge(item: SampleItem) -> Badge:
    """Return what was found of an item."""
    if item.examined is None:
        return Badge(_("未核对"), "waiting")
    if item.exception is None:
        return Badge(_("相符"), "good")
    return Badge(EXCEPTIONS[item.exception], "danger")


def misstatement(item: SampleItem) -> Decimal | None:
    """Return book value less examined value; None: not examined."""
    return None if item.examined is None else item.value - item.examined


_NEWEST = Sorts(
    (Sort("number", _("样本编号"), AuditSample.id, descending=True),), tie=AuditSample.id
)

SAMPLES = Worklist(
    key="audit_samples",
    title=_("审计抽样"),
    endpoint="sampling.index",
    row_endpoint="sampling.show",
    row_argument="sample_id",
    columns=(
        Column("number", _("样本编号"), "link", sort="number"),
        Column("title", _("抽样目的")),
        Column("source", _("总体"), value=lambda one: SOURCES[one.source]),
        Column("item_count", _("总体项数"), "count"),
        Column("value", _("总体金额（元）"), "money"),
        Column("method", _("方法"), value=lambda one: METHODS.get(one.method)),
        Column("drawn_count", _("样本量"), "count"),
        Column("state", _("状态"), "badge", value=state_badge),
        Column("created_at", _("建立时间"), "moment"),
    ),
    sorts=_NEWEST,
    filters=FilterBar(()),
)

EXISTING = Worklist(
    key="existing_samples",
    title=_("审计抽样"),
    endpoint="sampling.index",
    columns=(
        Column("number", _("样本编号"), sort="number"),
        Column("auditor", _("审计人员")),
        Column("state", _("状态"), "badge", value=state_badge),
        Column("created_at", _("建立时间"), "moment"),
    ),
    sorts=_NEWEST,
    filters=FilterBar(()),
)
"""What an administrator sees: that there is a sample, and whose."""

ITEMS = Worklist(
    key="sample_items",
    title=_("样本项目"),
    endpoint="sample_items.index",
    columns=(
        Column("reference", _("编号"), "link"),
        Column("place", _("序号"), "count", sort="place"),
        Column("value", _("账面金额（元）"), "money"),
        Column("stratum", _("层"), "count", value=lambda item: item.stratum + 1, shown=False),
        Column("hits", _("命中"), "count", shown=False),
        Column("examined", _("核对金额（元）"), "money"),
        Column("misstatement", _("差异（元）"), "money", value=misstatement),
        Column("result", _("结果"), "badge", value=result_badge),
        Column("examined_by", _("核对人"), value=lambda one: called(one.examined_by)),
    ),
    sorts=Sorts((Sort("place", _("序号"), SampleItem.place),), tie=SampleItem.id),
    filters=FilterBar(
        (
            Choices(
                "result",
                _("结果"),
                (("open", _("未核对")), ("clean", _("相符")), ("exception", _("有例外"))),
            ),
        )
    ),
)

LETTERS = Worklist(
    key="confirmations",
    title=_("函证"),
    endpoint="sample_items.letters",
    columns=(
        Column("number", _("函证编号"), "link", sort="place"),
        Column("balance", _("账面余额（元）"), "money"),
        Column("state", _("状态"), "badge", value=lambda one: Badge(*LETTER_STATES[one.state])),
        Column("sent_on", _("发出日"), "day"),
        Column("replied_on", _("回函日"), "day"),
        Column("confirmed", _("回函金额（元）"), "money"),
        Column("alternative", _("替代程序")),
    ),
    sorts=Sorts((Sort("place", _("函证编号"), Confirmation.place),), tie=Confirmation.id),
    filters=FilterBar(
        (
            Choices(
                "state",
                _("状态"),
                tuple((code, name) for code, (name, _meaning) in LETTER_STATES.items()),
            ),
        )
    ),
)

FILES = (
    Column("name", _("文件"), "link"),
    Column("kind", _("内容"), value=lambda one: FILE_KINDS[one.kind]),
    Column("size", _("大小"), value=lambda one: file_size(one.size)),
    Column("made_at", _("生成时间"), "moment"),
    Column("sha256", _("指纹"), value=lambda one: one.sha256[:16]),
)
