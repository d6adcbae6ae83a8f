"""Exports as they run: killed in the middle, repeated by a job, many at once, by a command."""

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from recovery.evidence.dossiers import bags, jobs, orders, service
from recovery.evidence.dossiers.commands import dossier as command
from recovery.evidence.dossiers.models import Dossier, DossierOrder
from recovery.evidence.dossiers.service import Wanted, export_dossier
from recovery.evidence.house import house_store
from recovery.kernel.config import Settings
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.job_rows import Job
from recovery.kernel.job_runner import run_due_jobs
from recovery.kernel.jobs import outputs_folder
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.work import work_as
from tests.evidence.dossiers.checking import unpack, verified, words_of
from tests.evidence.dossiers.making import make_file, make_loans, make_package


def count_dossiers() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(Dossier.id))) or 0


class CutOff(BaseException):
    """What a power cut is to a process."""


@pytest.mark.parametrize("place", ["write_plain", "write_finished"])
def test_an_export_that_breaks_off_leaves_no_dossier_and_can_be_done_again(
    app: Flask, actor: Actor, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    [loan] = make_loans(actor)
    whole = getattr(bags, place)

    def broken(out: Any, *rest: Any) -> Any:
        whole(out, *rest)
        out.truncate(out.tell() // 2)
        raise CutOff

    before = house_store().storage.names("objects")
    with monkeypatch.context() as patch:
        patch.setattr(service.bags, place, broken)
        with pytest.raises(CutOff):
            export_dossier(actor, loan.id, Wanted(recipient="法院"))
    assert count_dossiers() == 0
    assert sorted(house_store().storage.names("objects")) == sorted(before)
    assert export_dossier(actor, loan.id, Wanted(recipient="法院")).id


def test_a_killed_export_never_leaves_a_zip_that_verifies_but_is_incomplete(
    app: Flask, actor: Actor, settings: Settings, tmp_path: Path
) -> None:
    [loan] = make_loans(actor)
    environment = os.environ | {"RECOVERY_HOME": str(settings.home)}
    words = [sys.executable, "-m", "recovery.cli", "dossier", "export", loan.contract_no, "--out"]
    begun = time.monotonic()
    subprocess.run([*words, str(tmp_path / "first.zip")], env=environment, check=True)
    took = time.monotonic() - begun
    for share in (0.3, 0.6, 0.85):
        out = tmp_path / f"{share}.zip"
        running = subprocess.Popen([*words, str(out)], env=environment)
        time.sleep(took * share)
        running.send_signal(signal.SIGKILL)
        running.wait()
        if out.exists():
            with zipfile.ZipFile(out) as archive:
                assert archive.testzip() is None
    db.session.rollback()
    for made in db.session.scalars(select(Dossier)):
        assert verified(unpack(made, tmp_path / str(made.id))).returncode == 0
    assert house_store().verify() == []


def test_a_job_done_again_makes_none_twice_and_gives_all_in_one_zip(
    app: Flask, actor: Actor
) -> None:
    loans = make_loans(actor, 2)
    wanted = Wanted(recipient="法院", purpose="起诉")
    with work_as(actor) as work:
        job = jobs.enqueue(work, wanted, [*(one.id for one in loans), 99])
    order = db.session.get_one(DossierOrder, job.arguments["order"])
    export_dossier(actor, loans[0].id, orders.wanted_of(order, job.id))
    run_due_jobs()
    assert count_dossiers() == 2
    [path] = list((outputs_folder() / str(job.id)).rglob("*.zip"))
    with zipfile.ZipFile(path) as archive:
        assert len(archive.namelist()) == 2
        assert all(name.startswith("HT-000") for name in archive.namelist())


def test_the_job_of_an_auditor_names_no_record_and_has_no_file(app: Flask, actor: Actor) -> None:
    loans = make_loans(actor, 2)
    auditor = replace(actor, role="external_auditor")
    with work_as(auditor) as work:
        job = jobs.enqueue(work, Wanted(recipient="审计"), [one.id for one in loans])
    run_due_jobs()
    db.session.rollback()
    assert count_dossiers() == 2
    result = db.session.get_one(Job, job.id).result
    assert loans[0].contract_no not in str(result)
    assert list((outputs_folder() / str(job.id)).rglob("*.zip")) == []


def test_no_recipient_or_purpose_stands_in_the_row_of_a_job(app: Flask, actor: Actor) -> None:
    [loan] = make_loans(actor)
    with work_as(actor) as work:
        job = jobs.enqueue(work, Wanted(recipient="王小明", purpose="起诉王小明"), [loan.id])
    assert "王小明" not in str(job.arguments)
    run_due_jobs()
    [made] = db.session.scalars(select(Dossier))
    assert (made.recipient, made.purpose) == ("王小明", "起诉王小明")


def test_the_recipient_stands_on_every_page_of_what_is_handed_out(
    app: Flask, actor: Actor, tmp_path: Path
) -> None:
    [loan] = make_loans(actor)
    plain = export_dossier(actor, loan.id, Wanted())
    wanted = Wanted(recipient="浦东法院", checkpoint=plain.checkpoint_size)
    marked = export_dossier(actor, loan.id, wanted)
    assert marked.plain_sha256 == plain.sha256 == plain.plain_sha256
    assert marked.sha256 != plain.sha256
    folder = unpack(marked, tmp_path)
    assert verified(folder).returncode == 0
    words = words_of(folder)
    assert words.count("仅供 浦东法院 使用") == 2 * marked.contents["pages"]


def test_each_export_is_registered_with_whom_it_was_for(app: Flask, actor: Actor) -> None:
    file = make_file(actor)
    made = export_dossier(actor, file.id, Wanted(subject="file", recipient="浦东法院"))
    db.session.rollback()
    intent = db.session.scalars(
        select(RegistrationIntent).where(RegistrationIntent.subject_type == "dossier")
    ).one()
    assert (intent.subject_id, intent.loan_id) == (made.id, file.loan_id)


@pytest.fixture
def here(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands work where the application of the test does."""
    monkeypatch.setenv("RECOVERY_HOME", str(settings.home))


def run(*words: str) -> Any:
    """Run `recovery dossier …` and return its report."""
    result = CliRunner().invoke(command, [*words, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    db.session.rollback()
    return json.loads(result.output)


def test_the_command_exports_what_is_named_and_lists_it(
    here: None, actor: Actor, tmp_path: Path
) -> None:
    package = make_package(actor)
    out = tmp_path / "p.zip"
    made = run("export", "--package", package.number, "--preset", "buyer", "--out", str(out))
    again = tmp_path / "again.zip"
    size = str(made["checkpoint"])
    words = ("export", "--package", package.number, "--preset", "buyer", "--checkpoint", size)
    run(*words, "--out", str(again))
    assert out.read_bytes() == again.read_bytes()
    listed = run("list", "--package", package.number)
    assert [one["number"] for one in listed] == [made["number"]] * 2


def test_a_command_that_names_two_things_or_none_is_wrong_use(here: None, tmp_path: Path) -> None:
    out = ("--out", str(tmp_path / "x.zip"))
    for words in (("export", *out), ("export", "HT-1", "--file", "2026-1", *out)):
        assert CliRunner().invoke(command, words).exit_code == 2


def test_a_buyer_does_not_learn_to_whom_else_a_dossier_was_given(
    app: Flask, actor: Actor, tmp_path: Path
) -> None:
    [loan] = make_loans(actor)
    export_dossier(actor, loan.id, Wanted(recipient="浦东法院", purpose="起诉"))
    wanted = Wanted(recipient="Buyer Ltd.", preset="buyer", language="en")
    folder = unpack(export_dossier(actor, loan.id, wanted), tmp_path)
    assert "浦东法院" not in (folder / "data/records.jsonl").read_text("utf-8")
    assert "浦东法院" not in words_of(folder)
    assert "For Buyer Ltd. only" in words_of(folder)
