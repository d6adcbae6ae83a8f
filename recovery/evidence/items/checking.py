"""Re-checks one item now: its bytes, its fields, its place in the log, its signed head."""

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from evidence_store import Store, proof, sm3
from evidence_store.merkle import ProofError
from evidence_store.note import NoteError
from evidence_store.storage import StoreError
from recovery.access.auditing import shown_to
from recovery.evidence.house import house_store
from recovery.evidence.items.queries import find_item
from recovery.evidence.keeping.opening import open_record
from recovery.evidence.models import EvidenceItem
from recovery.kernel.actions import Action
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.models import AuditEvent, RegistrationIntent
from recovery.kernel.text import Text, _
from recovery.kernel.work import Work
from recovery.loans.models import Document, Loan
from recovery.web.worklist import Badge

PIECE = 1 << 20
LOOKED_AT = 100
"""Checks of a loan among which the last one of an item is looked for."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at, and whether it holds; None: there was nothing to look at."""

    what: Text
    holds: bool | None
    found: Text | str = ""

    @property
    def badge(self) -> Badge:
        """The outcome in words."""
        if self.holds is None:
            return Badge(_("无法检查"), "neutral")
        return Badge(_("核验一致"), "good") if self.holds else Badge(_("核验不一致"), "danger")


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """Digests of an object's bytes; `sm3` blank where this installation cannot compute it."""

    sha256: str
    sm3: str


def recheck(work: Work, intent_id: int) -> list[Check]:
    """Look at an item anew; that it was looked at, and what came of it, is audited.

    Raises:
        NotFound: there is none, or not for this actor to see.
    """
    intent = find_item(work.session, intent_id, work.actor.scope)
    item = work.session.get(EvidenceItem, intent.id)
    checks = checks_of(work.session, intent, item, house_store())
    failed = sum(check.holds is False for check in checks)
    work.record(
        Action.VERIFY_EVIDENCE,
        _audited(work.session, intent),
        item=intent.id,
        checks=len(checks),
        failed=failed,
    )
    return checks


def _audited(session: Session, intent: RegistrationIntent) -> Document | Loan | None:
    """Return the record under which the check is audited: the document, else the loan."""
    if intent.subject_type == Document.__tablename__:
        return session.get(Document, intent.subject_id)
    return session.get(Loan, intent.loan_id) if intent.loan_id is not None else None


def last_check(session: Session, intent: RegistrationIntent, role: str) -> AuditEvent | None:
    """Return when and by whom an item was looked at last, as far as a viewer of `role` may know."""
    subject = _audited(session, intent)
    rows = select(AuditEvent).where(
        AuditEvent.action == Action.VERIFY_EVIDENCE.value,
        AuditEvent.subject_type == (subject.__tablename__ if subject is not None else None),
        AuditEvent.subject_id == (subject.id if subject is not None else None),
        shown_to(role, AuditEvent.actor_id),
    )
    newest = session.scalars(rows.order_by(AuditEvent.id.desc()).limit(LOOKED_AT))
    return next((one for one in newest if one.changes.get("item") == intent.id), None)


def checks_of(
    session: Session, intent: RegistrationIntent, item: EvidenceItem | None, store: Store
) -> list[Check]:
    """Return every check of an item, those that could not be made included."""
    if item is None or item.log_index is None:
        return [Check(_("已登记"), None, _("还没有登记到日志。"))]
    return [
        *_bytes(session, intent, store),
        _fields(session, item),
        _leaf(item, store),
        _inclusion(item, store),
    ]


def _bytes(session: Session, intent: RegistrationIntent, store: Store) -> list[Check]:
    """Hash the stored bytes of a document again."""
    if intent.subject_type != Document.__tablename__ or intent.kind != "file":
        return []
    document = session.get_one(Document, intent.subject_id)
    what = _("文件内容（重新计算 SHA-256）")
    try:
        found = digest_of(store, document.sha256)
    except (FileNotFoundError, OSError, StoreError):
        return [Check(what, False, _("证据库中没有这个文件。"))]
    return [Check(what, found == document.sha256, found)]


def digest_of(store: Store, digest: str) -> str:
    """Return the SHA-256 of the bytes that the store gives for a digest."""
    total = sha256()
    with store.open_object(digest) as file:
        while piece := file.read(PIECE):
            total.update(piece)
    return total.hexdigest()


def _fields(session: Session, item: EvidenceItem) -> Check:
    """Open the commitment with the fields that are kept."""
    what = _("登记的各项内容与承诺值")
    try:
        holds = open_record(session, item).leads_to(item.commitment)
    except RuleViolation as error:
        return Check(what, False, error.message)
    return Check(what, holds, item.commitment)


def _leaf(item: EvidenceItem, store: Store) -> Check:
    """Compare the leaf of the log with what the database says."""
    assert item.log_index is not None
    what = _("日志中的这条记录与数据库")
    try:
        entry = store.entry(item.log_index)
    except (StoreError, OSError, ValueError, KeyError, IndexError):
        return Check(what, False, _("日志中读不到第 {index} 号。", index=item.log_index))
    same = (entry.commitment, entry.leaf_hash.hex(), entry.seq) == (
        item.commitment,
        item.leaf_hash,
        item.seq,
    )
    return Check(what, same, entry.leaf_hash.hex())


def _inclusion(item: EvidenceItem, store: Store) -> Check:
    """Verify the proof of inclusion under the latest signed head, signature included."""
    assert item.log_index is not None
    what = _("在已签名检查点中的包含证明")
    try:
        text = store.prove(item.log_index)
    except (ProofError, StoreError):
        return Check(what, None, _("还没有检查点包含这条记录。"))
    try:
        head = proof.verify(
            text, store.entry(item.log_index).data, store.ring.vkeys(), store.origin
        )
    except (ProofError, NoteError, StoreError, ValueError) as error:
        return Check(what, False, str(error))
    return Check(
        what, True, _("检查点共 {size} 条，根 {root}", size=head.size, root=head.root.hex())
    )


def fingerprints(document: Document) -> Fingerprints:
    """Return the digests of a document's bytes; the second is computed now.

    Raises:
        NotFound: the store does not hold the bytes.
    """
    store = house_store()
    try:
        with store.open_object(document.sha256) as file:
            second = sm3(file)
    except FileNotFoundError as error:
        raise NotFound(_("证据库中没有这个文件。")) from error
    except StoreError:
        second = ""
    return Fingerprints(document.sha256, second)
