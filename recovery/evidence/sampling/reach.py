"""What the erasure of a person reaches in the workspace: letters with the name, auditors' words."""

from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from recovery.evidence.keeping.objects import Reference, references
from recovery.evidence.keeping.reach import (
    GONE,
    gone_objects,
    person_reach,
    spelled,
    text_reach,
)
from recovery.evidence.sampling.models import AuditSample, Confirmation, SampleFile, SampleItem
from recovery.kernel.text import _
from recovery.kernel.work import Work

LETTERS = "letters"
OF_LETTERS = (LETTERS, "joined_letters")
OF_WORDS = ("workbook", "inputs")
"""Kinds of files that hold names of debtors, and those that hold what an auditor wrote."""


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
    person_reach.put("sample_item", forget_words)
    text_reach.put("audit_sample", forget_naming)
    gone_objects.put(LETTERS, destroyed_files)


def note_letters(work: Work, loan_id: int) -> None:
    """Note that the letters of every sample with this loan are destroyed.

    They are named nowhere else: who may see an erasure must not learn what an auditor sampled.
    """
    samples = select(Confirmation.sample_id).where(Confirmation.loan_id == loan_id)
    _end_files(work, OF_LETTERS, work.session.scalars(samples).all())


def forget_words(work: Work, loan_id: int) -> None:
    """Destroy what auditors wrote of a loan that they drew, and the files that repeat it."""
    said = or_(SampleItem.reason_sealed.is_not(None), SampleItem.note_sealed.is_not(None))
    items = work.session.scalars(select(SampleItem).where(SampleItem.loan_id == loan_id, said))
    told = set()
    for item in items:
        item.reason = GONE if item.reason_sealed else None
        item.note = GONE if item.note_sealed else None
        told.add(item.sample_id)
    letters = select(Confirmation).where(
        Confirmation.loan_id == loan_id, Confirmation.alternative_sealed.is_not(None)
    )
    for letter in work.session.scalars(letters):
        letter.alternative = GONE
        told.add(letter.sample_id)
    _end_files(work, OF_WORDS, sorted(told))


def forget_naming(work: Work, texts: Sequence[str]) -> None:
    """Destroy what a sample was made for, the conditions and the conclusion that name a person."""
    named = []
    for sample in work.session.scalars(select(AuditSample)):
        if _says(sample, texts):
            sample.conclusion = GONE
            named.append(sample.id)
    titled = select(AuditSample).where(spelled(AuditSample.title, texts))
    for sample in work.session.scalars(titled):
        sample.title = GONE
        named.append(sample.id)
    searched = select(AuditSample).where(
        AuditSample.state != "fixing",  # it still needs them
        spelled(AuditSample.query, texts) | spelled(AuditSample.conditions, texts),
    )
    for sample in work.session.scalars(searched):
        sample.query, sample.conditions = "", GONE
    _end_files(work, OF_WORDS, named)


def _says(sample: AuditSample, texts: Sequence[str]) -> bool:
    """Tell whether a conclusion holds one of the texts, or can no longer be read."""
    try:
        return any(text in (sample.conclusion or "") for text in texts)
    except InvalidTag:
        return True


def _end_files(work: Work, kinds: Sequence[str], sample_ids: Sequence[int]) -> None:
    """Note that files of samples are destroyed, which `destroyed_files` then names."""
    rows = select(SampleFile).where(
        SampleFile.kind.in_(kinds),
        SampleFile.sample_id.in_(sample_ids),
        SampleFile.erased_at.is_(None),
    )
    for file in work.session.scalars(rows):
        file.erased_at = work.now


def destroyed_files(session: Session) -> list[str]:
    """Return the SHA-256 of all files that are noted as destroyed."""
    rows = select(SampleFile.sha256).where(SampleFile.erased_at.is_not(None))
    return list(session.scalars(rows))
