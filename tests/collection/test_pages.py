"""The pages of collection: the tab of a loan, one record, and the forms to add and correct each."""

from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from recovery.access.models import UserAccount
from recovery.collection import service
from recovery.collection.models import CollectionRecord, Contact, Demand, RepaymentAgreement
from recovery.collection.values import NewContact
from recovery.evidence.sequencer import register_pending
from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.models import AuditEvent, RegistrationIntent
from recovery.kernel.work import work_as
from recovery.loans.models import Loan
from tests.books import add_loans
from tests.conftest import Browser

SignIn = Callable[..., Browser]
YESTERDAY = clock.today() - timedelta(days=1)
PHONE = "13800001111"


def call(loan: Loan, **changed: str) -> dict[str, str]:
    """Return what a collector types of a call."""
    typed = {"at": f"{YESTERDAY} 10:00", "person": str(loan.borrower_id), "channel": "call"}
    typed |= {"direction": "outbound", "outcome": "reached_confirmed", "address": PHONE}
    return typed | changed


def newest() -> CollectionRecord:
    """Return the record that was made last."""
    db.session.rollback()
    rows = select(CollectionRecord).order_by(CollectionRecord.id.desc()).limit(1)
    return db.session.scalars(rows).one()


def test_a_collector_records_a_call_and_sees_it_on_the_loan(loan: Loan, signed_in: SignIn) -> None:
    client = signed_in("collector")
    address = f"/collection/of-loan/{loan.id}/contacts/new"
    form = client.get(address).text
    assert f"{clock.today()}" in form, "now is proposed"
    assert "更正理由" not in form
    answer = client.post(address, data=call(loan, remark="说月底发工资"))
    assert answer.location == f"/loans/{loan.id}/part/collection"
    tab = client.get(f"/collection/of-loan/{loan.id}").text
    assert "已接通，已核实身份" in tab
    assert "说月底发工资" in tab
    assert PHONE not in tab
    page = client.get(f"/collection/{newest().id}").text
    assert "不足以证明诉讼时效中断" in page
    assert PHONE not in page
    assert "联系：已接通" in client.get(f"/loans/{loan.id}/timeline").text


def test_a_call_at_night_is_recorded_and_named_with_its_source(
    loan: Loan, signed_in: SignIn
) -> None:
    client = signed_in("collector")
    address = f"/collection/of-loan/{loan.id}/contacts/new"
    night = call(loan, at=f"{YESTERDAY} 22:00")
    page = client.post(address, data=night, follow_redirects=True).text
    assert "不符合催收行为规范" in page
    assert "GB/T 45251-2025" in page
    assert "未确认" in page
    assert "不合规范" in client.get(f"/collection/of-loan/{loan.id}").text


def test_a_correction_is_filled_in_and_says_why(loan: Loan, signed_in: SignIn) -> None:
    client = signed_in("collector")
    client.post(f"/collection/of-loan/{loan.id}/contacts/new", data=call(loan))
    old = newest()
    address = f"/collection/of-loan/{loan.id}/contacts/new?corrects={old.id}"
    form = client.get(address).text
    assert f"{YESTERDAY} 10:00" in form
    assert PHONE not in form
    assert client.post(address, data=call(loan, outcome="reached")).status_code == 422
    client.post(address, data=call(loan, outcome="reached", address="", reason="未核实"))
    later = newest()
    assert isinstance(later, Contact)
    assert (later.supersedes_id, later.address, later.outcome) == (old.id, PHONE, "reached")
    page = client.get(f"/collection/{old.id}").text
    assert later.record_no in page
    assert "corrects=" not in page, "a record is corrected once"
    assert (
        client.get(f"/collection/of-loan/{loan.id}/visits/new?corrects={old.id}").status_code == 404
    )


def test_a_demand_and_what_became_of_it(loan: Loan, signed_in: SignIn) -> None:
    client = signed_in("collector")
    sent = {"on": str(YESTERDAY), "person": str(loan.borrower_id), "means": "ems"}
    sent |= {"address": "测试路 1 号", "address_basis": "agreed", "waybill_no": "EA1CN"}
    client.post(f"/collection/of-loan/{loan.id}/demands/new", data=sent)
    demand = newest()
    assert isinstance(demand, Demand)
    came = {"on": str(clock.today()), "outcome": "delivered", "proof": "signed_receipt"}
    assert client.get(f"/collection/demands/{demand.id}/deliveries/new").status_code == 200
    client.post(f"/collection/demands/{demand.id}/deliveries/new", data=came)
    page = client.get(f"/collection/{demand.id}").text
    assert "签收回执" in page
    assert "可用于证明诉讼时效中断" in page
    assert client.get(f"/collection/{newest().id}").status_code == 200


def test_a_visit_and_an_agreement_have_their_forms(
    loan: Loan, signed_in: SignIn, person: Callable[..., UserAccount]
) -> None:
    client = signed_in("collector")
    visit = {"at": f"{YESTERDAY} 15:00", "person": str(loan.borrower_id), "address": "测试路 1 号"}
    visit |= {"visitors": "张三，李四", "met": "nobody", "vehicle": "seen", "mileage": "43,210"}
    client.post(
        f"/collection/of-loan/{loan.id}/visits/new", data=visit | {"outcome": "nobody_there"}
    )
    assert "张三、李四" in client.get(f"/collection/{newest().id}").text
    address = f"/collection/of-loan/{loan.id}/agreements/new"
    assert "民法典第六百九十五条" in client.get(address).text
    deal = {"on": str(YESTERDAY), "agreement_kind": "repayment_plan", "terms": "分三期"}
    deal |= {"signers": str(loan.borrower_id), "guarantor_consent": "none"}
    refused = client.post(address, data=deal)
    assert refused.status_code == 409
    assert "没有文件的协议不予登记" in refused.text
    assert not isinstance(newest(), RepaymentAgreement)


def test_a_number_is_shown_for_a_reason_and_a_record_can_be_withdrawn(
    loan: Loan, signed_in: SignIn
) -> None:
    client = signed_in("collector")
    client.post(f"/collection/of-loan/{loan.id}/contacts/new", data=call(loan))
    row = newest()
    address = f"/collection/{row.id}/unmask"
    assert PHONE not in client.get(address).text
    assert PHONE in client.post(address, data={"reason": "核对号码"}).text
    seen = select(AuditEvent).where(AuditEvent.action == "personal_data.unmask")
    assert db.session.scalars(seen).one().subject_id == row.id
    client.post(f"/collection/{row.id}/withdraw", data={"reason": "登记错了贷款"})
    assert newest().supersedes_id == row.id
    assert "撤回" in client.get(f"/collection/{newest().id}").text
    assert client.get(f"/collection/of-loan/{loan.id}").text.count("已更正或撤回") == 1


def test_the_tab_pages_by_key(app: Flask, actor: Actor, loan: Loan, signed_in: SignIn) -> None:
    with work_as(actor) as work:
        for minute in range(51):
            at = clock.start_of(YESTERDAY) + timedelta(hours=9, minutes=minute)
            new = NewContact(at=at, outcome="sent", channel="text_message", remark=f"第{minute}次")
            service.record_contact(work, loan.id, new)
    client = signed_in("collector")
    page = client.get(f"/collection/of-loan/{loan.id}").text
    assert "第50次" in page
    assert "第0次" not in page
    after = page.rpartition("after=")[2].partition('"')[0]
    second = client.get(f"/collection/of-loan/{loan.id}?after={after}").text
    assert "第0次" in second
    assert "第50次" not in second


def test_an_auditor_reads_and_records_nothing(loan: Loan, signed_in: SignIn) -> None:
    client = signed_in("auditor")
    assert "登记联系" not in client.get(f"/collection/of-loan/{loan.id}").text
    assert client.get(f"/collection/of-loan/{loan.id}/contacts/new").status_code == 403


def test_the_page_of_the_registered_item_names_a_number_without_showing_it(
    loan: Loan, signed_in: SignIn
) -> None:
    client = signed_in("collector")
    client.post(f"/collection/of-loan/{loan.id}/contacts/new", data=call(loan))
    register_pending()
    wanted = select(RegistrationIntent.id).where(RegistrationIntent.subject_type == "contact")
    page = client.get(f"/evidence/items/{db.session.scalars(wanted).one()}").text
    assert "联系：已接通，已核实身份" in page
    assert "联系号码或地址" in page
    assert PHONE not in page


def test_the_list_shows_the_records_of_ones_own_loans_by_kind_day_and_conduct(
    actor: Actor, loan: Loan, signed_in: SignIn
) -> None:
    client = signed_in("collector")
    with work_as(actor) as work:
        [elsewhere] = add_loans(work, first=7)
        for one, hour in ((loan, 10), (loan, 22), (elsewhere, 10)):
            at = clock.start_of(YESTERDAY) + timedelta(hours=hour)
            new = NewContact(at=at, outcome="reached", person_id=one.borrower_id)
            service.record_contact(work, one.id, new)
    rows = {
        query: client.get(f"/collection/?{query}").text.count(">contact-")
        for query in (
            "",
            "kind=contact",
            "kind=visit",
            "conduct=broken",
            f"on_from={YESTERDAY}&on_to={YESTERDAY}",
            f"on_from={clock.today()}",
            f"contract_no={elsewhere.contract_no}",
        )
    }
    assert list(rows.values())[:6] == [2, 2, 0, 1, 2, 0]
    assert rows[f"contract_no={elsewhere.contract_no}"] == 0
