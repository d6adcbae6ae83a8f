"""Staging of a delivery: each file kept, read by rule or index, judged against the loan."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from recovery.evidence.intake.index_sheet import line_of
from recovery.evidence.intake.judging import judge
from recovery.evidence.intake.models import IntakeBatch, IntakeRow
from recovery.evidence.intake.receiving import Incoming, Received, Refused
from recovery.evidence.intake.rules import (
    DEFAULT_RULE,
    KIND_ALIASES,
    ORIGIN_ALIASES,
    NamingRule,
    code_named,
    naming_rule,
    seen_only,
)
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.gate import Actor
from recovery.kernel.job_rows import pack_text
from recovery.kernel.text import Text, _
from recovery.kernel.work import Work
from recovery.loans.documents import ORIGINS, store
from recovery.loans.labels import DOCUMENT_KINDS
from recovery.web.reading import Unreadable, read_count, read_day

A_WORK = 500
"""Files staged by one unit of work."""

ORIGIN_LABELS = {code: code for code in ORIGINS}


@dataclass(frozen=True, slots=True)
class Reading:
    """How the names of a delivery are read: by a rule, or by an index where there is one."""

    rule: NamingRule
    index: Mapping[str, dict[str, str]] = field(default_factory=dict)
    contract_no: str = ""
    """Loan of all files that neither names: intake from a loan's own page."""

    kind: str = ""

    def told(self, path: str) -> dict[str, str] | None:
        """Return what is said of the file at `path`; None for nothing."""
        if self.index:
            return line_of(self.index, path)
        name = path.replace("\\", "/").rsplit("/", 1)[-1]
        found = self.rule.read(name)
        if found is None and self.contract_no:
            return {"contract_no": self.contract_no, "kind": self.kind or "other", "title": name}
        return found


def rule_or_refusal(text: str) -> NamingRule:
    """Return the naming rule that a person wrote.

    Raises:
        RuleViolation: it cannot tell which loan a file belongs to.
    """
    rule = naming_rule(text or DEFAULT_RULE)
    if rule is None:
        raise RuleViolation(
            _(
                "命名规则须含“合同编号”，每个部分只出现一次，之间用符号隔开，例如 {rule}。",
                rule=DEFAULT_RULE,
            )
        )
    return rule


def start_batch(work: Work, source: str, rule: NamingRule) -> IntakeBatch:
    """Begin a delivery; its files follow."""
    return work.add(
        IntakeBatch(
            source=source,
            rule=rule.text,
            state="staged",
            created_at=work.now,
            created_by_id=work.actor.id,
            created_by=work.actor.name,
        )
    )


def find_batch(session: Session, batch_id: int, actor: Actor) -> IntakeBatch:
    """Return a delivery of the actor's own.

    Raises:
        NotFound: there is none, or somebody else made it.
    """
    batch = session.get(IntakeBatch, batch_id)
    mine = batch is not None and batch.created_by_id == actor.id
    if batch is None or not (mine or actor.scope.everything):
        raise NotFound(_("没有这次收录，或您无权查看。"))
    return batch


def prepare(reading: Reading, files: Iterable[Received]) -> list[IntakeRow]:
    """Keep the files of a delivery and say of each what it is, before the business transaction."""
    return [_prepare_one(reading, one) for one in files]


def add_rows(work: Work, batch: IntakeBatch, rows: Iterable[IntakeRow]) -> None:
    """Add prepared files to a delivery (`in_parts`) and judge each against its loan.

    Raises:
        RuleViolation: it is being applied, or was.
    """
    if batch.state != "staged":
        raise RuleViolation(_("这次收录已经开始入库，不能再添加文件。"))
    added = list(rows)
    for row in added:
        row.batch_id = batch.id
    work.session.add_all(added)
    work.session.flush()
    judge(work.session, [row for row in added if row.problem is None], work.actor.scope)


def in_parts(rows: Sequence[IntakeRow]) -> Iterator[Sequence[IntakeRow]]:
    """Yield prepared files as many at a time as one unit of work takes."""
    return (rows[start : start + A_WORK] for start in range(0, len(rows), A_WORK))


def _prepare_one(reading: Reading, one: Received) -> IntakeRow:
    """Keep one file and return its row."""
    told = reading.told(one.path) or {}
    row = IntakeRow(
        file_name=one.name,
        sha256=None,
        size=0,
        media_type="",
        contract_no=told.get("contract_no", ""),
        loan_id=None,
        kind=code_named(told.get("kind", ""), _kind_labels(), KIND_ALIASES) or "",
        title=seen_only(told.get("title", ""))[:200],
        dated=None,
        pages=None,
        origin=code_named(told.get("origin", ""), ORIGIN_LABELS, ORIGIN_ALIASES) or "scanned",
        supersedes_id=None,
        state="ready",
        problem=None,
        note=None,
        document_id=None,
    )
    refusal = one.reason if isinstance(one, Refused) else _keep(row, one)
    refusal = refusal or _read_values(row, told)
    if refusal is not None:
        row.state, row.problem = "refused", pack_text(refusal)
    return row


def _kind_labels() -> dict[str, str]:
    return {code: label.key for code, label in DOCUMENT_KINDS.items()}


def _read_values(row: IntakeRow, told: Mapping[str, str]) -> Text | None:
    """Read day and pages; return what cannot be read."""
    try:
        row.dated = read_day(told["dated"]) if told.get("dated") else None
        row.pages = read_count(told["pages"]) if told.get("pages") else None
    except Unreadable as error:
        return _("索引表：{why}", why=str(error))
    return None


def _keep(row: IntakeRow, one: Incoming) -> Text | str | None:
    """Put the bytes into the store; return why they are not taken."""
    try:
        kept = store().keep(one.stream, one.name)
    except RuleViolation as error:
        return error.message
    row.sha256, row.size, row.media_type = kept.sha256, kept.size, kept.media_type
    return None


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person says of a file whose name says it wrongly or not at all."""

    contract_no: str
    kind: str
    title: str
    origin: str
    dated: date | None = None
    is_new_version: bool = True


def correct(work: Work, row: IntakeRow, said: Correction) -> None:
    """Take over what a person says of a row, and judge it anew."""
    values: dict[str, Any] = {
        "contract_no": said.contract_no,
        "kind": said.kind,
        "title": said.title,
        "origin": said.origin,
        "dated": said.dated,
    }
    for name, value in values.items():
        setattr(row, name, value)
    judge(work.session, [row], work.actor.scope)
    if not said.is_new_version:
        row.supersedes_id = None
