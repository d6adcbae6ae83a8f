"""Exports as they run: killed in the middle, repeated by a job, many at once, by a command."""

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
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
from recovery.litigation.models import LitigationFile
from recovery.portfolio.models import Package
from tests.evidence.dossiers.checking import unpack, verified, words_of
from tests.evidence.dossiers.making import ACTOR, make_file, make_loans, make_package


def count_dossiers() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(Dossier.id))) or 0


class CutOff(BaseException):
    """What a power cut is to a process."""


def test_an_export_that_breaks_off_leaves_no_dossier_and_can_be_done_again(
    app: Flask, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    package, wanted = make_package(actor, 1), Wanted(subject="package", recipient="法院")
    before = house_store().storage.names("objects")
    for place in ("write_plain", "write_finished"):
        with monkeypatch.context() as patch:
            patch.setattr(service.bags, place, broken_off(getattr(bags, place)))
            with pytest.raises(CutOff):
                export_dossier(actor, package.id, wanted)
        assert count_dossiers() == 0
        assert sorted(house_store().storage.names("objects")) == sorted(before)
    assert export_dossier(actor, package.id, wanted).id


def broken_off(whole: Callable[..., Any]) -> Callable[..., Any]:
    """Return what writes as `whole` does, and is cut off half-way."""

    def broken(out: Any, *rest: Any) -> Any:
        whole(out, *rest)
        out.truncate(out.tell() // 2)
        raise CutOff

    return broken


def test_a_killed_export_never_leaves_a_zip_that_verifies_but_is_incomplete(
    app: Flask, actor: Actor, settings: Settings, tmp_path: Path
) -> None:
    [loan] = make_loans(actor)
    environment = os.environ | {"RECOVERY_HOME": str(settings.home)}
    words = [sys.executable, "-m", "recovery.cli", "dossier", "export", loan.contract_no, "--out"]
    begun = time.monotonic()
    subprocess.run([*words, str(tmp_path / "first.zip")], env=environment, check=True)
    took = time.monotonic() - begun
    for share in (0.4, 0.8):
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


def two_packages(actor: Actor) -> list[Package]:
    """Return packages of a loan each: of all records their dossiers are the shortest."""
    return [make_package(actor, 1, first=first) for first in (1, 2)]


def test_a_job_done_again_makes_none_twice_and_gives_all_in_one_zip(
    app: Flask, actor: Actor
) -> None:
    packages = two_packages(actor)
    wanted = Wanted(subject="package", recipient="王小明", purpose="起诉王小明")
    with work_as(actor) as work:
        job = jobs.enqueue(work, wanted, [*(one.id for one in packages), 99])
    assert "王小明" not in str(job.arguments), "no recipient or purpose stands in the row"
    order = db.session.get_one(DossierOrder, job.arguments["order"])
    export_dossier(actor, packages[0].id, orders.wanted_of(order, job.id))
    run_due_jobs()
    db.session.rollback()
    made = list(db.session.scalars(select(Dossier)))
    assert [(one.recipient, one.purpose) for one in made] == [("王小明", "起诉王小明")] * 2
    [path] = list((outputs_folder() / str(job.id)).rglob("*.zip"))
    with zipfile.ZipFile(path) as archive:
        names = sorted(archive.namelist())
    assert names == sorted(f"{one.subject_number}-{one.number}.zip" for one in made)


def test_the_job_of_an_auditor_names_no_record_and_has_no_file(app: Flask, actor: Actor) -> None:
    packages = two_packages(actor)
    auditor = replace(actor, role="external_auditor")
    wanted = Wanted(subject="package", recipient="审计")
    with work_as(auditor) as work:
        job = jobs.enqueue(work, wanted, [one.id for one in packages])
    run_due_jobs()
    db.session.rollback()
    assert count_dossiers() == 2
    result = db.session.get_one(Job, job.id).result
    assert result
    assert not any(one.number in str(result) for one in packages)
    assert list((outputs_folder() / str(job.id)).rglob("*.zip")) == []


@dataclass(frozen=True)
class Given:
    """The dossiers of a file: unmarked, for a court; and that of its loan for a buyer."""

    file: LitigationFile
    plain: Dossier
    court: Dossier
    buyer: Dossier


@pytest.fixture(scope="module")
def given(house: Flask) -> Given:
    """Return dossiers that were handed out one after the other."""
    file = make_file(ACTOR)
    plain = export_dossier(ACTOR, file.id, Wanted(subject="file"))
    head = plain.checkpoint_size
    wanted = Wanted(subject="file", recipient="浦东法院", purpose="起诉", checkpoint=head)
    court = export_dossier(ACTOR, file.id, wanted)
    wanted = Wanted(recipient="Buyer Ltd.", preset="buyer", language="en")
    return Given(file, plain, court, export_dossier(ACTOR, file.loan_id, wanted))


def test_the_recipient_stands_on_every_page_of_what_is_handed_out(
    given: Given, tmp_path: Path
) -> None:
    plain, marked = given.plain, given.court
    assert marked.plain_sha256 == plain.sha256 == plain.plain_sha256
    assert marked.sha256 != plain.sha256
    folder = unpack(marked, tmp_path)
    assert verified(folder).returncode == 0
    words = words_of(folder)
    assert words.count("仅供 浦东法院 使用") == 2 * marked.contents["pages"]


def test_each_export_is_registered_with_whom_it_was_for(given: Given) -> None:
    db.session.rollback()
    intents = db.session.scalars(
        select(RegistrationIntent)
        .where(RegistrationIntent.subject_type == "dossier")
        .order_by(RegistrationIntent.id)
    )
    made = (given.plain, given.court, given.buyer)
    loan_id = given.file.loan_id
    assert [(one.subject_id, one.loan_id) for one in intents] == [(one.id, loan_id) for one in made]


def test_a_buyer_does_not_learn_to_whom_else_a_dossier_was_given(
    given: Given, tmp_path: Path
) -> None:
    folder = unpack(given.buyer, tmp_path)
    records = (folder / "data/records.jsonl").read_text("utf-8")
    assert given.buyer.contents["records"] > given.plain.contents["records"]
    assert "浦东法院" not in records
    assert "浦东法院" not in words_of(folder)
    assert "For Buyer Ltd. only" in words_of(folder)


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
