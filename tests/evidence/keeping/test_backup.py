"""A backup restores keys, store and database; later leaves stay; erasures are carried out again."""

import json
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from recovery import create_app
from recovery.cli import cli
from recovery.evidence import sequencer
from recovery.evidence.comparison import compare
from recovery.evidence.house import house_store
from recovery.evidence.keeping.backup import back_up, restore
from recovery.kernel.config import Settings
from recovery.kernel.db import db
from recovery.kernel.errors import RuleViolation
from recovery.kernel.gate import Actor
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.work import work_as
from recovery.loans.models import Document, Loan
from tests.conftest import NOW, let_go, within
from tests.evidence.keeping.making import add_file, closed_loan, register
from tests.kernel.conftest import postgres, postgres_url

__all__ = ["postgres", "postgres_url"]

WORDS = "correct horse battery"


@pytest.fixture
def loan(app: Flask, actor: Actor) -> Loan:
    """Return a loan with a registered contract and file."""
    made = closed_loan(actor)
    add_file(actor, made, "identity card")
    register()
    return made


def fresh(settings: Settings, folder: Path) -> Settings:
    """Return the settings of another machine on which nothing is yet."""
    folder.mkdir(mode=0o700)
    return replace(
        settings,
        home=folder,
        database_url=f"sqlite:///{folder / 'recovery.db'}",
        blob_url=f"file://{folder / 'evidence'}",
    )


def opened(settings: Settings) -> Iterator[Flask]:
    """Yield an application on what was restored."""
    app = create_app(settings)
    yield from within(app)


def test_what_was_backed_up_is_whole_on_another_machine(
    loan: Loan, settings: Settings, tmp_path: Path
) -> None:
    made = back_up(settings, tmp_path / "b.tar", WORDS, NOW)
    assert (made.engine, made.made_at) == ("sqlite", NOW.isoformat())
    elsewhere = fresh(settings, tmp_path / "other")
    restore(elsewhere, tmp_path / "b.tar", WORDS)
    for _app in opened(elsewhere):
        assert db.session.scalars(select(Loan.contract_no)).one() == "HT-0001"
        document = db.session.scalars(select(Document)).one()
        with house_store().open_object(document.sha256) as file:
            assert b"identity card" in file.read()
        assert house_store().verify(full=True) == []
        assert list(compare()) == []


def test_leaves_that_came_after_the_backup_are_listed_and_kept(
    loan: Loan, settings: Settings, actor: Actor, tmp_path: Path
) -> None:
    back_up(settings, tmp_path / "b.tar", WORDS, NOW)
    late = closed_loan(actor, "HT-0002")
    register()
    size = house_store().size
    let_go()
    for path in settings.home.glob("recovery.db*"):
        path.unlink()
    restore(settings, tmp_path / "b.tar", WORDS)
    sequencer.register_pending()
    assert late.contract_no not in db.session.scalars(select(Loan.contract_no)).all()
    assert house_store().size == size
    differences = [str(one) for one in compare()]
    assert len(differences) == 1
    assert "没有对应记录" in differences[0]
    again = closed_loan(actor, "HT-0003")
    register()
    entry = next(iter(house_store().leaves_from(size)))
    intent = db.session.scalars(
        select(RegistrationIntent).where(RegistrationIntent.loan_id == again.id)
    ).first()
    assert intent is not None
    assert (entry.index, entry.id) == (size, intent.uuid.hex())
    assert house_store().verify(full=True) == []


def test_the_keys_are_not_in_the_backup_and_open_only_with_the_passphrase(
    loan: Loan, settings: Settings, tmp_path: Path
) -> None:
    back_up(settings, tmp_path / "b.tar", WORDS, NOW)
    data = (tmp_path / "b.tar").read_bytes() + (tmp_path / "b.tar.keys").read_bytes()
    for key in settings.keys.iterdir():
        assert key.read_bytes().strip() not in data
    with tarfile.open(tmp_path / "b.tar") as archive:
        assert not [name for name in archive.getnames() if "log.key" in name]
    elsewhere = fresh(settings, tmp_path / "other")
    with pytest.raises(RuleViolation, match="口令不对"):
        restore(elsewhere, tmp_path / "b.tar", "another passphrase")
    assert not (elsewhere.home / "recovery.db").exists()
    with pytest.raises(RuleViolation, match="12 个字符"):
        back_up(settings, tmp_path / "c.tar", "short", NOW)


def test_a_restore_overwrites_neither_a_database_nor_another_log(
    loan: Loan, settings: Settings, tmp_path: Path
) -> None:
    back_up(settings, tmp_path / "b.tar", WORDS, NOW)
    with pytest.raises(RuleViolation, match="已存在"):
        restore(settings, tmp_path / "b.tar", WORDS)
    other = fresh(settings, tmp_path / "other")
    for app in opened(other):
        with app.app_context():
            house_store()
    shutil.rmtree(other.home / "keys")
    with pytest.raises(RuleViolation, match="另一个存证日志"):
        restore(other, tmp_path / "b.tar", WORDS)


def test_something_else_is_no_backup(settings: Settings, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "b.tar", "w") as archive:
        archive.add(__file__, "store/x")
    with pytest.raises(RuleViolation, match="不是本系统的备份"):
        restore(settings, tmp_path / "b.tar", WORDS)


def test_the_commands_back_up_and_restore(
    loan: Loan, settings: Settings, actor: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECOVERY_BACKUP_PASSPHRASE", WORDS)
    monkeypatch.setenv("RECOVERY_HOME", str(settings.home))
    file = str(tmp_path / "b.tar")
    done = CliRunner().invoke(cli, ["backup", file, "--json"], standalone_mode=False)
    assert done.return_value == 0, done.output
    assert json.loads(done.stdout)["engine"] == "sqlite"
    monkeypatch.setenv("RECOVERY_HOME", str(tmp_path / "other"))
    done = CliRunner().invoke(cli, ["restore", file, "--json"], standalone_mode=False)
    assert done.return_value == 0, (done.output, done.exception)
    assert json.loads(done.stdout)["kept_without_row"] == []
    done = CliRunner().invoke(cli, ["evidence", "verify", "--full"], standalone_mode=False)
    assert done.return_value == 0, done.output
    done = CliRunner().invoke(cli, ["evidence", "fixity", "--json"], standalone_mode=False)
    assert json.loads(done.stdout)["checked"] == 1


@pytest.mark.postgres
def test_a_backup_of_postgresql_is_restored_into_an_empty_database(
    settings: Settings, postgres_url: str, tmp_path: Path, actor: Actor
) -> None:
    from sqlalchemy import create_engine, text

    from recovery.kernel.migrations import upgrade

    first = replace(settings, database_url=postgres_url)
    upgrade(postgres_url)
    for _app in opened(first):
        loan = closed_loan(actor)
        add_file(actor, loan, "identity card")
        register()
        back_up(first, tmp_path / "b.tar", WORDS, NOW)
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    second = replace(fresh(settings, tmp_path / "other"), database_url=postgres_url)
    restore(second, tmp_path / "b.tar", WORDS)
    with pytest.raises(RuleViolation, match="不是空的"):
        restore(second, tmp_path / "b.tar", WORDS)
    for _app in opened(second):
        assert list(compare()) == []
        assert house_store().verify(full=True) == []
        with work_as(actor, now=NOW) as work:
            work.session.get_one(Loan, 1)
        closed_loan(actor, "HT-0002")
        register()
        assert list(compare()) == []
