"""What the people of the synthetic lender have done: files, deadlines, packages, evidence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from io import BytesIO

from sqlalchemy import select

from recovery.access.models import Branch, UserAccount
from recovery.demo.collecting import build_collection
from recovery.demo.exhibits import build_lists
from recovery.demo.keeping import build_keeping
from recovery.demo.originals import build_originals
from recovery.demo.places import PLACES
from recovery.insight.service import refresh
from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.gate import EVERYTHING, Actor
from recovery.kernel.work import Work, work_as
from recovery.litigation.endings import end_deadline
from recovery.litigation.figures import CLOCKS
from recovery.litigation.models import Deadline, LitigationFile
from recovery.litigation.rules import FOLLOWING, PERFORMED_BY
from recovery.litigation.service import NewFile, open_files
from recovery.litigation.stages import Step, change_stage
from recovery.loans.documents import Papers, add_documents, keep_file
from recovery.loans.models import Loan
from recovery.portfolio import freezes
from recovery.portfolio import service as packages
from recovery.portfolio.freezing import finish_freeze
from recovery.portfolio.models import Package
from recovery.web.papers import render_paper

OLD_FILES = 60
NEW_FILES = 16
CONTRACTS = 4
PACKAGED = 40
MOVED_IN = "历史案件迁入"

COURTS = {place.code: place.court for place in PLACES}
"""Court by code of the branch."""

PATHS: dict[str, tuple[str, ...]] = {
    "suing": ("submitted", "accepted", "hearing"),
    "sued": ("submitted", "accepted", "hearing", "judged"),
    "judged": ("submitted", "accepted", "hearing", "judged", "effective"),
    "mediated": ("submitted", "accepted", "mediated"),
    "enforcing": ("submitted", "accepted", "hearing", "judged", "effective", "enforcing"),
    "round_terminated": ("submitted", "accepted", "judged", "enforcing", "round_terminated"),
}
"""Litigation status of a loan → the stages that its file went through."""

FRESH: tuple[tuple[str, ...], ...] = (
    (),
    ("submitted",),
    ("submitted", "returned"),
    ("submitted", "accepted"),
    ("submitted", "accepted", "hearing", "judged"),
)
"""How far files opened lately have come."""


@dataclass(frozen=True, slots=True)
class People:
    """Who does what."""

    counsel: Actor
    asset_manager: Actor
    collector: Actor


def build_cases(today: date) -> None:
    """Open files, upload contracts, freeze a package, add the book up.

    The worker registers all of it as evidence within a minute or two of its start.
    """
    people = _people()
    _old_files(people.counsel, today)
    _new_files(people.counsel, today)
    _contracts(people.collector)
    build_originals(today)
    build_lists(people.counsel, today)
    build_keeping(today)
    build_collection(people.collector, today)
    _packages(people.asset_manager, today)
    refresh(partial(work_as, people.asset_manager), today)


def _people() -> People:
    def actor(username: str) -> Actor:
        account = db.session.scalars(
            select(UserAccount).where(UserAccount.username == username)
        ).one()
        return Actor(account.id, account.username, account.role, EVERYTHING)

    return People(actor("fawu"), actor("zichan"), actor("cuishou"))


def _old_files(counsel: Actor, today: date) -> None:
    """Open the files of loans that were sued long ago, and walk each to where it is."""
    statement = (
        select(Loan.id, Loan.stage, Branch.code)
        .join(Branch, Branch.id == Loan.branch_id)
        .where(Loan.stage.in_(PATHS), Loan.balance > 0, Loan.closed_on.is_(None))
        .order_by(Loan.id)
        .limit(OLD_FILES)
    )
    for number, (loan_id, stage, code) in enumerate(db.session.execute(statement).all()):
        path = PATHS[stage]
        _walk(counsel, loan_id, COURTS[code], dated(path, today, 40, number % 9))


def _new_files(counsel: Actor, today: date) -> None:
    """Open files on loans long overdue, some of which have deadlines in the coming days."""
    statement = (
        select(Loan.id, Branch.code)
        .join(Branch, Branch.id == Loan.branch_id)
        .where(
            Loan.stage == "none",
            Loan.closed_on.is_(None),
            Loan.overdue_since < today - timedelta(days=120),
        )
        .order_by(Loan.id.desc())
        .limit(NEW_FILES)
    )
    for number, (loan_id, code) in enumerate(db.session.execute(statement).all()):
        path = FRESH[number % len(FRESH)]
        _walk(counsel, loan_id, COURTS[code], dated(path, today, 1, number % 4))


def dated(path: Sequence[str], today: date, apart: int, last: int) -> list[tuple[str, date]]:
    """Return the stages of `path` with their days: `apart` days apart, the last `last` days ago."""
    return [
        (stage, today - timedelta(days=apart * (len(path) - 1 - at) + last))
        for at, stage in enumerate(path)
    ]


def _walk(counsel: Actor, loan_id: int, court: str, steps: Sequence[tuple[str, date]]) -> None:
    """Open a file a week before its first step, and move it through `steps` on their days."""
    opened_on = steps[0][1] - timedelta(days=7) if steps else clock.today()
    with work_as(counsel, now=_at(opened_on)) as work:
        opened = open_files(work, [loan_id], NewFile(court, "summary", opened_on))
        ids = [file.id for file in opened.files]
    for file_id in ids:
        before = "preparing"
        for stage, day in steps:
            with work_as(counsel, now=_at(day)) as work:
                file = work.get(LitigationFile, file_id)
                reason = None if stage in FOLLOWING[before] else MOVED_IN
                until = day + timedelta(days=10) if stage in PERFORMED_BY else None
                step = Step(stage, day, reason, performed_until=until)
                change_stage(work, file_id, file.version, step)
                _meet(work, file_id, before)
            before = stage


def _at(day: date) -> datetime:
    """Return ten in the morning of a business day, or now where that is still to come."""
    return min(clock.start_of(day) + timedelta(hours=10), clock.now())


def _meet(work: Work, file_id: int, stage: str) -> None:
    """End what ran in the stage that a file has left."""
    rules = {clock.rule for clock in CLOCKS.get(stage, ())}
    for deadline in work.session.scalars(
        select(Deadline).where(Deadline.file_id == file_id, Deadline.ended_on.is_(None))
    ).all():
        if deadline.rule in rules:
            end_deadline(work, deadline.id, deadline.version, outcome="met")


def _contracts(collector: Actor) -> None:
    """Upload the contract of a few loans, as scanned."""
    loans = db.session.scalars(
        select(Loan).where(Loan.overdue_since.is_not(None)).order_by(Loan.overdue_since)
    )
    for loan in list(loans.fetchmany(CONTRACTS)):
        data = render_paper("documents/demo_contract.html", loan=loan, number=loan.contract_no)
        kept = keep_file(BytesIO(data), f"{loan.contract_no}.pdf")
        with work_as(collector) as work:
            papers = Papers("loan_contract", "scanned", "汽车消费贷款合同")
            add_documents(work, loan.id, [kept], papers)


def _packages(manager: Actor, today: date) -> None:
    """Freeze one package at the end of last month, and leave another one open."""
    statement = (
        select(Loan.id)
        .where(Loan.closed_on.is_(None), Loan.overdue_since < today - timedelta(days=360))
        .order_by(Loan.overdue_since)
        .limit(2 * PACKAGED)
    )
    ids = list(db.session.scalars(statement))
    if not ids:
        return
    cut_off = today.replace(day=1) - timedelta(days=1)
    first = _package(manager, f"{today.year}年第一期个人汽车贷款不良资产包", ids[:PACKAGED])
    with work_as(manager) as work:
        package = work.get(Package, first)
        freezes.begin_freeze(work, first, package.version, cut_off_date=cut_off)
    for _batch in _freeze(manager, first):
        pass
    finish_freeze(manager, first)
    if ids[PACKAGED:]:
        _package(manager, f"{today.year}年第二期（拟组包）", ids[PACKAGED:])


def _package(manager: Actor, name: str, ids: Sequence[int]) -> int:
    with work_as(manager) as work:
        package = packages.start_package(work, packages.NewPackage(name, "sale"))
        packages.add_loans(work, package.id, ids)
        return package.id


def _freeze(manager: Actor, package_id: int) -> Iterator[int]:
    """Write the figures batch by batch, yielding the last row of each."""
    last, reached = -1, 0
    while reached != last:
        last = reached
        with work_as(manager) as work:
            reached, _refused = freezes.freeze_next(work, package_id, last)
        yield reached
