"""Reading what people type: amounts, rates and days in the notations in use; no framework.

Each reader raises `Unreadable` with one sentence that says what was expected. Full-width digits
and punctuation (１２３，．) are read like their narrow forms.
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal

from recovery.kernel.text import Text, _

LARGEST_YUAN = Decimal("9999999999999.99")
"""Above this an amount is a slip of the keyboard: ten thousand 亿."""

LARGEST_SHARE = Decimal(100)
"""A share above this, 10,000 %, is a slip of the keyboard."""

LARGEST_COUNT = 2_147_483_647
"""What a whole number of the database holds."""

YEARS = range(1900, 2201)
"""Years that a day of a contract, a suit or a person can lie in."""

MAGNITUDES = {"万": Decimal(10_000), "亿": Decimal(100_000_000), "千": Decimal(1_000)}

_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+|\d{1,4}(,\d{4})+)?(\.\d+)?")
_DAY = (
    re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})"),
    re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})"),
    re.compile(r"(\d{4})\.(\d{1,2})\.(\d{1,2})"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]?"),
)


class Unreadable(ValueError):
    """What was typed is none of the notations; `message` says what was expected."""

    def __init__(self, message: Text) -> None:
        super().__init__(message)
        self.message = message


def narrow(text: str) -> str:
    """Return `text` with full-width forms made narrow and all spaces taken out."""
    return "".join(unicodedata.normalize("NFKC", text).replace("。", ".").split())


def read_number(text: str) -> Decimal:
    """Read a plain decimal number, with or without thousands separators.

    Raises:
        Unreadable: anything else, the empty text and exponents included.
    """
    cleaned = narrow(text)
    if not _NUMBER.fullmatch(cleaned) or not any(letter.isdigit() for letter in cleaned):
        raise Unreadable(_("“{typed}”不是数字。", typed=text.strip()))
    return Decimal(cleaned.replace(",", ""))


def read_yuan(text: str) -> Decimal:
    """Read an amount in yuan: `1,234.56`, `1.2万`, `3亿`, `￥800`, `(50.00)` for minus 50.

    Raises:
        Unreadable: not an amount, finer than a fen, or beyond `LARGEST_YUAN`.
    """
    cleaned = narrow(text).removesuffix("元").lstrip("¥￥")
    negative = cleaned.startswith("(") and cleaned.endswith(")")
    cleaned = cleaned[1:-1] if negative else cleaned
    magnitude = MAGNITUDES.get(cleaned[-1:], Decimal(1))
    digits = cleaned[:-1] if cleaned[-1:] in MAGNITUDES else cleaned
    try:
        amount = read_number(digits) * magnitude
        if negative and amount < 0:
            raise Unreadable(_("“{typed}”不是数字。", typed=text.strip()))
    except Unreadable:
        raise Unreadable(
            _("“{typed}”不是金额；可写 1,234.56 或 1.2万。", typed=text.strip())
        ) from None
    if abs(amount) > LARGEST_YUAN:
        raise Unreadable(_("金额“{typed}”过大，请核对单位。", typed=text.strip()))
    in_fen = amount.quantize(Decimal("0.01"))
    if in_fen != amount:
        raise Unreadable(_("金额最多两位小数（精确到分）。"))
    return -in_fen if negative else in_fen


def read_percent(text: str) -> Decimal:
    """Read a percentage as a share: `4.9` and `4.9%` are 0.049; `0.5‰` is 0.0005.

    Raises:
        Unreadable: not a number, finer than eight decimals of the share, or beyond
            `LARGEST_SHARE`.
    """
    cleaned = narrow(text)
    per_mille = cleaned.endswith("‰")
    try:
        typed = read_number(cleaned.rstrip("%‰"))
    except Unreadable:
        raise Unreadable(
            _("“{typed}”不是百分比；例如年利率 4.9% 写 4.9。", typed=text.strip())
        ) from None
    share = typed.scaleb(-3 if per_mille else -2)
    if abs(share) > LARGEST_SHARE:
        raise Unreadable(_("百分比“{typed}”过大，请核对。", typed=text.strip()[:40]))
    if share != share.quantize(Decimal("1e-8")):
        raise Unreadable(_("百分比最多六位小数。"))
    return share


def read_count(text: str) -> int:
    """Read a whole number, with or without thousands separators.

    Raises:
        Unreadable: not a whole number, or beyond `LARGEST_COUNT`.
    """
    try:
        number = read_number(text)
    except Unreadable:
        raise Unreadable(_("“{typed}”不是整数。", typed=text.strip())) from None
    if abs(number) > LARGEST_COUNT:
        raise Unreadable(_("“{typed}”过大，请核对。", typed=text.strip()[:40]))
    if int(number) != number:
        raise Unreadable(_("“{typed}”不是整数。", typed=text.strip()))
    return int(number)


def read_day(text: str) -> date:
    """Read a day: 2024-02-29, 2024/2/29, 2024.2.29, 20240229 or 2024年2月29日.

    Raises:
        Unreadable: another notation, a day that the calendar does not have, or outside `YEARS`.
    """
    cleaned = narrow(text)
    for notation in _DAY:
        match = notation.fullmatch(cleaned)
        if match:
            return _existing(text, *(int(part) for part in match.groups()))
    raise Unreadable(
        _(
            "“{typed}”不是日期；可写 2024-02-29、2024/2/29、20240229 或 2024年2月29日。",
            typed=text.strip(),
        )
    )


def _existing(text: str, year: int, month: int, day: int) -> date:
    """Return the day, or say that the calendar has no such day, or that it is out of reach."""
    try:
        found = date(year, month, day)
    except ValueError:
        raise Unreadable(_("日历上没有“{typed}”这一天。", typed=text.strip())) from None
    if year not in YEARS:
        raise Unreadable(
            _(
                "日期“{typed}”须在 {first} 年至 {last} 年之间。",
                typed=text.strip(),
                first=YEARS[0],
                last=YEARS[-1],
            )
        )
    return found


def split_list(text: str) -> tuple[str, ...]:
    """Return the values of a pasted list, in order, each once; lines, commas, 、 or blanks part."""
    parts = re.split(r"[\s,，;；、]+", unicodedata.normalize("NFKC", text))
    return tuple(dict.fromkeys(part for part in parts if part))
