"""Every difference between the database and the log: registrations, and audit events."""

from recovery.evidence.comparison import compare
from recovery.evidence.keeping.audit import verify_events
from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.text import Text


def differences() -> list[Text]:
    """Return what differs; what waits for the log is the backlog, and no difference."""
    found = list(compare())
    db.session.rollback()
    return [*found, *verify_events(db.session(), clock.now())]
