"""Evidence lists on PostgreSQL: the whole way, and two people who change one list at once."""

from threading import Barrier, Thread

import pytest
from flask import Flask

from recovery.evidence.exhibits import arranging
from recovery.evidence.exhibits.arranging import open_list
from recovery.evidence.exhibits.queries import find_list, list_for, revisions_of, view_of
from recovery.evidence.exhibits.service import submit_list
from recovery.evidence.sequencer import register_pending
from recovery.kernel.db import db
from recovery.kernel.errors import Conflict
from recovery.kernel.gate import EVERYTHING, Actor
from recovery.kernel.work import work_as
from tests.evidence.exhibits.making import ids_on, loan_with_papers, proposed_list, reopened
from tests.kernel.conftest import postgres, postgres_url
from tests.kernel.conftest import postgres_app as app

__all__ = ["app", "postgres", "postgres_url"]

pytestmark = pytest.mark.postgres


def test_a_list_goes_the_whole_way_on_postgresql(app: Flask, actor: Actor) -> None:
    loan = loan_with_papers(actor)
    one = proposed_list(actor, loan)
    register_pending()
    with work_as(actor) as work:
        one = reopened(work, one)
        arranging.move_line(work, one, ids_on(work, one)[0], group=3, place=0)
        arranging.undo(work, one)
        view = view_of(work.session, one)
        assert [str(line.range) for line in view.lines][:2] == ["1–2", "3–14"]
        assert all(line.log_index is not None for line in view.lines)
        version = one.version
    db.session.rollback()
    submitted = submit_list(actor, one.id, version)
    db.session.rollback()
    agreed = list_for(db.session(), "loan", loan.id)
    assert agreed is not None
    assert agreed.digest() == submitted.digest


def test_of_two_people_who_change_one_list_at_once_one_is_refused(app: Flask, actor: Actor) -> None:
    loan = loan_with_papers(actor, {"identity": 1, "loan_contract": 2})
    one = proposed_list(actor, loan)
    db.session.rollback()
    at_once, outcomes = Barrier(2), []

    def change(title: str) -> None:
        with app.app_context():
            try:
                with work_as(actor) as work:
                    mine = open_list(work, one.id, one.version)
                    at_once.wait()
                    arranging.add_group(work, mine, title)
                outcomes.append("done")
            except Conflict:
                outcomes.append("refused")

    threads = [Thread(target=change, args=(title,)) for title in ("甲", "乙")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "refused"]
    db.session.rollback()
    found = find_list(db.session(), one.id, EVERYTHING)
    numbers = [revision.number for revision in revisions_of(db.session(), found)]
    assert numbers == list(range(found.revision, 0, -1))
