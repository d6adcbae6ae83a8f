"""Fields in which several days are typed: single ones and ranges."""

import re
from datetime import date
from typing import Any

from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.rulebook.rules import days_between
from recovery.web.fields import NoteField, ReadField
from recovery.web.reading import Unreadable, read_day


class DaysField(ReadField[tuple[date, ...]]):
    """Days and ranges of days: `2027-02-05 至 2027-02-12`, parted by lines or commas."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.type = "NoteField"

    widget = NoteField.widget
    placeholder = "2027-02-05 ~ 2027-02-12"

    def read(self, text: str) -> tuple[date, ...]:
        """Return every day, the ranges written out."""
        days: list[date] = []
        for part in re.split(r"[\n,，、;；]+", text):
            if part.strip():
                days += _days_of(part)
        return tuple(sorted(days))

    def write(self, value: tuple[date, ...]) -> str:
        """Return one day a line."""
        return "\n".join(day.isoformat() for day in value)


def _days_of(part: str) -> list[date]:
    ends = [read_day(end) for end in re.split(r"至|到|~|～|\.\.|—", part)]
    if len(ends) > 2:
        raise Unreadable(_("“{typed}”不是日期或一段日期。", typed=part.strip()))
    try:
        return days_between(ends[0], ends[-1])
    except RuleViolation as error:
        raise Unreadable(_("“{typed}”不是一段假期。", typed=part.strip())) from error


class WorkedDaysField(DaysField):
    """Weekend days that are worked."""

    placeholder = "2027-02-20"
