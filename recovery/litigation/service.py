"""Use cases of litigation files: open one or many, move them through their stages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from recovery.kernel.actions import Action
from recovery.kernel.errors import RuleViolation
from recovery.kernel.gate import visible
from recovery.kernel.numbering import draw, house_number
from recovery.kernel.search import SearchEntry, index_many
from recovery.kernel.text import Text, _
from recovery.kernel.work import Work
from recovery.law.book import LawBook
from recovery.law.courts import places_of
from recovery.litigation import deadlines, figures
from recovery.litigation.models import LitigationFile, StageChange
from recovery.litigation.rules import CLOSING, LOAN_STAGE, PROCEDURES, check_step
from recovery.loans.models import Loan
from recovery.loans.queries import claims_on
from recovery.loans.rules.claim import Claim
from recovery.rulebook.service import current_book, record_of

LATEST_CLAIM_DAYS = 366
"""A claim may be computed ahead for the day of filing, not further than a year."""


@dataclass(frozen=True, slots=True)
class NewFile:
    """What a person decides when opening a file; the rest follows from loan and law."""

    court: str
    procedure: str
    claim_day: date
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """What became of each loan of a batch."""

    files: list[LitigationFile]
    refused: dict[int, Text]
    """Loan id → why no file was opened."""


def open_file(work: Work, loan_id: int, new: NewFile) -> LitigationFile:
    """Open a file on a loan, with its claim, fee and limitation fixed as of now.

    Raises:
        NotFound: no such loan, or not for this actor to see.
        RuleViolation: what is entered is impossible, the loan owes nothing, or a file is open.
    """
    work.get(Loan, loan_id)
    opened = open_files(work, [loan_id], new)
    if opened.refused:
        raise RuleViolation(opened.refused[loan_id])
    return opened.files[0]


def open_files(work: Work, loan_ids: Sequence[int], new: NewFile) -> Opened:
    """Open a file on each loan that the actor may see and that allows one; keep why not.

    Running it again opens nothing twice.

    Raises:
        RuleViolation: what is entered is impossible for every loan.
    """
    check(new, work.today)
    statement = visible(select(Loan).where(Loan.id.in_(loan_ids)), Loan, work.actor.scope)
    loans = {loan.id: loan for loan in work.session.scalars(statement)}
    claims = claims_on(work.session, list(loans.values()), new.claim_day)
    taken = _open_numbers(work, list(loans))
    refused: dict[int, Text] = {}
    allowed: list[Loan] = []
    for loan_id in loan_ids:
        loan = loans.get(loan_id)
        reason = why_not(loan, claims, taken)
        if reason is not None:
            refused[loan_id] = reason
        elif loan is not None:
            allowed.append(loan)
    book = current_book().at(*places_of(new.court))
    numbers = draw(work, f"file-{work.today.year}", len(allowed)) if allowed else range(0)
    files = [
        _open(work, loan, house_number(work.today.year, number), (claims[loan.id], book, new))
        for loan, number in zip(allowed, numbers, strict=True)
    ]
    index_many(work.session, [_search_entry(file) for file in files])
    return Opened(files, refused)


def check(new: NewFile, today: date) -> None:
    """Refuse what is impossible whatever the loan.

    Raises:
        RuleViolation: no court, an unknown procedure, or a claim day too far ahead.
    """
    if not new.court.strip():
        raise RuleViolation(_("请填写受理法院。"))
    if new.procedure not in PROCEDURES:
        raise RuleViolation(_("请选择诉讼程序。"))
    if new.claim_day > today + timedelta(days=LATEST_CLAIM_DAYS):
        raise RuleViolation(_("债权计算日不能晚于今天起一年。"))


def why_not(
    loan: Loan | None, claims: Mapping[int, Claim], taken: Mapping[int, str]
) -> Text | None:
    """Return why no file can be opened on `loan`; None where one can."""
    if loan is None:
        return _("没有这笔贷款，或您无权查看。")
    if loan.id in taken:
        return _("已有未结案件 {number}。", number=taken[loan.id])
    if claims[loan.id].total <= 0:
        return _("债权计算日没有未偿债权。")
    if loan.matures_on is None and loan.accelerated_on is None:
        return _("合同到期日未知，无法计算诉讼时效，请先补录。")
    return None


def _open_numbers(work: Work, loan_ids: list[int]) -> dict[int, str]:
    """Return the number of the open file of each loan that has one."""
    rows = work.session.execute(
        select(LitigationFile.loan_id, LitigationFile.number).where(
            LitigationFile.loan_id.in_(loan_ids), LitigationFile.closed_on.is_(None)
        )
    )
    return dict(rows.all())


def _open(
    work: Work, loan: Loan, number: str, terms: tuple[Claim, LawBook, NewFile]
) -> LitigationFile:
    claim, book, new = terms
    fee = figures.acceptance_fee(book, claim.total, new.procedure, work.today)
    file = work.add(
        LitigationFile(
            number=number,
            loan_id=loan.id,
            court=new.court.strip(),
            procedure=new.procedure,
            stage="preparing",
            opened_on=work.today,
            claim_day=claim.on,
            claim_principal=claim.principal,
            claim_interest=claim.interest,
            claim_penalty=claim.penalty + claim.compound,
            claim_costs=claim.costs,
            claim_total=claim.total,
            acceptance_fee=fee.amount("fee"),
            acceptance_fee_law=record_of(fee),
            remark=new.remark,
            branch_id=loan.branch_id,
            owner_id=work.actor.id,
            agency_id=None,
            package_id=loan.package_id,
            next_sort=date.max,
        )
    )
    _note_step(work, file, None, (work.today, None))
    deadlines.start(work, file, limitation(book, loan, work.today))
    work.record(Action.OPEN_FILE, file, number=number, loan=loan.contract_no, court=file.court)
    work.register("event", file, loan_id=loan.id, fields=fields_of(file, loan))
    return file


def limitation(book: LawBook, loan: Loan, today: date) -> figures.Due:
    """Return when limitation of the claim ends: from the last due day, or from acceleration."""
    last_due, accelerated = loan.matures_on, loan.accelerated_on
    if last_due is None or (accelerated is not None and accelerated < last_due):
        assert accelerated is not None, "why_not refuses a loan without either day"
        return figures.due(book, figures.ACCELERATED, accelerated, today)
    return figures.due(book, figures.LIMITATION, last_due, today)


def fields_of(file: LitigationFile, loan: Loan) -> dict[str, str]:
    """Return what is committed to when a file is opened."""
    return {
        "event": Action.OPEN_FILE.value,
        "contract_no": loan.contract_no,
        "file": file.number,
        "court": file.court,
        "opened_on": file.opened_on.isoformat(),
        "claim_day": file.claim_day.isoformat(),
        "claim_total": str(file.claim_total),
        "acceptance_fee": str(file.acceptance_fee),
    }


@dataclass(frozen=True, slots=True)
class Step:
    """A step to another stage, as entered."""

    stage: str
    happened_on: date
    reason: str | None = None
    case_number: str | None = None


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
    _note_step(work, file, before, (step.happened_on, step.reason))
    book = current_book().at(*places_of(file.court))
    for clock in figures.CLOCKS.get(step.stage, ()):
        deadlines.start(work, file, figures.due(book, clock, step.happened_on, work.today))
    loan = work.get(Loan, file.loan_id)
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
        },
    )
    index_many(work.session, [_search_entry(file)])
    return file


def _check_day(work: Work, file: LitigationFile, step: Step) -> None:
    """Refuse a day before the loan was paid out, or before the last step without a reason.

    Raises:
        RuleViolation: naming the day it contradicts.
    """
    loan = work.get(Loan, file.loan_id)
    if step.happened_on < loan.disbursed_on:
        raise RuleViolation(_("发生日期不能早于放款日 {day}。", day=loan.disbursed_on))
    last = work.session.scalar(
        select(func.max(StageChange.happened_on)).where(
            StageChange.file_id == file.id, StageChange.from_stage.is_not(None)
        )
    )
    if last is not None and step.happened_on < last and not (step.reason or "").strip():
        raise RuleViolation(_("发生日期早于上一阶段的 {day}，请写明理由。", day=last))


def _note_step(
    work: Work, file: LitigationFile, before: str | None, given: tuple[date, str | None]
) -> None:
    happened_on, reason = given
    work.add(
        StageChange(
            file_id=file.id,
            at=work.now,
            actor_name=work.actor.name,
            from_stage=before,
            to_stage=file.stage,
            happened_on=happened_on,
            reason=reason,
        )
    )


def search_entries(session: Session, file_ids: Sequence[int]) -> list[SearchEntry]:
    """Return what global search knows of files."""
    statement = select(LitigationFile).where(LitigationFile.id.in_(file_ids))
    return [_search_entry(file) for file in session.scalars(statement)]


def _search_entry(file: LitigationFile) -> SearchEntry:
    return SearchEntry(
        kind="file",
        record_id=file.id,
        label=file.number,
        codes=tuple(code for code in (file.number, file.case_number) if code),
        branch_id=file.branch_id,
        owner_id=file.owner_id,
        package_id=file.package_id,
    )
