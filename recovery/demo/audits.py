"""What the external auditor of the demonstration has done: a finished sample, or a first step.

Fixing a population registers all that waits. In a small book that is done here; in a large one the
worker does it, and the seed is left to whoever shows the program.
"""

from decimal import Decimal

from sqlalchemy import func, select

from recovery.access.identity import actor_of
from recovery.access.models import UserAccount
from recovery.evidence.sampling import confirmations, readers, service
from recovery.evidence.sampling.confirmations import Reply
from recovery.evidence.sampling.jobs import EXPORT
from recovery.evidence.sampling.models import AuditSample, SampleItem
from recovery.evidence.sampling.service import NewSample, Result, Seeded
from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.job_runner import run_due_jobs
from recovery.kernel.work import work_as
from recovery.loans.models import Loan

AUDITOR = "waishen"
AT_ONCE = 300
"""Loans of a book up to which the whole sample is made here."""

BALANCES = NewSample("贷款余额的存在与准确", "loan", "balance", "status=open")
SEEDED = Seeded(
    seed="骰子 4 1 6 2 5 3 3 6",
    method="mus",
    size=20,
    confidence=Decimal("0.95"),
    tolerable=Decimal("800000.00"),
    expected=Decimal("0.00"),
)
FOUND = "借款人出示的还款凭证未入账"
NOTE = "已核对合同、放款凭证和还款流水。"


def build_audit() -> None:
    """Begin the auditor's sample; in a small book finish it too."""
    account = db.session.scalars(select(UserAccount).where(UserAccount.username == AUDITOR)).one()
    auditor = actor_of(db.session(), account, clock.today())
    loans = db.session.scalar(select(func.count()).select_from(Loan)) or 0
    with work_as(auditor) as work:
        sample_id = service.start_sample(work, BALANCES).id
    if loans > AT_ONCE:
        return
    run_due_jobs()
    sample = db.session.get_one(AuditSample, sample_id)
    if sample.state != "fixed":  # a book of a few loans may have none in the auditor's branches
        return
    db.session.rollback()
    with work_as(auditor) as work:
        service.enter_seed(work, sample_id, SEEDED)
    run_due_jobs()
    _examine(auditor, sample_id)
    for kind in ("redraw", "workbook"):
        with work_as(auditor) as work:
            work.enqueue(EXPORT, {"sample": sample_id, "kind": kind, "language": "zh"})
    run_due_jobs()
    _answer(auditor, sample_id)
    with work_as(auditor) as work:
        words = "发现一笔还款未入账，推断的错报上限未超过可容忍错报，余额可以接受。"
        service.conclude(work, sample_id, words)


def _examine(auditor: Actor, sample_id: int) -> None:
    """Find one payment of a thousand yuan missing, and everything else in order."""
    with work_as(auditor) as work:
        for item in service.items_of(work.session, sample_id):
            service.record_result(work, sample_id, item.place, _found(item))


def _found(item: SampleItem) -> Result:
    if item.place == 2:
        return Result(item.value - Decimal("1000.00"), "amount", FOUND, NOTE)
    return Result(item.value, note=NOTE)


def _answer(auditor: Actor, sample_id: int) -> None:
    """Let most debtors agree, one differ and some stay silent."""
    today = clock.today()
    with work_as(auditor) as work:
        sample = readers.sample_for_change(work, sample_id)
        loans = [item.loan_id for item in service.items_of(work.session, sample_id)]
        claims = confirmations.balances(work.session, loans, today)
        confirmations.prepare(work, sample, claims, on=today)
        for letter in confirmations.letters_of(work.session, sample_id):
            reply = Reply("agreed", sent_on=today, replied_on=today)
            if letter.place == 2:
                off = letter.balance - Decimal("1000.00")
                reply = Reply("differs", sent_on=today, replied_on=today, confirmed=off)
            elif letter.place % 5 == 0:
                other = "检查期后还款及放款凭证，未见异常。"
                reply = Reply("unanswered", sent_on=today, alternative=other)
            confirmations.record_reply(work, sample_id, letter.place, reply)
