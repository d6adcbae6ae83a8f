"""The queue that wakes workers: Huey on SQLite or PostgreSQL. It carries only job numbers.

Losing the queue loses nothing: the sweep finds every due job in its table and puts its number
in again.
"""

import json
from typing import Any
from urllib.parse import urlsplit

import structlog
from flask import Flask, current_app
from huey import Huey
from huey.registry import Message
from huey.serializer import Serializer

from recovery.kernel.config import Settings
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _

log = structlog.get_logger()

NAME = "recovery"
TASK = "run_job"


class JsonSerializer(Serializer):  # type: ignore[misc]
    """Numbers travel as JSON: what others can write into the queue must not become code."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps(data).encode()

    def _deserialize(self, data: bytes) -> Any:
        return Message(*json.loads(bytes(data)))


class Queue:
    """One installation's queue; made when first used, so that reading needs none."""

    def __init__(self, app: Flask) -> None:
        settings: Settings = app.config["SETTINGS"]
        self.huey = make_huey(settings.queue_url)

        def run_number(job_id: int) -> None:
            from recovery.kernel.job_runner import run_job

            with app.app_context():
                run_job(job_id)

        self._task = self.huey.task(retries=0, name=TASK)(run_number)

    def publish(self, job_id: int) -> None:
        """Put a job's number in; a queue out of reach is logged and left to the sweep."""
        try:
            self._task(job_id)
            # Few publish often: an open connection would only be in the way of a fork.
            self.huey.storage.close()
        except Exception as error:
            log.error("queue_unreachable", job_id=job_id, error=type(error).__name__)

    def length(self) -> int:
        """Return how many numbers wait."""
        try:
            return int(self.huey.pending_count())
        finally:
            self.huey.storage.close()


def make_huey(url: str) -> Huey:
    """Return Huey on the storage that `url` names.

    Raises:
        RuleViolation: neither SQLite nor PostgreSQL.
    """
    scheme = urlsplit(url).scheme.split("+")[0]
    options: dict[str, Any] = {"results": False, "serializer": JsonSerializer()}
    if scheme == "sqlite":
        from huey import SqliteHuey

        return SqliteHuey(NAME, filename=url.split(":///", 1)[1], timeout=30, **options)
    if scheme in ("postgresql", "postgres"):
        from huey import PostgresHuey

        dsn = "postgresql://" + url.split("://", 1)[1]
        return PostgresHuey(NAME, dsn=dsn, **options)
    raise RuleViolation(_("QUEUE_URL 只支持 sqlite:/// 和 postgresql://。"))


def queue_of(app: Flask) -> Queue:
    """Return the queue of `app`."""
    if "job_queue" not in app.extensions:
        app.extensions["job_queue"] = Queue(app)
    queue: Queue = app.extensions["job_queue"]
    return queue


def publish(job_id: int) -> None:
    """Wake a worker for a job of the current application."""
    queue_of(current_app._get_current_object()).publish(job_id)  # type: ignore[attr-defined]
