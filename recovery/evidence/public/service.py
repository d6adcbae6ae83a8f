"""Answers whether the log knows a file, without keeping it."""

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from flask import current_app
from sqlalchemy.orm import Session

from recovery.access.throttle import Origin, count_use, public_key
from recovery.evidence.house import house_store
from recovery.evidence.public.queries import Known, KnownDossier, known_dossier, known_file
from recovery.evidence.public.verifying import TornZip, Verified, verified
from recovery.kernel.config import Settings
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.kernel.work import system_work
from recovery.web.display import file_size

VARIABLE = "RECOVERY_PUBLIC_VERIFICATION"
LARGEST = 256 * 1024 * 1024
"""Octets of a file; larger dossiers are checked with the verifier inside them."""

PIECE = 1 << 20
FREE = 20
"""Checks from one address that cost nothing; after these it waits longer and longer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the log knows of a file, and what the verifier says when it is a dossier."""

    sha256: str
    size: int
    registrations: tuple[Known, ...] = ()
    report: Verified | None = None
    dossier: KnownDossier | None = None
    is_torn: bool = False
    """Whether it is a zip that is cut short or damaged."""

    @property
    def is_ours(self) -> bool:
        """Whether just this file was handed out as the dossier of its number."""
        return self.dossier is not None and self.sha256 in self.dossier.sha256


def is_open() -> bool:
    """Return whether the page answers at all; `RECOVERY_PUBLIC_VERIFICATION=off` closes it."""
    return os.environ.get(VARIABLE, "on").lower() not in {"off", "0", "no", "false"}


def address_of(number: str) -> str | None:
    """Return where anyone can look up a dossier; None: no public address, or the page is closed."""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.public_url is None or not is_open():
        return None
    path = current_app.url_map.bind("").build("public.check")
    return settings.public_url.rstrip("/") + path + number


def count_check(origin: Origin) -> None:
    """Count a check by an address.

    Raises:
        Throttled: it has to wait.
    """
    with system_work("public verification") as work:
        count_use(work, public_key(origin), FREE)


def answer(session: Session, file: IO[bytes]) -> Answer:
    """Return what the log knows of `file`; the copy on disk is gone when this returns.

    Raises:
        RuleViolation: it is empty or too large, or checking it takes too much.
    """
    store = house_store()
    with NamedTemporaryFile(prefix="verify-") as copy:
        digest, size = _hashed(file, copy)
        copy.flush()
        try:
            report = verified(Path(copy.name), store.storage.read("keys") or b"")
            is_torn = False
        except TornZip:
            report, is_torn = None, True
    if report is None:
        return Answer(digest, size, tuple(known_file(session, store, digest)), is_torn=is_torn)
    return Answer(digest, size, report=report, dossier=known_dossier(session, report.number))


def _hashed(file: IO[bytes], copy: IO[bytes]) -> tuple[str, int]:
    """Copy a file to disk in pieces; return its SHA-256 and size."""
    total, size = sha256(), 0
    while piece := file.read(PIECE):
        size += len(piece)
        if size > LARGEST:
            raise RuleViolation(
                _(
                    "文件超过上限 {largest}。请解开卷宗，运行其中的 verify.py。",
                    largest=file_size(LARGEST),
                )
            )
        total.update(piece)
        copy.write(piece)
    if not size:
        raise RuleViolation(_("文件是空的。"))
    return total.hexdigest(), size
