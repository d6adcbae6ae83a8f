"""What a job is to export is a row: the job names it, and no recipient stands in a job's row."""

from recovery.evidence.dossiers.models import DossierOrder
from recovery.evidence.dossiers.service import Wanted, choice_json, choice_of
from recovery.kernel.work import Work


def place(work: Work, wanted: Wanted) -> DossierOrder:
    """Keep what a person asks for, as it is now.

    Raises:
        RuleViolation: there is no such preset.
    """
    return work.add(
        DossierOrder(
            subject=wanted.subject,
            preset=wanted.disclosure.preset,
            choice=choice_json(wanted.disclosure),
            language=wanted.language,
            with_merged=wanted.with_merged,
            checkpoint_size=wanted.checkpoint,
            recipient=wanted.recipient,
            purpose=wanted.purpose,
            created_at=work.now,
        )
    )


def wanted_of(order: DossierOrder, job_id: int) -> Wanted:
    """Return what was asked for, as the export of a job takes it."""
    return Wanted(
        subject=order.subject,
        preset=order.preset,
        language=order.language,
        checkpoint=order.checkpoint_size,
        recipient=order.recipient,
        purpose=order.purpose,
        choice=choice_of(order.preset, order.choice),
        with_merged=order.with_merged,
        job_id=job_id,
    )
