"""The form of any rule, made from the inputs that the rule declares.

A calculator is asked by GET: its address holds the question, can be kept, sent and printed, and
changes nothing. `question_of` gives the inputs as the JSON that `recovery law eval` takes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms.widgets import TextArea

from recovery.kernel.text import _
from recovery.law.inputs import Kind, outer_name
from recovery.law.registry import RULES
from recovery.rulebook.words import input_label, part_label, value_label
from recovery.web.fields import (
    CountField,
    DateField,
    LineField,
    RateField,
    ReadField,
    SelectField,
    TypeAheadField,
    YuanField,
)
from recovery.web.forms import BaseForm
from recovery.web.reading import (
    Unreadable,
    narrow,
    read_count,
    read_day,
    read_percent,
    read_yuan,
)
from recovery.web.validators import Blank, Required

RATES = frozenset(
    {
        "annual_rate",
        "contract_rate",
        "misuse_uplift",
        "npl_share_at_bank",
        "overdue_uplift",
        "share_over_90_days_across_banks",
        "uplift",
    }
)
"""Decimal inputs that are shares; all other decimals are amounts in yuan."""

YES_NO = (("", "—"), ("yes", _("是")), ("no", _("否")))
PLACES = ("on", "court", "place_province")
"""Fields of every calculator that are no inputs of the rule."""

Item = dict[str, object]


class HourField(ReadField[str]):
    """An hour of the day, HH:MM."""

    placeholder = "21:30"

    def read(self, text: str) -> str:
        """Return the hour as the law reads it."""
        return narrow(text).replace("：", ":").zfill(5)


class LocalMomentField(ReadField[str]):
    """A local moment, kept as the law reads it: 2026-11-23T14:05."""

    placeholder = "2026-11-23 14:05"

    def read(self, text: str) -> str:
        """Return the day and the hour."""
        day, _blank, hour = text.strip().replace("T", " ").partition(" ")
        return f"{read_day(day).isoformat()}T{narrow(hour or '00:00').zfill(5)}"


class CourtField(TypeAheadField[str]):
    """The name of a court: known courts are suggested, any other may be typed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, source="law.suggest_courts", find=lambda line: line, **kwargs)
        self.type = "TypeAheadField"


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of an item inside a sentence, in the reader's language."""

    item: str

    def __str__(self) -> str:
        names = (part.split(": ")[0] for part in self.item.strip("{}").split(", "))
        return "，".join(str(part_label(name)) for name in names)


class RowsField(ReadField[list[object]]):
    """A list: one item a line; the parts of an item stand in order, parted by commas or tabs."""

    widget = TextArea()

    def __init__(self, *args: Any, item: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.type = "NoteField"
        self.item = item

    def read(self, text: str) -> list[object]:
        """Return one item for each line."""
        return [read_item(self.item, line) for line in text.splitlines() if line.strip()]


def read_item(kind: str, line: str) -> object:
    """Return one item of a list: a single value, or a record with its parts in order.

    Raises:
        Unreadable: a part too few or too many, or one that says something else.
    """
    if not kind.startswith("{"):
        return PARTS[kind](line.strip())
    wanted = [part.split(": ") for part in kind.strip("{}").split(", ")]
    given = [part.strip() for part in line.replace("，", ",").replace("\t", ",").split(",")]
    if len(given) != len(wanted):
        names = "，".join(str(part_label(name)) for name, _kind in wanted)
        raise Unreadable(_("每行应为：{names}，以逗号分隔。", names=names))
    pairs = zip(wanted, given, strict=True)
    return {name: _part(name, kind)(text) for (name, kind), text in pairs}


def _part(name: str, kind: str) -> Callable[[str], object]:
    """Return how a part of an item is read: rates in percent, as in a field of their own."""
    return (lambda text: f"{read_percent(text):f}") if name in RATES else PARTS[kind]


def _flag(text: str) -> bool:
    said = text.lower()
    if said not in {"yes", "no", "true", "false", "是", "否"}:
        raise Unreadable(_("“{typed}”应为 是 或 否。", typed=text))
    return said in {"yes", "true", "是"}


PARTS: Mapping[str, Callable[[str], object]] = {
    "date": lambda text: read_day(text).isoformat(),
    "decimal string": lambda text: f"{read_yuan(text):f}",
    "integer": read_count,
    "boolean": _flag,
    "text": str,
}


class CalculatorForm(BaseForm):
    """What every calculator asks beside the inputs of its rule."""

    class Meta(BaseForm.Meta):
        """No token: the form only asks."""

        csrf = False

    on = DateField(_("适用哪一天的法律"), [Blank()], help_text=_("空白为今天。"))
    court = CourtField(_("法院"), [Blank()], help_text=_("按该法院已登记的标准计算。"))
    place_province = LineField(
        _("省份"),
        [Blank()],
        help_text=_("按该省已登记的标准计算；空白则取法院名称所示的省份。"),
    )


def make_field(rule: str, name: str, kind: Kind, *, optional: bool) -> Field:
    """Return the form field for an input of `rule`."""
    label = input_label(rule, name)
    checks = [Blank() if optional else Required()]
    if kind.name.startswith("list of "):
        item = kind.name.removeprefix("list of ")
        help_text = _("每行一项。")
        if item.startswith("{"):
            help_text = _("每行一项，依次为 {parts}，以逗号分隔。", parts=Parts(item))
        return RowsField(label, checks, item=item, help_text=help_text)
    if kind.values:
        choices = [("", "—"), *((value, value_label(value)) for value in kind.values)]
        return SelectField(label, checks, choices=choices)
    if kind.name == "boolean":
        return SelectField(label, checks, choices=YES_NO)
    if kind.name == "decimal string":
        return RateField(label, checks) if name in RATES else YuanField(label, checks)
    return FIELDS[kind.name](label, checks)


FIELDS: Mapping[str, type[Field]] = {
    "date": DateField,
    "integer": CountField,
    "local datetime": LocalMomentField,
    "text": LineField,
    "time": HourField,
}


@cache
def form_of(rule: str) -> type[CalculatorForm]:
    """Return the form of a rule: its inputs in the order of its signature."""
    fields = {
        outer_name(one.name): make_field(
            rule, outer_name(one.name), one.kind, optional=one.optional
        )
        for one in RULES[rule].inputs
    }
    return type("RuleForm", (CalculatorForm,), fields)


def inputs_of(form: CalculatorForm) -> dict[str, object]:
    """Return what was filled in, by name, as the JSON that rules read."""
    return {
        field.name: plain(field)
        for field in form
        if field.name not in PLACES and field.data not in (None, "")
    }


def plain(field: Field) -> object:
    """Return what a field holds as the JSON that rules read."""
    value = field.data
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if value in ("yes", "no"):
        return value == "yes"
    return value


def asked(form_type: type[CalculatorForm], args: MultiDict[str, str]) -> CalculatorForm:
    """Return the form filled from a query string."""
    return form_type(formdata=args)
