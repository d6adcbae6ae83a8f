"""From the text of a row to values, cell by cell; what cannot be read is a problem with a place."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from recovery.kernel.text import Text, _
from recovery.loans.tape.amounts import cast_count, cast_rate, cast_yearly_rate, cast_yuan
from recovery.loans.tape.codes import cast_code
from recovery.loans.tape.days import first_day, last_day
from recovery.loans.tape.identities import (
    cast_account,
    cast_id_number,
    cast_number_text,
    cast_phone,
    cast_plate,
    cast_vin,
)
from recovery.loans.tape.layouts import Mapped, Rule, TapeMapping
from recovery.loans.tape.shapes import shape
from recovery.loans.tape.sources import Number
from recovery.web.reading import Unreadable

Values = dict[str, object]
"""Field → value; what is blank or was left out is absent."""

Cast = Callable[[str, str | None, list[Text]], object]

BLANKS = frozenset(
    (
        *("", "-", "--", "---", "—", "——", "/", "\\", "\\N", "无", "暂无"),
        *("N/A", "n/a", "NA", "#N/A", "NULL", "null", "Null", "(null)"),
        *("None", "none", "nan", "NaN"),
    )
)
"""What stands for nothing in a cell. A blank never overwrites."""

CODES_OF_NOTHING = frozenset({"无", "none"})
"""Blank elsewhere, a word in a column of codes."""

_SHEET_ERROR = re.compile(r"#(REF|VALUE|DIV/0|NAME|NUM|NULL|SPILL|CALC)[!?]?")
LONGEST_TEXT = 500


def stripped(text: str) -> str:
    """Return a cell without blanks around it; a number stays recognisable as one."""
    return Number(text.strip()) if isinstance(text, Number) else text.strip()


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a cell (`column`), or with the row as a whole (`column` is empty).

    `rejects`: the row is not imported; else the cell was left out or read with a doubt.
    """

    row: int
    column: str
    reason: Text
    rejects: bool

    @property
    def sentence(self) -> Text:
        """Row, column, form of the value and reason in one sentence."""
        if not self.column:
            return _("第 {row} 行：{reason}。", row=self.row, reason=self.reason)
        return _(
            "第 {row} 行“{column}”列：{reason}。",
            row=self.row,
            column=self.column,
            reason=self.reason,
        )


@dataclass(slots=True)
class CastRow:
    """The values of one row, and its problems."""

    number: int
    values: Values
    kept: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    titles: Mapping[str, str] = field(default_factory=dict)
    """Field → title of the first column that it is read from."""

    @property
    def is_rejected(self) -> bool:
        """Whether a problem forbids importing the row."""
        return bool(self.problems) and any(problem.rejects for problem in self.problems)

    def reject(self, reason: Text, column: str = "") -> None:
        """Refuse the row for `reason`."""
        self.problems.append(Problem(self.number, column, reason, rejects=True))

    def note(self, reason: Text, column: str = "") -> None:
        """Say what is doubtful about the row, once; it is imported all the same."""
        doubt = Problem(self.number, column, reason, rejects=False)
        if doubt not in self.problems:
            self.problems.append(doubt)

    def title(self, name: str) -> str:
        """Return the column of a field, for a problem with it; empty where it has none."""
        return self.titles.get(name, "")


def _text(text: str, _unit: str | None, _notes: list[Text]) -> str:
    """Return a text with single blanks, cut to a sane length."""
    return " ".join(text.split())[:LONGEST_TEXT] if " " in text or len(text) > 60 else text


def _province(text: str, prefix: str | None, notes: list[Text]) -> str | None:
    """Return the code of a province; of a foreign tape the state under its prefix."""
    if prefix:
        return f"{prefix}{text.strip().upper()}"
    return cast_code(text, "province", notes)


CASTS: dict[str, Cast] = {
    "text": _text,
    "address": _text,
    "kept": _text,
    "code_text": cast_number_text,
    "id_number": cast_id_number,
    "phone": cast_phone,
    "account": cast_account,
    "vin": cast_vin,
    "plate": cast_plate,
    "yuan": cast_yuan,
    "rate": cast_rate,
    "count": cast_count,
    "province": _province,
}


def _cast_of(mapped: Mapped, unit: str | None) -> tuple[Cast, str | None]:
    """Return the rule of casting of a field, and what it is told beside the text."""
    kind, rule = mapped.field.kind, mapped.rule
    if kind == "day":
        return lambda text, form, notes: first_day(text, form or "auto"), rule.days
    if kind == "last_day":
        return lambda text, form, notes: last_day(text, form or "auto"), rule.days
    if kind == "code":
        return lambda text, codes, notes: cast_code(text, codes or "", notes), mapped.field.codes
    if kind == "province":
        return _province, rule.prefix
    if kind == "yuan":
        return cast_yuan, mapped.unit or unit
    if mapped.field.is_yearly_rate:
        return cast_yearly_rate, mapped.unit
    return CASTS[kind], mapped.unit


@dataclass(frozen=True, slots=True)
class _Cell:
    """How one field is read from a row."""

    name: str
    indexes: tuple[int, ...]
    titles: tuple[str, ...]
    cast: Cast
    told: str | None
    is_code: bool


class RowCaster:
    """Casts rows of one tape under one mapping."""

    def __init__(self, mapping: TapeMapping) -> None:
        self.cells = [
            _cell(one, mapping.unit) for one in mapping.mapped if one.field.kind != "kept"
        ]
        self.kept = [
            (column.index, column.name)
            for one in mapping.mapped
            if one.field.kind == "kept"
            for column in one.columns
        ]
        self.defaults = _defaults(mapping)
        self.titles = {cell.name: cell.titles[0] for cell in self.cells}

    def cast(self, number: int, cells: Sequence[str]) -> CastRow:
        """Return the values of row `number`; problems instead of exceptions."""
        row = CastRow(number, dict(self.defaults), titles=self.titles)
        notes: list[Text] = []
        values = row.values
        for cell in self.cells:
            for place, index in enumerate(cell.indexes):
                text = cells[index]
                if text and (text[0] <= " " or text[-1] <= " "):
                    text = stripped(text)
                if not text:
                    continue
                if text in BLANKS and not (cell.is_code and text in CODES_OF_NOTHING):
                    continue
                self._cast_cell(row, cell, text, place=place, notes=notes)
                break
        if self.kept:
            row.kept = _kept(self.kept, cells, row)
        if values.get("days_past_due") == 0:
            values.pop("overdue_since", None)
        return row

    def _cast_cell(
        self, row: CastRow, cell: _Cell, text: str, *, place: int, notes: list[Text]
    ) -> None:
        """Put the value of one cell into the row, or its problem."""
        try:
            if text[0] == "#" and _SHEET_ERROR.fullmatch(text):
                raise Unreadable(_("单元格是公式错误 {value}", value=text))
            value = cell.cast(text, cell.told, notes)
        except Unreadable as error:
            row.reject(error.message, cell.titles[place])
            return
        except (ValueError, ArithmeticError):
            # Whatever a rule did not foresee in a cell is a fault of the cell, not of the import.
            row.reject(_("“{value}”无法识别", value=shape(text)), cell.titles[place])
            return
        if value is not None:
            row.values[cell.name] = value
        if notes:
            for reason in notes:
                row.note(reason, cell.titles[place])
            notes.clear()


def _cell(mapped: Mapped, unit: str | None) -> _Cell:
    """Return how a mapped field is read."""
    cast, told = _cast_of(mapped, unit)
    return _Cell(
        name=mapped.field.name,
        indexes=tuple(column.index for column in mapped.columns),
        titles=tuple(column.title for column in mapped.columns),
        cast=cast,
        told=told,
        is_code=mapped.field.kind == "code",
    )


def _defaults(mapping: TapeMapping) -> Values:
    """Return the values that stand for columns the tape lacks.

    Raises:
        Unreadable: a default of the layout cannot be read.
    """
    layout = mapping.layout
    present = {one.field.name for one in mapping.mapped}
    values: Values = {}
    for name, text in layout.defaults.items():
        if name in present or name not in layout.fields or not text.strip():
            continue
        mapped = Mapped(layout.fields[name], (), layout.rules.get(name, Rule(())))
        cast, told = _cast_of(mapped, None)
        values[name] = cast(text, told, [])
    return {name: value for name, value in values.items() if value is not None}


SCORES = frozenset({"obligorCreditScore", "信用评分"})
SHARES = frozenset({"paymentToIncomePercentage"})


def _kept(columns: list[tuple[int, str]], cells: Sequence[str], row: CastRow) -> dict[str, str]:
    """Return application data as text: a score of 0 means none, a share above 1 is percent."""
    found: dict[str, str] = {}
    for index, name in columns:
        text = cells[index].strip()
        if text in BLANKS or name in found or (name in SCORES and text.strip("0.") == ""):
            continue
        found[name] = _share(text, name, row) if name in SHARES else text[:LONGEST_TEXT]
    return found


def _share(text: str, name: str, row: CastRow) -> str:
    """Return a share; one above 1 is an issuer's percent."""
    try:
        share = Decimal(text)
    except InvalidOperation:
        row.note(_("“{value}”不是数字，按原文保留", value=shape(text)), name)
        return text
    if share <= 1:
        return text
    row.note(_("“{value}”按百分数理解", value=text), name)
    return format((share / 100).normalize(), "f")


def totals_of(values: Mapping[str, object], totals: dict[str, Decimal]) -> None:
    """Add the amounts of a row to the running `totals` of the tape, by field."""
    for name in ("disbursed_amount", "principal", "billed_interest", "penalty_due", "costs_due"):
        amount = values.get(name)
        if isinstance(amount, Decimal):
            totals[name] = totals.get(name, Decimal(0)) + amount
