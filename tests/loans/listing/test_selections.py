"""Selections, pasted numbers, assignment and export: exact, in scope, repeatable."""

import csv
from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from recovery.demo.lean import Staff, lean_loan
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.gate import EVERYTHING, Actor, Scope
from recovery.kernel.models import AuditEvent
from recovery.kernel.search import find
from recovery.kernel.work import system_work, work_as
from recovery.loans.listing import selections
from recovery.loans.listing.conditions import Reader
from recovery.loans.listing.exporting import (
    CLEAR,
    COLUMNS,
    MASKED,
    WRITERS,
    exported,
)
from recovery.loans.listing.pasted import find_pasted
from recovery.loans.listing.queries import matching
from recovery.loans.listing.service import Assignment, assign_loans
from recovery.loans.models import Loan, SelectionRow
from recovery.web.spreadsheets import as_text
from tests.loans.listing.conftest import asked

PLACES: dict[str, dict[int, str]] = {"branch": {}, "agency": {}}


def manager(scope: Scope = EVERYTHING) -> Actor:
    return Actor(7, "zichan", "asset_manager", scope)


def rows_of(selection_id: int) -> set[int]:
    rows = select(SelectionRow.record_id).where(SelectionRow.selection_id == selection_id)
    return set(db.session.scalars(rows))


def test_a_selection_freezes_what_matched_when_it_was_made(
    loans: list[Loan], reader: Reader
) -> None:
    with work_as(manager()) as work:
        selection = selections.freeze(
            work, matching(work.session, asked("stage=none"), reader), "未诉"
        )
    wanted = {loan.id for loan in loans if loan.stage == "none"}
    assert (selection.row_count, rows_of(selection.id)) == (len(wanted), wanted)
    with system_work("tests") as work:
        work.session.get_one(Loan, min(wanted)).stage = "suing"
    assert rows_of(selection.id) == wanted


def test_only_rows_in_the_scope_are_frozen(loans: list[Loan]) -> None:
    ids = [loan.id for loan in loans]
    with work_as(manager(Scope(branches=frozenset({2})))) as work:
        selection = selections.freeze_ticked(work, ids, "勾选")
    assert rows_of(selection.id) == {loan.id for loan in loans if loan.branch_id == 2}


def test_a_selection_of_nothing_is_refused(loans: list[Loan]) -> None:
    with pytest.raises(RuleViolation), work_as(manager()) as work:
        selections.freeze_ticked(work, [4_000_000], "勾选")


def test_a_large_selection_is_frozen_in_parts_and_used_only_when_whole(
    loans: list[Loan], reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selections, "PART", 120)
    with work_as(manager()) as work:
        selection = selections.begin(work, "全部")
        ids = matching(work.session, asked(""), reader)
        parts = [selections.freeze_part(work.session, selection, ids)]
        with pytest.raises(NotFound):
            selections.own_selection(work.session, selection.id, manager())
        while parts[-1]:
            parts.append(selections.freeze_part(work.session, selection, ids))
        selections.finish(work.session, selection)
    assert parts == [120, 120, 60, 0]
    assert selections.own_selection(db.session(), selection.id, manager()).row_count == 300


def test_a_selection_belongs_to_who_made_it(loans: list[Loan]) -> None:
    with work_as(manager()) as work:
        selection = selections.freeze_ticked(work, [loans[0].id], "勾选")
    with pytest.raises(NotFound):
        selections.own_selection(
            db.session(), selection.id, Actor(8, "other", "asset_manager", EVERYTHING)
        )


def test_pasted_numbers_of_every_kind_name_their_loans(
    loans: list[Loan], staff: Staff, day: date
) -> None:
    new = [lean_loan(number, staff, day) for number in range(1, 6)]
    assert new[3].vehicle is not None
    assert new[4].vehicle is not None
    numbers = [
        new[0].contract_no,
        str(new[1].borrower.id_number).lower(),
        str(new[2].borrower.phone),
        str(new[3].vehicle.plate).replace("沪A", "沪A·"),
        str(new[4].vehicle.vin),
        "NO-SUCH-NUMBER",
        "11010119900307999X",
    ]
    found = find_pasted(db.session(), numbers, EVERYTHING)
    assert found.loan_ids == tuple(loan.id for loan in loans[:5])
    assert found.missing == ("NO-SUCH-NUMBER", "11010119900307999X")


def test_a_pasted_number_out_of_scope_is_missing(loans: list[Loan]) -> None:
    elsewhere = next(loan for loan in loans if loan.branch_id != 1)
    found = find_pasted(db.session(), [elsewhere.contract_no], Scope(branches=frozenset({1})))
    assert (found.loan_ids, found.missing) == ((), (elsewhere.contract_no,))


def test_assigning_moves_scope_search_and_leaves_a_trace_a_loan(
    loans: list[Loan], staff: Staff
) -> None:
    ids = [loan.id for loan in loans if loan.owner_id is None][:3]
    owner = staff.owners[1]
    with work_as(manager()) as work:
        assert assign_loans(work, ids, Assignment(owner=owner)) == 3
        assert assign_loans(work, ids, Assignment(owner=owner)) == 0
    db.session.expire_all()
    assert {db.session.get_one(Loan, one).owner_id for one in ids} == {owner}
    hits = find(db.session(), loans[ids[0] - 1].contract_no, Scope(owner_id=owner))
    assert [hit.record_id for hit in hits] == [ids[0]]
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "loan.assign")).all()
    assert [(event.subject_id, event.changes) for event in events] == [
        (one, {"owner_id": [None, owner]}) for one in ids
    ]


def test_assigning_leaves_alone_what_the_actor_may_not_see(loans: list[Loan], staff: Staff) -> None:
    agency = staff.agencies[2]
    wanted = {loan.id: agency if loan.branch_id == 2 else loan.agency_id for loan in loans}
    with work_as(manager(Scope(branches=frozenset({2})))) as work:
        assign_loans(work, list(wanted), Assignment(agency=agency))
    db.session.expire_all()
    now = {loan.id: loan.agency_id for loan in db.session.scalars(select(Loan))}
    assert now == wanted
    assert agency in now.values()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_holds_every_row_and_masks_personal_data(
    form: str, loans: list[Loan], reader: Reader, tmp_path: Path, staff: Staff, day: date
) -> None:
    columns = (*COLUMNS, *MASKED)
    path = tmp_path / f"loans.{form}"
    writer = WRITERS[form](path, [str(column.label) for column in columns])
    for batch in exported(db.session(), asked(""), reader, PLACES):
        for row in batch:
            writer.write([column.value(row) for column in columns])
    writer.close()
    lines = read_back(path)
    assert lines[0][0] == "合同编号"
    assert [line[0] for line in lines[1:]] == [loan.contract_no for loan in loans]
    number = str(lean_loan(1, staff, day).borrower.id_number)
    assert lines[1][20] == f"••••{number[-4:]}"
    assert number not in path.read_bytes().decode("utf-8", "ignore")


def read_back(path: Path) -> list[list[str]]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file))
    sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    return [[str(cell) for cell in row] for row in sheet.to_python()]


def test_an_export_in_clear_writes_the_whole_number(
    loans: list[Loan], reader: Reader, staff: Staff, day: date
) -> None:
    [first, *_rest] = next(exported(db.session(), asked(""), reader, PLACES))
    assert CLEAR[0].value(first) == lean_loan(1, staff, day).borrower.id_number


def test_text_that_a_spreadsheet_would_calculate_is_written_as_text() -> None:
    assert as_text("=1+1") == "'=1+1"
    assert as_text("@x") == "'@x"
    assert as_text(-5) == "-5"
    assert as_text(None) == ""
