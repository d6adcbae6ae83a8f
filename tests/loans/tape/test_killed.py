"""An import that is killed is taken up where it ended; no loan is half there, none twice."""

import signal
import subprocess
import sys
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from recovery.kernel.config import Settings
from recovery.kernel.db import db
from recovery.kernel.models import RegistrationIntent
from recovery.loans.models import ImportBatch, LedgerEntry, Loan, Person, Vehicle
from recovery.loans.tape.applying import apply_batch
from tests.loans.tape.tapes import ACTOR, TODAY, count, line, opener, write_csv

LOANS = 1500


def killed_midway(settings: Settings, path: Path) -> None:
    """Run an import in a process and kill it after its second unit of work."""
    command = [sys.executable, "-m", "tests.loans.tape.import_process", settings.home, path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _unit in range(2):
            assert process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert process.returncode == -signal.SIGKILL


def test_a_killed_import_is_finished_by_another_with_each_loan_whole_and_once(
    app: Flask, settings: Settings, tmp_path: Path
) -> None:
    killed_midway(settings, write_csv(tmp_path / "t.csv", [line(one) for one in range(LOANS)]))
    batch = db.session.scalars(select(ImportBatch)).one()
    there = count(Loan)
    assert batch.state == "applying"
    assert 0 < there < LOANS
    assert batch.created_count == there
    assert count(Vehicle) == there
    assert count(LedgerEntry) == 2 * there
    state = apply_batch(
        opener(),
        db.session(),
        batch.id,
        actor=ACTOR,
        today=TODAY,
        progress=lambda done, total: None,
    )
    assert state == "applied"
    assert (count(Loan), count(LedgerEntry)) == (LOANS, 2 * LOANS)
    assert count(RegistrationIntent) == 3 * LOANS + 1
    numbers = select(func.count(Loan.contract_no.distinct()))
    assert db.session.scalar(numbers) == LOANS
    assert count(Person) == db.session.scalar(select(func.count(Person.id_number_index.distinct())))
