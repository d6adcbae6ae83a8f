"""Forms of a loan: what is booked twice, waived, corrected, and asked to be shown."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from recovery.access.models import ApprovalRequest
from recovery.kernel import reasons
from recovery.kernel.db import db
from recovery.kernel.models import AuditEvent
from recovery.kernel.work import system_work
from recovery.loans import service
from recovery.loans.models import AccountingFact, LedgerEntry, Loan
from recovery.loans.service import Booking
from tests.conftest import Browser
from tests.loans.making import make_loan

D = Decimal
SignIn = Callable[..., Browser]


@pytest.fixture
def loan_id(signed_in: SignIn) -> int:
    """Return a loan with a payment."""
    with system_work("tests") as work:
        loan = make_loan(work)
        service.record_payment(work, loan.id, Booking(D("3644.11"), date(2025, 2, 15)))
        return loan.id


@pytest.fixture
def manager(signed_in: SignIn) -> Browser:
    return signed_in("asset_manager")


def loan_now(loan_id: int) -> Loan:
    db.session.rollback()
    return db.session.get_one(Loan, loan_id, populate_existing=True)


def payments() -> int:
    db.session.rollback()
    count = select(func.count()).where(LedgerEntry.kind == "payment")
    return db.session.scalar(count) or 0


PAYMENT = {
    "amount": "1,000.00",
    "value_date": "2025-06-01",
    "kind": "payment",
    "reference": "A-1",
    "description": "柜台存入",
}


def test_the_same_payment_from_two_tabs_asks_for_a_tick_and_keeps_what_was_typed(
    manager: Browser, loan_id: int
) -> None:
    address = f"/loans/{loan_id}/payments/new"
    assert "not_repeated" not in manager.get(address).text
    assert manager.post(address, data=PAYMENT).status_code == 302
    again = manager.post(address, data=PAYMENT)
    assert again.status_code == 409
    assert "确认不是重复入账" in again.text
    assert 'name="not_repeated"' in again.text
    assert "柜台存入" in again.text
    assert payments() == 2
    assert manager.post(address, data=PAYMENT | {"not_repeated": "y"}).status_code == 302
    assert payments() == 3


@pytest.mark.parametrize(
    "change", [{"reference": "A-2"}, {"amount": "1,000.01"}, {"value_date": "2025-06-02"}]
)
def test_another_payment_is_not_asked_about(
    manager: Browser, loan_id: int, change: dict[str, str]
) -> None:
    address = f"/loans/{loan_id}/payments/new"
    manager.post(address, data=PAYMENT)
    assert manager.post(address, data=PAYMENT | change).status_code == 302


def test_a_payment_that_was_reversed_may_be_booked_again(manager: Browser, loan_id: int) -> None:
    address = f"/loans/{loan_id}/payments/new"
    manager.post(address, data=PAYMENT)
    entry = db.session.scalars(select(LedgerEntry).where(LedgerEntry.reference == "A-1")).one()
    manager.post(f"/loans/{loan_id}/entries/{entry.id}/reverse", data={"reason": "退票"})
    assert manager.post(address, data=PAYMENT).status_code == 302


def test_a_reversed_row_offers_no_form_to_reverse_it(manager: Browser, loan_id: int) -> None:
    entry = db.session.scalars(select(LedgerEntry).where(LedgerEntry.kind == "payment")).one()
    address = f"/loans/{loan_id}/entries/{entry.id}/reverse"
    assert manager.get(address).status_code == 200
    assert manager.post(address, data={"reason": "退票"}).status_code == 302
    answer = manager.get(address, follow_redirects=True)
    assert answer.request.path == f"/loans/{loan_id}/money"
    assert "已被冲正" in answer.text


def test_nobody_of_another_loan_can_be_asked_for(manager: Browser, loan_id: int) -> None:
    with system_work("tests") as work:
        other = make_loan(work, "HT-2", borrower=_someone("李四", "110101199003070601"))
        person_id = other.borrower_id
    address = f"/loans/{loan_id}/people/{{}}/phone/unmask"
    assert manager.get(address.format(loan_now(loan_id).borrower_id)).status_code == 200
    assert manager.get(address.format(person_id)).status_code == 404
    assert manager.get(address.format(10**6)).status_code == 404


def _someone(name: str, id_number: str) -> object:
    from recovery.loans.values import NewPerson

    return NewPerson(name=name, id_number=id_number, phone="13800000002")


def test_the_last_place_of_the_car_is_shown_masked_and_opened_with_a_reason(
    manager: Browser, loan_id: int
) -> None:
    assert manager.get(f"/loans/{loan_id}/collateral/place").status_code == 404
    car = {"mortgage_state": "unregistered", "state": "located", "condition": "used"}
    place = {"version": "1", "last_place": "某停车场 3 层"}
    assert manager.post(f"/loans/{loan_id}/collateral", data=car | place).status_code == 302
    page = manager.get(f"/loans/{loan_id}").text
    assert "最后发现地点" in page
    assert "某停车场" not in page
    form = manager.get(f"/loans/{loan_id}/collateral").text
    assert "某停车场" not in form
    kept = {"version": "2", "last_place": "", "plate": "沪A12345"}
    assert manager.post(f"/loans/{loan_id}/collateral", data=car | kept).status_code == 302
    address = f"/loans/{loan_id}/collateral/place"
    assert address in page
    assert manager.post(address, data={"reason": " "}).status_code == 422
    assert "某停车场 3 层" in manager.post(address, data={"reason": "派员查看"}).text
    events = select(AuditEvent).where(AuditEvent.action == "personal_data.unmask")
    (event,) = db.session.scalars(events).all()
    assert event.changes["value"] == "last_place"
    assert reasons.said(event) == "派员查看"
    assert "某停车场" not in str(event.changes)


WAIVER = {"on": "2025-09-01", "reason": "结清优惠"}


def test_the_form_of_a_waiver_says_what_is_owed_and_names_the_head_that_is_too_much(
    manager: Browser, loan_id: int
) -> None:
    address = f"/loans/{loan_id}/waivers/new"
    assert manager.get(address).text.count("所欠") == 5
    typed = WAIVER | {"penalty": "99,999.00", "interest": "1.00"}
    implied = manager.post(f"/loans/{loan_id}/waivers/implied", data=typed).text
    assert "2025-09-01 的债权" in implied
    assert "超过所欠" in implied
    refused = manager.post(address, data=typed)
    assert refused.status_code in {409, 422}
    assert "减免罚息 99,999.00 元超过所欠" in refused.text
    assert re.search(r'id="penalty-error"', refused.text)
    assert not re.search(r'id="interest-error"', refused.text)
    assert "99,999.00" in refused.text


def test_a_waiver_that_waits_is_shown_on_the_loan_with_its_request(
    manager: Browser, loan_id: int
) -> None:
    sent = manager.post(f"/loans/{loan_id}/waivers/new", data=WAIVER | {"penalty": "10.00"})
    assert sent.status_code == 302
    request = db.session.scalars(select(ApprovalRequest)).one()
    page = manager.get(f"/loans/{loan_id}").text
    assert "减免 10.00 元" in page
    assert f"/approvals/{request.id}" in page


def test_the_floor_of_the_class_is_set_with_a_reason_and_a_stale_form_is_told(
    manager: Browser, loan_id: int
) -> None:
    address = f"/loans/{loan_id}/class-floor"
    assert manager.get(address).status_code == 200
    form = {"version": str(loan_now(loan_id).version), "floor": "substandard", "reason": "重组"}
    assert manager.post(address, data=form | {"reason": ""}).status_code == 422
    assert manager.post(address, data=form).status_code == 302
    assert loan_now(loan_id).class_floor == "substandard"
    stale = manager.post(address, data=form | {"floor": "loss"})
    assert stale.status_code == 409
    assert "您填写的" in stale.text
    assert loan_now(loan_id).class_floor == "substandard"
    history = manager.get(f"/loans/{loan_id}/history").text
    assert "分类下限" in history
    assert "重组" in history
    lifted = {"version": str(loan_now(loan_id).version), "floor": "", "reason": "观察期满"}
    assert manager.post(address, data=lifted).status_code == 302
    assert loan_now(loan_id).class_floor is None


def test_figures_of_the_accountants_are_recorded_corrected_and_kept_in_the_history(
    manager: Browser, loan_id: int
) -> None:
    address = f"/loans/{loan_id}/accounting/new"
    assert manager.get(address).status_code == 200
    form = {
        "version": str(loan_now(loan_id).version),
        "as_of": "2025-12-31",
        "gross_carrying_amount": "98,765.43",
        "allowance": "9,000",
        "ifrs9_stage": "3",
        "reason": "年末结账",
    }
    assert manager.post(address, data=form).status_code == 302
    event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    assert reasons.said(event) == "年末结账"
    assert "年末结账" not in str(event.changes)
    fact = db.session.scalars(select(AccountingFact)).one()
    assert (fact.gross_carrying_amount, fact.allowance) == (D("98765.43"), D("9000.00"))
    assert (fact.ifrs9_stage, fact.effective_rate_per_year) == (3, None)
    stale = manager.post(address, data=form | {"allowance": "8,000"})
    assert stale.status_code == 409
    shown = manager.get(f"{address}?as_of=2025-12-31").text
    assert "98,765.43" in shown
    fresh = {"version": str(loan_now(loan_id).version), "allowance": "8,000", "reason": "更正"}
    assert manager.post(address, data=form | fresh).status_code == 302
    db.session.rollback()
    (fact,) = db.session.scalars(select(AccountingFact).execution_options(populate_existing=True))
    assert fact.allowance == D("8000.00")
    history = manager.get(f"/loans/{loan_id}/history").text
    assert "9000.00" in history
    assert "年末结账" in history


@pytest.mark.parametrize(
    "wrong",
    [
        {"gross_carrying_amount": "", "allowance": "", "ifrs9_stage": ""},
        {"allowance": "100,000"},
    ],
)
def test_figures_that_cannot_be_are_refused(
    manager: Browser, loan_id: int, wrong: dict[str, str]
) -> None:
    form = {
        "version": str(loan_now(loan_id).version),
        "as_of": "2025-12-31",
        "gross_carrying_amount": "98,765.43",
        "ifrs9_stage": "",
        "reason": "年末结账",
    }
    answer = manager.post(f"/loans/{loan_id}/accounting/new", data=form | wrong)
    assert answer.status_code == 409
    assert db.session.scalars(select(AccountingFact)).all() == []
