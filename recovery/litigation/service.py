"""Use cases of litigation files: open one, or many at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.kernel.actions import Action
from recovery.kernel.errors import RuleViolation
from recovery.kernel.gate import visible
from recovery.kernel.numbering import draw, house_number
from recovery.kernel.search_index import SearchEntry, index_many
from recovery.kernel.text import Text, _
from recovery.kernel.work import Work
from recovery.law.book import LawBook
from recovery.law.courts import places_of
from recovery.litigation import deadlines, figures
from recovery.litigation.models import LitigationFile, StageChange
from recovery.litigation.rules import PROCEDURES
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
    index_many(work.session, [search_entry(file) for file in files])
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
    if claims[loan.id].in_dispute <= 0:
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
    fee = figures.acceptance_fee(book, claim.in_dispute, new.procedure, work.today)
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
            claim_costs=claim.costs - claim.court_costs,
            claim_total=claim.in_dispute,
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
    note_step(work, file, None, (work.today, None))
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


def note_step(
    work: Work, file: LitigationFile, before: str | None, given: tuple[date, str | None]
) -> None:
    """Keep the step of `file` from stage `before`: the day it happened, and why where unusual."""
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
    return [search_entry(file) for file in session.scalars(statement)]


def search_entry(file: LitigationFile) -> SearchEntry:
    """Return what global search knows of one file."""
    return SearchEntry(
        kind="file",
        record_id=file.id,
        label=file.number,
        codes=tuple(code for code in (file.number, file.case_number) if code),
        branch_id=file.branch_id,
        owner_id=file.owner_id,
        package_id=file.package_id,
    )
