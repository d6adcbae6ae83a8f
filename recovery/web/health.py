"""For machines: whether the process lives, whether it can serve, and its figures for Prometheus."""

import ctypes
import secrets
import stat
import tempfile
from collections.abc import Callable
from functools import cache
from ipaddress import ip_address
from os import environ
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from flask import Blueprint, Flask, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from recovery.kernel import clock
from recovery.kernel.config import Settings
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound
from recovery.kernel.job_queue import queue_of
from recovery.kernel.job_service import queue_lag
from recovery.kernel.links import Registry
from recovery.kernel.migrations import is_current
from recovery.kernel.text import _
from recovery.web.assets import VENDOR
from recovery.web.metrics import exposition
from recovery.web.rights import public

log = structlog.get_logger()

bp = Blueprint("health", __name__)

LONGEST_LAG = 300.0
"""Seconds that a due job may wait before the installation counts as not ready."""

SUBSET_LIBRARIES = ("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib")
FONTS = ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf")


class NotReady(Exception):
    """A check failed; the sentence says what is missing."""


checks: Registry[Callable[[], None]] = Registry()
"""What readiness means; features above add theirs. A check raises `NotReady`."""


def settings() -> Settings:
    """Return the settings of the current application."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def check_database() -> None:
    """Ask the database for a row of a table that migrations made."""
    db.session.execute(text("SELECT version_num FROM alembic_version")).one()


def check_schema() -> None:
    """See that the database stands at the revision that this program needs."""
    if not is_current(db.engine):
        raise NotReady("the database is of another version of the program (run `db upgrade`)")


def check_blobs() -> None:
    """See that the folder of evidence objects is private and can be written.

    A bucket is checked by the feature that knows its client.
    """
    address = urlsplit(settings().blob_url)
    if address.scheme != "file":
        return
    folder = Path(address.path)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if stat.S_IMODE(folder.stat().st_mode) != 0o700:
        raise NotReady("the evidence folder is not of mode 0700")
    with tempfile.TemporaryFile(dir=folder) as probe:
        probe.write(b"x")


def check_queue() -> None:
    """See that the queue answers and that no due job waits for long."""
    queue_of(current_app._get_current_object()).length()  # type: ignore[attr-defined]
    lag = queue_lag(db.session(), clock.machine_now())
    if lag > LONGEST_LAG:
        raise NotReady(f"a due job has waited for {lag:.0f} s: is a worker running?")


def check_fonts() -> None:
    """See that the fonts of papers are there."""
    absent = [name for name in FONTS if not (VENDOR / name).is_file()]
    if absent:
        raise NotReady(f"fonts are missing: {', '.join(absent)} (run `make setup`)")


def check_subset_library() -> None:
    """See that the library loads without which a Chinese PDF takes thirty times as long."""
    if not has_subset_library():
        raise NotReady("libharfbuzz-subset0 is missing (run `make setup`)")


@cache
def has_subset_library() -> bool:
    """Tell whether the loader finds HarfBuzz's subsetting."""
    for name in SUBSET_LIBRARIES:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return False


def failure_of(check: Callable[[], None]) -> str | None:
    """Run one check; return what is wrong, without values."""
    try:
        check()
    except NotReady as error:
        return str(error)
    except Exception as error:
        log.error("not_ready", exc_info=error)
        return type(error).__name__
    return None


@bp.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    """Say that the process answers."""
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """Say whether everything is there that serving needs: 200, or 503 with what is missing."""
    failures = {name: failure_of(check) for name, check in checks.items()}
    whole = not any(failures.values())
    shown = {name: failure or "ok" for name, failure in failures.items()}
    return jsonify(ready=whole, checks=shown), 200 if whole else 503


@bp.get("/metrics")
@public
def metrics() -> ResponseReturnValue:
    """Give the figures to this machine, or to whoever has the token; to others there is no page.

    A request that came through a proxy is not from this machine, whatever its address.
    """
    if not (has_token() or is_local()):
        raise NotFound(_("没有找到"))
    return Response(
        exposition(current_app._get_current_object()),  # type: ignore[attr-defined]
        content_type="text/plain; version=0.0.4; charset=utf-8",
    )


def has_token() -> bool:
    """Tell whether the request carries the scraper's token."""
    token = environ.get("RECOVERY_METRICS_TOKEN")
    given = request.headers.get("Authorization", "")
    return bool(token) and secrets.compare_digest(given.encode(), f"Bearer {token}".encode())


def is_local() -> bool:
    """Tell whether the request comes from this machine and through no proxy."""
    forwarded = {"X-Forwarded-For", "Forwarded", "X-Real-IP"} & set(request.headers.keys())
    try:
        return not forwarded and ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def register(app: Flask) -> None:
    """Add the pages for machines and the checks of what every installation has."""
    app.register_blueprint(bp)
    for name, check in (
        ("database", check_database),
        ("schema", check_schema),
        ("evidence", check_blobs),
        ("queue", check_queue),
        ("fonts", check_fonts),
        ("pdf_subsetting", check_subset_library),
    ):
        checks.put(name, check)
