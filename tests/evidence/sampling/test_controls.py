"""Exports for auditors: rights on a day taken back through the audit log, acts, versions."""

import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO

from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from recovery.access import service
from recovery.access.delegations import Absence, delegate, set_limit
from recovery.access.engagements import Terms, create_engagement, end_engagement
from recovery.access.models import Delegation, Engagement, UserAccount
from recovery.access.rights import Role
from recovery.evidence.sampling.controls import Asked, sheets_of
from recovery.evidence.sampling.models import ProgramVersion
from recovery.evidence.sampling.rights_at import RightsAt, rights_at
from recovery.evidence.sampling.versions import note_version
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.gate import EVERYTHING, Actor, Scope
from recovery.kernel.models import AuditEvent
from recovery.kernel.work import system_work
from recovery.web.commands import begin
from recovery.web.spreadsheets import Cell
from tests.conftest import Browser


def at(day: int) -> datetime:
    return datetime(2026, 3, day, 2, tzinfo=UTC)


def held(rights: RightsAt, username: str) -> dict[str, object]:
    one = next(one for one in rights.people if one.account.username == username)
    return {"role": one.role, "branch": one.branch_id, "ended": one.ended, "limits": one.limits,
            "acts": len(rights.acts_of(one))}  # fmt: skip


def test_rights_on_a_day_are_those_before_later_changes(app: Flask) -> None:
    with system_work("tests", now=at(2)) as work:
        branch = service.create_branch(work, "101", "一部")
        given = service.create_user(work, "zhang", role=Role.COUNSEL, name="张", branch=branch)
        zhang = given.account
    with system_work("tests", now=at(5)) as work:
        row = work.session.get_one(UserAccount, zhang.id)
        service.change_user(work, row, name="张", role=Role.APPROVER, branch=None, agency=None)
        set_limit(work, row, "*", Decimal("1000.00"))
    with system_work("tests", now=at(7)) as work:
        set_limit(work, work.session.get_one(UserAccount, zhang.id), "*", Decimal("5000.00"))
    with system_work("tests", now=at(9)) as work:
        service.end_user(work, work.session.get_one(UserAccount, zhang.id))
    on = {day: rights_at(db.session(), date(2026, 3, day)) for day in (1, 4, 6, 8, 9)}
    assert [one.account.username for one in on[1].people] == []
    first = held(on[4], "zhang")
    assert (first["role"], first["branch"], first["limits"]) == ("counsel", branch.id, {})
    assert held(on[6], "zhang")["limits"] == {"*": "1000.00"}
    assert held(on[8], "zhang")["limits"] == {"*": "5000.00"}
    assert held(on[6], "zhang")["role"] == "approver"
    last = held(on[9], "zhang")
    assert (last["ended"], last["acts"]) == (True, 0)
    assert held(on[8], "zhang")["ended"] is False


def test_engagements_and_delegations_stand_on_their_days_until_ended(app: Flask) -> None:
    with system_work("tests", now=at(2)) as work:
        branch = service.create_branch(work, "101", "一部")
        auditor = service.create_user(
            work, "waishen", role=Role.EXTERNAL_AUDITOR, name="外审", branch=None
        ).account
        people = [
            service.create_user(work, name, role=Role.APPROVER, name=name).account
            for name in ("wu", "zheng")
        ]
        days = (date(2026, 3, 3), date(2026, 3, 20))
        create_engagement(work, auditor, Terms("年审", *days, frozenset({branch.id})))
        delegate(work, people[0], people[1], Absence(*days, "休假"))
    with system_work("tests", now=at(10)) as work:
        end_engagement(work, work.session.scalars(select(Engagement)).one())
        row = work.session.scalars(select(Delegation)).one()
        row.ended_at = work.now
    found = {day: rights_at(db.session(), date(2026, 3, day)) for day in (2, 3, 9, 10)}
    counts = {day: (len(r.engagements), len(r.delegations)) for day, r in found.items()}
    assert counts == {2: (0, 0), 3: (1, 1), 9: (1, 1), 10: (0, 0)}
    acts = {day: held(r, "waishen")["acts"] for day, r in found.items()}
    assert acts[9] > acts[10]
    assert acts[2] == acts[10]


def test_a_version_is_noted_once_and_gives_the_rights_of_its_days(app: Flask) -> None:
    note_version()
    note_version()
    db.session.rollback()
    [noted] = db.session.scalars(select(ProgramVersion)).all()
    assert noted.rights["sample.draw"] == ["auditor", "external_auditor"]
    before = noted.began_at.date() - timedelta(days=2)
    assert rights_at(db.session(), before).is_noted is False
    assert rights_at(db.session(), before + timedelta(days=4)).version == noted.version


def test_the_version_is_noted_when_the_program_begins_to_work(app: Flask) -> None:
    begin()
    db.session.rollback()
    assert len(db.session.scalars(select(ProgramVersion)).all()) == 1


def rows(kind: str, actor: Actor) -> list[list[Cell]]:
    asked = Asked(db.session(), actor, date(2026, 3, 1), date(2026, 3, 31))
    return [list(row) for row in list(sheets_of(kind, asked)[1].rows)]


def test_privileged_acts_are_those_of_the_period_and_of_their_kind(app: Flask) -> None:
    everyone = Actor(None, "tests", "auditor", EVERYTHING)
    with system_work("tests", now=at(2)) as work:
        branch = service.create_branch(work, "101", "一部")
        work.record(Action.UNMASK_PERSONAL_DATA, branch, field="phone")
        work.record(Action.VIEW_LOANS, branch)
    with system_work("tests", now=at(2) - timedelta(days=40)) as work:
        work.record(Action.BACK_UP, branch)
    with system_work("tests", now=at(3)) as work:
        work.record(Action.RESTORE_OBJECT, branch)
    acts = [row[3] for row in rows("acts", everyone)]
    assert acts == ["branch.manage", "personal_data.unmask", "object.restore"]
    assert [row[3] for row in rows("restores", everyone)] == ["object.restore"]


def test_an_external_auditor_is_told_no_details_of_records_outside(app: Flask) -> None:
    outside = Actor(1, "waishen", "external_auditor", Scope(branches=frozenset({1})))
    with system_work("tests", now=at(2)) as work:
        service.create_branch(work, "101", "一部")
        work.session.add(
            AuditEvent(at=work.now, actor_id=None, actor_name="x", action="personal_data.unmask",
                       subject_type="loan", subject_id=5, changes={"reason": "HT-0005"})
        )  # fmt: skip
    found = rows("acts", outside)
    assert "101" in str(found[0][7])
    assert "HT-0005" not in str(found[1][7])


def test_the_page_sends_a_workbook_or_a_zip_and_records_it(
    signed_in: Callable[..., Browser],
) -> None:
    client = signed_in("auditor")
    for kind in ("rights", "acts", "law", "versions", "restores"):
        data = {"kind": kind, "last_day": "2026-12-31", "file_format": "xlsx"}
        with client.post("/evidence/controls/", data=data) as answer:
            assert answer.status_code == 200
            book = CalamineWorkbook.from_filelike(BytesIO(answer.data))
        assert len(book.sheet_names) >= 2
        assert len(book.get_sheet_by_name(book.sheet_names[0]).to_python()) > 4
    data = {"kind": "rights", "last_day": "2026-12-31", "file_format": "csv"}
    with (
        client.post("/evidence/controls/", data=data) as answer,
        zipfile.ZipFile(BytesIO(answer.data)) as archive,
    ):
        assert "auditor" in archive.read("people.csv").decode("utf-8-sig")
        assert "sample.draw" in archive.read("rights.csv").decode("utf-8-sig")
    db.session.rollback()
    taken = select(AuditEvent).where(AuditEvent.action == Action.EXPORT_CONTROLS.value)
    assert len(db.session.scalars(taken).all()) == 6
