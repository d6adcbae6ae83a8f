"""Fixity (完好性复核): everything stored is hashed again, a budget at a time, turn after turn.

A turn checks the log, then every object, then that every object which a row names is there. A
run goes on where the last one stopped; what it finds stays open until it is mended.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence_store.findings import Finding
from evidence_store.storage import Storage
from evidence_store.verify import verify_log
from recovery.evidence.house import house_store
from recovery.evidence.keeping.copies import PREFIXES
from recovery.evidence.keeping.findings import note_finding, note_sound
from recovery.evidence.keeping.hashing import MISSING, hash_object, path_of
from recovery.evidence.keeping.models import FixityCycle
from recovery.evidence.keeping.objects import erased_objects, named_after
from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.work import Work

SECONDS, BYTES, DAYS = "RECOVERY_FIXITY_SECONDS", "RECOVERY_FIXITY_BYTES", "RECOVERY_FIXITY_DAYS"
GROUP = 200
"""Objects between two notes of how far it is."""

OpenWork = Callable[[], AbstractContextManager[Work]]


@dataclass(frozen=True, slots=True)
class Budget:
    """What one run may use up, whichever is reached first."""

    seconds: float
    bytes: int

    @classmethod
    def configured(cls) -> "Budget":
        """Return the budget that the environment names: 15 minutes and 50 GiB unless told."""
        return cls(float(os.environ.get(SECONDS, "900")), int(os.environ.get(BYTES, str(50 << 30))))


def turn_days() -> int:
    """Return the days in which everything is to be checked once."""
    return int(os.environ.get(DAYS, "30"))


@dataclass(slots=True)
class Run:
    """One run of the check."""

    open_work: OpenWork
    budget: Budget
    check: Callable[[], None] = lambda: None
    """Called between groups; may raise to stop the run where it is."""

    storage: Storage = field(default_factory=lambda: house_store().storage)
    bytes: int = 0
    found: int = 0
    _start: float = field(default_factory=clock.monotonic)

    def go(self) -> FixityCycle:
        """Check as much as the budget allows, and return the turn as it stands."""
        cycle = self._begin()
        steps = (self._check_log, self._check_objects, self._check_references)
        if all(step(cycle) for step in steps):
            cycle = self._note(cycle, finished_at=clock.now())
        return cycle

    @property
    def is_spent(self) -> bool:
        """Whether the budget is used up."""
        return (
            clock.monotonic() - self._start >= self.budget.seconds
            or self.bytes >= self.budget.bytes
        )

    def _begin(self) -> FixityCycle:
        """Go on with the open turn, or begin one; each run counts."""
        with self.open_work() as work:
            cycle = work.session.scalars(
                select(FixityCycle).where(FixityCycle.finished_at.is_(None)).with_for_update()
            ).first()
            if cycle is None:
                cycle = work.add(
                    FixityCycle(
                        started_at=work.now,
                        finished_at=None,
                        log_checked_at=None,
                        cursor="",
                        object_total=sum(1 for _path in self.storage.names("objects")),
                        object_count=0,
                        byte_count=0,
                        reference_cursor="",
                        run_count=0,
                        last_run_at=None,
                    )
                )
            cycle.run_count, cycle.last_run_at = cycle.run_count + 1, work.now
        return cycle

    def _check_log(self, cycle: FixityCycle) -> bool:
        """Check the log once a turn."""
        if cycle.log_checked_at is None:
            findings = verify_log(self.storage, house_store().ring)
            self._note(cycle, findings, log_checked_at=clock.now())
        return not self.is_spent

    def _check_objects(self, cycle: FixityCycle) -> bool:
        """Hash objects from where the last run stopped; tell whether all are done."""
        group: list[str] = []
        for path in self._paths_after(cycle.cursor):
            group.append(path)
            if len(group) == GROUP:
                if not self._check_group(cycle, group):
                    return False
                group = []
        return not group or self._check_group(cycle, group)

    def _paths_after(self, cursor: str) -> Iterator[str]:
        for prefix in PREFIXES:
            if f"objects/{prefix}/~" > cursor:
                for path in sorted(self.storage.names(f"objects/{prefix}")):
                    if path > cursor:
                        yield path

    def _check_group(self, cycle: FixityCycle, paths: Sequence[str]) -> bool:
        """Hash objects until the budget is spent; tell whether it was not."""
        findings, sound, size, last = [], [], 0, cycle.cursor
        count = 0
        for path in paths:
            self.check()
            finding, octets = hash_object(self.storage, path)
            if finding is None:
                sound.append(path.removeprefix("objects/").replace("/", ""))
            else:
                findings.append(finding)
            last, size, count = path, size + octets, count + 1
            self.bytes += octets
            if self.is_spent:
                break
        cycle_values = {
            "cursor": last,
            "object_count": cycle.object_count + count,
            "byte_count": cycle.byte_count + size,
        }
        self._note(cycle, findings, sound=sound, **cycle_values)
        return not self.is_spent

    def _check_references(self, cycle: FixityCycle) -> bool:
        """Look for every object that a row names; tell whether all were looked for."""
        gone = erased_objects(db.session())
        for cursor, rows in named_after(db.session(), cycle.reference_cursor):
            self.check()
            findings = [
                Finding(MISSING, path_of(digest), f"{row} names it, and it is not in the store")
                for row, digest in rows
                if digest not in gone and self.storage.size(path_of(digest)) is None
            ]
            self._note(cycle, findings, reference_cursor=cursor)
            if self.is_spent:
                return False
        return True

    def _note(
        self,
        cycle: FixityCycle,
        findings: Sequence[Finding] = (),
        *,
        sound: Sequence[str] = (),
        **values: object,
    ) -> FixityCycle:
        """Write how far the turn is and what was found, in one transaction."""
        with self.open_work() as work:
            row = work.session.get_one(FixityCycle, cycle.id, with_for_update=True)
            for name, value in values.items():
                setattr(row, name, value)
                setattr(cycle, name, value)
            for finding in findings:
                self.found += note_finding(work, row, finding)
            note_sound(work, sound)
        return cycle


@dataclass(frozen=True, slots=True)
class Pace:
    """How a turn goes on: how much is done, when it will end at this pace, whether in time."""

    share: float
    days: float
    ends_at: datetime | None
    """None: too early to tell."""

    is_behind: bool


def pace(cycle: FixityCycle, now: datetime) -> Pace:
    """Return how a turn goes on, against the days in which all is to be checked once."""
    total = max(cycle.object_total, cycle.object_count, 1)
    share = 1.0 if cycle.finished_at else min(1.0, cycle.object_count / total)
    took = (cycle.finished_at or now) - cycle.started_at
    days = took / timedelta(days=1)
    ends_at = cycle.started_at + took / share if share > 0.01 else None
    limit = cycle.started_at + timedelta(days=turn_days())
    late = now > limit if ends_at is None else ends_at > limit
    return Pace(share, days, cycle.finished_at or ends_at, late and days >= 1)


def cycles(session: Session, limit: int = 12) -> Sequence[FixityCycle]:
    """Return the newest turns."""
    return session.scalars(select(FixityCycle).order_by(FixityCycle.id.desc()).limit(limit)).all()
