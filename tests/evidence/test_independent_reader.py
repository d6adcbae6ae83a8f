"""The log that the program writes, read by a reader that shares nothing with it."""

import json
import zipfile
from pathlib import Path

import pytest
from flask import Flask

from recovery.evidence import sequencer
from recovery.evidence.dossiers.service import Wanted, export_dossier, open_dossier
from recovery.evidence.house import house_store
from recovery.evidence.witnessing.publication import publish
from recovery.kernel.gate import Actor
from recovery.kernel.work import work_as
from recovery.loans.models import Loan
from tests.books import add_loans
from tests.conftest import NOW
from tests.independent_log import included, read_log

ACTOR = Actor.system("tests")


@pytest.fixture
def loan(app: Flask) -> Loan:
    """Return one of 120 registered loans: more leaves than one tile holds."""
    with work_as(ACTOR, now=NOW) as work:
        made = add_loans(work, count=120)[50]
    sequencer.register_pending()
    sequencer.checkpoint()
    return made


def test_every_entry_leads_to_the_signed_root(loan: Loan, tmp_path: Path) -> None:
    store = house_store()
    publish(store, tmp_path / "log")
    found = read_log(tmp_path / "log", store.ring.vkeys()[-1])
    assert len(found) == store.checkpoint_sizes()[-1] > 256
    assert found == [entry.data for entry in store.leaves_from(0)]


def test_an_altered_entry_does_not(loan: Loan, tmp_path: Path) -> None:
    store = house_store()
    publish(store, tmp_path / "log")
    bundle = tmp_path / "log" / "tile" / "entries" / "000"
    bundle.write_bytes(bundle.read_bytes().replace(b'"kind":"contract"', b'"kind":"contrast"', 1))
    with pytest.raises(AssertionError, match="signed root"):
        read_log(tmp_path / "log", store.ring.vkeys()[-1])


def test_the_proofs_of_a_dossier_hold_for_its_records(loan: Loan) -> None:
    vkey = house_store().ring.vkeys()[-1]
    made = export_dossier(ACTOR, loan.id, Wanted())
    with open_dossier(made) as file, zipfile.ZipFile(file) as archive:
        rows = archive.read(f"{made.number}/data/records.jsonl").decode().splitlines()
        records = [json.loads(row) for row in rows]
        proofs = [archive.read(f"{made.number}/{one['proof']}").decode() for one in records]
    assert records
    for record, proof in zip(records, proofs, strict=True):
        assert included(record["leaf"].encode(), proof, vkey) == record["index"]
