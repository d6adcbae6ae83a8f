"""Runs the dossier's own verifier on a stranger's file, in a bounded process."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import BoundedSemaphore

from evidence_store import dossier_verify
from recovery.evidence.public import bounded
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import Text, _

TIMEOUT = bounded.SECONDS + 30
AT_ONCE = 2
LARGEST_REPORT = 4 << 20
MOST_ROWS = 500

_places = BoundedSemaphore(AT_ONCE)

STATUSES: dict[str, tuple[Text, str]] = {
    "FAILED": (_("未通过"), "danger"),
    "ok": (_("已通过"), "good"),
    "not done": (_("未执行"), "neutral"),
}
"""Outcome of a check → its name and the meaning of its badge."""


class TornZip(Exception):
    """The file is a zip that is cut short or damaged: nothing in it can be found."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the verifier's report, in both languages as it gives them."""

    status: Text
    meaning: str
    chinese: str
    english: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What the verifier says of a dossier."""

    number: str
    is_whole: bool
    checks: tuple[Check, ...]


def verified(path: Path, ring: bytes) -> Verified | None:
    """Return the verifier's report on the zip at `path` under our log's keys; None: no dossier.

    `ring` is the signed ring of keys: a revoked key counts for heads before its day only.

    Raises:
        RuleViolation: too many at once, or it takes more than is allowed here.
        TornZip: it is a zip without a directory that can be read.
    """
    if not _places.acquire(blocking=False):
        raise RuleViolation(_("正在核验其他文件，请稍后再试。"))
    try:
        with NamedTemporaryFile(prefix="verify-keys-") as file:
            file.write(ring)
            file.flush()
            return _run(path, Path(file.name))
    finally:
        _places.release()


def _run(path: Path, ring: Path) -> Verified | None:
    script, verifier = str(Path(bounded.__file__)), str(Path(dossier_verify.__file__))
    command = [
        sys.executable,
        "-I",
        "-S",
        script,
        verifier,
        str(path),
        "--keys",
        str(ring),
        "--own",
    ]
    try:
        done = subprocess.run(  # noqa: S603 - our own scripts, no shell
            command, capture_output=True, timeout=TIMEOUT, check=False, env={}, cwd="/"
        )
    except subprocess.TimeoutExpired as error:
        raise _too_much() from error
    first, _newline, rest = done.stdout[:LARGEST_REPORT].partition(b"\n")
    if done.returncode == bounded.NOT_A_DOSSIER:
        return None
    if done.returncode == bounded.TORN:
        raise TornZip
    try:
        number, report = json.loads(first), json.loads(rest)
    except ValueError as error:
        raise _too_much() from error
    rows = report["checks"][:MOST_ROWS]
    checks = tuple(Check(*STATUSES[row["status"]], row["zh"], row["en"]) for row in rows)
    return Verified(number, report["whole"], checks)


def _too_much() -> RuleViolation:
    return RuleViolation(
        _("核验这份卷宗超出了本页的时间或内存限制。请解开卷宗，运行其中的 verify.py。")
    )
