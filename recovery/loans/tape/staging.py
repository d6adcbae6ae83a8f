"""Staging: the rows of a tape put into the database, sealed, before anything is applied.

A tape carries personal data, so the file itself is kept nowhere: what is needed later (mapping,
preview, rejects) is read from the staged rows.
"""

import dataclasses
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from recovery.kernel.bulk import insert_rows
from recovery.kernel.crypto import Keyring, context, keyring
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.loans.models import ImportBatch, StagedRow, TapeLayout
from recovery.loans.tape.headers import Column
from recovery.loans.tape.identities import cast_number_text
from recovery.loans.tape.layouts import (
    Layout,
    TapeMapping,
    apply_layout,
    best_layout,
    definition_of,
    from_definition,
    known_to_any,
    shipped,
)
from recovery.loans.tape.reading import Row, Tape, digest_of, open_tape
from recovery.loans.tape.sources import Number
from recovery.loans.tape.units import settle_rates
from recovery.web.reading import Unreadable

Opener = Callable[[], AbstractContextManager[Work]]
"""Opens a unit of work: of a request, a job or a command."""

LOANS, PAYMENTS = "loans", "payments"
PAYMENTS_FORM = "abs-ee-payments"
STAGED_AT_ONCE = 4000
"""Rows per unit of work: well under half a second of the writer."""

BETWEEN = "\x1f"
NUMBER = "\x01"


@dataclass(frozen=True, slots=True)
class Upload:
    """What is given for import: files, the name of the first as the person knows it, settings.

    `layout`: name of the layout to read with; None: the one that knows most columns.
    """

    path: Path
    file_name: str
    payments: Path | None = None
    layout: str | None = None
    as_of: date | None = None
    branch_id: int | None = None


def all_layouts(session: Session) -> dict[str, Layout]:
    """Return every layout by name: the lenders' own, then those that come with the program."""
    own = {
        row.name: from_definition(row.name, row.definition)
        for row in session.scalars(select(TapeLayout).order_by(TapeLayout.name))
    }
    return own | {name: one for name, one in shipped().items() if name not in own}


def find_layout(session: Session, name: str) -> Layout:
    """Return the layout called `name`.

    Raises:
        RuleViolation: there is none; the sentence lists those that exist.
    """
    layouts = all_layouts(session)
    if name not in layouts:
        raise RuleViolation(
            _("没有名为“{name}”的版式；现有：{names}", name=name, names="、".join(layouts))
        )
    return layouts[name]


def open_with_layout(session: Session, path: Path, name: str | None) -> tuple[Tape, Layout]:
    """Return the tape at `path` and the layout to read it with.

    Raises:
        RuleViolation: the file holds no table, or there is no such layout.
    """
    layouts = all_layouts(session)
    candidates = [find_layout(session, name)] if name else list(layouts.values())
    tape = open_tape(path, known_to_any(candidates))
    return tape, settle_rates(best_layout(candidates, tape.columns), tape)


def stage(opener: Opener, session: Session, upload: Upload) -> int:
    """Stage the files of `upload` and return the number of their batch.

    Raises:
        RuleViolation: a file cannot be read, or the payments file is none.
    """
    tape, layout = open_with_layout(session, upload.path, upload.layout)
    if layout.form == PAYMENTS_FORM:
        raise RuleViolation(_("这是逐月还款文件；请与贷款文件一起导入。"))
    parts = [(LOANS, tape, layout, upload.file_name)]
    if upload.payments is not None:
        paid, of_payments = open_with_layout(session, upload.payments, PAYMENTS_FORM)
        if layout.form != "abs-ee":
            raise RuleViolation(_("逐月还款文件只能与 ABS-EE 贷款文件一起导入。"))
        parts.append((PAYMENTS, paid, of_payments, upload.payments.name))
    batch_id = _begin(opener, upload, parts)
    for part, one, read_with, _name in parts:
        _stage_part(opener, batch_id, part, tape=one, layout=read_with)
    _finish(opener, batch_id)
    return batch_id


Parts = Sequence[tuple[str, Tape, Layout, str]]


def _begin(opener: Opener, upload: Upload, parts: Parts) -> int:
    """Write the batch, still being staged."""
    with opener() as work:
        batch = ImportBatch(
            file_name=upload.file_name,
            sha256=digest_of(upload.path),
            layout=parts[0][2].name,
            state="staging",
            branch_id=upload.branch_id,
            row_count=0,
            accepted_count=0,
            rejected_count=0,
            created_count=0,
            updated_count=0,
            unchanged_count=0,
            control_totals={},
            source={part: _source(tape, name) for part, tape, _layout, name in parts},
            definition={
                part: {"name": layout.name, **definition_of(layout)}
                for part, _tape, layout, _name in parts
            },
            as_of=upload.as_of,
            created_at=work.now,
            created_by_id=work.actor.id,
        )
        return work.add(batch).id


def _source(tape: Tape, name: str) -> dict[str, Any]:
    """Return what was read, as the batch keeps it."""
    return {
        "name": name,
        "sha256": digest_of(tape.path),
        "form": tape.source.form,
        "encoding": tape.source.encoding,
        "delimiter": tape.source.delimiter,
        "sheet": tape.source.sheet,
        "other_sheets": list(tape.other_sheets),
        "unit": tape.unit,
        "header_line": tape.header_line,
        "columns": [dataclasses.asdict(column) for column in tape.columns],
    }


def _stage_part(opener: Opener, batch_id: int, part: str, *, tape: Tape, layout: Layout) -> None:
    """Stage every row of one file."""
    mapping = apply_layout(layout, tape.columns, tape.unit)
    places = contract_places(mapping)
    rows = tape.rows()
    while chunk := list(itertools.islice(rows, STAGED_AT_ONCE)):
        sealed = list(_sealed_rows(batch_id, part, chunk, places))
        with opener() as work:
            insert_rows(work.session, StagedRow, sealed)


def contract_places(mapping: TapeMapping) -> tuple[int, ...]:
    """Return the columns that hold contract numbers; empty when none is mapped."""
    return next(
        (
            tuple(column.index for column in one.columns)
            for one in mapping.mapped
            if one.field.name == "contract_no"
        ),
        (),
    )


def _sealed_rows(
    batch_id: int, part: str, rows: Iterable[Row], places: Sequence[int]
) -> Iterator[dict[str, Any]]:
    """Yield rows as they are staged."""
    keys = keyring()
    for row in rows:
        yield {
            "batch_id": batch_id,
            "part": part,
            "row_number": row.number,
            "contract_no": contract_of(row.cells, places),
            "data_sealed": keys.seal(packed(row.cells), _context(batch_id, part, row.number)),
            "state": "pending",
            "outcome": None,
            "reason": None,
        }


def contract_of(cells: Sequence[str], places: Sequence[int]) -> str | None:
    """Return the contract number of a row; None when it has none that can be read."""
    for place in places:
        text = cells[place].strip()
        if text:
            try:
                return cast_number_text(text, None, [])
            except Unreadable:
                return None
    return None


def _context(batch_id: int, part: str, number: int) -> bytes:
    """Return what binds a sealed row to its place."""
    return context("staged_row", "data", f"{batch_id}/{part}/{number}".encode())


def packed(cells: Sequence[str]) -> str:
    """Return the cells of a row as one text; numbers of a workbook stay marked."""
    return BETWEEN.join(
        NUMBER + cell if type(cell) is Number else cell.replace(BETWEEN, " ") for cell in cells
    )


def unpacked(text: str) -> list[str]:
    """Return the cells that `packed` joined."""
    cells = text.split(BETWEEN)
    if NUMBER in text:
        return [Number(cell[1:]) if cell[:1] == NUMBER else cell for cell in cells]
    return cells


def cells_of(row: StagedRow | Any, keys: Keyring) -> list[str]:
    """Return the cells of a staged row."""
    return unpacked(keys.open(row.data_sealed, _context(row.batch_id, row.part, row.row_number)))


def _finish(opener: Opener, batch_id: int) -> None:
    """Say that every row is staged."""
    with opener() as work:
        batch = work.session.get_one(ImportBatch, batch_id)
        own = (StagedRow.batch_id == batch_id, StagedRow.part == LOANS)
        counts = select(func.count()).select_from(StagedRow).where(*own)
        batch.row_count = work.session.scalar(counts) or 0
        batch.state = "staged"


def columns_of(batch: ImportBatch, part: str) -> tuple[Column, ...]:
    """Return the columns of a staged file."""
    return tuple(Column(**column) for column in batch.source[part]["columns"])


def mapping_of(batch: ImportBatch, part: str) -> TapeMapping:
    """Return how the batch's layout reads the columns of one of its files.

    Raises:
        RuleViolation: no layout has been chosen.
    """
    definition = (batch.definition or {}).get(part)
    if definition is None:
        raise RuleViolation(_("还没有确定列对应关系。"))
    layout = from_definition(definition["name"], definition)
    return apply_layout(layout, columns_of(batch, part), batch.source[part]["unit"])
