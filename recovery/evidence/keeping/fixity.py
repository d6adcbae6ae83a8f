"""Fixity (完好性复核): everything stored is hashed again, a budget at a time, turn after turn.

A turn checks the log, then every object, then that every object which a row names is there. A
run goes on where the last one stopped; what it finds stays open until it is mended.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence_store.findings import Finding
from evidence_store.storage import Storage, chunks
from evidence_store.verify import verify_log
from recovery.evidence.house import house_store
from recovery.evidence.keeping.copies import PREFIXES
from recovery.evidence.keeping.models import FixityCycle, FixityFinding
from recovery.evidence.keeping.objects import erased_objects, named_after
from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.text import _
from recovery.kernel.work import Work

SECONDS, BYTES, DAYS = "RECOVERY_FIXITY_SECONDS", "RECOVERY_FIXITY_BYTES", "RECOVERY_FIXITY_DAYS"
GROUP = 200
"""Objects between two notes of how far it is."""

MISSING, UNREADABLE, ALTERED = "object missing", "object unreadable", "object altered"

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
            finding, octets = _hash(self.storage, path)
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
                Finding(MISSING, _path(digest), f"{row} names it, and it is not in the store")
                for row, digest in rows
                if digest not in gone and self.storage.size(_path(digest)) is None
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
                self.found += _note_finding(work, row, finding)
            _note_sound(work, sound)
        return cycle


def _path(digest: str) -> str:
    # Not `object_path`: a malformed digest in a row is a finding here, no fault.
    return f"objects/{digest[:2]}/{digest[2:]}"


def _hash(storage: Storage, path: str) -> tuple[Finding | None, int]:
    """Hash an object; return what is wrong with it, and how many bytes were read."""
    total, size = sha256(), 0
    try:
        with storage.open(path) as file:
            for piece in chunks(file):
                total.update(piece)
                size += len(piece)
    except FileNotFoundError:
        return None, 0  # erased since it was listed; a row that still names it is found later
    except OSError as error:
        return Finding(UNREADABLE, path, f"its content is lost: {error.strerror or error}"), size
    found = total.hexdigest()
    if path == _path(found):
        return None, size
    return Finding(ALTERED, path, f"its content now has SHA-256 {found}"), size


def _note_finding(work: Work, cycle: FixityCycle, finding: Finding) -> bool:
    """Keep a finding, or that it is still there; tell whether it is new: then it is audited."""
    open_one = select(FixityFinding).where(
        FixityFinding.what == finding.what,
        FixityFinding.place == finding.where,
        FixityFinding.resolved_at.is_(None),
    )
    known = work.session.scalars(open_one).first()
    if known is not None:
        known.last_seen_at = work.now
        return False
    row = work.add(
        FixityFinding(
            cycle_id=cycle.id,
            found_at=work.now,
            last_seen_at=work.now,
            what=finding.what,
            place=finding.where,
            meaning=finding.meaning,
            sha256=_digest_in(finding.where),
            resolved_at=None,
            resolved_by=None,
            resolution=None,
            remark=None,
        )
    )
    work.record(Action.CHECK_FIXITY, row, what=finding.what, place=finding.where)
    return True


def _digest_in(place: str) -> str | None:
    name = place.removeprefix("objects/").replace("/", "")
    return name if place.startswith("objects/") and len(name) == 64 else None


def _note_sound(work: Work, digests: Sequence[str]) -> None:
    """Close what was found of objects that are whole again."""
    if not digests:
        return
    rows = select(FixityFinding).where(
        FixityFinding.sha256.in_(digests), FixityFinding.resolved_at.is_(None)
    )
    for row in work.session.scalars(rows):
        resolve(work, row, "sound")


def resolve(work: Work, finding: FixityFinding, resolution: str, remark: str = "") -> None:
    """Close a finding as `restored`, `sound` or `explained`."""
    finding.resolved_at, finding.resolved_by = work.now, work.actor.name
    finding.resolution, finding.remark = resolution, remark or None
    work.record(Action.CHECK_FIXITY, finding, resolution=resolution)


def explain(work: Work, finding_id: int, remark: str) -> FixityFinding:
    """Close a finding that needs no mending, with the reason.

    Raises:
        NotFound: there is none.
        RuleViolation: it is closed already, or without a reason.
    """
    finding = work.session.get(FixityFinding, finding_id)
    if finding is None:
        raise NotFound(_("没有这条记录，或您无权查看。"))
    if finding.resolved_at is not None or not remark.strip():
        raise RuleViolation(_("请写明理由；已关闭的告警不能再次关闭。"))
    resolve(work, finding, "explained", remark.strip())
    return finding


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


def open_findings(session: Session, limit: int = 200) -> Sequence[FixityFinding]:
    """Return what is open, the newest first."""
    statement = select(FixityFinding).where(FixityFinding.resolved_at.is_(None))
    return session.scalars(statement.order_by(FixityFinding.id.desc()).limit(limit)).all()


def closed_findings(session: Session, limit: int = 50) -> Sequence[FixityFinding]:
    """Return what was closed lately."""
    statement = select(FixityFinding).where(FixityFinding.resolved_at.is_not(None))
    return session.scalars(statement.order_by(FixityFinding.id.desc()).limit(limit)).all()


def cycles(session: Session, limit: int = 12) -> Sequence[FixityCycle]:
    """Return the newest turns."""
    return session.scalars(select(FixityCycle).order_by(FixityCycle.id.desc()).limit(limit)).all()
