"""`recovery law eval` answers by the law of its installation, and without one as it ships."""

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from recovery.cli import cli
from recovery.kernel.config import Settings
from recovery.law.book import LawBook
from recovery.rulebook import proposals
from recovery.rulebook.drafts import NewValue, Source
from recovery.rulebook.offline import book_at
from recovery.rulebook.service import current_book
from tests.rulebook.conftest import Office

QUESTION = {
    "id": 1,
    "rule": "deadline.appeal.judgment",
    "inputs": {"trigger": "2026-05-01", "on": "2026-05-01"},
}
APPEAL = NewValue(
    "deadline.appeal.judgment",
    date(2026, 5, 1),
    "{ days = 20 }",
    Source("《民事诉讼法》", "第171条", "2026年修正", "V"),
    True,
)


def answer(monkeypatch: pytest.MonkeyPatch, home: Path) -> str:
    monkeypatch.setenv("RECOVERY_HOME", str(home))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    result = CliRunner().invoke(cli, ["law", "eval"], input=json.dumps(QUESTION))
    assert result.exit_code == 0, result.output
    return str(json.loads(result.output)["result"]["deadline"])


def test_eval_answers_by_what_was_approved_here(
    office: Office, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with office.work() as work:
        change = proposals.propose_version(work, APPEAL, reason="修法")
    assert answer(monkeypatch, settings.home) == "2026-05-18"
    office.approve(change)
    assert answer(monkeypatch, settings.home) == "2026-05-21"
    book = book_at(settings.database_url)
    assert book is not None
    assert book.version == current_book().version


def test_eval_without_a_database_answers_by_the_law_as_it_ships_and_makes_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "nothing"
    assert answer(monkeypatch, home) == "2026-05-18"
    assert not home.exists()


def test_a_database_without_tables_is_answered_by_the_law_as_it_ships(tmp_path: Path) -> None:
    (tmp_path / "recovery.db").touch()
    assert book_at(f"sqlite:///{tmp_path / 'recovery.db'}") is None
    assert LawBook.standard().version
