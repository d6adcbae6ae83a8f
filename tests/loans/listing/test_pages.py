"""The list as a browser meets it: pages, totals, bulk acts, paste, export, search."""

import re
from collections.abc import Callable
from typing import Any

import pypdfium2
import pytest
from sqlalchemy import event, select

from recovery.kernel import reasons
from recovery.kernel.db import db
from recovery.kernel.job_rows import Job
from recovery.kernel.job_runner import run_due_jobs
from recovery.kernel.models import AuditEvent
from recovery.loans.listing import jobs, printing, selections
from recovery.loans.models import Loan, Selection, SelectionRow

SignedIn = Callable[..., Any]


def contract_numbers(page: str) -> list[str]:
    return re.findall(r"data-open>([A-Z]{2}\d{14})<", page)


def next_page(page: str) -> str | None:
    link = re.search(r'rel="next" href="([^"]+)"', page)
    return link[1].replace("&amp;", "&") if link else None


@pytest.mark.parametrize("sort", ["overdue", "-overdue", "balance", "-balance", "contract_no"])
def test_pages_one_after_another_show_every_loan_once_in_order(
    loans: list[Loan], signed_in: SignedIn, sort: str
) -> None:
    browser, url, seen = signed_in("administrator"), f"/loans/?sort={sort}&size=100", []
    while url:
        page = browser.get(url).text
        seen += contract_numbers(page)
        url = next_page(page) or ""
    column = {"overdue": "overdue_order"}.get(sort.lstrip("-"), sort.lstrip("-"))
    ordered = sorted(
        loans, key=lambda loan: (getattr(loan, column), loan.id), reverse=sort.startswith("-")
    )
    assert seen == [loan.contract_no for loan in ordered]


def test_a_page_takes_few_statements_and_shows_what_its_day_makes_of_a_loan(
    loans: list[Loan], signed_in: SignedIn
) -> None:
    browser, statements = signed_in("administrator"), []
    browser.get("/loans/")

    def note(*args: Any) -> None:
        statements.append(args[2])

    event.listen(db.engine, "before_cursor_execute", note)
    page = browser.get("/loans/?class=loss&sort=-balance").text
    event.remove(db.engine, "before_cursor_execute", note)
    assert len([one for one in statements if one.startswith("SELECT")]) <= 6
    assert "损失" in page
    assert contract_numbers(page)


def test_each_role_sees_its_own_scope(loans: list[Loan], signed_in: SignedIn) -> None:
    page = signed_in("collector", branch="SH").get("/loans/?size=200").text
    assert set(contract_numbers(page)) == {
        loan.contract_no for loan in loans if loan.branch_id == 1
    }


def test_the_strip_of_totals_counts_the_filter(loans: list[Loan], signed_in: SignedIn) -> None:
    strip = signed_in("administrator").get("/loans/totals?stage=suing").text
    count = len([loan for loan in loans if loan.stage == "suing"])
    assert f">{count}<" in strip


def test_ticked_rows_are_frozen_and_lead_to_the_act(loans: list[Loan], signed_in: SignedIn) -> None:
    browser = signed_in("administrator")
    answer = browser.post("/loans/bulk", data={"act": "assign", "selected": ["1", "2", "9999999"]})
    assert answer.status_code == 302
    page = browser.get(answer.location).text
    assert "分配 2 笔贷款" in page


def test_all_that_match_are_counted_and_frozen(loans: list[Loan], signed_in: SignedIn) -> None:
    browser = signed_in("administrator")
    form = {"act": "assign", "all_matching": "1", "stage": "suing"}
    answer = browser.post("/loans/bulk", data=form)
    count = len([loan for loan in loans if loan.stage == "suing"])
    assert f"分配 {count} 笔贷款" in browser.get(answer.location).text


def test_many_matching_are_frozen_by_a_job(
    loans: list[Loan], signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selections, "AT_ONCE", 10)
    browser = signed_in("administrator")
    answer = browser.post("/loans/bulk", data={"act": "assign", "all_matching": "1"})
    job = db.session.scalars(select(Job).where(Job.kind == jobs.FREEZE)).one()
    assert answer.location.endswith(f"/jobs/{job.id}")
    assert db.session.get_one(Selection, job.arguments["selection"]).row_count == 0


def test_an_act_that_the_role_may_not_do_is_refused(loans: list[Loan], signed_in: SignedIn) -> None:
    browser = signed_in("collector", branch="SH")
    assert browser.post("/loans/bulk", data={"act": "assign", "selected": ["1"]}).status_code == 403
    assert db.session.scalars(select(SelectionRow)).all() == []


def test_pasted_numbers_lead_to_their_loans_and_the_missing_are_listed(
    loans: list[Loan], signed_in: SignedIn
) -> None:
    browser = signed_in("administrator")
    numbers = "\n".join([loans[0].contract_no, loans[5].contract_no])
    found = browser.post("/loans/paste", data={"numbers": numbers})
    assert set(contract_numbers(browser.get(found.location).text)) == {
        loans[0].contract_no,
        loans[5].contract_no,
    }
    page = browser.post("/loans/paste", data={"numbers": f"{numbers},NOBODY-1"}).text
    assert "NOBODY-1" in page
    assert "查看找到的贷款" in page


def test_an_export_in_clear_needs_a_reason_and_the_words(
    loans: list[Loan], signed_in: SignedIn
) -> None:
    browser = signed_in("counsel", branch="SH")
    form = {"file_format": "csv", "masking": "clear"}
    page = browser.post("/loans/export?stage=none", data=form)
    assert page.status_code == 422
    assert db.session.scalars(select(Job).where(Job.kind == jobs.EXPORT)).all() == []
    form |= {"reason": "法院要求", "confirmation": "导出个人信息"}
    assert browser.post("/loans/export?stage=none", data=form).status_code == 302
    db.session.rollback()
    job = db.session.scalars(select(Job).where(Job.kind == jobs.EXPORT)).one()
    assert (job.arguments["query"], "reason" in job.arguments) == ("stage=none", False)
    asked = select(AuditEvent).where(AuditEvent.subject_type == "job")
    event = db.session.scalars(asked).one()
    assert event.changes == {"requested": True, "personal_data": "clear"}
    assert reasons.said(event) == "法院要求"


def test_an_export_in_clear_is_refused_to_who_may_not_unmask(
    loans: list[Loan], signed_in: SignedIn
) -> None:
    form = {"file_format": "csv", "masking": "clear", "reason": "x", "confirmation": "导出个人信息"}
    assert signed_in("auditor").post("/loans/export", data=form).status_code == 409


def test_search_suggests_what_one_may_see(loans: list[Loan], signed_in: SignedIn) -> None:
    here = next(loan for loan in loans if loan.branch_id == 1)
    elsewhere = next(loan for loan in loans if loan.branch_id == 2)
    browser = signed_in("collector", branch="SH")
    assert here.contract_no in browser.post("/search/suggest", data={"q": here.contract_no}).text
    found = browser.post("/search/suggest", data={"q": elsewhere.contract_no}).text
    assert f"/loans/{elsewhere.id}" not in found


def test_search_finds_a_whole_id_number(loans: list[Loan], signed_in: SignedIn) -> None:
    number = loans[0].borrower.id_number
    page = signed_in("administrator").post("/search/suggest", data={"q": number}).text
    assert loans[0].contract_no in page
    assert str(number) not in page


def test_the_page_of_search_groups_what_it_found_and_leads_to_it(
    loans: list[Loan], signed_in: SignedIn
) -> None:
    loan = loans[4]
    page = signed_in("administrator").get(f"/search/?q={loan.contract_no}").text
    assert "<h2>贷款</h2>" in page
    assert f'href="/loans/{loan.id}"' in page


def test_a_search_too_short_says_what_it_takes(loans: list[Loan], signed_in: SignedIn) -> None:
    assert "至少输入两个字" in signed_in("administrator").get("/search/?q=王").text


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("balance_from=很多", "不是金额"),
        ("balance_from=2&balance_to=1", "起止颠倒"),
        ("class=gone", "不存在或已不可选"),
        ("branch=99999", "不存在或已不可选"),
        ("selection=x", "没有这组选定的记录"),
        ("selection=99999999999999999999", "没有这组选定的记录"),
        ("days_from=99999999999999999999", "过大"),
    ],
)
def test_a_wrong_filter_is_said_and_lists_offers_and_does_nothing(
    loans: list[Loan], signed_in: SignedIn, query: str, told: str
) -> None:
    browser = signed_in("administrator")
    page = browser.get(f"/loans/?{query}").text
    assert told in page
    assert contract_numbers(page) == []
    assert "data-bulk" not in page
    assert "/loans/export" not in page
    for address in ("/loans/totals", "/loans/export", "/loans/print"):
        assert browser.get(f"{address}?{query}").status_code == 409
    name, value = query.split("&")[0].split("=")
    sent = browser.post("/loans/bulk", data={"act": "export", "all_matching": "1", name: value})
    if "&" not in query:
        assert sent.status_code == 409


def test_the_rows_that_match_are_counted_without_a_script(
    loans: list[Loan], signed_in: SignedIn
) -> None:
    browser = signed_in("administrator")
    page = browser.get("/loans/?stage=none").text
    link = re.search(r'<noscript> <a href="([^"]+)"', page)
    assert link is not None
    counted = browser.get(link[1].replace("&amp;", "&")).text
    wanted = sum(loan.stage == "none" for loan in loans)
    assert f"全选符合条件的 {wanted} 条" in counted


def test_a_filter_and_a_selection_are_printed_by_a_job(
    loans: list[Loan], signed_in: SignedIn
) -> None:
    browser = signed_in("administrator")
    assert "/loans/print?stage=suing" in browser.get("/loans/?stage=suing").text
    count = sum(loan.stage == "suing" for loan in loans)
    assert f"打印 {count} 笔贷款" in browser.get("/loans/print?stage=suing").text
    answer = browser.post("/loans/print?stage=suing")
    assert answer.status_code == 302
    run_due_jobs()
    db.session.rollback()
    job = db.session.scalars(select(Job).where(Job.kind == printing.PRINT)).one()
    assert (job.status, (job.result or {})["count"]) == ("done", count)
    name = f"loans-{job.id}.pdf"
    assert name in browser.get(answer.location).text
    with browser.get(f"/jobs/{job.id}/files/{name}") as sent:
        document = pypdfium2.PdfDocument(sent.data)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    for loan in loans:
        assert (loan.contract_no in text) == (loan.stage == "suing")
    assert "诉讼状态：" in text
    ticked = {"act": "print", "selected": [str(loan.id) for loan in loans[:3]]}
    led = browser.post("/loans/bulk", data=ticked, follow_redirects=True)
    assert "打印 3 笔贷款" in led.text


def test_more_than_a_print_holds_is_refused_with_the_numbers(
    loans: list[Loan], signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "MOST", 10)
    browser = signed_in("administrator")
    page = browser.get("/loans/print").text
    assert "一次最多打印 10 笔" in page
    assert "请缩小条件，或改用导出" in page
    assert browser.post("/loans/print").status_code == 409
