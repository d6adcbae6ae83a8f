"""The audit log: filters, pages by key, export; nothing in it can be changed."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import MultiDict

from recovery.access import audit_queries, service
from recovery.access.labels import ACTION_NAMES
from recovery.access.lists import EVENTS, acts_on
from recovery.kernel import clock, reasons
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.models import AuditEvent
from recovery.kernel.work import system_work
from recovery.web.spreadsheets import harmless
from tests.conftest import NOW


@pytest.fixture
def log(app: Flask, person) -> None:
    """Write events of two people and of the system, on two days."""
    person("counsel")
    with system_work("importer", now=NOW - timedelta(days=1)) as work:
        branch = service.create_branch(work, "310", "上海")
    with system_work("importer", now=NOW) as work:
        row = work.session.merge(branch)
        service.rename_branch(work, row, "=HYPERLINK(1)")
        work.record(Action.EXPORT_LOANS, rows=3)


def found(query: dict[str, str]) -> list[str]:
    db.session.rollback()
    filters = EVENTS.filters.read(MultiDict(query))
    statement = audit_queries.events(filters).order_by(AuditEvent.id)
    return [event.action for event in db.session.scalars(statement)]


def test_events_are_found_by_who_did_them(log):
    assert found({"person": "system:importer"}) == ["branch.manage", "branch.manage", "loan.export"]
    assert found({"person": "nobody"}) == []


def test_events_are_found_by_any_of_the_acts_chosen(log):
    assert found({"action": "loan.export"}) == ["loan.export"]
    both = MultiDict([("action", "loan.export"), ("action", "branch.manage")])
    assert set(found(both)) == {"loan.export", "branch.manage"}
    assert acts_on("approval").count("action=approval.") == 5


def test_events_are_found_by_the_record_they_were_done_on(log):
    branch = db.session.scalars(
        select(AuditEvent.subject_id).where(AuditEvent.actor_name == "system:importer")
    ).first()
    assert len(found({"object": f"branch:{branch}"})) == 2
    assert found({"object": "branch:99999999999999999999"}) == []
    assert len(found({"object": f"机构：{branch}"})) == 2
    assert found({"object": "branch:987654"}) == []
    assert found({"object": "branch:x"}) == []


def test_events_are_found_by_business_days_both_included(log):
    day = clock.business_day(NOW)
    assert found({"day_from": f"{day}", "day_to": f"{day}", "person": "system:importer"}) == [
        "branch.manage",
        "loan.export",
    ]


def test_the_page_shows_the_newest_first_with_before_and_after(log, signed_in):
    page = signed_in("auditor").get("/audit/?person=system:importer").text
    assert "上海 → =HYPERLINK(1)" in page
    assert page.index('<td class="cell-text" data-label="操作">导出贷款') < page.index("上海 →")


def test_an_export_holds_every_event_in_order_and_is_itself_recorded(log, signed_in):
    client = signed_in("auditor")
    answer = client.post("/audit/export", data={"person": "system:importer"})
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.reader(StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows[0] == list(audit_queries.HEAD)
    assert [row[3] for row in rows[1:]] == ["branch.manage", "branch.manage", "loan.export"]
    assert found({"action": "audit.export"}) == ["audit.export"]
    done = select(AuditEvent).where(AuditEvent.action == "audit.export")
    event = db.session.scalars(done).one()
    assert event.changes == {"filter": "person=*"}
    assert reasons.said(event) == "system:importer"


def test_an_export_longer_than_a_chunk_misses_nothing(app: Flask, monkeypatch):
    monkeypatch.setattr(audit_queries, "CHUNK", 3)
    with system_work("tests", now=NOW) as work:
        for number in range(7):
            work.record(Action.EXPORT_LOANS, rows=number)
    rows = list(audit_queries.rows(db.session(), select(AuditEvent)))
    assert len(rows) == db.session.scalar(select(func.count()).select_from(AuditEvent)) == 7


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_no_cell_of_an_export_is_a_formula(cell):
    assert harmless(cell) == f"'{cell}"
    assert harmless("li.na") == "li.na"


def test_no_route_changes_the_audit_log(app: Flask):
    methods = {
        rule.rule: rule.methods - {"HEAD", "OPTIONS"}
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/audit")
    }
    assert methods == {"/audit/": {"GET"}, "/audit/visits": {"GET"}, "/audit/export": {"POST"}}


@pytest.mark.parametrize(
    "change", ["UPDATE audit_event SET actor_name = 'x'", "DELETE FROM audit_event"]
)
def test_the_database_itself_refuses_to_change_the_audit_log(log, change):
    with pytest.raises(IntegrityError, match="never changed"), system_work("tests") as work:
        work.session.execute(text(change))
    assert "branch.manage" in found({"person": "system:importer"})


def test_every_act_has_a_name():
    assert [action for action in Action if action not in ACTION_NAMES] == []


def test_an_event_leads_only_to_pages_that_its_reader_may_open(app, person, signed_in):
    row = person("counsel")
    with system_work("importer", now=NOW) as work:
        event = {"at": NOW, "actor_name": "system:importer", "changes": {}, "subject_id": row.id}
        for act, table in (("tape.import", "import_batch"), ("user.manage", "litigation_file")):
            work.session.add(AuditEvent(action=act, subject_type=table, **event))
    page = signed_in("auditor").get("/audit/").text
    assert f"/tapes/{row.id}" not in page
    assert f"/files/{row.id}" in page
