"""Paper originals of the synthetic lender: kept, lent out, attested, counted with differences."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import select

from recovery.access.identity import actor_of
from recovery.access.models import UserAccount
from recovery.evidence.intake import attesting, custody, stocktakes
from recovery.evidence.intake.custody import Act, NewOriginal
from recovery.evidence.intake.models import PaperOriginal
from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.work import work_as
from recovery.loans.models import Document, Loan

ROOM = "档案室 A 柜 2 层"
SAFE = "保险柜"
LOANS = 5

CONTRACT = NewOriginal(
    "loan_contract", "汽车消费贷款合同（正本）", ROOM, 2, received_from="门店柜面"
)
CERTIFICATE = NewOriginal("registration_certificate", "机动车登记证书", SAFE, 4)
KEY = NewOriginal("car_key", "备用车钥匙", SAFE, received_from="借款人")


def build_originals(today: date) -> None:
    """Receive originals of a few loans, lend some, attest one, and count a place."""
    keeper, second = _actor("cuishou", today), _actor("fawu", today)
    loans = _loans(keeper)
    if not loans:
        return
    kept = [
        _receive(keeper, loan_id, replace(new, seal_no=f"F{at:03d}"), today - timedelta(days=60))
        for at, loan_id in enumerate(loans, 1)
        for new in (CONTRACT, CERTIFICATE, KEY)
    ]
    contracts = kept[::3]
    _lend(keeper, contracts[1], "王律师（外聘）", today - timedelta(days=20))
    _lend(keeper, kept[4], "车管所办理解押", today + timedelta(days=5))
    _attest(keeper, second, contracts[0])
    _count(keeper, second, contracts)


def _actor(username: str, today: date) -> Actor:
    rows = select(UserAccount).where(UserAccount.username == username)
    return actor_of(db.session(), db.session.scalars(rows).one(), today)


def _loans(keeper: Actor) -> list[int]:
    """Return the loans of the keeper's branch that are longest overdue."""
    rows = (
        select(Loan.id)
        .where(Loan.branch_id.in_(sorted(keeper.scope.branches)), Loan.overdue_since.is_not(None))
        .order_by(Loan.overdue_since, Loan.id)
        .limit(LOANS)
    )
    return list(db.session.scalars(rows))


def _receive(keeper: Actor, loan_id: int, new: NewOriginal, day: date) -> int:
    with work_as(keeper, now=_at(day)) as work:
        return custody.receive(work, loan_id, new).id


def _lend(keeper: Actor, original_id: int, to: str, due_on: date) -> None:
    """Lend an original a fortnight before it is due."""
    with work_as(keeper, now=_at(due_on - timedelta(days=14))) as work:
        one = work.session.get_one(PaperOriginal, original_id)
        act = Act("lend", to, due_on=due_on, reason="出庭质证" if "律师" in to else "办理手续")
        custody.lend(work, one.id, one.version, act)


def _attest(keeper: Actor, second: Actor, original_id: int) -> None:
    """Attest the scan of a contract, where the loan has one."""
    with work_as(keeper) as work:
        one = work.session.get_one(PaperOriginal, original_id)
        rows = select(Document).where(Document.loan_id == one.loan_id)
        document = work.session.scalars(rows.order_by(Document.id)).first()
        if document is None:
            return
        attesting.link_scan(work, one.id, document.id)
    if document.added_by_id != second.id:
        with work_as(second) as work:
            attesting.attest(work, one.id, document.sha256, one.page_count)


def _count(keeper: Actor, second: Actor, contracts: list[int]) -> None:
    """Count a place where one contract is missing and something else lies."""
    with work_as(keeper) as work:
        codes = [work.session.get_one(PaperOriginal, one).barcode for one in contracts]
        safe = select(PaperOriginal.barcode).where(PaperOriginal.place == SAFE)
        stocktake = stocktakes.open_stocktake(work, ROOM)
        stray = work.session.scalars(safe.order_by(PaperOriginal.id)).first()
        pasted = [*codes[:1], *codes[3:], stray or "", "YJ-UNKNOWN-1"]
        stocktakes.count(work, stocktake.id, " ".join(pasted))
    with work_as(second) as work:
        stocktakes.close(work, stocktake.id)


def _at(day: date) -> datetime:
    """Return ten in the morning of a business day, or now where that is still to come."""
    return min(clock.start_of(day) + timedelta(hours=10), clock.now())
