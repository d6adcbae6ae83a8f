"""The first whole journey on real data, as other tools call it: the commands, in a fresh home.

A public tape goes in; a litigation file, a verified dossier and a frozen package come out.
"""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import bagit
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from recovery import create_app
from recovery.kernel.config import Settings
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.work import work_as
from recovery.litigation.service import NewFile, open_file
from recovery.loans.models import Loan
from tests.conftest import SHARED, let_go, needs_shared

TAPE = SHARED / "data" / "abs_ee_auto_2017"
CUT_OFF = "2023-12-31"
"""The law of classification begins with 1 July 2023; an earlier cut-off date is refused."""
pytestmark = [needs_shared, pytest.mark.slow]

Recovery = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def recovery(settings: Settings) -> Recovery:
    """Return how the `recovery` command is run in a home of its own."""
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


def test_from_a_real_tape_to_a_file_a_verified_dossier_and_a_frozen_package(
    recovery: Recovery, settings: Settings, tmp_path: Path
) -> None:
    tape = ("--layout", "abs-ee", "--payments", str(TAPE / "payments.csv"), "--json")
    imported = facts(recovery("tape", "import", str(TAPE / "loans.csv"), *tape))
    assert imported["created"] == 1342
    assert imported["rejected"] == 0

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
