"""What finance and counsel of the demonstration keep: outside totals of last month, a hold."""

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select

from recovery.access import approvals
from recovery.access.models import UserAccount
from recovery.evidence.keeping import hold
from recovery.evidence.totals.ledger import read_figures
from recovery.evidence.totals.models import ControlDifference, Reconciliation
from recovery.evidence.totals.reconciling import prepare_reconciliation
from recovery.evidence.totals.rules import MEASURES, OF_SOURCE, Entered
from recovery.evidence.totals.service import Handling, enter_totals, handle_difference
from recovery.kernel.db import db
from recovery.kernel.gate import EVERYTHING, Actor
from recovery.kernel.work import work_as
from recovery.litigation.models import LitigationFile

DAYS = 3
"""Last days of the month whose totals were entered."""

WRONG = Decimal("1200.00")
"""What the bank's figure of the last day says more than the ledger."""


def build_keeping(today: date) -> None:
    """Enter the totals of the last days of last month, sign the month off, set a hold."""
    manager, approver, counsel = (_person(name) for name in ("zichan", "shenpi", "fawu"))
    last = today.replace(day=1) - timedelta(days=1)
    days = [last - timedelta(days=back) for back in range(DAYS)]
    ours = read_figures(db.session(), [(day, name, "") for day in days for name in MEASURES])
    db.session.rollback()
    with work_as(manager) as work:
        rows = [
            Entered(day, source, measure, ours[day, measure, ""], reference=f"{day:%m%d}")
            for day in days
            for source, measures in OF_SOURCE.items()
            for measure in measures
        ]
        enter_totals(work, [_as_the_bank_says(row, last) for row in rows], ours)
        difference = work.session.scalars(select(ControlDifference)).one()
        handling = Handling(manager.name, "timing", "月末最后一笔银行次日入账")
        handle_difference(work, difference.id, difference.version, handling)
        made = prepare_reconciliation(work, last.replace(day=1), ours, reason="月末对账")
    with work_as(approver) as work:
        request = approvals.pending_on(work.session, Reconciliation.__tablename__, made.id)
        if request is not None:
            approvals.approve_request(work, request.id, shown=request.digest)
    file = db.session.scalars(select(LitigationFile).order_by(LitigationFile.id).limit(1)).first()
    if file is not None:
        with work_as(counsel) as work:
            hold.set_hold(work, file.loan_id, "被告提出反诉，全部往来资料留存至终审")


def _as_the_bank_says(row: Entered, last: date) -> Entered:
    """Return the figure as it was entered: the bank's of the last day is off by a receipt."""
    if row.source != "bank_receipts" or row.day != last:
        return row
    return Entered(row.day, row.source, row.measure, row.amount + WRONG, reference=row.reference)


def _person(username: str) -> Actor:
    account = db.session.scalars(select(UserAccount).where(UserAccount.username == username)).one()
    return Actor(account.id, account.username, account.role, EVERYTHING)
