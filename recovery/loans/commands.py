"""The commands of loans: `recovery tape`."""

from recovery.loans.tape.commands import tape

__all__ = ["tape"]
