"""What the fixity check found: noted once, open until it is mended, found whole, or explained."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence_store.findings import Finding
from recovery.evidence.keeping.models import FixityCycle, FixityFinding
from recovery.kernel.actions import Action
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.text import _
from recovery.kernel.work import Work


def note_finding(work: Work, cycle: FixityCycle, finding: Finding) -> bool:
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


def note_sound(work: Work, digests: Sequence[str]) -> None:
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
        raise NotFound
    if finding.resolved_at is not None or not remark.strip():
        raise RuleViolation(_("请写明理由；已关闭的告警不能再次关闭。"))
    resolve(work, finding, "explained", remark.strip())
    return finding


def open_findings(session: Session, limit: int = 200) -> Sequence[FixityFinding]:
    """Return what is open, the newest first."""
    statement = select(FixityFinding).where(FixityFinding.resolved_at.is_(None))
    return session.scalars(statement.order_by(FixityFinding.id.desc()).limit(limit)).all()


def closed_findings(session: Session, limit: int = 50) -> Sequence[FixityFinding]:
    """Return what was closed lately."""
    statement = select(FixityFinding).where(FixityFinding.resolved_at.is_not(None))
    return session.scalars(statement.order_by(FixityFinding.id.desc()).limit(limit)).all()
