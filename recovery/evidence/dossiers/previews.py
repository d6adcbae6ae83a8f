"""The pages that a choice would give: set at once where they are few, else by a job.

They are kept as a file named by everything they follow from: after any change of the choice that
file is another one, and the earlier pages are shown no more. No page offers the file itself.
"""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from recovery.evidence.dossiers import choosing
from recovery.evidence.dossiers.finishing import watermark
from recovery.evidence.dossiers.models import DossierDraft
from recovery.evidence.dossiers.queries import own_draft
from recovery.evidence.dossiers.service import draft_of
from recovery.evidence.dossiers.watching import Watch, unwatched
from recovery.evidence.house import house_store
from recovery.evidence.models import EvidenceItem, EvidenceStream
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.job_rows import ENDED, Job
from recovery.kernel.job_service import cancel_job
from recovery.kernel.jobs import RunningJob, handles, outputs_folder, result_link
from recovery.kernel.text import Text, _
from recovery.kernel.work import Work, work_as

PREVIEW = "evidence.preview_dossier"

LONG = 150
"""Records of a loan above which its pages are left to a job: about 25 to 30 are set in a second."""


def path_of(draft: DossierDraft) -> Path:
    """Return where the pages of a choice, as it is now, are kept once they are made."""
    told = [draft.choice, draft.language, draft.recipient, draft.with_merged, draft.checkpoint_size]
    digest = sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    return outputs_folder() / f"preview-{draft.id}" / f"{digest}.pdf"


def pages_of(actor: Actor, draft: DossierDraft) -> bytes | None:
    """Return the pages of a choice; those of a short dossier are made now.

    None: a job has to make them first.

    Raises:
        RuleViolation: a character that cannot be printed, or the paper is too large.
    """
    path = path_of(draft)
    if not path.is_file():
        return None if is_long(db.session(), actor, draft) else make(actor, draft)
    return path.read_bytes()


def is_long(session: Session, actor: Actor, draft: DossierDraft) -> bool:
    """Tell whether nobody should wait for the pages of a choice with the page open."""
    subject = choosing.basis_of(actor, draft).subject
    loan_id = subject.kind.loan_of(subject.record)
    if loan_id is None or draft.with_merged:
        return True
    held = (EvidenceStream.loan_id == loan_id, EvidenceItem.log_index < draft.checkpoint_size)
    rows = select(func.count()).select_from(EvidenceItem).join(EvidenceStream).where(*held)
    return (session.scalar(rows) or 0) > LONG


def make(actor: Actor, draft: DossierDraft, watch: Watch = unwatched) -> bytes:
    """Return the pages of a choice and keep them, unless it was changed meanwhile.

    Raises:
        RuleViolation: as `pages_of`.
    """
    path, basis = path_of(draft), choosing.basis_of(actor, draft)
    draft_id, recipient, language = draft.id, draft.recipient, draft.language
    with draft_of(house_store(), basis, watch) as (made, _folder):
        data = watermark(made.paper.data, recipient, language)
    db.session.rollback()
    if path_of(db.session.get_one(DossierDraft, draft_id)) == path:
        _keep(path, data)
    return data


def _keep(path: Path, data: bytes) -> None:
    """Write the pages, whole or not at all; those of an earlier choice go."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in path.parent.iterdir():
        old.unlink(missing_ok=True)
    partial = path.with_suffix(".part")
    partial.write_bytes(data)
    partial.replace(path)


def ask(actor: Actor, draft_id: int) -> None:
    """Let a job set the pages of a choice where they are many; one for an earlier choice ends.

    Raises:
        NotFound: it is no choice of this person's.
    """
    with work_as(actor) as work:
        draft = own_draft(work.session, draft_id, actor)
        before = work.session.get(Job, draft.preview_job_id or 0)
        if before is not None and before.status not in ENDED:
            cancel_job(work, before.id)
        draft.preview_job_id = _enqueued(work, draft)


def _enqueued(work: Work, draft: DossierDraft) -> int | None:
    if path_of(draft).is_file() or not is_long(work.session, work.actor, draft):
        return None
    return work.enqueue(PREVIEW, {"draft": draft.id}).id


def job_of(session: Session, draft: DossierDraft) -> Job | None:
    """Return the job that makes the pages of a choice, or could not; None: none does."""
    return session.get(Job, draft.preview_job_id or 0)


@handles(PREVIEW, label=_("预览证据卷宗"))
def preview_dossier(job: RunningJob) -> dict[str, Any]:
    """Set the pages of a choice; a choice that was changed meanwhile is left to its own job."""

    def watch(done: int, total: int, what: Text) -> None:
        job.check()
        job.progress(done, total, what)

    draft = db.session.get_one(DossierDraft, job.arguments["draft"])
    draft_id, is_current = draft.id, draft.preview_job_id == job.id
    if is_current and not path_of(draft).is_file():
        make(job.actor, draft, watch)
    db.session.rollback()
    return {"links": [result_link(_("查看预览"), "choosing.show", draft_id=draft_id)]}


def register() -> None:
    """Importing this module has registered the handler."""
