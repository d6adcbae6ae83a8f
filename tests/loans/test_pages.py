"""The loan page and its forms, as signed-in people see and send them."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from sqlalchemy import event, func, select

from recovery.kernel.config import Settings
from recovery.kernel.db import WRITER, db
from recovery.kernel.models import AuditEvent, RegistrationIntent
from recovery.kernel.work import system_work
from recovery.loans import queries, service
from recovery.loans.models import Document, LedgerEntry, Loan, LoanParty, Vehicle
from recovery.loans.service import Booking
from recovery.loans.values import NewFact, NewSnapshot
from recovery.web import long_papers
from tests.conftest import Browser
from tests.loans.making import make_loan

D = Decimal
SignIn = Callable[..., Browser]


@pytest.fixture
def loan_id(signed_in: SignIn) -> int:
    """Return a loan that has a payment, a fee and a reversal."""
    with system_work("tests") as work:
        loan = make_loan(work)
        service.record_payment(work, loan.id, Booking(D("3644.11"), date(2025, 2, 15)))
        fee = service.book_cost(work, loan.id, Booking(D("350.00"), date(2025, 8, 1)))
        service.reverse_transaction(work, loan.id, fee.id, "重复")
        service.book_cost(work, loan.id, Booking(D("300.00"), date(2025, 8, 1)))
        return loan.id


TABS = ("", "/timeline", "/money", "/papers", "/history")


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_of_the_page_shows_who_what_is_owed_and_the_class(
    signed_in: SignIn, loan_id: int, tab: str
) -> None:
    page = signed_in("asset_manager").get(f"/loans/{loan_id}{tab}")
    assert page.status_code == 200
    text = page.text
    claim = queries.claim_on(db.session(), db.session.get_one(Loan, loan_id), _today())
    assert "HT-2025-0001" in text
    assert "王小明" in text
    assert f"{claim.total:,.2f}" in text
    assert "损失" in text or "可疑" in text


def _today() -> date:
    from recovery.kernel import clock

    return clock.today()


def test_personal_data_is_masked_until_a_reason_is_given_and_audited(
    signed_in: SignIn, loan_id: int
) -> None:
    browser = signed_in("collector")
    with system_work("tests") as work:
        loan = work.get(Loan, loan_id)
        loan.branch_id = 1
        person_id = loan.borrower_id
    page = browser.get(f"/loans/{loan_id}").text
    assert "110101199003070599" not in page
    assert "0599" in page
    address = f"/loans/{loan_id}/people/{person_id}/id_number/unmask"
    assert "110101199003070599" not in browser.get(address).text
    assert browser.post(address, data={"reason": " "}).status_code == 422
    shown = browser.post(address, data={"reason": "核对身份"})
    assert "110101199003070599" in shown.text
    audited = db.session.scalars(
        select(AuditEvent).where(AuditEvent.action == "personal_data.unmask")
    ).one()
    assert audited.reason is not None
    assert audited.reason.text == "核对身份"
    assert "核对身份" not in str(audited.changes)
    assert "110101199003070599" not in str(audited.changes)


def test_who_may_not_unmask_gets_no_value(signed_in: SignIn, loan_id: int) -> None:
    person_id = db.session.get_one(Loan, loan_id).borrower_id
    address = f"/loans/{loan_id}/people/{person_id}/id_number/unmask"
    assert signed_in("auditor").post(address, data={"reason": "查"}).status_code == 403


def test_the_claim_of_any_day_is_answered_as_a_fragment(signed_in: SignIn, loan_id: int) -> None:
    browser = signed_in("asset_manager")
    loan = db.session.get_one(Loan, loan_id)
    for day in (date(2025, 6, 30), date(2027, 1, 1)):
        claim = queries.claim_on(db.session(), loan, day)
        page = browser.get(f"/loans/{loan_id}/claim?on={day}")
        assert f"{claim.total:,.2f}" in page.text
        assert "<html" not in page.text
    assert browser.get(f"/loans/{loan_id}/claim?on=2020-01-01").status_code == 409
    assert browser.get(f"/loans/{loan_id}/claim?on=gestern").status_code == 200


def test_money_that_comes_in_is_booked_from_the_form(signed_in: SignIn, loan_id: int) -> None:
    browser = signed_in("asset_manager")
    before = db.session.get_one(Loan, loan_id).paid_total
    form = {"amount": "1,000.00", "value_date": "2026-01-15", "kind": "payment"}
    assert browser.get(f"/loans/{loan_id}/payments/new").status_code == 200
    assert browser.post(f"/loans/{loan_id}/payments/implied", data=form).status_code == 200
    answer = browser.post(f"/loans/{loan_id}/payments/new", data=form)
    assert answer.status_code == 302
    db.session.rollback()
    assert db.session.get_one(Loan, loan_id).paid_total == before + D("1000.00")


def test_a_refused_payment_keeps_what_was_typed(signed_in: SignIn, loan_id: int) -> None:
    form = {"amount": "99,999,999.00", "value_date": "2026-01-15", "kind": "payment"}
    answer = signed_in("asset_manager").post(f"/loans/{loan_id}/payments/new", data=form)
    assert answer.status_code == 409
    assert "99,999,999.00" in answer.text


def test_a_row_is_reversed_from_the_form(signed_in: SignIn, loan_id: int) -> None:
    browser = signed_in("asset_manager")
    entry = db.session.scalars(select(LedgerEntry).where(LedgerEntry.kind == "payment")).one()
    address = f"/loans/{loan_id}/entries/{entry.id}/reverse"
    assert "3,644.11" in browser.get(address).text
    assert browser.post(address, data={"reason": "退票"}).status_code == 302
    assert browser.post(address, data={"reason": "再来"}).status_code == 409


def test_the_car_is_changed_and_a_stale_form_is_told(signed_in: SignIn, loan_id: int) -> None:
    browser = signed_in("asset_manager")
    form = {
        "version": "1",
        "mortgage_state": "unregistered",
        "state": "missing",
        "vin": "LSVAA49J132047371",
        "plate": "沪A12345",
        "condition": "used",
        "last_place": "某停车场",
    }
    address = f"/loans/{loan_id}/collateral"
    assert browser.get(address).status_code == 200
    for year in ("-1", "123", "99999"):
        refused = browser.post(address, data=form | {"model_year": year})
        assert refused.status_code == 422
        assert 'id="model_year-error"' in refused.text
    assert browser.post(address, data=form).status_code == 302
    db.session.rollback()
    loan = db.session.get_one(Loan, loan_id)
    assert (loan.mortgage_state, loan.vehicle_state) == ("unregistered", "missing")
    assert db.session.scalars(select(Vehicle)).one().last_place == "某停车场"
    stale = browser.post(address, data=form | {"plate": "沪C00001"})
    assert stale.status_code == 409
    assert "沪C00001" in stale.text
    history = browser.get(f"/loans/{loan_id}/history").text
    assert "情况不明 → 下落不明" in history
    assert '<span title="asset-manager">测试 asset-manager</span>' in history
    assert "某停车场" not in history
    warned = browser.get(f"/loans/{loan_id}").text
    assert "车辆下落不明" in warned
    assert browser.post(f"{address}/end").status_code == 302


def test_the_money_tab_shows_month_ends_and_imported_accounting_figures(
    signed_in: SignIn,
) -> None:
    with system_work("tests") as work:
        loan = make_loan(
            work,
            snapshots=(
                NewSnapshot(date(2025, 3, 31), D("120000.05"), difference_reason="四舍五入"),
            ),
            facts=(NewFact(date(2026, 2, 28), gross_carrying_amount=D("98765.43")),),
        )
        loan_id = loan.id
    text = signed_in("asset_manager").get(f"/loans/{loan_id}/money").text
    for shown in ("120,000.05", "0.05", "四舍五入", "98,765.43"):
        assert shown in text


def test_people_owners_and_acceleration_have_their_forms(signed_in: SignIn, loan_id: int) -> None:
    browser = signed_in("asset_manager")
    base = f"/loans/{loan_id}"
    party = {"role": "guarantor", "name": "赵六", "guarantee_mode": "general"}
    assert browser.post(f"{base}/parties/new", data=party).status_code == 302
    wrong = party | {"id_number": "110101199003070598"}
    assert browser.post(f"{base}/parties/new", data=wrong).status_code == 409
    party_id = db.session.scalars(select(LoanParty.id)).one()
    assert "赵六" in browser.get(base).text
    assert browser.post(f"{base}/parties/{party_id}/end").status_code == 302
    owner = {"owner_kind": "pledged", "owner_name": "某银行", "share": "100", "since": "2026-01-01"}
    assert browser.post(f"{base}/owners/new", data=owner).status_code == 302
    wrong_words = {"on": "2026-02-01", "confirmation": "是"}
    assert browser.post(f"{base}/accelerate", data=wrong_words).status_code == 422
    right = {"on": "2026-02-01", "confirmation": "提前到期"}
    assert browser.post(f"{base}/accelerate", data=right).status_code == 302
    person_id = db.session.get_one(Loan, loan_id).borrower_id
    for field, wrong in (("phone", "1e5"), ("bank_account", "<script>")):
        refused = browser.post(f"{base}/people/{person_id}/contact", data={field: wrong})
        assert "请核对" in refused.text
    contact = {"phone": "13900000009"}
    assert browser.post(f"{base}/people/{person_id}/contact", data=contact).status_code == 302
    db.session.rollback()
    assert db.session.get_one(Loan, loan_id).borrower.phone == "13900000009"


def pdf(pages: int) -> bytes:
    """Return a PDF of blank pages."""
    made, file = pikepdf.new(), BytesIO()
    for _page in range(pages):
        made.add_blank_page()
    made.save(file)
    return file.getvalue()


PDF = pdf(1)


def test_several_papers_are_stored_registered_and_come_back_byte_for_byte(
    signed_in: SignIn, loan_id: int
) -> None:
    browser = signed_in("asset_manager")
    data = {
        "kind": "loan_contract",
        "origin": "scanned",
        "files": [(BytesIO(PDF), "合同.pdf"), (BytesIO(pdf(2)), "附件.pdf")],
    }
    answer = browser.post(
        f"/loans/{loan_id}/papers/new", data=data, content_type="multipart/form-data"
    )
    assert answer.status_code == 302
    documents = db.session.scalars(select(Document).order_by(Document.id)).all()
    assert [one.file_name for one in documents] == ["合同.pdf", "附件.pdf"]
    intents = select(func.count()).where(RegistrationIntent.kind == "file")
    assert db.session.scalar(intents) == 2
    assert "合同.pdf" in browser.get(f"/loans/{loan_id}/papers").text
    sent = browser.get(f"/loans/{loan_id}/papers/{documents[0].id}")
    assert sent.data == PDF
    assert "attachment" in sent.headers["Content-Disposition"]
    ended = browser.post(f"/loans/{loan_id}/papers/{documents[0].id}/end", data={"reason": "传错"})
    assert ended.status_code == 302
    assert "已停用" in browser.get(f"/loans/{loan_id}/papers").text


def test_papers_are_stored_before_the_writer_is_taken(
    signed_in: SignIn, loan_id: int, settings: Settings
) -> None:
    browser, stored, there = signed_in("asset_manager"), [0], list[int]()
    objects = settings.home / "evidence" / "objects"

    def begin(_connection: object) -> None:
        stored.append(sum(path.is_file() for path in objects.rglob("*")))

    def execute(*told: object) -> None:
        if str(told[2]).startswith("INSERT INTO document "):
            there.append(stored[-1])

    event.listen(db.engines[WRITER], "begin", begin)
    event.listen(db.engines[WRITER], "before_cursor_execute", execute)
    data = {"kind": "other", "origin": "scanned", "files": [(BytesIO(PDF), "合同.pdf")]}
    address = f"/loans/{loan_id}/papers/new"
    assert browser.post(address, data=data, content_type="multipart/form-data").status_code == 302
    assert there == [1]


def test_no_paper_is_asked_for_again_with_a_sentence(signed_in: SignIn, loan_id: int) -> None:
    answer = signed_in("asset_manager").post(
        f"/loans/{loan_id}/papers/new", data={"kind": "other", "origin": "scanned"}
    )
    assert answer.status_code == 422


def test_a_broken_pdf_is_refused_and_no_kind_is_chosen_beforehand(
    signed_in: SignIn, loan_id: int
) -> None:
    browser = signed_in("asset_manager")
    address = f"/loans/{loan_id}/papers/new"
    kinds = re.search(r'<select[^>]*name="kind".*?</select>', browser.get(address).text, re.S)
    assert kinds is not None
    assert "请选择" in kinds[0].split("</option>")[0]
    data = {"kind": "", "origin": "scanned", "files": [(BytesIO(PDF), "合同.pdf")]}
    answer = browser.post(address, data=data, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "请填写文件类型" in answer.text
    data = {"kind": "other", "origin": "scanned", "files": [(BytesIO(PDF[:150]), "坏.pdf")]}
    answer = browser.post(address, data=data, content_type="multipart/form-data")
    assert answer.status_code == 409
    assert "文件“坏.pdf”已损坏" in answer.text
    assert db.session.scalars(select(Document)).all() == []


def test_a_loan_of_another_branch_looks_absent(signed_in: SignIn, loan_id: int) -> None:
    browser = signed_in("counsel", branch="202")
    for tab in TABS:
        assert browser.get(f"/loans/{loan_id}{tab}").status_code == 404
    assert browser.get(f"/loans/{loan_id}/statement.pdf").status_code == 404
    assert browser.get("/loans/by-number/HT-2025-0001").status_code == 404


def test_a_contract_number_leads_to_its_loan(signed_in: SignIn, loan_id: int) -> None:
    answer = signed_in("auditor").get("/loans/by-number/HT-2025-0001")
    assert answer.headers["Location"].endswith(f"/loans/{loan_id}")


def _words(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return text


def test_a_statement_of_no_day_is_not_printed(signed_in: SignIn, loan_id: int) -> None:
    answer = signed_in("asset_manager").get(f"/loans/{loan_id}/statement.pdf?on=garbage")
    assert answer.status_code == 404
    assert "“garbage”不是日期" in answer.text


def test_a_long_statement_is_printed_in_parts_and_lists_every_entry_once(
    signed_in: SignIn, loan_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = signed_in("asset_manager")
    whole = _words(browser.get(f"/loans/{loan_id}/statement.pdf?on=2026-03-01").data)
    monkeypatch.setattr(long_papers, "ROWS", 3)
    parted = _words(browser.get(f"/loans/{loan_id}/statement.pdf?on=2026-03-01").data)
    assert "一、账本（续）" in parted
    assert re.findall(ROW, " ".join(parted.split())) == re.findall(ROW, " ".join(whole.split()))
    assert re.search(r"1 / \d", parted)


@pytest.mark.parametrize(
    ("language", "title", "day"),
    [("zh", "贷款对账单", "2026年3月1日"), ("en", "Loan statement", "1 March 2026")],
)
def test_the_printed_statement_adds_up_to_the_ledger_to_the_fen(
    signed_in: SignIn, loan_id: int, language: str, title: str, day: str
) -> None:
    answer = signed_in("asset_manager").get(
        f"/loans/{loan_id}/statement.pdf?language={language}&on=2026-03-01"
    )
    assert answer.status_code == 200
    words = _words(answer.data)
    assert title in words
    assert day in words
    loan = db.session.get_one(Loan, loan_id)
    claim = queries.claim_on(db.session(), loan, date(2026, 3, 1))
    rows = db.session.scalars(
        select(LedgerEntry).where(
            LedgerEntry.loan_id == loan_id, LedgerEntry.value_date <= date(2026, 3, 1)
        )
    ).all()
    flat = " ".join(words.split())
    printed = [
        (int(number), *(_amount(text) for text in amounts.split()))
        for number, amounts in re.findall(ROW, flat)
    ]
    balance, expected = D(0), []
    for row in sorted(rows, key=lambda row: (row.value_date, row.number)):
        parts = (row.principal, row.interest, row.penalty, row.costs)
        balance += sum(parts)
        expected.append((row.number, row.amount, *parts, balance))
    assert printed == expected
    assert f"{claim.total:,.2f}" in flat
    assert claim.booked == balance


ROW = r"(\d+) \d{4}-\d\d-\d\d (?:(?!\d{4}-).)*?((?:\(?[\d,]+\.\d\d\)? ){5}\(?[\d,]+\.\d\d\)?)"
"""A printed ledger row: its number, then amount, four parts and balance."""


def _amount(text: str) -> Decimal:
    """Return an amount as papers print it: negative in parentheses."""
    plain = text.strip("()").replace(",", "")
    return -D(plain) if text.startswith("(") else D(plain)


MOST_STATEMENTS = 20
"""Statements of a page of a loan, sign-in and other features' parts included."""


@pytest.mark.parametrize("tab", TABS)
def test_a_page_asks_as_little_of_a_long_ledger_as_of_a_short_one(
    signed_in: SignIn, loan_id: int, tab: str
) -> None:
    browser = signed_in("asset_manager")
    statements: list[str] = []
    engine = db.engines[None]

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    def count() -> int:
        statements.clear()
        event.listen(engine, "before_cursor_execute", note)
        assert browser.get(f"/loans/{loan_id}{tab}").status_code == 200
        event.remove(engine, "before_cursor_execute", note)
        return len(statements)

    browser.get(f"/loans/{loan_id}{tab}")
    short = count()
    with system_work("tests") as work:
        for _ in range(20):
            service.book_fee(work, loan_id, Booking(D("1.00"), date(2025, 9, 1)))
    assert count() == short <= MOST_STATEMENTS
