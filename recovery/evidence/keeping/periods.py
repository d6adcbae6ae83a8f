"""Grounds (删除事由) of an erasure, and the retention periods that stop some of them.

个人信息保护法 47 lists the grounds. While a prescribed period runs, its last paragraph leaves only
storage and protection in the place of erasure; data that were taken in unlawfully or by mistake are
no record that the period is meant for. A rule that no lawyer has confirmed stops all the same.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.evidence.keeping.destruction import parts_of, siblings
from recovery.evidence.keeping.models import Erasure
from recovery.evidence.keeping.retention import Rule, rule_of_document, rule_of_record, rules
from recovery.kernel.errors import RuleViolation
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.text import Text, _
from recovery.loans.models import Document, Loan


@dataclass(frozen=True, slots=True)
class Ground:
    """Why data are erased."""

    label: Text
    is_stopped_by: Callable[[Rule], bool]
    """Whether a rule whose period still runs forbids the erasure."""


GROUNDS: dict[str, Ground] = {
    "period_over": Ground(_("保存期限已满（第47条第1款第2项）"), lambda _rule: True),
    "purpose_done": Ground(
        _("处理目的已实现或不再必要（第47条第1款第1项）"), lambda rule: rule.statutory
    ),
    "consent_withdrawn": Ground(_("个人撤回同意（第47条第1款第3项）"), lambda rule: rule.statutory),
    "unlawful": Ground(_("违法、违约处理或误收误存（第47条第1款第4项）"), lambda _rule: False),
}
"""By code. Source: 个人信息保护法 47."""


@dataclass(frozen=True, slots=True)
class Period:
    """A retention period as it runs for something that is to be erased."""

    rule: Rule
    contract_no: str
    last_day: date | None
    """Last day of the period; None: the loan is not closed, it has not begun."""

    def runs_on(self, today: date) -> bool:
        """Tell whether the period is not over."""
        return self.last_day is None or today <= self.last_day

    def refusal(self, ground: Ground) -> Text:
        """Return why nothing is erased on `ground`: rule, basis and day in one sentence."""
        basis: Text | str = self.rule.basis
        if not self.rule.confirmed:
            basis = _("{basis}；依据尚未经法务确认，确认前同样执行", basis=basis)
        told = {"number": self.contract_no, "name": self.rule.title, "basis": basis}
        if self.last_day is not None:
            return _(
                "合同 {number} 的“{name}”须保存到 {day}（{basis}），在此之前不能以“{ground}”删除。",
                **told,
                day=self.last_day.isoformat(),
                ground=ground.label,
            )
        return _(
            "合同 {number} 未结清，“{name}”的保存期限（{basis}）没有起算，不能以“{ground}”删除。",
            **told,
            ground=ground.label,
        )


def refuse_early(session: Session, erasure: Erasure, today: date) -> None:
    """Refuse an erasure on a ground that a running period stops.

    Raises:
        RuleViolation: naming the rule that runs longest, its basis and its last day.
    """
    ground = GROUNDS.get(erasure.ground)
    if ground is None:
        raise RuleViolation(_("请选择删除事由。"))
    for period in periods_of(session, erasure):
        if ground.is_stopped_by(period.rule) and period.runs_on(today):
            raise RuleViolation(period.refusal(ground))


def periods_of(session: Session, erasure: Erasure) -> list[Period]:
    """Return the periods of all that an erasure destroys, the longest first; one a rule."""
    intents = _reached(session, erasure)
    found = _of_documents(session, intents, erasure)
    others = [one for one in intents if one.subject_type != Document.__tablename__]
    return longest(found + _of_records(session, others, erasure.loan_id))


def kept_for(
    session: Session, loan: Loan, intents: Sequence[RegistrationIntent]
) -> dict[int, Period]:
    """Return the periods that registered records of a loan are kept, by their registration."""
    of_documents = [one for one in intents if one.subject_type == Document.__tablename__]
    ids = [one.subject_id for one in of_documents]
    rows = session.execute(select(Document.id, Document.kind).where(Document.id.in_(ids)))
    kinds: dict[int, str] = dict(iter(rows))
    found = {one.id: rule_of_record(one) for one in intents}
    for one in of_documents:
        if one.subject_id in kinds:
            found[one.id] = rule_of_document(kinds[one.subject_id])
    return {intent_id: _period(rule, loan) for intent_id, rule in found.items()}


def approved_period(told: Mapping[str, str]) -> Period:
    """Return a period as the content of an approval names it."""
    rule = next(rule for rule in rules() if rule.kind == told["rule"])
    last = date.fromisoformat(told["last_day"]) if told["last_day"] else None
    return Period(rule, told["contract_no"], last)


def longest(periods: Sequence[Period]) -> list[Period]:
    """Return of each rule the period that ends last, the longest first."""
    ordered = sorted(periods, key=lambda one: one.last_day or date.max, reverse=True)
    by_rule: dict[str, Period] = {}
    for one in ordered:
        by_rule.setdefault(one.rule.kind, one)
    return list(by_rule.values())


def _reached(session: Session, erasure: Erasure) -> Sequence[RegistrationIntent]:
    """Return the registrations that an erasure reaches, see `destruction.destroy`."""
    parts = [intent for intent, _names in parts_of(session, erasure)]
    if erasure.person_uuid or not erasure.field_names:
        return parts
    return [one for intent in parts for one in siblings(session, intent)]


def _of_documents(
    session: Session, intents: Sequence[RegistrationIntent], erasure: Erasure
) -> list[Period]:
    """Return the periods of documents: of those whose fields go, and whose file does."""
    ids = [one.subject_id for one in intents if one.subject_type == Document.__tablename__]
    rows = (
        select(Document.kind, Loan)
        .join(Loan, Loan.id == Document.loan_id)
        .where(Document.id.in_(ids) | Document.sha256.in_(erasure.objects))
    )
    return [_period(rule_of_document(kind), loan) for kind, loan in session.execute(rows)]


def _of_records(
    session: Session, intents: Sequence[RegistrationIntent], loan_id: int | None
) -> list[Period]:
    """Return the periods of records; one of the house, such as a package, by every loan here."""
    ids = {one.loan_id for one in intents} | {loan_id}
    loans = {loan.id: loan for loan in session.scalars(select(Loan).where(Loan.id.in_(ids)))}
    return [
        _period(rule_of_record(intent), loan)
        for intent in intents
        for loan in ([loans[intent.loan_id]] if intent.loan_id else loans.values())
    ]


def _period(rule: Rule, loan: Loan) -> Period:
    last = None if loan.closed_on is None else rule.last_day(loan.closed_on)
    return Period(rule, loan.contract_no, last)
