"""Dossiers on PostgreSQL: each subject verifies and repeats, the history is filtered."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from recovery.evidence.dossiers import queries
from recovery.evidence.dossiers.lists import DOSSIERS
from recovery.evidence.dossiers.service import Wanted, export_dossier
from recovery.kernel.db import db
from recovery.kernel.gate import EVERYTHING, Actor
from tests.evidence.dossiers.checking import unpack, verified
from tests.evidence.dossiers.test_subjects import MAKERS
from tests.test_postgres import app, postgres, postgres_url

__all__ = ["app", "postgres", "postgres_url"]

pytestmark = pytest.mark.postgres


def found(**asked: Any) -> list[str]:
    """Return whom the listed dossiers went to."""
    filters = DOSSIERS.filters.read(MultiDict(asked))
    staff = Actor(id=None, name="li.na", role="counsel", scope=EVERYTHING)
    return [one.recipient for one in db.session.scalars(queries.dossiers(staff, filters))]


def test_dossiers_verify_come_out_the_same_again_and_are_found_in_the_history(
    app: Flask, actor: Actor, tmp_path: Path
) -> None:
    asked = {
        "loan": Wanted(recipient="浦东法院"),
        "file": Wanted(subject="file", recipient="虹口法院"),
        "package": Wanted(subject="package", recipient="受让方", preset="buyer"),
    }
    records = {subject: make(actor) for subject, make in MAKERS.items()}
    for subject, wanted in asked.items():
        made = export_dossier(actor, records[subject].id, wanted)
        assert verified(unpack(made, tmp_path)).returncode == 0
    repeated = replace(wanted, checkpoint=made.checkpoint_size)
    again = export_dossier(actor, records["package"].id, repeated)
    assert (again.number, again.plain_sha256) == (made.number, made.plain_sha256)
    db.session.rollback()
    assert found(recipient="浦东") == ["浦东法院"]
    assert found(preset="buyer") == ["受让方"] * 2
    assert found(subject="loan", number="HT-0001", made_by="li.na", made_from="2020-01-01") != []
    assert found(subject="file") == ["虹口法院"]
    assert found(made_from="2099-01-01") == []
