"""What the loan page says above its tabs: who, what is owed today, class, warnings, next act."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from recovery.access.models import Branch
from recovery.kernel import gate, links
from recovery.kernel.gate import Scope
from recovery.kernel.links import NextAction
from recovery.kernel.text import Text, _
from recovery.law.answer import Answer
from recovery.law.classification import overdue_floor
from recovery.loans.labels import CLASSES
from recovery.loans.models import Loan, LoanParty, Person, Vehicle
from recovery.loans.queries import Book, book_of, contract_of
from recovery.loans.rules.claim import Claim, compute_claim
from recovery.loans.rules.classification import AssetClass, asset_class
from recovery.loans.rules.overdue import days_past_due
from recovery.rulebook.service import current_book
from recovery.web.display import masked

CLASS_MEANINGS = {
    "normal": "good",
    "special_mention": "neutral",
    "substandard": "warning",
    "doubtful": "warning",
    "loss": "danger",
}
REASONS: dict[str, Text] = {
    "assigned": _("贷款人评定"),
    "by_days": _("按逾期天数的下限"),
    "by_events": _("按事件（重组、违约）的下限"),
}


@dataclass(frozen=True, slots=True)
class LoanPage:
    """One loan as its page shows it on `today`."""

    loan: Loan
    book: Book
    claim: Claim
    today: date
    parties: tuple[LoanParty, ...]
    vehicle: Vehicle | None
    branch_name: str | None
    floor: Answer

    @property
    def days_past_due(self) -> int:
        """Days past due today."""
        return days_past_due(self.loan.overdue_since, self.today)

    @property
    def asset_class(self) -> AssetClass:
        """The class today: the worst of the lender's, days and events."""
        floor = str(self.floor.values["floor"])
        return asset_class(self.loan.assigned_class, floor, self.loan.class_floor)

    @property
    def class_label(self) -> Text:
        """The class in words."""
        return CLASSES[self.asset_class.name]

    @property
    def class_meaning(self) -> str:
        """The family of the class's badge."""
        return CLASS_MEANINGS[self.asset_class.name]

    @property
    def class_reason(self) -> Text:
        """Which of the three decides the class."""
        return REASONS[self.asset_class.reason]

    @property
    def warnings(self) -> list[tuple[Text, str]]:
        """What whoever works the loan should know, with how serious it is."""
        return list(_warnings(self))


def loan_page(session: Session, loan_id: int, scope: Scope, today: date) -> LoanPage:
    """Return the loan's page, through the gate.

    Raises:
        NotFound: absent, or not for this reader to see.
    """
    loan = find_loan(session, loan_id, scope)
    book = book_of(session, loan.id)
    parties = session.scalars(
        select(LoanParty)
        .where(LoanParty.loan_id == loan.id)
        .options(joinedload(LoanParty.person))
        .order_by(LoanParty.ended_on.is_not(None), LoanParty.id)
    ).all()
    vehicle = session.scalars(
        select(Vehicle)
        .where(Vehicle.loan_id == loan.id)
        .order_by(Vehicle.ended_on.is_not(None), Vehicle.id.desc())
        .limit(1)
    ).first()
    branch = session.get(Branch, loan.branch_id) if loan.branch_id is not None else None
    days = days_past_due(loan.overdue_since, today)
    return LoanPage(
        loan=loan,
        book=book,
        claim=compute_claim(contract_of(loan), book.dues, book.postings, today),
        today=today,
        parties=tuple(parties),
        vehicle=vehicle,
        branch_name=branch.name if branch else None,
        floor=overdue_floor(current_book(), today, days_overdue=days),
    )


def find_loan(session: Session, loan_id: int, scope: Scope) -> Loan:
    """Return the loan with its borrower, through the gate.

    Raises:
        NotFound: absent, or not for this reader to see.
    """
    statement = select(Loan).where(Loan.id == loan_id).options(joinedload(Loan.borrower))
    loan = session.scalars(gate.visible(statement, Loan, scope)).one_or_none()
    return loan if loan is not None else gate.find(session, Loan, loan_id, scope)


def masked_personal(person: Person, name: str) -> str:
    """Return a sealed value as everyone may see it: its tail; of an address nothing."""
    if name == "address":
        return "••••••"
    return masked(getattr(person, name))


def next_actions(session: Session, loan: Loan, today: date, scope: Scope) -> list[NextAction]:
    """Return what a reader who sees `scope` may do next, the most urgent first."""
    offered = (provider(session, loan.id, today, scope) for provider in links.next_actions.all())
    found = [one for one in offered if one is not None]
    return sorted(found, key=lambda one: (one.urgency, one.due or date.max))


def _warnings(page: LoanPage) -> Iterator[tuple[Text, str]]:
    """Yield the warnings of a loan that is open."""
    loan, vehicle = page.loan, page.vehicle
    if loan.closed_on is not None:
        return
    if loan.written_off_on is not None:
        yield _("已于 {day} 核销，账销案存，继续追偿。", day=loan.written_off_on), "warning"
    if loan.accelerated_on is not None:
        yield _("已于 {day} 提前到期，全部本金到期。", day=loan.accelerated_on), "warning"
    if loan.vehicle_state == "missing":
        yield _("车辆下落不明。"), "danger"
    if loan.mortgage_state == "unregistered":
        yield _("抵押未登记，不得对抗善意第三人，处置价款可能不能优先受偿。"), "warning"
    if vehicle is not None and vehicle.vin_check == "invalid":
        yield _("车辆识别代号校验位不符，请核对登记证书。"), "warning"
    if page.days_past_due and not page.book.dues:
        yield _("没有还款计划，逾期本金不明：到期日以前未计罚息。"), "warning"
    elif loan.penalty_rate_per_year is None and page.days_past_due:
        yield _("合同未录入罚息利率，逾期本金按合同利率计算。"), "progress"
    if not page.floor.confirmed:
        yield _("五级分类所依据的参数尚待管理员确认。"), "progress"
