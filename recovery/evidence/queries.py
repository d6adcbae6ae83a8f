"""Reads of the registry, shaped for its pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from recovery.evidence.models import Checkpoint, EvidenceItem, EvidenceStream
from recovery.evidence.witnessing.queries import witnessed_size
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.text import Text, _

KINDS: dict[str, Text] = {
    "transaction": _("交易"),
    "contract": _("合同"),
    "file": _("文件"),
    "event": _("事件"),
    "batch": _("导入批次"),
    "approval": _("审批"),
    "freeze": _("资产包冻结"),
    "particulars": _("当事人与担保物"),
    "redaction": _("遮盖件"),
    "audit": _("审计记录"),
    "erasure": _("删除"),
    "reconciliation": _("月度对账"),
    "registration": _("合同登记"),
}


@dataclass(frozen=True, slots=True)
class RegistryState:
    """How the registry stands: leaves, the last signed head, what waits."""

    registered: int
    waiting: int
    waiting_since: datetime | None
    last: Checkpoint | None

    @property
    def unsigned(self) -> int:
        """Leaves that no head covers yet."""
        return max(0, self.registered - (self.last.size if self.last else 0))


@dataclass(frozen=True, slots=True)
class Registration:
    """A record of a loan in the registry, and which of the four states of evidence it reached."""

    intent: RegistrationIntent
    item: EvidenceItem | None
    reached: tuple[int, ...]

    @property
    def kind(self) -> Text:
        """What kind of record it is."""
        return KINDS.get(self.intent.kind, Text(self.intent.kind))


def state(session: Session) -> RegistryState:
    """Return how the registry stands."""
    waiting, since = session.execute(
        select(func.count(), func.min(RegistrationIntent.created_at)).where(
            RegistrationIntent.log_index.is_(None)
        )
    ).one()
    highest = session.scalar(select(func.max(EvidenceItem.log_index)))
    last = session.scalars(select(Checkpoint).order_by(Checkpoint.size.desc()).limit(1)).first()
    return RegistryState(0 if highest is None else highest + 1, waiting, since, last)


def checkpoints(session: Session, limit: int = 20) -> Sequence[Checkpoint]:
    """Return the newest signed heads."""
    return session.scalars(select(Checkpoint).order_by(Checkpoint.size.desc()).limit(limit)).all()


def registrations(session: Session, loan_id: int, limit: int = 200) -> list[Registration]:
    """Return the newest registrations of a loan; the caller has passed the gate for the loan."""
    signed = session.scalar(select(func.max(Checkpoint.size))) or 0
    of_stamped = select(func.max(Checkpoint.size)).where(Checkpoint.stamped_at.is_not(None))
    stamped = session.scalar(of_stamped) or 0
    witnessed = witnessed_size(session)
    statement = (
        select(RegistrationIntent, EvidenceItem)
        .outerjoin(EvidenceItem, EvidenceItem.intent_id == RegistrationIntent.id)
        .where(RegistrationIntent.loan_id == loan_id)
        .order_by(RegistrationIntent.id.desc())
        .limit(limit)
    )
    return [
        Registration(intent, item, _reached(intent, signed, stamped, witnessed))
        for intent, item in session.execute(statement)
    ]


def _reached(intent: RegistrationIntent, *heads: int) -> tuple[int, ...]:
    """Return the states reached (1 to 4), given the largest head signed, stamped, witnessed.

    The third and the fourth do not need each other.
    """
    if intent.log_index is None:
        return ()
    return (1, *(state for state, size in enumerate(heads, 2) if intent.log_index < size))


def stream_of(session: Session, loan_id: int) -> EvidenceStream | None:
    """Return the stream of a loan; None before its first registration."""
    return session.scalars(
        select(EvidenceStream).where(EvidenceStream.loan_id == loan_id)
    ).one_or_none()
