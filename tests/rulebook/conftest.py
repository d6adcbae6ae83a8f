"""The people of these tests: one who proposes, one who approves; each in their own name."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from recovery.access import approvals
from recovery.access.identity import actor_of
from recovery.access.models import ApprovalRequest, UserAccount
from recovery.kernel.db import db
from recovery.kernel.work import work_as
from recovery.rulebook.models import LawChange
from tests.conftest import NOW


class Office:
    """Units of work in the name of an administrator (`ada`) and a second one (`bo`).

    Neither has a limit, as on the first day of an installation: changes of the law move no money.
    """

    def __init__(self, person: Callable[..., UserAccount]) -> None:
        for name in ("ada", "bo"):
            person("administrator", username=name)

    def account(self, name: str) -> UserAccount:
        return db.session.scalars(select(UserAccount).where(UserAccount.username == name)).one()

    def work(self, name: str = "ada", now: datetime = NOW):
        db.session.rollback()
        actor = actor_of(db.session(), self.account(name), NOW.date())
        return work_as(actor, now=now)

    def request_on(self, change: LawChange) -> ApprovalRequest:
        db.session.rollback()
        wanted = select(ApprovalRequest).where(
            ApprovalRequest.subject_type == "law_change", ApprovalRequest.subject_id == change.id
        )
        return db.session.scalars(wanted).one()

    def approve(self, change: LawChange, name: str = "bo") -> ApprovalRequest:
        request = self.request_on(change)
        with self.work(name) as work:
            return approvals.approve_request(work, request.id, shown=request.digest)


@pytest.fixture
def office(app: Flask, person: Callable[..., UserAccount]) -> Office:
    """Return the two administrators."""
    return Office(person)
