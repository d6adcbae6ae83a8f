"""What a rule takes, read off its signature, and the strict reading of JSON into it.

A rule's keyword parameters are its inputs: `Yuan`, `Share`, `int`, `bool`, `date`, `time`,
`datetime`, `str`, `Literal[...]`, lists of these or of frozen dataclasses, and `X | None`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from recovery.kernel.text import Text, _
from recovery.law.errors import BadInput

_DECIMAL = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,12})?")
_LARGEST = Decimal(10) ** 15
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?")


@dataclass(frozen=True, slots=True)
class Range:
    """Bounds of a number, both inclusive; `None` is no bound."""

    least: int | None = 0
    most: int | None = None


Yuan = Annotated[Decimal, Range()]
"""An amount in yuan, not below zero."""

Share = Annotated[Decimal, Range(0, 1)]
"""A part of one: 0.1 is ten per cent."""

Rate = Annotated[Decimal, Range(0, 10)]
"""A rate or an uplift as a decimal: 0.18 is 18 per cent."""

Count = Annotated[int, Range(0, 1_000_000)]
"""A whole number of days, months or tries, not below zero."""

Positive = Annotated[int, Range(1, 1_000_000)]
"""A whole number above zero."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of input: its name for readers, and how raw JSON becomes a value of it."""

    name: str
    parse: Callable[[object, str], object]
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """One input of a rule."""

    name: str
    kind: Kind
    optional: bool


def _refuse(path: str, reason: Text) -> BadInput:
    return BadInput(path, reason)


def _bounded(bounds: Range, value: Decimal | int, path: str) -> None:
    if bounds.least is not None and value < bounds.least:
        if bounds.least == 0:
            raise _refuse(path, _("不得为负数。"))
        raise _refuse(path, _("不得小于 {least}。", least=bounds.least))
    if bounds.most is not None and value > bounds.most:
        raise _refuse(path, _("不得大于 {most}。", most=bounds.most))


def _decimal(bounds: Range, raw: object, path: str) -> Decimal:
    if not isinstance(raw, str) or not _DECIMAL.fullmatch(raw):
        raise _refuse(path, _('应为十进制数字的字符串，如 "1234.56"。'))
    value = Decimal(raw)
    if abs(value) > _LARGEST:
        raise _refuse(path, _("数值过大。"))
    _bounded(bounds, value, path)
    return value


def _whole(bounds: Range, raw: object, path: str) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool):
        raise _refuse(path, _("应为整数。"))
    _bounded(bounds, raw, path)
    return raw


def _flag(raw: object, path: str) -> bool:
    if not isinstance(raw, bool):
        raise _refuse(path, _("应为 true 或 false。"))
    return raw


def _day(raw: object, path: str) -> date:
    if not isinstance(raw, str) or not _DAY.fullmatch(raw):
        raise _refuse(path, _("应为 YYYY-MM-DD 格式的日期。"))
    try:
        day = date.fromisoformat(raw)
    except ValueError:
        raise _refuse(path, _("{day} 不是存在的日期。", day=raw)) from None
    if not 1900 <= day.year <= 2200:
        raise _refuse(path, _("日期须在 1900 年至 2200 年之间。"))
    return day


def _time(raw: object, path: str) -> time:
    if not isinstance(raw, str) or not _TIME.fullmatch(raw):
        raise _refuse(path, _("应为 HH:MM 格式的时间。"))
    try:
        return time.fromisoformat(raw)
    except ValueError:
        raise _refuse(path, _("{time} 不是存在的时间。", time=raw)) from None


def _moment(raw: object, path: str) -> datetime:
    if not isinstance(raw, str) or not _MOMENT.fullmatch(raw):
        raise _refuse(path, _("应为 YYYY-MM-DDTHH:MM 格式的当地时间。"))
    _day(raw[:10], path)
    try:
        return datetime.fromisoformat(raw)
    except ValueError:
        raise _refuse(path, _("{time} 不是存在的时间。", time=raw)) from None


def _text(raw: object, path: str) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise _refuse(path, _("应为非空文字。"))
    return raw


def _choice(values: tuple[str, ...], raw: object, path: str) -> str:
    if not isinstance(raw, str) or raw not in values:
        raise _refuse(path, _("只能是下列之一：{values}。", values="、".join(values)))
    return raw


def _list(item: Kind, raw: object, path: str) -> tuple[object, ...]:
    if not isinstance(raw, list):
        raise _refuse(path, _("应为列表。"))
    if not raw:
        raise _refuse(path, _("列表不得为空。"))
    return tuple(item.parse(each, f"{path}[{index}]") for index, each in enumerate(raw))


def _nullable(kind: Kind, raw: object, path: str) -> object:
    return None if raw is None else kind.parse(raw, path)


def _record(shape: type, wanted: tuple[Field, ...], raw: object, path: str) -> object:
    if not isinstance(raw, Mapping):
        raise _refuse(path, _("应为对象。"))
    return shape(**read(wanted, raw, f"{path}."))


_SIMPLE: Mapping[object, Kind] = {
    bool: Kind("boolean", _flag),
    date: Kind("date", _day),
    datetime: Kind("local datetime", _moment),
    time: Kind("time", _time),
    str: Kind("text", _text),
    int: Kind("integer", partial(_whole, Range())),
    Decimal: Kind("decimal string", partial(_decimal, Range())),
}


def kind_of(annotation: Any) -> Kind:
    """Return the kind of input that a parameter annotated `annotation` takes."""
    if annotation in _SIMPLE:
        return _SIMPLE[annotation]
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _annotated(*arguments)
    if origin is Literal:
        return Kind("text", partial(_choice, arguments), arguments)
    if origin is tuple:
        item = kind_of(arguments[0])
        return Kind(f"list of {item.name}", partial(_list, item))
    if origin in (Union, UnionType):
        (inner,) = (each for each in arguments if each is not NoneType)
        kind = kind_of(inner)
        return Kind(kind.name, partial(_nullable, kind), kind.values)
    if is_dataclass(annotation) and isinstance(annotation, type):
        wanted = fields_of(annotation)
        listed = ", ".join(f"{each.name}: {each.kind.name}" for each in wanted)
        return Kind(f"{{{listed}}}", partial(_record, annotation, wanted))
    raise TypeError(f"a rule cannot take {annotation}")


def _annotated(base: type, bounds: Range) -> Kind:
    if base is int:
        return Kind("integer", partial(_whole, bounds))
    return Kind("decimal string", partial(_decimal, bounds))


def fields_of(shape: type) -> tuple[Field, ...]:
    """Return the inputs that fill the dataclass `shape`."""
    hints = get_type_hints(shape, include_extras=True)
    return tuple(
        Field(each.name, kind_of(hints[each.name]), each.default is not MISSING)
        for each in fields(shape)
    )


def outer_name(name: str) -> str:
    """Return the name by which callers outside Python know `name`: `from_` is `from`."""
    return name.removesuffix("_")


def read(wanted: tuple[Field, ...], raw: Mapping[str, object], path: str = "") -> dict[str, object]:
    """Return the values of `wanted` in `raw`, by Python name; absent optional inputs are left out.

    Raises:
        BadInput: an input is missing, unknown, of the wrong kind, or out of range.
    """
    known = {outer_name(each.name): each for each in wanted}
    for name in raw:
        if name not in known:
            raise _refuse(f"{path}{name}", _("没有这个输入项。"))
    found: dict[str, object] = {}
    for name, each in known.items():
        if name not in raw:
            if not each.optional:
                raise _refuse(f"{path}{name}", _("缺少此项。"))
            continue
        if raw[name] is None and each.optional:
            continue
        found[each.name] = each.kind.parse(raw[name], f"{path}{name}")
    return found
