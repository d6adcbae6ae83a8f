"""The index of a delivery: which file is what, as a csv or xlsx with one line a file."""

from collections.abc import Mapping
from pathlib import Path

from recovery.evidence.intake.rules import folded
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.loans.tape.sources import open_sources

HEADS = {
    "file": ("文件名", "文件", "文件名称", "file", "filename", "filename.", "path"),
    "contract_no": ("合同编号", "合同号", "借款合同编号", "contract", "contractno", "contractno."),
    "kind": ("类型", "文件类型", "种类", "kind", "type"),
    "title": ("标题", "名称", "文件标题", "title"),
    "dated": ("日期", "文件日期", "签署日期", "date"),
    "pages": ("页数", "页码数", "pages"),
    "origin": ("来源", "origin", "source"),
}
"""Part of a line → what its column may be called."""

MOST_LINES = 20_000
LOOKED_AT = 10
"""Lines among which the heads stand."""


def read_index(path: Path) -> dict[str, dict[str, str]]:
    """Return file name as it compares → what the index says of it.

    Raises:
        RuleViolation: it has no columns of file names and contract numbers, names a file twice,
            or is too long.
    """
    for source in open_sources(path):
        columns: dict[str, int] = {}
        found: dict[str, dict[str, str]] = {}
        for number, line in enumerate(source.lines()):
            if not columns:
                columns = heads_of(line) if number < LOOKED_AT else {}
            elif len(found) >= MOST_LINES:
                raise RuleViolation(_("索引表最多 {most} 行。", most=MOST_LINES))
            else:
                _add(found, columns, line)
        if columns:
            return found
    raise RuleViolation(_("索引表须有“文件名”和“合同编号”两列。"))


def heads_of(line: object) -> dict[str, int]:
    """Return the column of each part where `line` is the line of heads; nothing elsewhere."""
    known = {folded(name): part for part, names in HEADS.items() for name in names}
    cells = [folded(str(cell)) for cell in line]  # type: ignore[attr-defined]
    columns = {known[cell]: at for at, cell in reversed(list(enumerate(cells))) if cell in known}
    return columns if {"file", "contract_no"} <= columns.keys() else {}


def _add(found: dict[str, dict[str, str]], columns: Mapping[str, int], line: object) -> None:
    """Take one line of the index; blank ones are left out."""
    cells = list(line)  # type: ignore[call-overload]
    told = {part: str(cells[at]).strip() for part, at in columns.items() if at < len(cells)}
    name = told.pop("file", "")
    if not name:
        return
    key = key_of(name)
    if key in found:
        raise RuleViolation(_("索引表中“{name}”出现了两次。", name=name))
    found[key] = {part: text for part, text in told.items() if text}


def key_of(name: str) -> str:
    """Return a file's path as the index and the delivery compare it."""
    return folded(name.replace("\\", "/").removeprefix("./"))


def line_of(index: Mapping[str, dict[str, str]], path: str) -> dict[str, str] | None:
    """Return what the index says of a file: by its path, else by its name alone."""
    return index.get(key_of(path)) or index.get(key_of(path.replace("\\", "/").rsplit("/", 1)[-1]))
