"""What machines ask: whether the process lives, whether it can serve, and its figures."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from recovery.kernel.config import Settings
from recovery.kernel.db import WRITER, db
from recovery.kernel.gate import Actor
from recovery.kernel.job_rows import Job
from recovery.kernel.work import work_as
from recovery.web import health


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a client that is nobody."""
    return app.test_client()


def test_a_living_process_says_so_without_a_database(client: FlaskClient) -> None:
    assert client.get("/healthz").data == b"ok\n"


def test_a_whole_installation_is_ready(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.json == {
        "ready": True,
        "checks": dict.fromkeys(health.checks._values, "ok"),
    }
    assert {"database", "evidence", "queue", "fonts", "pdf_subsetting"} <= set(
        health.checks._values
    )


def test_an_evidence_folder_that_others_can_read_is_not_ready(
    client: FlaskClient, settings: Settings
) -> None:
    folder = Path(settings.blob_url.removeprefix("file://"))
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert "0700" in answer.json["checks"]["evidence"]


def test_jobs_that_nobody_does_make_it_not_ready(client: FlaskClient, actor: Actor) -> None:
    with work_as(actor) as work:
        job = work.enqueue("test.any", {})
        work.session.get_one(Job, job.id).due_at = datetime(2026, 1, 1, tzinfo=UTC)
    answer = client.get("/readyz")
    assert answer.json is not None
    assert "worker" in answer.json["checks"]["queue"]


def test_figures_are_for_this_machine_and_for_who_has_the_token(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get("/healthz")
    text = client.get("/metrics").text
    assert 'recovery_requests_total{endpoint="health.alive",status="200"} 1.0' in text
    assert "recovery_queue_lag_seconds 0.0" in text
    far = {"REMOTE_ADDR": "203.0.113.9"}
    assert client.get("/metrics", environ_base=far).status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "1.2.3.4"}).status_code == 404
    monkeypatch.setenv("RECOVERY_METRICS_TOKEN", "scrape")
    wrong = {"Authorization": "Bearer other"}
    right = {"Authorization": "Bearer scrape"}
    assert client.get("/metrics", environ_base=far, headers=wrong).status_code == 404
    assert client.get("/metrics", environ_base=far, headers=right).status_code == 200


def test_a_database_of_another_version_is_not_ready(client: FlaskClient) -> None:
    with db.engines[WRITER].begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert "db upgrade" in answer.json["checks"]["schema"]
    assert answer.json["checks"]["database"] == "ok"
