"""Registered files of closed loans, damage done to objects, and persons who act."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime
from io import BytesIO

from recovery.access.models import UserAccount
from recovery.evidence import sequencer
from recovery.evidence.house import house_store
from recovery.kernel.gate import EVERYTHING, Actor
from recovery.kernel.work import Work, work_as
from recovery.loans.documents import Papers, add_documents, keep_file
from recovery.loans.models import Document, Loan
from tests.conftest import NOW
from tests.evidence.making import make_loan, small_pdf


def opener(actor: Actor, now: datetime = NOW) -> Callable[[], AbstractContextManager[Work]]:
    """Return what opens units of work for `actor` at `now`."""
    return lambda: work_as(actor, now=now)


def acting(account: UserAccount) -> Actor:
    """Return a person as the one who acts."""
    return Actor(account.id, account.username, account.role, EVERYTHING)


def closed_loan(actor: Actor, contract_no: str = "HT-0001") -> Loan:
    """Return a loan that was closed on 1 March 2010, with its contract registered."""
    with work_as(actor, now=NOW) as work:
        loan = make_loan(work, contract_no)
        loan.closed_on = date(2010, 3, 1)
        fields = {
            "contract_no": contract_no,
            "borrower_name": "王伟",
            "borrower_id_number": "310101199001011234",
            "rate_per_year": "0.0688",
        }
        work.register("contract", loan, loan_id=loan.id, fields=fields)
    return loan


def add_file(actor: Actor, loan: Loan, text: str, kind: str = "identity") -> Document:
    """Add a file to a loan; it is registered with the next run of the sequencer."""
    kept = keep_file(BytesIO(small_pdf(text)), f"{text}.pdf")
    with work_as(actor, now=NOW) as work:
        [document] = add_documents(work, loan.id, [kept], Papers(kind))
    return document


def register() -> None:
    """Take everything that waits to the log and sign a head."""
    sequencer.register_pending()
    sequencer.checkpoint()


def damage(sha256: str) -> None:
    """Change a byte of an object."""
    path = f"objects/{sha256[:2]}/{sha256[2:]}"
    storage = house_store().storage
    data = storage.read(path)
    assert data is not None
    storage.replace(path, data[:-1] + b"X")
