"""What the erasure of a person reaches in the workspace: letters that were made with the name."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.evidence.keeping.objects import Reference, references
from recovery.evidence.keeping.reach import gone_objects, person_reach
from recovery.evidence.sampling.models import Confirmation, SampleFile
from recovery.kernel.text import _
from recovery.kernel.work import Work

LETTERS = "letters"


def register() -> None:
    """Let erasure destroy the letters of a loan's debtor, and fixity look for the files."""
    references.put(
        "sample_file",
        Reference(
            _("抽样的文件"),
            SampleFile.id,
            SampleFile.sha256,
            is_there=SampleFile.erased_at.is_(None),
        ),
        order=40,
    )
    person_reach.put(LETTERS, note_letters)
    gone_objects.put(LETTERS, destroyed_letters)


def note_letters(work: Work, loan_id: int) -> None:
    """Note that the letters of every sample with this loan are destroyed.

    They are named nowhere else: who may see an erasure must not learn what an auditor sampled.
    """
    samples = select(Confirmation.sample_id).where(Confirmation.loan_id == loan_id)
    rows = select(SampleFile).where(
        SampleFile.kind.in_((LETTERS, "joined_letters")),
        SampleFile.sample_id.in_(samples),
        SampleFile.erased_at.is_(None),
    )
    for file in work.session.scalars(rows):
        file.erased_at = work.now


def destroyed_letters(session: Session) -> list[str]:
    """Return the SHA-256 of all letters that are noted as destroyed."""
    rows = select(SampleFile.sha256).where(SampleFile.erased_at.is_not(None))
    return list(session.scalars(rows))
