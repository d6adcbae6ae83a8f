"""The first whole journey on real data, as other tools call it: the commands, in a fresh home.

A public tape of 1,342 loans and 40,463 reporting rows goes in; a litigation file, a verified
dossier and a frozen package come out.
"""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import bagit
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from recovery import create_app
from recovery.kernel.config import Settings
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.work import work_as
from recovery.litigation.service import NewFile, open_file
from recovery.loans.models import ApplicationData, LedgerEntry, Loan, Person, StagedRow
from tests.conftest import let_go, needs_shared, settings_in
from tests.loans.tape.month_ends import TAPE, check_columns, check_month_ends
from tests.loans.tape.tapes import count

IMPORT = ("tape", "import", str(TAPE / "loans.csv"), "--payments", str(TAPE / "payments.csv"))
CUT_OFF = "2023-12-31"
"""The law of classification begins with 1 July 2023; an earlier cut-off date is refused."""
pytestmark = [needs_shared, pytest.mark.slow]

Recovery = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def settings(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return the settings of the home that all of this module stands in."""
    home = tmp_path_factory.mktemp("real")
    shutil.copy(migrated, home / "recovery.db")
    return settings_in(home)


@pytest.fixture(scope="module")
def recovery(settings: Settings) -> Recovery:
    """Return how the `recovery` command is run in that home."""
    environment = os.environ | {
        "RECOVERY_HOME": str(settings.home),
        "RECOVERY_SECRET_KEY": settings.secret_key,
        "PYTHONPATH": str(Path(__file__).parent.parent),
    }
    for name in ("DATABASE_URL", "BLOB_URL", "QUEUE_URL"):
        environment.pop(name, None)

    def run(*arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "recovery.cli", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == status, done.stderr + done.stdout
        return done

    return run


def facts(done: subprocess.CompletedProcess[str]) -> dict[str, object]:
    """Return what a command reported as JSON."""
    assert done.stdout.startswith("{"), done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def imported(recovery: Recovery) -> dict[str, object]:
    """Return what the import of the tape reported."""
    return facts(recovery(*IMPORT, "--layout", "abs-ee", "--json"))


def test_every_loan_month_is_the_filings_to_the_cent_or_listed_with_its_reason(
    recovery: Recovery, settings: Settings, imported: dict[str, object]
) -> None:
    assert (imported["state"], imported["created"], imported["rejected"]) == ("applied", 1342, 0)
    with create_app(settings).app_context():
        rows = select(func.count()).where(StagedRow.part == "payments")
        assert db.session.scalar(rows.where(StagedRow.state == "applied")) == 40463
        assert check_month_ends() == 79
        check_columns()
        assert db.session.scalar(select(func.count()).where(Person.name.is_not(None))) == 0
        assert count(ApplicationData) == 1342
        entries = count(LedgerEntry)
        let_go()
        again = facts(recovery(*IMPORT, "--layout", "abs-ee", "--json"))
        assert (again["unchanged"], again["updated"], again["rejected"]) == (1342, 0, 0)
        assert count(LedgerEntry) == entries
        let_go()


@pytest.mark.usefixtures("imported")
def test_from_a_real_tape_to_a_file_a_verified_dossier_and_a_frozen_package(
    recovery: Recovery, settings: Settings, tmp_path: Path
) -> None:
    with create_app(settings).app_context():
        loan = db.session.scalars(
            select(Loan).where(Loan.closed_on.is_(None), Loan.overdue_since.is_not(None))
        ).first()
        assert loan is not None
        with work_as(Actor.system("tests")) as work:
            file = open_file(work, loan.id, NewFile("某区人民法院", "ordinary", date(2020, 12, 31)))
        assert file.claim_total >= loan.principal > 0
        assert file.acceptance_fee > 0
        contract_no = loan.contract_no
        let_go()

    out = tmp_path / "dossier.zip"
    made = facts(recovery("dossier", "export", contract_no, "--out", str(out), "--json"))
    with zipfile.ZipFile(out) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / str(made["number"])
    verified = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert verified.returncode == 0, verified.stdout
    assert bagit.Bag(str(folder)).validate()

    built = facts(
        recovery("package", "build", "--name", "真实资产包", "--seller", "abs_trust", "--json")
    )
    number = str(built["number"])
    assert built["loans"] == 1342
    frozen = facts(recovery("package", "freeze", number, "--cut-off", CUT_OFF, "--json", status=1))
    left_out = frozen["left_out"]
    assert isinstance(left_out, dict)
    assert isinstance(frozen["loans"], int)
    assert len(left_out) + frozen["loans"] == 1342
    assert frozen["loans"] > 0
    again = tmp_path / "tape.xlsx"
    recovery("package", "export", number, "--out", str(again))
    sheet = CalamineWorkbook.from_path(str(again)).get_sheet_by_index(1).to_python()
    assert len(sheet) == frozen["loans"] + 1
    assert facts(recovery("evidence", "verify", "--full", "--json"))["whole"] is True
