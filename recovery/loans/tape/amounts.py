"""Amounts, rates and counts as tapes write them, in the unit of the column or of the cell."""

import re
from decimal import ROUND_HALF_UP, Decimal

from recovery.kernel.money import to_fen
from recovery.kernel.text import Text, _
from recovery.loans.tape.shapes import shape
from recovery.web.reading import LARGEST_YUAN, Unreadable, narrow

YUAN_UNITS: dict[str, Text] = {
    "yuan": _("元"),
    "qian": _("千元"),
    "wan": _("万元"),
    "yi": _("亿元"),
}
RATE_UNITS: dict[str, Text] = {
    "auto": _("自动识别"),
    "percent": _("年 %"),
    "fraction": _("年，小数（0.049）"),
    "per_mille": _("月 ‰"),
    "daily_percent": _("日 %"),
    "daily_wan": _("日万分之"),
}

_SCALES = {
    "yuan": Decimal(1),
    "qian": Decimal(1000),
    "wan": Decimal(10_000),
    "yi": Decimal(100_000_000),
}
_FACTORS = {
    "percent": Decimal("0.01"),
    "fraction": Decimal(1),
    "per_mille": Decimal("0.012"),
    "daily_percent": Decimal("3.6"),
    "daily_wan": Decimal("0.036"),
}
"""What makes a share a year of each unit; a year has 360 days where a day is the unit."""

_MAGNITUDES = {"百万": 10**6, "千万": 10**7, "亿": 10**8, "万": 10**4, "千": 10**3}
_PLAIN = re.compile(r"-?\d{1,13}(\.\d{1,2})?")
_PARTED = re.compile(r"-?\d{1,3}(,\d{3}){1,3}(\.\d{1,2})?")
_NUMBER = re.compile(r"(\d+|\d{1,3}(,\d{3})+|\d{1,4}(,\d{4})+)?(\.\d*)?")
_SCIENTIFIC = re.compile(r"[+-]?\d(\.\d+)?[eE]\+?\d+")
_CURRENCY = re.compile(
    r"^(人民币|RMB|CNY|USD|￥|¥|\$)+|(人民币|RMB|CNY|USD|圆|元)+$", re.IGNORECASE
)
_COUNTED = re.compile(r"(个月|期|月|天|日|年|岁|%)$")

HIGHEST_RATE = Decimal(10)
"""Ten times a year: above it the unit is wrong."""

LOWEST_USUAL, HIGHEST_USUAL = Decimal("0.005"), Decimal("0.6")
"""Between them lies what a car loan costs a year, penalty rates included: the highest of contracts
made before 2015, 36 %, raised by half is 54 %. An interest-free loan (0) is usual too."""

RATE_STEP = Decimal("1e-8")
LARGEST_COUNT = 100_000


def cast_yuan(text: str, unit: str | None, notes: list[Text]) -> Decimal:
    """Return the amount in yuan, to the fen; finer ones are rounded half up, with a note.

    Raises:
        Unreadable: not an amount.
    """
    if unit in {None, "yuan"}:
        if _PLAIN.fullmatch(text):
            return Decimal(text)
        if _PARTED.fullmatch(text):
            return Decimal(text.replace(",", ""))
    number, scale = _with_scale(text)
    amount = number * (scale or _SCALES.get(unit or "yuan", Decimal(1)))
    if abs(amount) > LARGEST_YUAN:
        raise Unreadable(_("金额“{value}”过大，请核对单位", value=shape(text)))
    rounded = to_fen(amount)
    if rounded != amount:
        notes.append(
            _("“{value}”细于一分，按四舍五入取 {amount}", value=shape(text), amount=rounded)
        )
    return rounded


def _with_scale(text: str) -> tuple[Decimal, Decimal | None]:
    """Return the number and the scale that the cell itself names; None: it names none."""
    cleaned = narrow(text).replace("−", "-").lstrip("'")
    negative = cleaned.startswith("(") and cleaned.endswith(")")
    cleaned = cleaned[1:-1] if negative else cleaned
    sign = -1 if negative or cleaned.startswith("-") or cleaned.endswith("-") else 1
    cleaned = cleaned.strip("+-")
    named = cleaned.endswith(("元", "圆"))
    digits = _CURRENCY.sub("", cleaned).strip("+-")
    scale = Decimal(1) if named else None
    for word, times in _MAGNITUDES.items():
        if digits.endswith(word):
            digits, scale = digits.removesuffix(word), Decimal(times)
            break
    return sign * _digits(text, digits), scale


def _digits(text: str, digits: str) -> Decimal:
    """Return plain digits with separators as a number."""
    if _SCIENTIFIC.fullmatch(digits):
        raise Unreadable(_("“{value}”是科学记数法，已失去尾数", value=shape(text)))
    if not _NUMBER.fullmatch(digits) or not any(letter.isdigit() for letter in digits):
        raise Unreadable(_("“{value}”不是金额；可写 1,234.56 或 1.2万元", value=shape(text)))
    return Decimal(digits.replace(",", ""))


def cast_rate(text: str, unit: str | None, _notes: list[Text]) -> Decimal:
    """Return the share a year. Without a unit, 1 and above are percent, below 1 a share.

    Raises:
        Unreadable: not a rate, or higher than any.
    """
    cleaned = narrow(text)
    factor = _FACTORS.get(unit or "auto")
    if cleaned.endswith(("%", "‰")):
        keeps = unit in {"per_mille", "daily_percent"}
        factor = factor if keeps else Decimal("0.01" if cleaned[-1] == "%" else "0.012")
        cleaned = cleaned[:-1]
    try:
        number = _digits(text, cleaned.removeprefix("-"))
    except Unreadable:
        raise Unreadable(_("“{value}”不是利率；可写 4.9%", value=shape(text))) from None
    if factor is None:
        factor = _FACTORS["percent" if number >= 1 else "fraction"]
    if cleaned.startswith("-") or number * factor > HIGHEST_RATE:
        raise Unreadable(_("利率“{value}”不合理，请核对单位", value=shape(text)))
    return (number * factor).quantize(RATE_STEP, rounding=ROUND_HALF_UP).normalize()


def cast_yearly_rate(text: str, unit: str | None, notes: list[Text]) -> Decimal:
    """Return the share a year; one that hardly any loan has is noted, with its other reading.

    Raises:
        Unreadable: not a rate, or higher than any.
    """
    rate = cast_rate(text, unit, notes)
    if rate == 0 or LOWEST_USUAL <= rate <= HIGHEST_USUAL:
        return rate
    told = {"value": shape(text), "read": _percent(rate)}
    if rate < LOWEST_USUAL:
        told |= {"border": _percent(LOWEST_USUAL), "other": _percent(rate * 100)}
        reason = _("“{value}”读作年利率 {read}，低于 {border}；若单位有误，应为 {other}", **told)
    else:
        told |= {"border": _percent(HIGHEST_USUAL), "other": _percent(rate / 100)}
        reason = _("“{value}”读作年利率 {read}，高于 {border}；若单位有误，应为 {other}", **told)
    notes.append(reason)
    return rate


def _percent(rate: Decimal) -> str:
    """Return a share in percent, as it is."""
    return f"{(rate * 100).normalize():f}%"


def cast_count(text: str, _unit: str | None, _notes: list[Text]) -> int:
    """Return a whole number, a unit of time after it left out.

    Raises:
        Unreadable: not a whole number.
    """
    try:
        number = _digits(text, _COUNTED.sub("", narrow(text)))
    except Unreadable:
        raise Unreadable(_("“{value}”不是整数", value=shape(text))) from None
    if number != int(number) or number > LARGEST_COUNT:
        raise Unreadable(_("“{value}”不是合理的整数", value=shape(text)))
    return int(number)


def is_scientific(text: str) -> bool:
    """Return whether a text is a number in the notation that drops digits (1.10101E+17)."""
    return _SCIENTIFIC.fullmatch(text) is not None
