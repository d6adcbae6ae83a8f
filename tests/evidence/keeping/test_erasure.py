"""What is erased is gone everywhere; its index, count and proof stay; nothing on hold is erased."""

import os
import signal
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from evidence_store import commitment
from recovery.access import approvals
from recovery.access.models import UserAccount
from recovery.evidence import sequencer
from recovery.evidence.comparison import compare
from recovery.evidence.dossiers.service import Wanted as WantedDossier
from recovery.evidence.dossiers.service import export_dossier, open_dossier
from recovery.evidence.house import house_store
from recovery.evidence.keeping import copies, erasure_log
from recovery.evidence.keeping.erasure import Wanted, erasable_names, request_erasure
from recovery.evidence.keeping.findings import open_findings
from recovery.evidence.keeping.fixity import Budget, Run
from recovery.evidence.keeping.hold import implied_holds, release_hold, set_hold
from recovery.evidence.keeping.models import ErasedRecord, Erasure
from recovery.evidence.keeping.opening import open_record
from recovery.evidence.keeping.retention import count_due, due_loans, rule_of_document, rules
from recovery.evidence.models import EvidenceItem
from recovery.kernel import search, search_index
from recovery.kernel.config import Settings
from recovery.kernel.db import db
from recovery.kernel.errors import RuleViolation
from recovery.kernel.gate import EVERYTHING, Actor
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.text import Text
from recovery.kernel.work import work_as
from recovery.loans.models import Document, Loan, Person
from tests.conftest import NOW, let_go
from tests.evidence.keeping.making import acting, add_file, closed_loan, opener, register
from tests.evidence.making import small_pdf

BASIS = "个人信息保护法第47条"


@dataclass(frozen=True, slots=True)
class Case:
    """A closed loan with a registered contract and a registered file, and who acts."""

    loan: Loan
    document: Document
    counsel: Actor
    approver: Actor

    def intent(self, kind: str) -> RegistrationIntent:
        """Return the registration of the contract or the file."""
        wanted = (RegistrationIntent.loan_id == self.loan.id, RegistrationIntent.kind == kind)
        return db.session.scalars(select(RegistrationIntent).where(*wanted)).one()

    def ask(
        self, kind: str, *names: str, with_object: bool = False, ground: str = "unlawful"
    ) -> Erasure:
        """Ask for an erasure."""
        wanted = Wanted(self.intent(kind).id, names, with_object, ground, BASIS, "本人申请")
        with work_as(self.counsel, now=NOW) as work:
            return request_erasure(work, wanted)

    def approve(self, erasure: Erasure) -> None:
        """Approve an erasure as the second person."""
        with work_as(self.approver, now=NOW) as work:
            request = approvals.pending_on(work.session, "erasure", erasure.id)
            assert request is not None
            approvals.approve_request(work, request.id, shown=request.digest)

    def erase(self, kind: str, *names: str, with_object: bool = False) -> Erasure:
        """Ask, approve and finish."""
        erasure = self.ask(kind, *names, with_object=with_object)
        self.approve(erasure)
        erasure_log.finish(opener(self.approver))
        register()
        db.session.rollback()
        return erasure


@pytest.fixture
def case(app: Flask, person: Callable[..., UserAccount]) -> Case:
    """Return a case whose records are in the log."""
    counsel, approver = acting(person("counsel")), acting(person("approver"))
    loan = closed_loan(counsel)
    document = add_file(counsel, loan, "identity card")
    with work_as(counsel, now=NOW) as work:
        search_index.reindex(work.session, "loan", [loan.id])
    register()
    return Case(loan, document, counsel, approver)


def test_erased_fields_are_gone_and_the_others_still_open_the_commitment(case: Case) -> None:
    case.erase("contract", "borrower_name", "borrower_id_number")
    intent = case.intent("contract")
    item = db.session.get_one(EvidenceItem, intent.id)
    assert item.secret_sealed is None
    record = open_record(db.session(), item)
    assert record.fields == {"contract_no": "HT-0001", "rate_per_year": "0.0688"}
    assert record.erased_names == ("borrower_id_number", "borrower_name")
    assert intent.log_index is not None
    entry = house_store().entry(intent.log_index)
    assert record.leads_to(entry.commitment)
    assert len(record.digests) == 4
    disclosed = commitment.disclose(record.fields, record.salts, ["contract_no"])
    commitment.verify(disclosed, record.digests, bytes.fromhex(entry.commitment))
    assert house_store().verify(full=True) == []
    assert list(compare()) == []


def test_an_erasure_reaches_rows_and_the_search_index(case: Case) -> None:
    assert search.find(db.session(), "王伟", EVERYTHING)
    case.erase("contract", "borrower_name", "borrower_id_number")
    loan = db.session.get_one(Loan, case.loan.id)
    person = db.session.get_one(Person, loan.borrower_id)
    assert (loan.borrower_name, person.name) == ("（已删除）", None)
    assert search.find(db.session(), "王伟", EVERYTHING) == []


def test_no_byte_of_what_was_erased_stays_in_the_database(case: Case, settings: Settings) -> None:
    path = settings.home / "recovery.db"
    case.erase("contract", "borrower_name", "borrower_id_number")
    intent = case.intent("contract")
    assert intent.fields_sealed is not None
    left = path.read_bytes() + (settings.home / "recovery.db-wal").read_bytes()
    assert "王伟".encode() not in left


def test_an_erasure_is_not_done_while_somebody_reads_the_old_state(
    case: Case, settings: Settings
) -> None:
    erasure = case.ask("contract", "borrower_name")
    db.session.rollback()
    path = settings.home / "recovery.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT name FROM person").fetchall()
        case.approve(erasure)
        assert erasure_log.finish(opener(case.approver)) == 0
        assert db.session.get_one(Erasure, erasure.id).state == "approved"
    assert erasure_log.finish(opener(case.approver)) == 1
    db.session.rollback()
    assert db.session.get_one(Erasure, erasure.id).state == "done"
    left = path.read_bytes() + path.with_name("recovery.db-wal").read_bytes()
    assert "王伟".encode() not in left


def test_an_erasure_is_registered_with_both_persons(case: Case) -> None:
    case.erase("contract", "borrower_name")
    intent = case.intent("erasure")
    assert intent.log_index is not None
    fields = open_record(db.session(), db.session.get_one(EvidenceItem, intent.id)).fields
    assert (fields["requested_by"], fields["approved_by"]) == ("counsel", "approver")
    assert fields["fields"] == "borrower_name"
    assert fields["basis"] == BASIS
    assert house_store().entry(intent.log_index).kind == "erasure"


def test_a_second_erasure_takes_more_from_what_stayed(case: Case) -> None:
    case.erase("contract", "borrower_id_number")
    case.erase("contract", "borrower_name")
    row = db.session.scalars(select(ErasedRecord)).one()
    assert row.erased_names == ["borrower_id_number", "borrower_name"]
    with pytest.raises(RuleViolation, match="已经删除"):
        case.ask("contract", "borrower_name")


def test_nobody_approves_the_own_erasure(case: Case, person: Callable[..., UserAccount]) -> None:
    administrator = acting(person("administrator"))
    own = Case(case.loan, case.document, administrator, administrator)
    erasure = own.ask("contract", "borrower_name")
    with pytest.raises(RuleViolation, match="不能审批自己"):
        own.approve(erasure)
    db.session.rollback()
    assert db.session.scalars(select(ErasedRecord)).all() == []


def test_a_file_is_destroyed_in_the_store_and_the_copy(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(copies.VARIABLE, f"file://{tmp_path / 'copy'}")
    copy = copies.second_store()
    assert copy is not None
    copies.mirror(copy, lambda: None)
    assert len(list(copy.names("objects"))) == 1
    erasure = case.erase("file", "title", "file_name", with_object=True)
    assert not house_store().has_object(case.document.sha256)
    assert list(copy.names("objects")) == []
    assert len(list(copy.names(erasure_log.FOLDER))) == 1
    document = db.session.get_one(Document, case.document.id)
    assert (document.title, document.file_name) == ("（已删除）", "（已删除）")
    assert document.ended_on is not None
    assert db.session.get_one(Erasure, erasure.id).state == "done"
    Run(opener(case.counsel), Budget(600, 1 << 40)).go()
    assert open_findings(db.session()) == []
    assert house_store().verify(full=True) == []


def test_a_kept_dossier_that_holds_the_values_goes_with_them(case: Case) -> None:
    made = export_dossier(case.counsel, case.loan.id, WantedDossier())
    case.erase("contract", "borrower_name")
    assert not house_store().has_object(made.sha256)


def test_a_file_that_another_loan_has_too_is_not_destroyed(case: Case) -> None:
    other = closed_loan(case.counsel, "HT-0002")
    add_file(case.counsel, other, "identity card")
    register()
    with pytest.raises(RuleViolation, match="另外 1 笔贷款"):
        case.ask("file", with_object=True)


def test_nothing_is_erased_on_hold(case: Case) -> None:
    with work_as(case.counsel, now=NOW) as work:
        hold = set_hold(work, case.loan.id, "债务人已起诉")
    register()
    with pytest.raises(RuleViolation, match="留存期"):
        case.ask("contract", "borrower_name")
    with work_as(case.counsel, now=NOW) as work:
        release_hold(work, hold.id, "判决生效")
    register()
    case.erase("contract", "borrower_name")
    assert case.intent("erasure").log_index is not None


def test_a_hold_set_after_the_request_stops_its_execution(case: Case) -> None:
    erasure = case.ask("contract", "borrower_name")
    with work_as(case.counsel, now=NOW) as work:
        set_hold(work, case.loan.id, "债务人已起诉")
    register()
    with pytest.raises(RuleViolation, match="留存期"):
        case.approve(erasure)
    db.session.rollback()
    item = db.session.get_one(EvidenceItem, case.intent("contract").id)
    assert item.secret_sealed is not None
    assert db.session.get_one(Erasure, erasure.id).state == "requested"


def test_what_a_feature_above_implies_is_a_hold(case: Case) -> None:
    implied_holds.put("test", lambda _session, ids: dict.fromkeys(ids, Text("案件未结")))
    try:
        with pytest.raises(RuleViolation, match="案件未结"):
            case.ask("contract", "borrower_name")
    finally:
        implied_holds.put("test", lambda _session, _ids: {})


def test_a_loan_that_runs_keeps_its_borrower(case: Case) -> None:
    with work_as(case.counsel, now=NOW) as work:
        work.session.get_one(Loan, case.loan.id).closed_on = None
    erasure = case.ask("contract", "borrower_name")
    with pytest.raises(RuleViolation, match="尚未结清"):
        case.approve(erasure)


def test_amounts_and_numbers_are_not_erasable(case: Case) -> None:
    assert erasable_names(db.session(), case.intent("contract")) == [
        "borrower_id_number",
        "borrower_name",
    ]
    with pytest.raises(RuleViolation):
        case.ask("contract", "rate_per_year")


KILLED = """
import os, signal
from evidence_store.local import LocalStorage
from recovery import create_app
from recovery.evidence.keeping import erasure_log
from recovery.kernel.work import system_work

def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)
{patch}
with create_app().app_context():
    erasure_log.finish(lambda: system_work("tests"))
"""
PLACES = (
    "erasure_log.write_entry = die",
    "erasure_log.destroy_objects = die",
    "delete = LocalStorage.delete\n"
    "LocalStorage.delete = lambda self, path: (delete(self, path), die())",
)


@pytest.mark.parametrize("patch", PLACES)
def test_a_kill_between_the_steps_converges(case: Case, settings: Settings, patch: str) -> None:
    erasure = case.ask("file", "title", with_object=True)
    case.approve(erasure)
    environment = os.environ | {
        "RECOVERY_HOME": str(settings.home),
        "RECOVERY_SECRET_KEY": "only for tests",
        "PYTHONPATH": str(Path(__file__).parent.parent.parent.parent),
    }
    child = subprocess.run(
        [sys.executable, "-c", KILLED.format(patch=patch)],
        env=environment,
        check=False,
        timeout=120,
    )
    assert child.returncode == -signal.SIGKILL
    assert db.session.get_one(Erasure, erasure.id).state == "approved"
    assert erasure_log.finish(opener(case.approver)) == 1
    assert erasure_log.finish(opener(case.approver)) == 0
    db.session.rollback()
    assert db.session.get_one(Erasure, erasure.id).state == "done"
    assert not house_store().has_object(case.document.sha256)
    assert [entry.uuid for entry in erasure_log.entries()] == [erasure.uuid.hex()]


def test_what_an_old_database_brings_back_is_erased_again(
    case: Case, settings: Settings, app: Flask
) -> None:
    path, old = settings.home / "recovery.db", settings.home / "old.db"
    db.session.rollback()
    with closing(sqlite3.connect(path)) as now, closing(sqlite3.connect(old)) as copy:
        now.backup(copy)
    content = small_pdf("identity card")
    erasure = case.erase("file", "title", "file_name", with_object=True)
    let_go()
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    old.replace(path)
    house_store().put_objects([BytesIO(content)])
    intent_id = case.intent("file").id
    assert db.session.get_one(EvidenceItem, intent_id).secret_sealed is not None
    sequencer.register_pending()
    db.session.rollback()
    done = erasure_log.replay(opener(case.approver))
    assert (done.entries, done.erased, done.objects) == (1, 1, 1)
    again = erasure_log.replay(opener(case.approver))
    assert (again.erased, again.objects) == (0, 0)
    db.session.rollback()
    assert db.session.get_one(EvidenceItem, intent_id).secret_sealed is None
    assert not house_store().has_object(case.document.sha256)
    row = db.session.scalars(select(Erasure)).one()
    assert (row.uuid, row.state, row.replayed_at) == (erasure.uuid, "done", NOW)


def test_the_same_file_taken_in_again_later_is_not_destroyed_by_a_replay(case: Case) -> None:
    case.erase("file", with_object=True)
    add_file(case.counsel, case.loan, "identity card")
    register()
    assert erasure_log.replay(opener(case.approver)).objects == 0
    assert house_store().has_object(case.document.sha256)


def test_an_erased_record_still_makes_a_dossier_that_verifies(case: Case, tmp_path: Path) -> None:
    case.erase("contract", "borrower_name", "borrower_id_number")
    case.erase("file", "title", with_object=True)
    made = export_dossier(case.counsel, case.loan.id, WantedDossier())
    with open_dossier(made) as file, zipfile.ZipFile(file) as archive:
        archive.extractall(tmp_path)
    [script] = tmp_path.glob("*/verify.py")
    checked = subprocess.run(
        [sys.executable, "-I", "-S", str(script)],
        cwd=script.parent,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert checked.returncode == 0, checked.stdout.decode() + checked.stderr.decode()


def test_every_retention_rule_names_its_basis() -> None:
    assert rules()
    for rule in rules():
        assert rule.basis
        assert 3 <= rule.years <= 100
    covered = [kind for rule in rules() for kind in rule.documents]
    assert len(covered) == len(set(covered))


def test_what_is_due_is_listed_with_what_keeps_it(case: Case) -> None:
    rule = rule_of_document("identity")
    assert rule is not None
    [due] = due_loans(db.session(), rule, EVERYTHING, date(2026, 3, 16))
    assert (due.contract_no, due.last_day, due.document_count) == ("HT-0001", date(2020, 3, 1), 1)
    assert due.holds == ()
    with work_as(case.counsel, now=NOW) as work:
        set_hold(work, case.loan.id, "债务人已起诉")
    [due] = due_loans(db.session(), rule, EVERYTHING, date(2026, 3, 16))
    assert len(due.holds) == 1
    assert due_loans(db.session(), rule, EVERYTHING, date(2020, 2, 28)) == []
    assert count_due(db.session(), rule, EVERYTHING, date(2026, 3, 16), 10) == 1
