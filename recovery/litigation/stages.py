"""Stages of a file: the step from one to the next, and the clocks that begin or rest with it."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from recovery.kernel.actions import Action
from recovery.kernel.errors import RuleViolation
from recovery.kernel.search_index import index_many
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.law.courts import places_of
from recovery.litigation import deadlines, figures
from recovery.litigation.models import LitigationFile, StageChange
from recovery.litigation.rules import CLOSING, LOAN_STAGE, PERFORMED_BY, UNFILED, check_step
from recovery.litigation.service import limitation, note_step, search_entry
from recovery.loans.models import Loan
from recovery.rulebook.service import current_book


@dataclass(frozen=True, slots=True)
class Step:
    """A step to another stage, as entered."""

    stage: str
    happened_on: date
    reason: str | None = None
    case_number: str | None = None
    performed_until: date | None = None
    """Last day of the period to perform that the judgment or mediation set; None: it set none."""


def change_stage(work: Work, file_id: int, version: int, step: Step) -> LitigationFile:
    """Move a file to another stage; the periods that begin with it start running.

    Raises:
        NotFound, Conflict: absent or hidden; changed since the form was shown.
        RuleViolation: the step is impossible, in the future, or unusual and without a reason.
    """
    file = work.get_version(LitigationFile, file_id, version)
    check_step(file.stage, step.stage, step.reason)
    if step.happened_on > work.today:
        raise RuleViolation(_("发生日期不能晚于今天。"))
    _check_day(work, file, step)
    before, file.stage = file.stage, step.stage
    if step.case_number:
        file.case_number = step.case_number.strip()
    if step.stage in CLOSING:
        file.closed_on = step.happened_on
    note_step(work, file, before, (step.happened_on, step.reason))
    loan = work.get(Loan, file.loan_id)
    _run_clocks(work, file, loan, step)
    loan.stage = LOAN_STAGE[step.stage]
    work.record(Action.CHANGE_STAGE, file, stage=(before, step.stage))
    work.register(
        "event",
        file,
        loan_id=loan.id,
        fields={
            "event": Action.CHANGE_STAGE.value,
            "contract_no": loan.contract_no,
            "file": file.number,
            "from": before,
            "to": step.stage,
            "happened_on": step.happened_on.isoformat(),
            "performed_until": step.performed_until.isoformat() if step.performed_until else "",
        },
    )
    index_many(work.session, [search_entry(file)])
    return file


def _run_clocks(work: Work, file: LitigationFile, loan: Loan, step: Step) -> None:
    """Start the periods that begin with a step, and let limitation rest while the suit is on."""
    book = current_book().at(*places_of(file.court))
    for clock in figures.CLOCKS.get(step.stage, ()):
        deadlines.start(work, file, figures.due(book, clock, step.happened_on, work.today))
    if step.stage in PERFORMED_BY:
        until = step.performed_until
        deadlines.start(work, file, figures.enforcement(book, step.happened_on, until, work.today))
    if step.stage == "enforcing":
        deadlines.meet(work, file, {figures.PERFORMED.rule, figures.EFFECTIVE.rule})
    deadlines.drop(work, file, figures.OVER.get(step.stage, ()))
    if step.stage not in UNFILED:
        deadlines.interrupt(work, file, step.happened_on)
    elif deadlines.is_interrupted(work, file):
        deadlines.start(work, file, limitation(book, loan, work.today))


def _check_day(work: Work, file: LitigationFile, step: Step) -> None:
    """Refuse a day before the loan was paid out, or before the last step without a reason.

    And a period to perform that ends before the paper that sets it took effect.

    Raises:
        RuleViolation: naming the day it contradicts.
    """
    loan = work.get(Loan, file.loan_id)
    if step.happened_on < loan.disbursed_on:
        raise RuleViolation(_("发生日期不能早于放款日 {day}。", day=loan.disbursed_on))
    if step.performed_until is not None and step.performed_until < step.happened_on:
        raise RuleViolation(_("履行期最后一日不能早于生效日期。"))
    last = work.session.scalar(
        select(func.max(StageChange.happened_on)).where(
            StageChange.file_id == file.id, StageChange.from_stage.is_not(None)
        )
    )
    if last is not None and step.happened_on < last and not (step.reason or "").strip():
        raise RuleViolation(_("发生日期早于上一阶段的 {day}，请写明理由。", day=last))
