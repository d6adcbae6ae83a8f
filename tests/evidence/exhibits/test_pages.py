"""The pages of evidence lists: started, changed by forms, printed, and for whom."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from recovery.access.models import Branch, UserAccount
from recovery.evidence.exhibits.models import EvidenceList
from recovery.evidence.exhibits.queries import view_of
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.work import work_as
from recovery.litigation.service import NewFile, open_files
from recovery.loans.models import Loan
from tests.conftest import Browser
from tests.evidence.exhibits.making import SIGNED, documents_of, loan_with_papers, pdf_of_pages

SIGNATURE = {
    "submitter": SIGNED.submitter,
    "agent": SIGNED.agent,
    "court": SIGNED.court,
    "submitted_on": "2026-03-16",
    "copies": "2",
}
DAY = date(2026, 3, 2)
LINE = {"name": "借款合同", "source": "双方签订", "form": "original", "copies": "1", "pages": "20"}


@pytest.fixture
def loan(app: Flask, actor: Actor, person: Callable[..., UserAccount]) -> Loan:
    """Return a loan with papers, of the branch that counsel works in."""
    person("counsel")
    branch = db.session.scalars(select(Branch)).one()
    return loan_with_papers(actor, branch_id=branch.id)


@pytest.fixture
def counsel(signed_in: Callable[..., Browser]) -> Browser:
    """Return the browser of counsel."""
    return signed_in("counsel")


def newest() -> EvidenceList:
    """Return the list that was started last, as it is now."""
    db.session.rollback()
    rows = select(EvidenceList).order_by(EvidenceList.id.desc()).limit(1)
    return db.session.scalars(rows).one()


def post(client: Browser, path: str, data: Mapping[str, object] | None = None) -> TestResponse:
    """Post to the newest list, at its version."""
    one = newest()
    return client.post(
        f"/evidence/lists/{one.id}/{path}", data={"version": one.version, **(data or {})}
    )


def started(client: Browser, loan: Loan) -> None:
    """Start a list of the loan, and use the proposal."""
    client.post(f"/evidence/lists/of/loan/{loan.id}", data={"case_type": "loan_suit"})
    assert post(client, "proposal").status_code == 302


def kinds() -> list[list[str]]:
    """Return the kinds of the lines of the newest list, group by group."""
    view = view_of(db.session(), newest())
    return [[line.kind for line in group.lines] for group in view.groups]


def test_a_list_is_started_from_the_loan_and_shows_what_is_missing_and_why(loan, counsel):
    assert "建立证据目录" in counsel.get(f"/evidence/lists/of/loan/{loan.id}").text
    started(counsel, loan)
    page = counsel.get(f"/evidence/lists/of/loan/{loan.id}", follow_redirects=True).text
    assert "还缺 5" in page
    assert "未经登记的动产抵押权不得对抗善意第三人" not in page, "it is there"
    assert "没有抵押" not in page
    assert "请求金额须能逐笔核对" in page
    assert "（条文未核对）" in page
    assert "3–14" in page
    assert "证据目录" in counsel.get(f"/loans/{loan.id}").text
    part = counsel.get(f"/evidence/lists/of-loan/{loan.id}").text
    assert "编制中" in part
    assert "26" in part


def test_lines_move_by_buttons_and_by_dragging(loan, counsel):
    started(counsel, loan)
    before = kinds()
    line = view_of(db.session(), newest()).lines[0].id
    post(counsel, f"lines/{line}/down")
    assert kinds()[1][0] == "identity"
    post(counsel, f"lines/{line}/up")
    assert kinds() == before
    post(counsel, "move", {"line": line, "group": 3, "place": 0})
    assert kinds()[3] == ["identity", "demand"]
    post(counsel, "undo")
    assert kinds() == before


def test_a_stale_page_is_refused_and_says_who_changed_it(loan, counsel):
    started(counsel, loan)
    line = view_of(db.session(), newest()).lines[0].id
    answer = post(counsel, f"lines/{line}/down", {"version": 1})
    assert answer.status_code == 409
    assert "counsel" in answer.text


def test_a_purpose_is_written_in_its_row_and_a_line_on_its_page(loan, counsel):
    started(counsel, loan)
    line = view_of(db.session(), newest()).lines[1].id
    post(counsel, f"lines/{line}/purpose", {"purpose": "证明利率为年化 7.2%"})
    line = view_of(db.session(), newest()).lines[1].id
    assert "证明利率为年化 7.2%" in counsel.get(f"/evidence/lists/{newest().id}/lines/{line}").text
    answer = post(counsel, f"lines/{line}", LINE | {"purpose": "证明"})
    assert answer.status_code == 302
    changed = view_of(db.session(), newest()).lines[1]
    assert (changed.form, changed.pages, changed.purpose.key) == ("original", 20, "证明")
    assert post(counsel, f"lines/{changed.id}", LINE | {"name": ""}).status_code == 422
    answer = post(counsel, f"lines/{changed.id}", LINE | {"name": "合同二", "version": 1})
    assert answer.status_code == 409
    assert "合同二" in answer.text


def test_a_reader_of_english_who_changes_nothing_translates_nothing(loan, counsel):
    started(counsel, loan)
    line = view_of(db.session(), newest()).lines[1]
    revision = newest().revision
    counsel.post("/-/language/en")
    page = counsel.get(f"/evidence/lists/{newest().id}").text
    [shown] = re.findall(rf'id="purpose-{line.id}"[^>]*>([^<]*)<', page)
    assert shown.startswith("Proves the loan")
    post(counsel, f"lines/{line.id}/purpose", {"purpose": shown})
    assert newest().revision == revision


def test_what_is_ticked_is_added_and_the_ledger_is_printed_on(loan, counsel):
    counsel.post(f"/evidence/lists/of/loan/{loan.id}", data={"case_type": "payment_order"})
    contract = documents_of(loan)[1]
    post(counsel, "documents", {"document": contract.id})
    assert [kind for group in kinds() for kind in group] == ["loan_contract"]
    assert post(counsel, "documents").status_code == 409
    assert post(counsel, "statement").status_code == 302
    assert "statement" in [kind for group in kinds() for kind in group]
    answer = post(
        counsel, "paper", LINE | {"kind": "other", "name": "样车照片", "purpose": "证明车况"}
    )
    assert answer.status_code == 302
    assert "样车照片" in counsel.get(f"/evidence/lists/{newest().id}").text


def test_groups_are_kept_by_forms(loan, counsel):
    started(counsel, loan)
    post(counsel, "groups", {"title": "补充"})
    post(counsel, "groups/4/up")
    post(counsel, "groups/3", {"title": "补充证据"})
    titles = [group.title.key for group in view_of(db.session(), newest()).groups]
    assert titles[3:] == ["补充证据", "违约与催收"]
    post(counsel, "groups/3/remove")
    assert len(kinds()) == 4
    assert post(counsel, "groups/0/remove").status_code == 409
    post(counsel, "case-type", {"case_type": "enforcement"})
    assert newest().case_type == "enforcement"
    post(counsel, "restore", {"revision": 1})
    assert kinds() == [[], [], [], []]


def test_a_list_is_signed_submitted_and_superseded(loan, counsel):
    started(counsel, loan)
    page = counsel.get(f"/evidence/lists/{newest().id}").text
    assert "还不能提交" in page
    assert post(counsel, "signature", SIGNATURE | {"copies": "零"}).status_code == 422
    assert post(counsel, "signature", SIGNATURE).status_code == 302
    assert post(counsel, "submit").status_code == 302
    first = newest()
    assert first.submitted_at is not None
    page = counsel.get(f"/evidence/lists/{first.id}").text
    assert "已提交" in page
    assert "textarea" not in page
    assert first.digest in page
    line = view_of(db.session(), first).lines[0].id
    assert post(counsel, f"lines/{line}/down").status_code == 409
    counsel.post(f"/evidence/lists/of/loan/{loan.id}", data={"case_type": "loan_suit"})
    assert newest().number == 2
    assert "已被新版本取代" in counsel.get(f"/evidence/lists/{first.id}").text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_list_is_sent_as_pdf_and_word_in_both_languages(loan, counsel, language):
    started(counsel, loan)
    address = f"/evidence/lists/{newest().id}/paper"
    with counsel.get(f"{address}.pdf?language={language}") as answer:
        assert answer.data.startswith(b"%PDF-")
        assert answer.headers["Content-Disposition"].startswith("attachment")
    with counsel.get(f"{address}.docx?language={language}") as answer:
        assert answer.data.startswith(b"PK")


def test_the_submitted_pdf_is_the_very_file_that_was_registered(loan, counsel):
    started(counsel, loan)
    post(counsel, "signature", SIGNATURE)
    post(counsel, "submit")
    address = f"/evidence/lists/{newest().id}/paper.pdf?language=zh"
    with counsel.get(address) as first, counsel.get(address) as again:
        assert first.data == again.data
        assert BytesIO(first.data).read(5) == b"%PDF-"


def test_who_may_only_look_gets_no_forms_and_no_acts(loan, counsel, signed_in):
    started(counsel, loan)
    auditor = signed_in("auditor")
    page = auditor.get(f"/evidence/lists/{newest().id}").text
    assert "exhibits.js" not in page
    assert "exhibit-move" not in page
    assert post(auditor, "proposal").status_code == 403


def test_a_list_of_a_loan_one_may_not_see_is_not_there(loan, counsel, signed_in):
    started(counsel, loan)
    other = signed_in("counsel", username="elsewhere", branch="202")
    for address in (
        f"/evidence/lists/{newest().id}",
        f"/evidence/lists/{newest().id}/paper.pdf",
        f"/evidence/lists/of/loan/{loan.id}",
        f"/evidence/lists/of-loan/{loan.id}",
    ):
        assert other.get(address).status_code == 404
    assert post(other, "undo").status_code == 404


def test_an_uploaded_name_that_carries_html_is_shown_as_text(loan, counsel):
    name = "<img src=x onerror=alert(1)>.pdf"
    data = {
        "kind": "demand",
        "origin": "scanned",
        "title": "<script>alert(2)</script>",
        "files": (BytesIO(pdf_of_pages(1, "hostile")), name),
    }
    assert counsel.post(f"/loans/{loan.id}/papers/new", data=data).status_code == 302
    started(counsel, loan)
    page = counsel.get(f"/evidence/lists/{newest().id}").text
    assert "<script>alert(2)" not in page
    assert "onerror=alert(1)>" not in page
    assert "&lt;script&gt;alert(2)" in page


def test_a_file_has_a_list_of_its_own_with_its_court(loan, counsel, actor):
    with work_as(actor) as work:
        [file] = open_files(
            work, [loan.id], NewFile("上海市浦东新区人民法院", "summary", DAY)
        ).files
    address = f"/evidence/lists/of/litigation_file/{file.id}"
    assert address in counsel.get(f"/files/{file.id}").text
    assert "金融借款合同纠纷" in counsel.get(address).text
    counsel.post(address, data={"case_type": "enforcement"})
    assert (newest().court, newest().loan_id) == ("上海市浦东新区人民法院", loan.id)
    assert file.number in counsel.get(f"/evidence/lists/of-loan/{loan.id}").text
    assert file.number in counsel.get(f"/evidence/lists/{newest().id}").text


def test_an_agency_sees_the_lists_of_its_loan_but_not_of_the_files_on_it(
    loan, counsel, actor, signed_in
):
    with work_as(actor) as work:
        [file] = open_files(
            work, [loan.id], NewFile("上海市浦东新区人民法院", "summary", DAY)
        ).files
    started(counsel, loan)
    counsel.post(f"/evidence/lists/of/litigation_file/{file.id}", data={"case_type": "loan_suit"})
    agency = signed_in("agency_user")
    with work_as(actor) as work:
        account = work.session.scalars(
            select(UserAccount).where(UserAccount.username == "agency-user")
        ).one()
        work.get(Loan, loan.id).agency_id = account.agency_id
    page = agency.get(f"/evidence/lists/of-loan/{loan.id}")
    assert page.status_code == 200
    assert loan.contract_no in page.text
    assert file.number not in page.text
