"""`recovery tape import`: exit status 0 done, 1 rejected rows, 2 wrong use."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask import Flask

from recovery.cli import main
from recovery.kernel.config import Settings
from recovery.kernel.db import db
from recovery.loans.models import ImportBatch, Loan
from tests.loans.tape.tapes import count, line, loan_of, write_csv


@pytest.fixture
def own_logs() -> Iterator[None]:
    """Put the logs back as they were: a command sends them to a stream that the test closes."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


@pytest.fixture
def run(
    app: Flask,
    settings: Settings,
    own_logs: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Any:
    """Return a function that runs a command on the test's own home: status, what it printed."""
    monkeypatch.setenv("RECOVERY_HOME", str(settings.home))
    monkeypatch.delenv("DATABASE_URL", raising=False)

    def call(*arguments: object) -> tuple[int, str, str]:
        status = main([str(one) for one in arguments])
        db.session.rollback()
        said = capsys.readouterr()
        return status, said.out, said.err

    return call


def test_a_clean_file_is_imported_with_status_0(run: Any, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "t.csv", [line(1), line(2)])
    status, out, _err = run("tape", "import", path, "--json")
    figures = json.loads(out)
    assert status == 0
    assert (figures["state"], figures["created"], figures["rejected"]) == ("applied", 2, 0)
    assert figures["control_totals"]["principal"] == "160001.00"
    assert count(Loan) == 2


def test_rejected_rows_are_listed_and_written_with_status_1(run: Any, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "t.csv", [line(1), line(2, 放款金额="很多")])
    rejects = tmp_path / "rejects.csv"
    status, out, _err = run("tape", "import", path, "--rejects", rejects)
    assert status == 1
    assert "第 3 行“放款金额”列：“很多”不是金额" in out
    assert "很多" in rejects.read_text("utf-8-sig").splitlines()[1]


def test_a_dry_run_writes_nothing_at_all(run: Any, tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    path = write_csv(tmp_path / "t.csv", [line(1), line(2, 放款金额="很多")])
    status, out, _err = run("tape", "import", path, "--dry-run", "--json", "--rejects", rejects)
    figures = json.loads(out)
    assert (status, figures["created"], figures["rejected"]) == (1, 1, 1)
    assert (count(Loan), count(ImportBatch)) == (0, 0)
    assert len(rejects.read_text("utf-8-sig").splitlines()) == 2


def test_the_same_file_is_recognised_and_changes_nothing(run: Any, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "t.csv", [line(1)])
    run("tape", "import", path)
    status, out, _err = run("tape", "import", path, "--json")
    figures = json.loads(out)
    assert (status, figures["already_imported"]) == (0, True)
    assert (figures["created"], figures["unchanged"]) == (0, 1)
    assert count(ImportBatch) == 1


def test_an_old_file_after_a_newer_one_is_compared_again(run: Any, tmp_path: Path) -> None:
    old = write_csv(tmp_path / "a.csv", [line(1)])
    new = write_csv(tmp_path / "b.csv", [line(1, 剩余本金="1000")])
    for path in (old, new):
        run("tape", "import", path)
    assert loan_of("QC2024000001").principal == 1000
    _status, out, _err = run("tape", "import", old, "--json")
    assert json.loads(out)["updated"] == 1
    assert str(loan_of("QC2024000001").principal) == "80000.50"


def test_wrong_use_ends_with_status_2(run: Any, tmp_path: Path) -> None:
    assert run("tape", "import", tmp_path / "none.csv")[0] == 2
    assert run("tape", "import")[0] == 2
    path = write_csv(tmp_path / "t.csv", [line(1)])
    assert run("tape", "import", path, "--branch", "nowhere")[0] == 2


def test_a_file_without_contract_numbers_or_an_unknown_layout_is_one_sentence(
    run: Any, tmp_path: Path
) -> None:
    path = tmp_path / "t.csv"
    path.write_text("姓名,电话\n王五,1\n", "utf-8")
    status, out, err = run("tape", "import", path)
    assert (status, out) == (1, "")
    assert "没有找到合同编号列" in err
    status, _out, err = run("tape", "import", path, "--layout", "nobody")
    assert status == 2
    assert "没有名为“nobody”的版式" in err


def test_the_layouts_are_listed(run: Any) -> None:
    status, out, _err = run("tape", "layouts", "--json")
    assert status == 0
    assert {"generic", "abs-ee", "abs-ee-payments"} <= set(json.loads(out))


def test_the_rejects_are_not_written_over_the_tape(tmp_path: Path, run: Any) -> None:
    tape = write_csv(tmp_path / "tape.csv", [line(1)])
    before = tape.read_bytes()
    status, _out, said = run("tape", "import", tape, "--dry-run", "--rejects", tape)
    assert (status, tape.read_bytes()) == (2, before)
    assert "不能是要导入的文件本身" in said
