"""Days as tapes write them: ISO, slashes, compact, Chinese, serial numbers, months alone."""

import re
from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

from recovery.kernel.text import _
from recovery.loans.tape.shapes import shape
from recovery.web.reading import Unreadable, narrow

FORMS = {
    "auto": _("自动识别"),
    "ymd": _("年月日（2024-02-29）"),
    "mdy": _("月日年（02/29/2024）"),
    "dmy": _("日月年（29/02/2024）"),
}
"""How a column writes days, where the order of day and month could be doubtful."""

EARLIEST, LATEST = 1950, 2120
SERIALS = range(18264, 80354)
"""Serial numbers of a workbook (days since 30 December 1899) that fall into those years."""

EPOCH = date(1899, 12, 30)

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_YMD = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_XXY = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_YM = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})月?|(\d{2}))")
_MY = re.compile(r"(\d{1,2})[-/.](\d{4})")
_CLOCK = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[AaPp][Mm])?$")
_SERIAL = re.compile(r"(\d{5})(\.\d+)?")


@lru_cache(maxsize=16384)
def first_day(text: str, form: str) -> date:
    """Return the day that `text` writes; of a month alone its first day.

    Raises:
        Unreadable: another notation, a day the calendar lacks, or a doubtful order.
    """
    year, month, day = _parts(text, form)
    return _existing(text, year, month, 1 if day is None else day)


@lru_cache(maxsize=16384)
def last_day(text: str, form: str) -> date:
    """Return the day that `text` writes; of a month alone its last day.

    Raises:
        Unreadable: as `first_day`.
    """
    year, month, day = _parts(text, form)
    if day is None and 1 <= month <= 12:
        day = monthrange(year, month)[1]
    return _existing(text, year, month, 1 if day is None else day)


Parts = tuple[int, int, int | None]


def _parts(text: str, form: str) -> Parts:
    """Return year, month and day (None: a month alone) as `text` writes them."""
    cleaned = narrow(_CLOCK.sub("", text.strip()))
    for notation in (_ISO, _YMD, _COMPACT):
        if match := notation.fullmatch(cleaned):
            year, month, day = map(int, match.groups())
            return year, month, day
    if match := _XXY.fullmatch(cleaned):
        return _ordered(text, *map(int, match.groups()), form=form)
    return _month_or_serial(text, cleaned)


def _month_or_serial(text: str, cleaned: str) -> Parts:
    """Return the parts of a month alone or of a serial number."""
    if (match := _SERIAL.fullmatch(cleaned)) and int(match.group(1)) in SERIALS:
        day = EPOCH + timedelta(days=int(match.group(1)))
        return day.year, day.month, day.day
    if match := _YM.fullmatch(cleaned):
        return int(match.group(1)), int(match.group(2) or match.group(3)), None
    if match := _MY.fullmatch(cleaned):
        return int(match.group(2)), int(match.group(1)), None
    raise Unreadable(
        _(
            "“{value}”不是日期；可写 2024-02-29、2024/2/29、20240229 或 2024年2月29日",
            value=shape(text),
        )
    )


def _ordered(text: str, one: int, two: int, year: int, *, form: str) -> Parts:
    """Return the parts of a day that ends with its year, in the order of `form`."""
    if form == "mdy" or (form != "dmy" and two > 12):
        return year, one, two
    if form == "dmy" or one > 12 or one == two:
        return year, two, one
    raise Unreadable(_("“{value}”分不清日与月；请在列对应中选定该列的日期写法", value=shape(text)))


def _existing(text: str, year: int, month: int, day: int) -> date:
    """Return the day when the calendar has it, within a lifetime of loans."""
    try:
        found = date(year, month, day)
    except ValueError:
        raise Unreadable(_("日历上没有“{value}”这一天", value=shape(text))) from None
    if not EARLIEST <= year <= LATEST:
        raise Unreadable(_("“{value}”的年份不合理", value=shape(text)))
    return found
