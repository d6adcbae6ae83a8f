"""What the pages of an import show: columns with samples, rows with their problems, figures."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.kernel.crypto import keyring
from recovery.kernel.gate import Actor
from recovery.kernel.text import Text, _
from recovery.loans.models import ImportBatch, StagedRow
from recovery.loans.tape.amounts import RATE_UNITS, YUAN_UNITS
from recovery.loans.tape.casting import CastRow, RowCaster
from recovery.loans.tape.checking import decider_of
from recovery.loans.tape.comparing import labels
from recovery.loans.tape.days import FORMS
from recovery.loans.tape.deciding import Pending
from recovery.loans.tape.fields import GROUPS, Field
from recovery.loans.tape.layouts import Layout, TapeMapping
from recovery.loans.tape.rejects import unpacked_problem
from recovery.loans.tape.shapes import shape
from recovery.loans.tape.staged import COLUMNS
from recovery.loans.tape.staging import LOANS, cells_of, columns_of, mapping_of
from recovery.web.display import UNKNOWN, yuan
from recovery.web.worklist import Badge

SAMPLED = 200
"""Rows looked at for samples."""

PREVIEWED = 30

PROBLEMS = 100
"""Problems that a page lists; the rejects file has them all."""

STATES = {
    "staging": Badge(_("正在读入"), "progress"),
    "staged": Badge(_("待导入"), "waiting"),
    "applying": Badge(_("正在导入"), "progress"),
    "applied": Badge(_("已导入"), "good"),
    "differs": Badge(_("控制合计不符"), "danger"),
    "cancelled": Badge(_("已取消"), "neutral"),
}

OUTCOMES = {
    "created": _("新建"),
    "updated": _("更新"),
    "unchanged": _("无变化"),
    "rejected": _("拒绝"),
}

SUMS = {
    "disbursed_amount": _("放款金额"),
    "principal": _("剩余本金"),
    "billed_interest": _("欠息"),
    "penalty_due": _("罚息"),
    "costs_due": _("费用"),
}

HEADS = {
    "created": _("新建笔数"),
    "created.disbursed_amount": _("新建贷款的放款金额"),
    "created.principal": _("新建贷款的本金"),
    "updated.principal": _("更新贷款的本金变动"),
    "rows": _("行数"),
}


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column of the mapping page: what it holds, and what is chosen for it."""

    index: int
    title: str
    samples: Sequence[str]
    field: str
    unit: str
    days: str


def sample_rows(session: Session, batch_id: int, limit: int) -> list[tuple[int, list[str]]]:
    """Return the first rows of a batch: number and cells."""
    rows = session.execute(
        select(*COLUMNS)
        .where(StagedRow.batch_id == batch_id, StagedRow.part == LOANS)
        .order_by(StagedRow.id)
        .limit(limit)
    )
    keys = keyring()
    return [(row.row_number, cells_of(row, keys)) for row in rows]


def column_choices(session: Session, batch: ImportBatch) -> list[ColumnChoice]:
    """Return the columns of a batch with samples and the present choice."""
    mapping = mapping_of(batch, LOANS)
    chosen = {column.index: one for one in mapping.mapped for column in one.columns}
    rows = [cells for _number, cells in sample_rows(session, batch.id, SAMPLED)]
    choices = []
    for column in columns_of(batch, LOANS):
        mapped = chosen.get(column.index)
        unit = (mapped.rule.unit or "") if mapped else ""
        choices.append(
            ColumnChoice(
                column.index,
                column.title,
                samples_of(rows, column.index, mapped.field if mapped else None),
                mapped.field.name if mapped else "",
                unit,
                mapped.rule.days if mapped else "auto",
            )
        )
    return choices


def samples_of(rows: Sequence[Sequence[str]], index: int, field: Field | None) -> list[str]:
    """Return up to three different values of a column, personal data in their shape alone."""
    found: list[str] = []
    for cells in rows:
        text = cells[index].strip() if index < len(cells) else ""
        text = masked(text, field)
        if text and text not in found:
            found.append(text)
        if len(found) == 3:
            break
    return found


def masked(text: str, field: Field | None) -> str:
    """Return a value as pages show it: long numbers starred, addresses cut."""
    if field is not None and field.kind == "address" and len(text) > 6:
        return f"{text[:6]}…"
    return shape(text)


def field_groups(layout: Layout) -> list[tuple[Text, list[tuple[str, Text]]]]:
    """Return the fields that a column can be mapped to, by group."""
    groups: dict[str, list[tuple[str, Text]]] = {name: [] for name in GROUPS}
    for field in layout.fields.values():
        groups[field.group].append((field.name, field.label))
    return [(GROUPS[name], pairs) for name, pairs in groups.items() if pairs]


def unit_choices() -> list[tuple[str, Text]]:
    """Return the units that a column can be in."""
    units = {**YUAN_UNITS, **{name: label for name, label in RATE_UNITS.items() if name != "auto"}}
    return [("", _("按表头")), *units.items()]


def day_choices() -> list[tuple[str, Text]]:
    """Return the forms of days that a column can have."""
    return list(FORMS.items())


@dataclass(frozen=True, slots=True)
class PreviewCell:
    """A cell of the preview: text as it stands, value as read, and the problem with it."""

    text: str
    value: str
    problems: Sequence[tuple[Text, bool]]
    """What is wrong with it, and whether that rejects the row."""


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A row of the preview, and what is wrong with it as a whole."""

    number: int
    cells: Sequence[PreviewCell]
    problems: Sequence[Text]
    is_rejected: bool


def preview(
    session: Session, batch: ImportBatch, *, actor: Actor, today: date
) -> tuple[TapeMapping, list[PreviewRow]]:
    """Return the mapping and the first rows as the import would decide them."""
    mapping = mapping_of(batch, LOANS)
    caster = RowCaster(mapping)
    rows = sample_rows(session, batch.id, PREVIEWED)
    pending = [Pending(None, caster.cast(number, cells)) for number, cells in rows]
    decider_of(session, batch, mapping, actor=actor, today=today).decide(session, pending)
    return mapping, [
        _preview_row(mapping, one.row, cells)
        for one, (_number, cells) in zip(pending, rows, strict=True)
    ]


def _preview_row(mapping: TapeMapping, row: CastRow, cells: Sequence[str]) -> PreviewRow:
    """Return one row of the preview."""
    by_column: dict[str, list[tuple[Text, bool]]] = defaultdict(list)
    for problem in row.problems:
        by_column[problem.column].append((problem.reason, problem.rejects))
    shown = []
    for one in mapping.mapped:
        column = one.columns[0]
        problems = [told for each in one.columns for told in by_column.pop(each.title, ())]
        value = row.values.get(one.field.name) if one.field.kind != "kept" else None
        shown.append(
            PreviewCell(
                masked(cells[column.index].strip(), one.field),
                shown_value(value, one.field),
                problems,
            )
        )
    whole = [reason for left in by_column.values() for reason, _rejects in left]
    return PreviewRow(row.number, shown, whole, row.is_rejected)


def shown_value(value: object, field: Field) -> str:
    """Return a value as read, as a page shows it."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return yuan(value) if field.kind == "yuan" else f"{(value * 100).normalize():f}%"
    if isinstance(value, date):
        return value.isoformat()
    return masked(str(value), field)


def outcome_figures(counts: Mapping[str, int]) -> list[tuple[Text, str]]:
    """Return the counts of a run with their labels."""
    return [(label, f"{counts.get(name, 0):,}") for name, label in OUTCOMES.items()]


def counts_of(batch: ImportBatch) -> dict[str, int]:
    """Return the counts of an import."""
    return {
        "created": batch.created_count,
        "updated": batch.updated_count,
        "unchanged": batch.unchanged_count,
        "rejected": batch.rejected_count,
    }


def purged_of(batch: ImportBatch) -> dict[str, Any] | None:
    """Return how many staged rows of a batch were removed, and when; None: they are all there."""
    totals = batch.control_totals
    if "purged_on" not in totals:
        return None
    return {"rows": totals["purged_rows"], "on": totals["purged_on"]}


def sum_rows(sums: Mapping[str, str]) -> list[tuple[Text, Decimal]]:
    """Return the amounts that accepted rows state, with their labels."""
    return [(label, Decimal(sums[name])) for name, label in SUMS.items() if name in sums]


def field_rows(fields: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return in how many loans each field differs, by label."""
    pairs = labels({name: (None, str(count)) for name, count in fields.items()})
    named = [(MONTH_END if name == "month_end" else name, change[1]) for name, change in pairs]
    return [(str(name), int(count or 0)) for name, count in named]


MONTH_END = _("月末余额")


def example_rows(examples: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str, str]]:
    """Return differences as contract number, field, before, after."""
    found = []
    for one in examples:
        changes = {name: (pair[0], pair[1]) for name, pair in one["changes"].items()}
        for label, (before, after) in labels(changes):
            found.append((one["contract_no"], label, before or UNKNOWN, after or UNKNOWN))
    return found[:PREVIEWED]


def problem_rows(problems: Sequence[Mapping[str, Any]]) -> list[tuple[Text, Badge]]:
    """Return problems as sentences, and whether they reject their row."""
    rejecting, noted = Badge(_("拒绝"), "danger"), Badge(_("提示"), "warning")
    return [
        (unpacked_problem(dict(one)).sentence, rejecting if one["rejects"] else noted)
        for one in problems[:PROBLEMS]
    ]


def total_rows(batch: ImportBatch) -> list[tuple[Text, str, str, bool]]:
    """Return the control totals: head, of the file, of the book, whether they agree."""
    totals = batch.control_totals
    expected, found = totals.get("expected", {}), totals.get("found", {})
    wrong = totals.get("differs", [])
    rows = [
        (
            HEADS[name],
            yuan(Decimal(expected.get(name, "0.00"))),
            yuan(Decimal(found[name]) if name in found else None),
            name not in wrong,
        )
        for name in ("created.disbursed_amount", "created.principal", "updated.principal")
    ]
    count = f"{int(Decimal(found['created'])):,}" if "created" in found else UNKNOWN
    return [(HEADS["created"], f"{batch.created_count:,}", count, "created" not in wrong), *rows]
