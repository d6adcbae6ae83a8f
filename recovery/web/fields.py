"""Form fields that read what people type and answer with a sentence that names the reason.

What was typed stays in the field, readable or not; `data` is None until it could be read.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, ClassVar, Generic, TypeVar

import wtforms
from wtforms import Field, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import TextArea, TextInput

from recovery.kernel import clock
from recovery.kernel.text import Text, _
from recovery.web import display
from recovery.web.quick_days import quick_days, quick_past_days
from recovery.web.reading import (
    Unreadable,
    narrow,
    read_count,
    read_day,
    read_percent,
    read_yuan,
    split_list,
)

T = TypeVar("T")


class ReadField(Field, Generic[T]):  # type: ignore[misc]
    """A text input whose text `read` understands and `write` shows for editing.

    `unit` stands inside the field, `help_text` under the label.
    """

    widget = TextInput()
    unit: ClassVar[Text | str] = ""
    inputmode: ClassVar[str] = "text"
    data: T | None

    def __init__(
        self,
        label: Text | str | None = None,
        validators: Sequence[Any] | None = None,
        *,
        help_text: Text | str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, description=help_text, **kwargs)

    def read(self, text: str) -> T:
        """Return what `text` says, or raise `Unreadable`."""
        raise NotImplementedError

    def write(self, value: T) -> str:
        """Return `value` as it is first shown for editing."""
        return str(value)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed; blank is None."""
        self.data = None
        if valuelist and str(valuelist[0]).strip():
            self.data = self.read(str(valuelist[0]))

    def _value(self) -> str:
        """Return what was typed, else the value as it is edited."""
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.write(self.data)


class YuanField(ReadField[Decimal]):
    """An amount in yuan, to the fen: `1,234.56`, `1.2万`, `３００`."""

    unit = _("元")
    inputmode = "decimal"

    def read(self, text: str) -> Decimal:
        """Return Decimal yuan with two decimals."""
        return read_yuan(text)

    def write(self, value: Decimal) -> str:
        """Return 1,234.56; a minus sign, since parentheses are for reading."""
        return f"{value:,.2f}"


class RateField(ReadField[Decimal]):
    """A rate typed in percent, a share in Python: `4.9` is Decimal("0.049")."""

    unit = "%"
    inputmode = "decimal"

    def read(self, text: str) -> Decimal:
        """Return the share."""
        return read_percent(text)

    def write(self, value: Decimal) -> str:
        """Return the percentage without trailing zeros."""
        return f"{(value * 100).normalize():f}"


class CountField(ReadField[int]):
    """How many there are: a whole number from zero, thousands separators allowed."""

    inputmode = "numeric"

    def read(self, text: str) -> int:
        """Return the number."""
        number = read_count(text)
        if number < 0:
            raise Unreadable(_("“{typed}”不能是负数。", typed=text.strip()))
        return number


class DateField(ReadField[date]):
    """A day typed freely in any of the usual notations; `quick` days are offered beside it."""

    inputmode = "text"
    placeholder = "2026-11-23"

    def read(self, text: str) -> date:
        """Return the day."""
        return read_day(text)

    def write(self, value: date) -> str:
        """Return 2024-02-29."""
        return f"{value:%Y-%m-%d}"

    @property
    def quick(self) -> tuple[tuple[Text, date], ...]:
        """The days that one click fills in."""
        return quick_days(clock.today())


class PastDateField(DateField):
    """A day that has been: today and the days before are offered."""

    @property
    def quick(self) -> tuple[tuple[Text, date], ...]:
        """The days that one click fills in."""
        return quick_past_days(clock.today())


class MomentField(ReadField[datetime]):
    """A moment typed as a day and an hour in Asia/Shanghai: `2026-11-23 14:05`."""

    placeholder = "2026-11-23 14:05"

    def read(self, text: str) -> datetime:
        """Return the aware moment."""
        written_day, _blank, hour = text.strip().partition(" ")
        try:
            at = time.fromisoformat(narrow(hour))
        except ValueError:
            raise Unreadable(
                _("“{typed}”不是时刻；请写成 2026-11-23 14:05。", typed=text.strip())
            ) from None
        return datetime.combine(read_day(written_day), at, tzinfo=clock.BUSINESS_ZONE)

    def write(self, value: datetime) -> str:
        """Return the moment in Asia/Shanghai to the minute."""
        return display.moment(value)


class LineField(StringField):  # type: ignore[misc]
    """One line of text, trimmed; blank is the empty text."""

    def __init__(
        self,
        label: Text | str | None = None,
        validators: Sequence[Any] | None = None,
        *,
        help_text: Text | str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, description=help_text, **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Trim what was typed."""
        if valuelist:
            self.data = str(valuelist[0]).strip()


class NoteField(LineField):
    """Several lines of text, trimmed at the ends."""

    widget = TextArea()


Pairs = Iterable[tuple[Any, Text | str]]


def _options(choices: Pairs | None) -> list[SelectChoice]:
    """Return pairs of value and label as WTForms takes them."""
    return [SelectChoice(*tuple(one)[:2]) for one in choices or ()]


class SelectField(wtforms.SelectField):  # type: ignore[misc]
    """One of a short closed list, given as pairs of value and label."""

    def __init__(self, *args: Any, choices: Pairs | None = None, **kwargs: Any) -> None:
        super().__init__(*args, choices=_options(choices), **kwargs)

    @property
    def choices(self) -> list[SelectChoice]:
        """What may be chosen; pairs may be assigned."""
        return list(self._choices or ())

    @choices.setter
    def choices(self, pairs: Pairs | None) -> None:
        self._choices = _options(pairs)


class RadioField(SelectField):
    """One of a few, all of them shown; given as pairs of value and label."""

    widget = wtforms.RadioField.widget
    option_widget = wtforms.RadioField.option_widget

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label.field_id = False


class PasteField(ReadField[tuple[str, ...]]):
    """Many values pasted at once, parted by lines, commas or blanks; `data` keeps their order."""

    widget = TextArea()

    def read(self, text: str) -> tuple[str, ...]:
        """Return the values, each once."""
        return split_list(text)

    def write(self, value: tuple[str, ...]) -> str:
        """Return one value a line."""
        return "\n".join(value)


class TypeAheadField(ReadField[T]):
    """A record found by typing: suggestions come from `source`, `find` reads what was typed.

    `source` is an endpoint that answers with `_options.html`; `find` returns the record (or its
    id) for a typed line, None when there is none or more than one; `show` writes one back.
    Suggestions begin with what identifies the record, so the field also works without JavaScript.
    """

    def __init__(
        self,
        label: Text | str | None = None,
        validators: Sequence[Any] | None = None,
        *,
        source: str,
        find: Callable[[str], T | None],
        show: Callable[[T], str] = str,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.source = source
        self.find = find
        self.show = show

    def read(self, text: str) -> T:
        """Return the record that was meant."""
        found = self.find(text.strip())
        if found is None:
            raise Unreadable(_("没有找到“{typed}”；请从提示中选一项。", typed=text.strip()))
        return found

    def write(self, value: T) -> str:
        """Return the line that names the record."""
        return self.show(value)
