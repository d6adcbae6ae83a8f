"""The registry and a dossier on an S3-compatible store, and what happens while it is down."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

import pytest
from flask import Flask

from recovery import create_app
from recovery.evidence import sequencer
from recovery.evidence.dossiers.service import Wanted, export_dossier, open_dossier
from recovery.evidence.house import house_store
from recovery.kernel.config import Settings
from recovery.kernel.errors import RuleViolation
from recovery.kernel.gate import Actor
from recovery.kernel.links import document_store
from recovery.kernel.work import work_as
from tests.books import add_loans
from tests.conftest import NOW, within
from tests.evidence.making import small_pdf
from tests.evidence_store.test_s3 import endpoint, url

__all__ = ["endpoint", "url"]

pytestmark = pytest.mark.s3
ACTOR = Actor.system("tests")


def opened(settings: Settings, blob_url: str) -> Iterator[Flask]:
    """Yield the application with its evidence at `blob_url`."""
    app = create_app(replace(settings, blob_url=blob_url))
    yield from within(app)


@pytest.fixture
def app(settings: Settings, url: str) -> Iterator[Flask]:
    """Return the application with its evidence in a bucket."""
    yield from opened(settings, url)


def test_a_dossier_comes_out_of_a_bucket_as_it_was_made(app: Flask) -> None:
    with work_as(ACTOR, now=NOW) as work:
        loan = add_loans(work)[0]
    made = export_dossier(ACTOR, loan.id, Wanted())
    with open_dossier(made) as file:
        assert file.read(2) == b"PK"
    assert house_store().verify(full=True) == []


@pytest.fixture
def cut_off(settings: Settings) -> Iterator[Flask]:
    """Return the application with its evidence in a bucket that is out of reach."""
    yield from opened(settings, "s3://nowhere/evidence")


def test_while_the_store_is_down_the_business_goes_on_and_uploads_are_refused(
    cut_off: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    for name, value in nowhere.items():
        monkeypatch.setenv(name, value)
    with work_as(ACTOR, now=NOW) as work:
        add_loans(work)
    assert sequencer.backlog() > 0
    with pytest.raises(RuleViolation, match="证据库暂时不可用"):
        document_store.get("evidence").keep(BytesIO(small_pdf()), "合同.pdf")
    assert sequencer.backlog() > 0
