"""A record taken back, and a number or address looked at whole."""

from recovery.collection.keeping import common, enter
from recovery.collection.models import CollectionRecord, Withdrawal
from recovery.collection.values import Entered
from recovery.kernel.actions import Action
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.loans.models import Loan


def withdraw(work: Work, record_id: int, reason: str) -> Withdrawal:
    """Take back a record that ought not to stand on its loan; it stays to be seen.

    Raises:
        NotFound: no such record, or not for this actor to see.
        RuleViolation: it was corrected before, or no reason is given.
    """
    old = work.session.get(CollectionRecord, record_id)
    loan = work.get(Loan, old.loan_id if old else 0)
    entered = Entered(corrects_id=record_id, reason=reason, remark=reason)
    columns = common(work, loan, "withdrawal", entered, at=work.now)
    row = Withdrawal(**columns, conduct=[])
    return enter(work, Action.CORRECT_COLLECTION, row, entered, {})


def unmask(work: Work, record_id: int, reason: str) -> str:
    """Return the number or address of a record whole, and record who asked and why.

    Raises:
        NotFound: no such record, or not for this actor to see, or it has none.
        RuleViolation: no reason is given.
    """
    row = work.session.get(CollectionRecord, record_id)
    work.get(Loan, row.loan_id if row else 0)
    if row is None or row.address is None:
        raise NotFound
    if not reason.strip():
        raise RuleViolation(_("请填写查看完整信息的理由。"))
    work.record(Action.UNMASK_PERSONAL_DATA, row, value="address", reason=reason)
    return row.address
