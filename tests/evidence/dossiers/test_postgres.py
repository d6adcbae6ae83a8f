"""Dossiers on PostgreSQL: each subject verifies and repeats, the history is filtered."""

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


@pytest.mark.parametrize("subject", list(MAKERS))
def test_a_dossier_verifies_and_comes_out_the_same_again(
    app: Flask, actor: Actor, tmp_path: Path, subject: str
) -> None:
    record = MAKERS[subject](actor)
    first = export_dossier(actor, record.id, Wanted(subject=subject))
    wanted = Wanted(subject=subject, checkpoint=first.checkpoint_size)
    assert export_dossier(actor, record.id, wanted).sha256 == first.sha256
    assert verified(unpack(first, tmp_path)).returncode == 0


def found(**asked: Any) -> list[str]:
    """Return whom the listed dossiers went to."""
    filters = DOSSIERS.filters.read(MultiDict(asked))
    staff = Actor(id=None, name="li.na", role="counsel", scope=EVERYTHING)
    return [one.recipient for one in db.session.scalars(queries.dossiers(staff, filters))]


def test_the_history_is_filtered_by_recipient_preset_subject_person_and_day(
    app: Flask, actor: Actor
) -> None:
    loan = MAKERS["loan"](actor)
    export_dossier(actor, loan.id, Wanted(recipient="浦东法院"))
    export_dossier(actor, loan.id, Wanted(recipient="受让方", preset="buyer"))
    db.session.rollback()
    assert found(recipient="法院") == ["浦东法院"]
    assert found(preset="buyer") == ["受让方"]
    assert found(subject="loan", number="HT-0001", made_by="li.na", made_from="2020-01-01") != []
    assert found(subject="package") == found(made_from="2099-01-01") == []
