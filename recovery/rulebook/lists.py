"""The lists of parameters and of changes."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from recovery.access.lists import STATUSES
from recovery.kernel.text import Text, _
from recovery.law.parameters import standard_parameters
from recovery.law.registry import RULES
from recovery.rulebook.book import CONFIRMATION, RETRACTION, SETTING, VERSION, YEAR
from recovery.rulebook.models import LawChange
from recovery.rulebook.queries import ParameterRow
from recovery.rulebook.words import Word, parameter_title, subjects
from recovery.web.filters import Choices, FilterBar, Words
from recovery.web.pagination import Sort, Sorts
from recovery.web.worklist import Badge, Column, View, Worklist

assert RULES, "words need the whole registry"

KIND_LABELS: dict[str, Text] = {
    CONFIRMATION: _("确认"),
    VERSION: _("新版本"),
    SETTING: _("法院或省份标准"),
    YEAR: _("年度放假安排"),
    RETRACTION: _("撤销"),
}
MARK_LABELS: tuple[tuple[str, Text], ...] = (
    ("V", _("V 条文原文")),
    ("S", _("S 二手资料")),
    ("U", _("U 凭记忆")),
)


def confirmed_badge(row: ParameterRow) -> Badge:
    """Return whether the value of today is confirmed."""
    if row.version is None:
        return Badge(_("仅由法院设定"), "neutral")
    return Badge(*((_("已确认"), "good") if row.version.confirmed else (_("未确认"), "warning")))


def change_badge(row: Any) -> Badge:
    """Return the state of a change: in force, or that of its request."""
    if row.is_retracted:
        return Badge(_("已撤销"), "neutral")
    if row.in_force_at is not None:
        return Badge(_("已生效"), "good")
    return Badge(*STATUSES.get(row.status, (_("未提交"), "neutral")))


def title_of_content(content: Mapping[str, Any]) -> Word | Text:
    """Return what the content of a request is about."""
    return title_of(SimpleNamespace(parameter=content["parameter"], year=content["year"]))


def title_of(row: Any) -> Word | Text:
    """Return what a change is about."""
    if row.parameter is None:
        return _("{year} 年放假安排", year=row.year)
    return parameter_title(standard_parameters()[row.parameter])


def place_label(place: str | None) -> Text | str:
    """Return a place in words; blank without one."""
    if place is None:
        return ""
    kind, _colon, name = place.partition(":")
    return _("省份 {name}", name=name) if kind == "province" else name


PARAMETERS = Worklist(
    key="parameters",
    title=_("法律参数"),
    endpoint="rulebook.index",
    columns=(
        Column("title", _("参数"), "link"),
        Column("value", _("现行数值"), "own"),
        Column("since", _("施行日期"), "day", value=lambda row: row.version and row.version.since),
        Column("mark", _("来源标记"), value=lambda row: row.version and f"[{row.version.mark}]"),
        Column("confirmed", _("状态"), "badge", value=confirmed_badge),
        Column("source", _("依据")),
        Column("subject", _("类别"), value=lambda row: subjects()[row.subject]),
        Column("versions", _("版本数"), "count"),
        Column("settings", _("地方标准"), "count"),
        Column("name", _("编号"), shown=False),
    ),
    sorts=Sorts((Sort("id", _("编号"), LawChange.id),), LawChange.id),
    filters=FilterBar(
        (
            Words("q", _("名称、编号或依据")),
            Choices("subject", _("类别"), lambda: tuple(subjects().items())),
            Choices("mark", _("来源标记"), MARK_LABELS),
            Choices(
                "state",
                _("状态"),
                (
                    ("unconfirmed", _("未确认")),
                    ("confirmed", _("已确认")),
                    ("added", _("本单位有增补")),
                    ("local", _("有地方标准")),
                ),
            ),
        )
    ),
    views=(
        View(_("未确认"), "state=unconfirmed"),
        View(_("本单位有增补"), "state=added"),
        View(_("有地方标准"), "state=local"),
    ),
)

CHANGES = Worklist(
    key="law_changes",
    title=_("法律参数变更"),
    endpoint="rulebook.changes",
    row_endpoint="rulebook.show_change",
    row_argument="change_id",
    columns=(
        Column("number", _("编号"), "link", value=lambda row: f"FL{row.id:05d}", sort="id"),
        Column("kind", _("事项"), value=lambda row: KIND_LABELS[row.kind]),
        Column("title", _("参数"), value=title_of),
        Column("place", _("适用于"), value=lambda row: place_label(row.place)),
        Column("since", _("施行日期"), "day"),
        Column("proposer", _("申请人")),
        Column("proposed_at", _("申请时间"), "moment"),
        Column("status", _("状态"), "badge", value=change_badge),
    ),
    sorts=Sorts((Sort("id", _("编号"), LawChange.id, descending=True),), LawChange.id),
    filters=FilterBar(
        (
            Words("q", _("参数编号")),
            Choices("kind", _("事项"), tuple(KIND_LABELS.items())),
            Choices("status", _("状态"), tuple((key, s[0]) for key, s in STATUSES.items())),
        )
    ),
    views=(View(_("待审批"), "status=pending"), View(_("已同意"), "status=approved")),
)
