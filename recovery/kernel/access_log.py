"""Which pages people open, and when they were last seen: kept outside business transactions.

A request only notes; what was noted is written in one go, after a response was sent, when the
oldest note is `LATEST` seconds old. Notes hold numbers only: no names, no personal data.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from recovery.kernel import clock

ACCESS_LOG = "access_log"
"""Under which an application keeps its access log among its extensions."""

LATEST = 10.0
"""Seconds after which notes are written."""

MOST = 200
"""Notes after which they are written at once."""


@dataclass(frozen=True, slots=True)
class Note:
    """One request of a signed-in person. `record_id` is the number in the page's address."""

    at: datetime
    user_id: int
    session_id: int
    method: str
    endpoint: str
    record_id: int | None
    status: int
    request_id: str | None


class AccessLog:
    """Notes of one application on their way to the database; `write` puts them there."""

    def __init__(self, write: Callable[[Sequence[Note]], None]) -> None:
        self._write = write
        self._notes: list[Note] = []
        self._oldest = 0.0
        self._lock = threading.Lock()

    def note(self, note: Note) -> None:
        """Keep a note until it is written."""
        with self._lock:
            if not self._notes:
                self._oldest = clock.monotonic()
            self._notes.append(note)

    def last_seen(self, session_id: int) -> datetime | None:
        """Return the newest moment noted for a session and not yet written."""
        with self._lock:
            return max((n.at for n in self._notes if n.session_id == session_id), default=None)

    def write_if_due(self) -> None:
        """Write what was noted when it is old or much."""
        with self._lock:
            waited = clock.monotonic() - self._oldest
            if not self._notes or (waited < LATEST and len(self._notes) < MOST):
                return
        self.write()

    def write(self) -> None:
        """Write what was noted now."""
        with self._lock:
            notes, self._notes = self._notes, []
        if notes:
            self._write(notes)
