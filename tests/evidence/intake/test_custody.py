"""Originals in custody: each act an event, registered; four eyes on scans and stocktakes."""

import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pypdfium2
import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from recovery.access.login import access_log
from recovery.access.models import AccessEntry
from recovery.evidence.dossiers.service import Wanted, export_dossier, open_dossier
from recovery.evidence.intake import (
    attesting,
    custody,
    custody_queries,
    stocktake_queries,
    stocktake_report,
    stocktakes,
)
from recovery.evidence.intake.custody import Act, NewOriginal
from recovery.evidence.intake.models import CustodyEvent, PaperOriginal, Stocktake
from recovery.evidence.items import custody as chapter
from recovery.evidence.sequencer import fields_of, register_pending
from recovery.kernel.db import db
from recovery.kernel.errors import Conflict, NotFound, RuleViolation
from recovery.kernel.gate import Actor, Scope
from recovery.kernel.job_rows import Job
from recovery.kernel.job_runner import run_here
from recovery.kernel.links import DossierRequest
from recovery.kernel.models import AuditEvent, RegistrationIntent
from recovery.kernel.work import Work, work_as
from recovery.loans.documents import Papers, add_documents, keep_file
from recovery.loans.models import Loan
from tests.conftest import NOW, Browser
from tests.evidence.intake.making import pdf

SignIn = Callable[..., Browser]
PLACE = "档案室 A 柜"
CONTRACT = NewOriginal("loan_contract", "借款合同正本", PLACE, 6, seal_no="F-01")


def events(work: Work, one: PaperOriginal) -> list[str]:
    """Return the acts on an original in their order."""
    return [event.act for event in custody_queries.events_of(work.session, one.id)]


def test_an_original_gets_a_barcode_an_event_and_a_registration(work: Work, loan: Loan) -> None:
    one = custody.receive(work, loan.id, CONTRACT)
    other = custody.receive(work, loan.id, CONTRACT)
    assert one.barcode != other.barcode
    assert one.barcode.isalnum()
    assert (one.state, one.holder) == ("held", "li.na")
    [event] = custody_queries.events_of(work.session, one.id)
    rows = select(RegistrationIntent).where(
        RegistrationIntent.subject_type == "custody_event",
        RegistrationIntent.subject_id == event.id,
    )
    intent = work.session.scalars(rows).one()
    fields = fields_of(work.session, [intent])[intent.id]
    assert fields["event"] == "custody.receive"
    assert (fields["barcode"], fields["seal_no"], fields["page_count"]) == (
        one.barcode,
        "F-01",
        "6",
    )
    audited = select(AuditEvent.action).where(AuditEvent.subject_type == "paper_original")
    assert "custody.change" in work.session.scalars(audited).all()


def test_a_barcode_is_on_one_original_only(work: Work, loan: Loan) -> None:
    custody.receive(work, loan.id, replace(CONTRACT, barcode="abc-1"))
    with pytest.raises(RuleViolation, match="ABC-1"):
        custody.receive(work, loan.id, replace(CONTRACT, barcode=" ABC-1 "))


@pytest.mark.parametrize(
    "wrong",
    [
        replace(CONTRACT, kind="nonsense"),
        replace(CONTRACT, condition="nonsense"),
        replace(CONTRACT, place=" "),
        replace(CONTRACT, page_count=None),
    ],
)
def test_an_original_without_what_must_be_said_is_refused(
    work: Work, loan: Loan, wrong: NewOriginal
) -> None:
    with pytest.raises(RuleViolation):
        custody.receive(work, loan.id, wrong)


def test_a_key_has_no_pages(work: Work, loan: Loan) -> None:
    key = custody.receive(work, loan.id, NewOriginal("car_key", "备用钥匙", PLACE))
    assert key.page_count is None


def test_an_original_is_lent_comes_back_and_is_handed_over(work: Work, loan: Loan) -> None:
    one = custody.receive(work, loan.id, CONTRACT)
    due = work.today + timedelta(days=7)
    custody.lend(work, one.id, one.version, Act("lend", "王律师", due_on=due, reason="开庭"))
    work.session.flush()
    assert (one.state, one.holder, one.due_on) == ("lent", "王律师", due)
    with pytest.raises(RuleViolation, match="不在库"):
        custody.hand_over(work, one.id, one.version, Act("hand_over", "法院", reason="提交"))
    custody.give_back(work, one.id, one.version, Act("return", condition="worn", page_count=5))
    work.session.flush()
    assert (one.state, one.condition, one.page_count, one.due_on) == ("held", "worn", 5, None)
    custody.hand_over(work, one.id, one.version, Act("hand_over", "浦东法院", reason="提交"))
    assert (one.state, one.holder) == ("handed_over", "浦东法院")
    assert events(work, one) == ["receive", "lend", "return", "hand_over"]


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(work: Work, loan: Loan) -> None:
    one = custody.receive(work, loan.id, CONTRACT)
    custody.move(work, one.id, one.version, Act("move", place="保险柜"))
    work.session.flush()
    with pytest.raises(Conflict):
        custody.move(work, one.id, 1, Act("move", place="别处"))


@pytest.mark.parametrize(
    "act",
    [
        Act("lend", "", reason="开庭"),
        Act("lend", "王律师", reason=""),
        Act("lend", "王律师", reason="开庭"),
    ],
)
def test_lending_without_borrower_reason_or_day_is_refused(
    work: Work, loan: Loan, act: Act
) -> None:
    one = custody.receive(work, loan.id, CONTRACT)
    with pytest.raises(RuleViolation):
        custody.lend(work, one.id, one.version, act)


def test_an_original_of_a_loan_one_may_not_see_is_not_there(work: Work, loan: Loan) -> None:
    one = custody.receive(work, loan.id, CONTRACT)
    elsewhere = Scope(branches=frozenset({(loan.branch_id or 0) + 1}))
    with pytest.raises(NotFound):
        custody_queries.find_original(work.session, one.id, elsewhere)


def test_only_a_second_person_attests_a_scan_page_by_page(work: Work, loan: Loan) -> None:
    scanner, second = (
        Actor(number, name, "counsel", work.actor.scope) for number, name in ((1, "a"), (2, "b"))
    )
    scanning = replace(work, actor=scanner)
    one = custody.receive(scanning, loan.id, CONTRACT)
    kept = keep_file(BytesIO(pdf()), "合同.pdf")
    [document] = add_documents(scanning, loan.id, [kept], Papers("loan_contract"))
    attesting.link_scan(scanning, one.id, document.id)
    work.session.flush()
    work.session.refresh(one)
    with pytest.raises(RuleViolation, match="另一人"):
        attesting.attest(scanning, one.id, document.sha256, 6)
    checking = replace(work, actor=second)
    with pytest.raises(RuleViolation, match="页数"):
        attesting.attest(checking, one.id, document.sha256, 5)
    with pytest.raises(RuleViolation, match="已更换"):
        attesting.attest(checking, one.id, "0" * 64, 6)
    done = attesting.attest(checking, one.id, document.sha256, 6)
    assert (done.attested_by, done.pages_compared) == ("b", 6)


def take_stock(work: Work, loan: Loan) -> tuple[Stocktake, list[PaperOriginal]]:
    """Return an open stocktake of a place with two originals, and all three there are."""
    here = [custody.receive(work, loan.id, CONTRACT) for _number in range(2)]
    there = custody.receive(work, loan.id, replace(CONTRACT, place="保险柜"))
    return stocktakes.open_stocktake(work, PLACE), [*here, there]


def test_a_stocktake_says_what_is_missing_unexpected_or_misplaced(work: Work, loan: Loan) -> None:
    stocktake, [found, _missing, misplaced] = take_stock(work, loan)
    pasted = f"{found.barcode.lower()}, {misplaced.barcode}\nSTRANGE-1 {found.barcode}"
    assert stocktakes.count(work, stocktake.id, pasted) == 3
    summary = {"found": 1, "missing": 1, "unexpected": 1, "wrong_place": 1}
    assert stocktake_queries.counts_of(work.session, stocktake.id) == summary
    lines = stocktake_queries.lines_of(work.session, stocktake.id)
    assert sorted(map(stocktake_queries.result_of, lines)) == sorted(summary)
    assert stocktakes.count(work, stocktake.id, found.barcode) == 0


def test_a_stocktake_is_closed_by_somebody_who_did_not_count(work: Work, loan: Loan) -> None:
    stocktake, [found, *_others] = take_stock(work, loan)
    with pytest.raises(RuleViolation, match="另一人"):
        stocktakes.close(work, stocktake.id)
    reviewing = replace(work, actor=replace(work.actor, name="zhang.san"))
    with pytest.raises(RuleViolation, match="还没有扫描"):
        stocktakes.close(reviewing, stocktake.id)
    stocktakes.count(work, stocktake.id, found.barcode)
    closed = stocktakes.close(reviewing, stocktake.id)
    assert closed.summary == {"found": 1, "missing": 1, "unexpected": 0, "wrong_place": 0}
    with pytest.raises(RuleViolation, match="已经结束"):
        stocktakes.count(work, stocktake.id, "ABC")
    work.session.flush()


def test_a_place_is_counted_once_at_a_time_and_only_where_something_lies(
    work: Work, loan: Loan
) -> None:
    take_stock(work, loan)
    with pytest.raises(RuleViolation, match="正在盘点"):
        stocktakes.open_stocktake(work, PLACE)
    with pytest.raises(RuleViolation, match="没有在库"):
        stocktakes.open_stocktake(work, "空柜")


def test_the_report_of_a_stocktake_lists_all_in_a_workbook_and_the_differences_on_paper(
    app: Flask, actor: Actor, loan: Loan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stocktake_report, "MOST", 3)
    with work_as(actor) as work:
        stocktake, [found, missing, misplaced] = take_stock(work, loan)
        pasted = f'=HYPERLINK("x") {found.barcode} {misplaced.barcode}'
        stocktakes.count(work, stocktake.id, pasted)
        job_id = work.enqueue(stocktake_report.REPORT, {"stocktake": stocktake.id}).id
    run_here(job_id)
    db.session.rollback()
    job = db.session.get_one(Job, job_id)
    assert job.result is not None
    assert job.result["rows"] == 4
    folder = app.config["SETTINGS"].home / "exports" / str(job_id)
    files = {path.suffix: path for path in folder.rglob("PD*")}
    rows = CalamineWorkbook.from_path(files[".xlsx"]).get_sheet_by_index(0).to_python()
    barcodes = [row[0] for row in rows][2:]
    assert barcodes == [missing.barcode, '=HYPERLINK("X")', misplaced.barcode, found.barcode]
    text = pypdfium2.PdfDocument(files[".pdf"])[0].get_textpage().get_text_range()
    assert [one.barcode in text for one in (found, missing, misplaced)] == [False, True, True]
    assert "其余 1 件见 xlsx 清单" in text


def test_the_chapter_of_a_dossier_holds_what_was_registered_under_its_head(
    app: Flask, actor: Actor, loan: Loan
) -> None:
    with work_as(actor) as work:
        one = custody.receive(work, loan.id, CONTRACT)
    size = register_pending()
    with work_as(actor) as work:
        custody.move(work, one.id, one.version, Act("move", place="保险柜"))
    register_pending()
    db.session.rollback()

    def asked(size: int, hidden: frozenset[str]) -> DossierRequest:
        hides = hidden.__contains__
        return DossierRequest(db.session(), "loan", loan.id, (loan.id,), size, NOW, hides)

    acts = [kept.act for kept in chapter.acts_of(asked(10**6, frozenset()))]
    assert acts == ["receive", "move"]
    [first] = chapter.acts_of(asked(size, frozenset({"actor"})))
    assert (first.act, first.to_holder) == ("receive", "—")


def test_an_original_is_received_lent_labelled_and_signed_for_on_its_pages(
    signed_in: SignIn, loan: Loan
) -> None:
    client = signed_in("counsel")
    new = {
        "kind": "registration_certificate",
        "title": "登记证书",
        "page_count": "4",
        "condition": "intact",
        "place": PLACE,
    }
    page = client.post(f"/evidence/originals/new/{loan.id}", data=new, follow_redirects=True)
    assert "登记证书" in page.text
    db.session.rollback()
    one = db.session.scalars(select(PaperOriginal)).one()
    assert one.barcode in client.get(f"/evidence/originals/of-loan/{loan.id}").text
    assert one.barcode in client.get("/evidence/originals/").text
    lent = {"to_holder": "王律师", "due_on": "2099-01-01", "reason": "开庭", "version": one.version}
    page = client.post(f"/evidence/originals/{one.id}/do/lend", data=lent, follow_redirects=True)
    assert "借出" in page.text
    for address in (f"/evidence/originals/{one.id}/label.pdf", _receipt()):
        with client.get(address) as answer:
            text = pypdfium2.PdfDocument(answer.data)[0].get_textpage().get_text_range()
            assert one.barcode in text
    stale = client.post(
        f"/evidence/originals/{one.id}/do/return", data={"version": 1, "condition": "intact"}
    )
    assert stale.status_code == 409


def _receipt() -> str:
    db.session.rollback()
    event = db.session.scalars(select(CustodyEvent).where(CustodyEvent.act == "lend")).one()
    return f"/evidence/originals/events/{event.id}/receipt.pdf"


def test_a_stocktake_goes_through_its_pages_with_two_people(
    signed_in: SignIn, actor: Actor, loan: Loan
) -> None:
    with work_as(actor) as work:
        one = custody.receive(work, loan.id, CONTRACT)
        custody.receive(work, loan.id, CONTRACT)
    client = signed_in("counsel")
    page = client.post(
        "/evidence/originals/stocktakes/", data={"place": PLACE}, follow_redirects=True
    )
    assert "缺失" in page.text
    db.session.rollback()
    stocktake = db.session.scalars(select(Stocktake)).one()
    here = f"/evidence/originals/stocktakes/{stocktake.id}"
    client.post(f"{here}/count", data={"barcodes": one.barcode})
    assert client.post(f"{here}/close").status_code == 409
    second = signed_in("counsel", username="second")
    page = second.post(f"{here}/close", follow_redirects=True)
    assert "已结束" in page.text
    late = client.post(f"{here}/count", data={"barcodes": "LATE-7"})
    assert "没有提交" in late.text
    assert "LATE-7" in late.text
    assert "/jobs/" in client.post(f"{here}/report").location
    other = signed_in("counsel", username="elsewhere", branch="202")
    assert other.get(here).status_code == 404
    assert other.get(f"/evidence/originals/{one.id}").status_code == 404


def test_a_long_stocktake_is_shown_by_pages_and_by_result(
    signed_in: SignIn, actor: Actor, loan: Loan
) -> None:
    with work_as(actor) as work:
        one = custody.receive(work, loan.id, CONTRACT)
        stocktake = stocktakes.open_stocktake(work, PLACE)
        stocktake.branch_id = loan.branch_id
        for part in stocktakes.in_parts(" ".join(f"X-{number:04d}" for number in range(1_100))):
            stocktakes.count(work, stocktake.id, part)
        here = f"/evidence/originals/stocktakes/{stocktake.id}"
    client = signed_in("counsel")
    first = client.get(here).text
    assert (one.barcode in first, "X-0048" in first, "X-0049" in first) == (True, True, False)
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    second = client.get(following[1].replace("&amp;", "&")).text
    assert ("X-0048" in second, "X-0049" in second) == (False, True)
    missing = client.get(f"{here}?result=missing").text
    assert (one.barcode in missing, "X-0000" in missing) == (True, False)


def test_a_dossier_prints_custody_and_who_opened_the_records(
    actor: Actor, loan: Loan, signed_in: SignIn
) -> None:
    with work_as(actor) as work:
        one = custody.receive(work, loan.id, CONTRACT)
    client = signed_in("counsel")
    client.get(f"/loans/{loan.id}")
    client.get(f"/evidence/originals/{one.id}")
    access_log().write()
    with work_as(actor) as work:
        for entry in work.session.scalars(select(AccessEntry)):
            entry.at -= timedelta(hours=1)
    made = export_dossier(actor, loan.id, Wanted())
    with open_dossier(made) as file, zipfile.ZipFile(file) as bag:
        paper = bag.read(f"{made.number}/data/dossier.pdf")
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(paper)]
    [chapter_page] = [text for text in pages if "每次接收" in text]
    told = "".join(chapter_page.split())
    assert one.barcode in told
    assert "counsel2" in told  # two pages opened
