"""How values look on pages and in papers: Jinja filters and a few globals, all pure functions.

Unknown (`None`) is always shown as —, never as zero or as an empty cell.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from babel.dates import format_date
from babel.numbers import format_decimal
from flask import Flask

from recovery.kernel import clock, money
from recovery.kernel.text import Text, _
from recovery.web.capitals import capital_yuan
from recovery.web.language import current_language

UNKNOWN = "—"
WEEKDAYS = (
    _("星期一"),
    _("星期二"),
    _("星期三"),
    _("星期四"),
    _("星期五"),
    _("星期六"),
    _("星期日"),
)
NEAR = 7
"""Days before a last day from which its clock warns."""


def yuan(amount: Decimal | None) -> str:
    """Return 1,234.56; negative in parentheses; unknown as —."""
    return UNKNOWN if amount is None else money.show(amount)


def written_yuan(text: str | None) -> str:
    """Return an amount that is kept as text, such as the content of a request, as 1,234.56."""
    return yuan(None if text is None else Decimal(text))


def prose_yuan(amount: Decimal | None) -> str:
    """Return ¥1,234.56 for running text."""
    if amount is None:
        return UNKNOWN
    return f"{'-' if amount < 0 else ''}¥{abs(money.to_fen(amount)):,.2f}"


def capitals(amount: Decimal | None) -> str:
    """Return the amount in capital numerals (大写)."""
    return UNKNOWN if amount is None else capital_yuan(amount)


CHINESE_UNITS: tuple[tuple[Decimal, Text | str], ...] = (
    (Decimal(10**8), _("亿元")),
    (Decimal(10**4), _("万元")),
    (Decimal(1), _("元")),
)
ENGLISH_UNITS: tuple[tuple[Decimal, Text | str], ...] = (
    (Decimal(10**9), "CNY billion"),
    (Decimal(10**6), "CNY million"),
    (Decimal(10**3), "CNY thousand"),
    (Decimal(1), "CNY"),
)


def amount_unit(largest: Decimal) -> tuple[Decimal, Text | str]:
    """Return what amounts up to `largest` yuan are divided by, and the unit's name; Chinese counts
    in 万 and 亿, English in thousands."""
    units = ENGLISH_UNITS if current_language() == "en" else CHINESE_UNITS
    return next((unit for unit in units if abs(largest) >= unit[0]), units[-1])


def magnitude(amount: Decimal | None) -> str:
    """Return a large amount by its magnitude with the unit named: 3.42 亿元, CNY 342.00 million."""
    if amount is None:
        return UNKNOWN
    size, name = amount_unit(amount)
    number = f"{_two(amount / size):,}"
    if current_language() == "en":
        currency, _blank, word = str(name).partition(" ")
        return f"{currency} {number} {word}".rstrip()
    return f"{number} {name}"


def percent(share: Decimal | float | None) -> str:
    """Return a share with two decimals: 0.049 is 4.90%."""
    return UNKNOWN if share is None else f"{_two(Decimal(str(share)) * 100):,}%"


def rate(share: Decimal | None) -> str:
    """Return an agreed rate in percent with all its digits, two at least: 5.985%."""
    if share is None:
        return UNKNOWN
    exact = (share * 100).normalize()
    places = max(2, -int(exact.as_tuple().exponent))
    return f"{exact:.{places}f}%"


def _two(number: Decimal) -> Decimal:
    """Round half up to two decimals."""
    return number.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def count(number: int | None) -> str:
    """Return a whole number with thousands separators."""
    return UNKNOWN if number is None else f"{number:,}"


def day(value: date | None) -> str:
    """Return 2026-11-23; a moment by its business day."""
    return UNKNOWN if value is None else f"{_as_day(value):%Y-%m-%d}"


def moment(value: datetime | None) -> str:
    """Return 2026-11-23 14:05 in Asia/Shanghai."""
    if value is None:
        return UNKNOWN
    return f"{value.astimezone(clock.BUSINESS_ZONE):%Y-%m-%d %H:%M}"


def when(value: datetime | None) -> str:
    """Return a moment, or its day alone where it is midnight: then only the day is known."""
    if value is None:
        return UNKNOWN
    local = value.astimezone(clock.BUSINESS_ZONE)
    return day(value) if (local.hour, local.minute) == (0, 0) else moment(value)


def long_day(value: date | None) -> str:
    """Return 2026年11月23日, or 23 November 2026 for a reader of English."""
    if value is None:
        return UNKNOWN
    shown = _as_day(value)
    if current_language() == "en":
        return format_date(shown, "d MMMM yyyy", locale="en")
    return paper_day(shown)


def paper_day(value: date | None) -> str:
    """Return 2026年11月23日 whatever the reader's language: papers are Chinese."""
    if value is None:
        return UNKNOWN
    shown = _as_day(value)
    return f"{shown.year}年{shown.month}月{shown.day}日"


def deadline(value: date | None) -> str:
    """Return a last day with its weekday: 2026-11-23 星期一."""
    if value is None:
        return UNKNOWN
    shown = _as_day(value)
    return f"{shown:%Y-%m-%d} {WEEKDAYS[shown.weekday()]}"


def relative(value: date | None) -> str:
    """Return how far a day is from the business day of now: 今天, 3 天后, 2 天前."""
    if value is None:
        return UNKNOWN
    return str(distance((_as_day(value) - clock.today()).days))


def distance(days: int) -> Text:
    """Return 今天, 明天, 昨天, 3 天后 or 2 天前 for a number of days from today."""
    near = {0: _("今天"), 1: _("明天"), -1: _("昨天")}
    if days in near:
        return near[days]
    return _("{days} 天后", days=f"{days:,}") if days > 0 else _("{days} 天前", days=f"{-days:,}")


def _as_day(value: date) -> date:
    """Return the business day of a moment, or the day itself."""
    return clock.business_day(value) if isinstance(value, datetime) else value


def grouped(number: str | None) -> str:
    """Return a long number in groups of four: 6222 0212 3456 7890."""
    if not number:
        return UNKNOWN
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def masked(value: str | None, tail: int = 4) -> str:
    """Return dots and the last `tail` characters; a short value shows one character at most."""
    if not value:
        return UNKNOWN
    shown = tail if len(value) > tail * 2 else 1
    return "•" * 4 + value[-shown:]


def file_size(octets: int | None) -> str:
    """Return a file's size in kB or MB (thousands)."""
    if octets is None:
        return UNKNOWN
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if octets >= unit:
            return f"{format_decimal(round(octets / unit, 1), locale='en')} {name}"
    return f"{octets} B"


@dataclass(frozen=True, slots=True)
class Clock:
    """A running period as a chip shows it: what ends, when, and why then.

    `last_day` is inclusive. `provisional`: a calendar or event it rests on may still change.
    `confirmed` is false while its source awaits an administrator's confirmation.
    """

    label: Text | str
    last_day: date | None
    rule: str = ""
    provisional: bool = False
    confirmed: bool = True
    met: bool = False

    @property
    def days_left(self) -> int | None:
        """Days from today to the last day; negative when it has passed."""
        return None if self.last_day is None else (self.last_day - clock.today()).days

    @property
    def meaning(self) -> str:
        """The family of the chip: good, neutral, progress, warning or danger."""
        left = self.days_left
        if self.met:
            return "good"
        if left is None:
            return "neutral"
        if left < 0:
            return "danger"
        return "warning" if left <= NEAR else "progress"

    @property
    def left(self) -> Text:
        """What the chip says first: how many days are left."""
        left = self.days_left
        if self.met:
            return _("已完成")
        if left is None:
            return _("待定")
        if left < 0:
            return _("已过 {days} 天", days=f"{-left:,}")
        return _("今天到期") if left == 0 else _("剩 {days} 天", days=f"{left:,}")


def unique_id(stem: str) -> str:
    """Return an id that no other element of the page has; random, for a page grows by fragments."""
    return f"{stem}-{secrets.token_hex(4)}"


FILTERS = {
    "yuan": yuan,
    "prose_yuan": prose_yuan,
    "capitals": capitals,
    "magnitude": magnitude,
    "percent": percent,
    "rate": rate,
    "count_of": count,
    "day": day,
    "moment": moment,
    "when": when,
    "long_day": long_day,
    "paper_day": paper_day,
    "deadline": deadline,
    "written_yuan": written_yuan,
    "relative": relative,
    "grouped": grouped,
    "masked": masked,
    "file_size": file_size,
}


def register(app: Flask) -> None:
    """Give `app`'s templates the filters and the business day."""
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(
        today=clock.today, UNKNOWN=UNKNOWN, Clock=Clock, unique_id=unique_id
    )
