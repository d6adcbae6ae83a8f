"""The errors a user can cause. Each carries one full sentence; one handler maps class to status.

Layers below the web know no HTTP: they raise these, and programming faults are not caught.
"""

from recovery.kernel.text import Text, _

ABSENT = _("没有这条记录，或您无权查看。")
"""Says of what is absent and of what may not be seen the same."""


class RecoveryError(Exception):
    """Something the user asked for cannot be done; the message says what and why."""

    def __init__(self, message: Text | str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


class NotFound(RecoveryError):
    """The record is absent, or may not be seen: the two look the same."""

    def __init__(self, message: Text | str = ABSENT) -> None:
        super().__init__(message)


class Forbidden(RecoveryError):
    """The person lacks the right for this act, whatever the record."""


class RuleViolation(RecoveryError):
    """A rule of the business or of the law refuses the act."""


class Conflict(RecoveryError):
    """Someone else changed, or is already doing, what this act would change."""
