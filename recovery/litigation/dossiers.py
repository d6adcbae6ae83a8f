"""What a dossier of a litigation file says of it: court, claim at filing, stages, deadlines."""

from collections.abc import Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.kernel.actions import Action
from recovery.kernel.links import DossierLoan, DossierSubject
from recovery.kernel.text import Text, _
from recovery.litigation.lists import OUTCOMES
from recovery.litigation.models import Deadline, LitigationFile, StageChange
from recovery.litigation.rules import PROCEDURES, STAGES

FIGURES = (
    "number",
    "court",
    "procedure",
    "stage",
    "opened_on",
    "case_number",
    "claim_day",
    "claim_principal",
    "claim_interest",
    "claim_penalty",
    "claim_costs",
    "claim_total",
    "acceptance_fee",
    "closed_on",
)
DEADLINE = ("title", "trigger", "trigger_on", "last_day", "ended_on", "outcome")


def particulars(session: Session, file: LitigationFile) -> dict[str, str]:
    """Return what a dossier prints of a file: figures at filing, stages, deadlines."""
    fields = {name: getattr(file, name) for name in FIGURES}
    steps = session.scalars(
        select(StageChange).where(StageChange.file_id == file.id).order_by(StageChange.id)
    )
    for number, step in enumerate(steps, 1):
        fields[f"step.{number}.to"] = step.to_stage
        fields[f"step.{number}.happened_on"] = step.happened_on
        fields[f"step.{number}.reason"] = step.reason
    running = session.scalars(
        select(Deadline).where(Deadline.file_id == file.id).order_by(Deadline.id)
    )
    for number, deadline in enumerate(running, 1):
        fields |= {f"deadline.{number}.{name}": getattr(deadline, name) for name in DEADLINE}
        fields[f"deadline.{number}.reason"] = deadline.outcome_reason
        fields[f"deadline.{number}.articles"] = "；".join(deadline.law.get("articles", ()))
    return {name: str(value) for name, value in fields.items() if value is not None}


def _loan(_session: Session, file: LitigationFile) -> Iterator[DossierLoan]:
    yield DossierLoan(file.loan_id)


def file_opened(fields: Mapping[str, str]) -> Text:
    """Return the registered opening of a file in words."""
    return _("开立诉讼案件 {number}", number=fields.get("file", ""))


def stage_changed(fields: Mapping[str, str]) -> Text:
    """Return a registered step of a file in words."""
    to = fields.get("to", "")
    return _("案件 {number}：{stage}", number=fields.get("file", ""), stage=STAGES.get(to, to))


SUBJECT = DossierSubject(
    label=_("诉讼案件"),
    model=LitigationFile,
    number="number",
    action=Action.VIEW_FILES,
    title=lambda file: _("诉讼案件 {number}", number=file.number),
    loans=_loan,
    particulars=particulars,
    template="documents/litigation/dossier.html",
    loan_of=lambda file: int(file.loan_id),
    words={"stages": STAGES, "procedures": PROCEDURES, "outcomes": OUTCOMES},
)
