"""Finding the header of a table: title rows, merged group headers, units, duplicated names."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from recovery.loans.tape.sources import Range

SEARCHED = 30
"""Lines at the top of a table among which the header is looked for."""

UNITS = {
    "亿元": "yi",
    "万元": "wan",
    "千元": "qian",
    "元": "yuan",
    "人民币元": "yuan",
    "rmb": "yuan",
    "%": "percent",
    "百分比": "percent",
    "‰": "per_mille",
}
"""What stands in brackets after a header, or after 单位： in a title."""

_BRACKETS = re.compile(r"[(\[【（]([^()\[\]【】（）]*)[)\]】）]\s*$")
_UNIT_LINE = re.compile(r"单位\s*[:：]?\s*(亿元|万元|千元|人民币元|元)")
_DROPPED = re.compile(r"[\W_]+")
Spread = Callable[[list[str], list[str]], list[str]]
"""Given a group line and the leaves under it, the group over each column."""

_GROUP_TAILS = ("基本信息", "信息", "情况", "资料", "明细", "数据")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: place (from 0), header, the group headers above it, unit."""

    index: int
    name: str
    group: str = ""
    unit: str | None = None

    @property
    def title(self) -> str:
        """The header with its group, as a person finds it in the sheet."""
        return f"{self.group} / {self.name}" if self.group else self.name

    @property
    def keys(self) -> tuple[str, ...]:
        """What layouts may call this column, most exact first."""
        leaf = key_of(self.name)
        groups = [key_of(part) for part in self.group.split(" / ")] if self.group else []
        bare = [group.removesuffix(tail) for group in groups for tail in _tail(group)]
        joined = [group + leaf for group in dict.fromkeys(bare + groups)]
        return tuple(dict.fromkeys([*joined, leaf]))


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header ends (line from 0), its columns, and the unit of amounts in the title."""

    line: int
    columns: tuple[Column, ...]
    unit: str | None
    score: int
    """Columns that a layout knows."""


def _tail(group: str) -> list[str]:
    """Return the ending of a group header that says nothing (信息 …)."""
    return [tail for tail in _GROUP_TAILS if group.endswith(tail)][:1]


def key_of(header: str) -> str:
    """Return a header as compared: narrow, small letters, no unit, blank or punctuation."""
    narrow = unicodedata.normalize("NFKC", header).lower()
    found = _BRACKETS.search(narrow)
    if found and found.start() and unit_of(narrow):
        narrow = narrow[: found.start()]
    return _DROPPED.sub("", narrow) or narrow.strip()


def unit_of(header: str) -> str | None:
    """Return the unit that stands in brackets after a header; None when it says none."""
    found = _BRACKETS.search(unicodedata.normalize("NFKC", header).strip())
    inside = found.group(1).strip().lower().removeprefix("单位").lstrip(":： ") if found else ""
    return UNITS.get(inside)


def find_header(
    lines: Sequence[Sequence[str]], merged: Sequence[Range], knows: Callable[[Column], bool]
) -> Header | None:
    """Return the header among the first lines of a table; None when nothing looks like one.

    The line with most known columns is the last of the header; where none is known, the first
    line of at least two texts and no number, followed by another line.
    """
    filled = _unmerge(lines, merged)
    spread = _as_it_stands if merged else _spread
    candidates = [_header(filled, number, knows, spread) for number in range(len(filled))]
    known = _best(candidates)
    if known is not None:
        return known
    widest = max((len(one.columns) for one in candidates), default=0)
    return next((one for one in candidates if _plausible(one, filled, widest)), None)


def _best(candidates: list[Header]) -> Header | None:
    """Return the header with most known columns; of neighbours that tie, the lowest.

    Cells merged downwards make the lines of one header tie; a header repeated on the next
    printed page ties too, but is no neighbour.
    """
    first = max(candidates, key=lambda one: one.score, default=None)
    if first is None or first.score == 0:
        return None
    best = first
    for one in candidates[first.line + 1 :]:
        if one.score < best.score:
            break
        best = one
    return best


def _plausible(header: Header, lines: list[list[str]], widest: int) -> bool:
    """Return whether a line that no layout knows can be a header all the same."""
    texts = [cell for cell in lines[header.line] if cell.strip()]
    return (
        len(set(texts)) >= max(2, widest // 2)
        and header.line + 1 < len(lines)
        and not any(_DROPPED.sub("", text).isdecimal() for text in texts)
    )


def _unmerge(lines: Sequence[Sequence[str]], merged: Sequence[Range]) -> list[list[str]]:
    """Return the lines with the text of merged cells in each of their places."""
    width = max((len(line) for line in lines), default=0)
    filled = [[*line, *[""] * (width - len(line))] for line in lines]
    for top, left, bottom, right in merged:
        if top >= len(filled) or left >= width:
            continue
        for line in filled[top : bottom + 1]:
            line[left : right + 1] = [filled[top][left]] * len(line[left : right + 1])
    return filled


def _header(
    lines: list[list[str]], number: int, knows: Callable[[Column], bool], spread: Spread
) -> Header:
    """Return the header that would end with line `number`."""
    above, unit = _groups(lines, number, spread)
    columns = tuple(
        Column(index, " ".join(text.split()), _path(above, index, text), unit_of(text))
        for index, text in enumerate(lines[number])
        if text.strip()
    )
    return Header(number, columns, unit, sum(knows(column) for column in columns))


def _groups(
    lines: list[list[str]], number: int, spread: Spread
) -> tuple[list[list[str]], str | None]:
    """Return the lines of group headers over line `number`, and the unit a title names."""
    groups: list[list[str]] = []
    unit = None
    for line in reversed(lines[:number]):
        texts = {cell.strip() for cell in line if cell.strip()}
        found = next((match for text in texts if (match := _UNIT_LINE.search(text))), None)
        unit = unit or (UNITS[found.group(1)] if found else None)
        if len(texts) < 2 or found:
            continue
        groups.insert(0, spread(line, lines[number]))
    return groups[-2:], unit


def _as_it_stands(line: list[str], leaves: list[str]) -> list[str]:
    """Return a group line whose cells are merged over the columns they stand for."""
    return line


def _spread(line: list[str], leaves: list[str]) -> list[str]:
    """Return a group line of a csv, where a group stands over its first column alone."""
    spread, last = [], ""
    for place, cell in enumerate(line):
        last = cell.strip() or (last if leaves[place].strip() else "")
        spread.append(last)
    return spread


def _path(above: list[list[str]], index: int, leaf: str) -> str:
    """Return the group headers over a column, joined, without repeating the leaf."""
    parts = [" ".join(line[index].split()) for line in above]
    return " / ".join(part for part in dict.fromkeys(parts) if part and part != leaf.strip())
