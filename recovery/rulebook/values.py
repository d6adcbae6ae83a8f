"""Values of parameters as people write them: TOML in, TOML out, checked against their shape.

A new version must look like the versions before it: a rate stays a rate, a table keeps its keys.
Parameters without a version, or with a closed list of values, have a shape of their own here.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import Text, _
from recovery.law.parameters import Parameter, Value, frozen

LONGEST = 20_000
"""Characters of a value: the longest table of the law has under two thousand."""

UNITS_OF_TIME = ("days", "months", "years")


def read_value(text: str) -> Value:
    """Return the value that `text`, the right side of a TOML assignment, says.

    Raises:
        RuleViolation: it is no TOML value, or one that no parameter can have.
    """
    if len(text) > LONGEST:
        raise RuleViolation(_("数值过长。"))
    try:
        parsed = tomllib.loads(f"value = {text.strip()}", parse_float=Decimal)
        value = frozen(parsed.pop("value"))
    except (tomllib.TOMLDecodeError, TypeError, KeyError, RecursionError):
        raise RuleViolation(
            _("数值写法有误：数字直接写，文字加双引号，表写作 { 名称 = 值 }。")
        ) from None
    if parsed:
        raise RuleViolation(_("只能填写一个值。"))
    _finite(value)
    return value


def _finite(value: Value) -> None:
    """Refuse what TOML can write but the law cannot mean: infinity, and what is no number."""
    if isinstance(value, Decimal) and not value.is_finite():
        raise RuleViolation(_("数值须为有限的数字。"))
    items = value.values() if isinstance(value, Mapping) else value
    if isinstance(items, str | int | Decimal):
        return
    for item in items:
        _finite(item)


def write_value(value: Value) -> str:
    """Return `value` as TOML writes it, so that `read_value` gives it back."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, Decimal):
        plain = f"{value:f}"
        return plain if "." in plain else f"{plain}.0"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        pairs = (f"{_key(name)} = {write_value(item)}" for name, item in value.items())
        return "{ " + ", ".join(pairs) + " }"
    return "[" + ", ".join(map(write_value, value)) + "]"


def _key(name: str) -> str:
    bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if bare else write_value(name)


def check_shape(parameter: Parameter, value: Value) -> None:
    """Refuse a value that does not look like a value of `parameter`.

    Raises:
        RuleViolation: another type, unknown or missing names, a rate out of its bounds.
    """
    own = OWN_SHAPES.get(parameter.name)
    if own is not None:
        own(value)
        return
    shape = Shape(parameter.unit in FRACTIONAL)
    faults = [shape.unlike(known.value, value, "") for known in parameter.versions]
    if faults and None not in faults:
        raise RuleViolation(faults[-1] or _("与该参数以往的取值不符。"))


FRACTIONAL = frozenset({"yuan", "yuan; rate of the part above", "share", "times the annual wage"})
"""Units in which a value that was whole so far may have decimals."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HOUR = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True, slots=True)
class Shape:
    """How values of one parameter are compared with those it had."""

    fractions: bool
    """Whether a number that was whole may have decimals."""

    def unlike(self, known: Value, value: Value, path: str) -> Text | None:
        """Return why `value` does not look like `known`; None where it does."""
        if isinstance(known, bool) or isinstance(value, bool):
            same = isinstance(known, bool) and isinstance(value, bool)
            return None if same else _("{path}应为 true 或 false。", path=_at(path))
        if isinstance(known, int | Decimal):
            return self._unlike_number(known, value, path)
        if isinstance(known, str):
            return _unlike_text(known, value, path)
        if isinstance(known, Mapping):
            return self._unlike_table(known, value, path)
        return self._unlike_list(known, value, path)

    def _unlike_number(self, known: int | Decimal, value: Value, path: str) -> Text | None:
        if not isinstance(value, int | Decimal):
            return _("{path}应为数字。", path=_at(path))
        if value < 0 <= known:
            return _("{path}不得为负数。", path=_at(path))
        if isinstance(known, int) and not isinstance(value, int) and not self.fractions:
            return _("{path}应为整数。", path=_at(path))
        # A rate written as per cent is the slip that would cost most.
        if isinstance(known, Decimal) and known < 1 < value and value > known * 10:
            return _("{path}应写成小数（如 24% 写作 0.24）。", path=_at(path))
        return None

    def _unlike_table(self, known: Mapping[str, Value], value: Value, path: str) -> Text | None:
        if not isinstance(value, Mapping):
            return _("{path}应为表。", path=_at(path))
        if len(known) == 1 and set(known) <= set(UNITS_OF_TIME):
            return _unlike_period(value, path)
        if set(known) != set(value):
            return _("{path}应含且只含：{names}。", path=_at(path), names="、".join(known))
        faults = (self.unlike(item, value[name], f"{path}.{name}") for name, item in known.items())
        return next((fault for fault in faults if fault is not None), None)

    def _unlike_list(self, known: tuple[Value, ...], value: Value, path: str) -> Text | None:
        if not isinstance(value, tuple) or not value:
            return _("{path}应为非空列表。", path=_at(path))
        if all(isinstance(item, str) for item in known):
            same = sorted(map(str, known)) == sorted(map(str, value))
            return (
                None if same else _("{path}应为：{names}。", path=_at(path), names=_joined(known))
            )
        for at, item in enumerate(value):
            faults = [self.unlike(one, item, f"{path}[{at}]") for one in known]
            if None not in faults:
                return faults[0]
        return _unordered(value, path)


def _unlike_text(known: str, value: Value, path: str) -> Text | None:
    if not isinstance(value, str):
        return _("{path}应为文字。", path=_at(path))
    if _DAY.fullmatch(known):
        return None if _is_day(value) else _("{path}应为 2026-12-31 这样的日期。", path=_at(path))
    if _HOUR.fullmatch(known):
        right = _HOUR.fullmatch(value)
        return None if right else _("{path}应为 08:00 这样的时刻。", path=_at(path))
    return None if value == known else _("{path}应为：{names}。", path=_at(path), names=known)


def _is_day(value: str) -> bool:
    try:
        return bool(_DAY.fullmatch(value) and date.fromisoformat(value))
    except ValueError:
        return False


def _unlike_period(value: Mapping[str, Value], path: str) -> Text | None:
    """Insist on one whole number of one unit of time."""
    if len(value) == 1 and set(value) <= set(UNITS_OF_TIME) and all(map(_is_whole, value.values())):
        return None
    return _(
        "{path}期间应写作 days = 15、months = 6 或 years = 2 之一，数为正整数。", path=_at(path)
    )


def _is_whole(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10_000


def _unordered(value: tuple[Value, ...], path: str) -> Text | None:
    for name in ("above", "over"):
        steps = [item[name] for item in value if isinstance(item, Mapping) and name in item]
        if steps != sorted(set(steps), key=lambda step: Decimal(str(step))):
            return _("{path}各档的起点应由低到高。", path=_at(path))
    return None


def _joined(names: tuple[Value, ...]) -> str:
    return "、".join(map(str, names))


def _at(path: str) -> str:
    return f"{path.lstrip('.')}：" if path else ""


def one_of(*allowed: str) -> Callable[[Value], None]:
    """Return a check that a value is one of the texts `allowed`."""

    def check(value: Value) -> None:
        if value not in allowed:
            raise RuleViolation(_("只能是下列之一：{values}。", values="、".join(allowed)))

    return check


def _realization_fee(value: Value) -> None:
    names = set(value) if isinstance(value, Mapping) else set()
    if not isinstance(value, Mapping) or names not in ({"per_item"}, {"share_of_acceptance"}):
        raise RuleViolation(_("应写作 { per_item = 元 } 或 { share_of_acceptance = 比例 } 之一。"))
    (amount,) = value.values()
    if not isinstance(amount, int | Decimal) or isinstance(amount, bool) or amount < 0:
        raise RuleViolation(_("应为不小于零的数字。"))
    if "share_of_acceptance" in value and amount > 1:
        raise RuleViolation(_("占受理费的比例应在 0 与 1 之间。"))


def _published_limits(value: Value) -> None:
    """Insist on province → year → both thresholds, the agreed one not below the mandatory."""
    fault = _("应写作 省份 → 年度 → { mandatory = 元, by_agreement = 元 }。")
    if not isinstance(value, Mapping) or not value:
        raise RuleViolation(fault)
    for years in value.values():
        if not isinstance(years, Mapping) or not years:
            raise RuleViolation(fault)
        for year, limits in years.items():
            if not (year.isdecimal() and isinstance(limits, Mapping)) or set(limits) != {
                "mandatory",
                "by_agreement",
            }:
                raise RuleViolation(fault)
            low, high = limits["mandatory"], limits["by_agreement"]
            if not isinstance(low, int | Decimal) or not isinstance(high, int | Decimal):
                raise RuleViolation(fault)
            if not 0 < low <= high:
                raise RuleViolation(_("约定适用上限不得低于强制适用上限，均须大于零。"))


OWN_SHAPES: Mapping[str, Callable[[Value], None]] = {
    "court_fee.rounding": one_of("fen", "yuan"),
    "interest.doubled.day_convention": one_of(
        "payment_minus_expiry", "next_day_to_day_before", "both_ends"
    ),
    "guarantee.default_mode": one_of("general", "joint"),
    "limitation.enforcement_application.instalments": one_of("each", "last"),
    "court_fee.security_realization": _realization_fee,
    "small_claims.published": _published_limits,
}
"""Parameters whose values no earlier version can teach."""
