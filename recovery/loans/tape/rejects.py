"""The file of rejected rows: the original columns, as they came, and why each was refused."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.kernel.crypto import keyring
from recovery.kernel.job_rows import unpack_text
from recovery.kernel.text import Text, _
from recovery.loans.models import ImportBatch, StagedRow
from recovery.loans.tape.casting import Problem
from recovery.loans.tape.headers import Column
from recovery.loans.tape.staged import COLUMNS
from recovery.loans.tape.staging import cells_of, columns_of

ROW, REASON, DOUBT = _("行号"), _("拒绝原因"), _("另有疑点")
AT_ONCE = 2000


class RejectsFile:
    """Writes rejected rows as csv (UTF-8 with its mark, so that spreadsheets read it)."""

    def __init__(self, file: IO[str], columns: Sequence[Column]) -> None:
        self.writer = csv.writer(file)
        self.places = [column.index for column in columns]
        file.write("\ufeff")
        told = (str(ROW), str(REASON), str(DOUBT))
        self.writer.writerow([*(column.name for column in columns), *told])

    def write(self, number: int, cells: Sequence[str], problems: Sequence[Problem]) -> None:
        """Write one row with its number in the file, why it was refused, and what is doubtful."""
        own = [cells[place] if place < len(cells) else "" for place in self.places]
        self.writer.writerow([*own, number, reasons(problems), doubts(problems)])


def reasons(problems: Iterable[Problem]) -> str:
    """Return why a row was refused, as one text."""
    return _joined(one for one in problems if one.rejects)


def doubts(problems: Iterable[Problem]) -> str:
    """Return what is doubtful about a row beside why it was refused, as one text."""
    return _joined(one for one in problems if not one.rejects)


def _joined(problems: Iterable[Problem]) -> str:
    return "；".join(str(one.sentence).rstrip("。.") for one in problems)


def stored_problems(reason: str | None) -> list[Problem]:
    """Return the problems that a staged row keeps."""
    kept: dict[str, Any] = json.loads(reason) if reason else {}
    return [unpacked_problem(one) for one in kept.get("problems", [])]


def unpacked_problem(packed: dict[str, Any]) -> Problem:
    """Return a problem that was packed as JSON."""
    text = unpack_text(packed["reason"])
    reason = text if isinstance(text, Text) else Text(text)
    return Problem(
        packed.get("row", 0), packed.get("column", ""), reason, packed.get("rejects", True)
    )


def rejected_rows(session: Session, batch: ImportBatch, part: str) -> Iterator[StagedRow | Any]:
    """Yield the rejected rows of one file of a batch, in order."""
    after = 0
    while rows := session.execute(
        select(*COLUMNS, StagedRow.reason)
        .where(
            StagedRow.batch_id == batch.id,
            StagedRow.state == "rejected",
            StagedRow.part == part,
            StagedRow.id > after,
        )
        .order_by(StagedRow.id)
        .limit(AT_ONCE)
    ).all():
        yield from rows
        after = rows[-1].id


def write_rejects(session: Session, batch: ImportBatch, part: str, file: IO[str]) -> int:
    """Write the rejected rows of one file of a batch; return how many."""
    rejects = RejectsFile(file, columns_of(batch, part))
    keys, count = keyring(), 0
    for row in rejected_rows(session, batch, part):
        problems = stored_problems(row.reason)
        told = [Problem(row.row_number, one.column, one.reason, one.rejects) for one in problems]
        rejects.write(row.row_number, cells_of(row, keys), told)
        count += 1
    return count


def has_rejects(session: Session, batch: ImportBatch, part: str) -> bool:
    """Return whether any row of one file of a batch was refused."""
    return next(rejected_rows(session, batch, part), None) is not None
