"""The evidence list of a dossier: the submitted one in its order, the merged file after it."""

import json
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
from flask import Flask, render_template

from recovery.evidence.dossiers import queries
from recovery.evidence.dossiers.lines import EvidenceGroup, EvidenceLine
from recovery.evidence.dossiers.service import Wanted, export_dossier
from recovery.evidence.exhibits.service import submit_list
from recovery.evidence.keeping.reach import holding_rows
from recovery.kernel import links
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.work import work_as
from recovery.loans.models import Loan
from recovery.web.papers import pdf_of
from tests.conftest import NOW
from tests.evidence.dossiers.checking import unpack, verified, words_of
from tests.evidence.dossiers.making import make_loans
from tests.evidence.exhibits.making import PAPERS, loan_with_papers, proposed_list
from tests.portfolio.test_packages import frozen


def test_a_submitted_list_gives_its_order_and_the_merged_file_and_all_who_hold_a_loan_are_found(
    app: Flask, actor: Actor, tmp_path: Path
) -> None:
    loan = loan_with_papers(actor)
    one = proposed_list(actor, loan)
    before = export_dossier(actor, loan.id, Wanted())
    submit_list(actor, one.id, one.version)
    made = export_dossier(actor, loan.id, Wanted(with_merged=True))
    folder = unpack(made, tmp_path)
    assert verified(folder).returncode == 0
    words = words_of(folder)
    assert "其他已登记的证据" in words
    assert "1-1" in words
    index = json.loads((folder / "data/page-index.json").read_text("utf-8"))
    merged = [item for item in index["items"] if item["file"] == "data/merged.pdf"]
    with pikepdf.open(folder / "data/merged.pdf") as pdf:
        assert len(pdf.pages) == sum(PAPERS.values()) == index["files"]["data/merged.pdf"]["pages"]
    assert len(merged) == len(PAPERS)
    check_ledger(folder, index)
    again = export_dossier(actor, loan.id, Wanted(checkpoint=before.checkpoint_size))
    assert again.sha256 == before.sha256, "a list that was submitted later is not in it"
    check_holding(actor, loan, [before.sha256, made.sha256, again.sha256])


def check_ledger(folder: Path, index: dict[str, Any]) -> None:
    """Check that the index leads to the pages of the paper on which the ledger stands."""
    [ledger] = [item for item in index["items"] if "-" in item["evidence"]]
    assert ledger["file"] == "data/dossier.pdf"
    paper = pypdfium2.PdfDocument(folder / "data/dossier.pdf")
    first, last = ledger["pages"]
    pages = [page.get_textpage().get_text_range() for page in paper]
    assert "、交易流水" in pages[first - 1]
    assert any(f"{ledger['index']} · " in text for text in pages[first - 1 : last])


def check_holding(actor: Actor, loan: Loan, own: list[str]) -> None:
    """Check that erasing something of a loan finds the dossiers of its package too."""
    [other] = make_loans(actor, first=2)
    with work_as(actor, now=NOW) as work:
        package = frozen(work, [work.get(Loan, loan.id), other])
    made = export_dossier(actor, package.id, Wanted(subject="package"))
    db.session.rollback()
    assert queries.files_holding(db.session(), loan.id) == [*own, made.sha256]
    assert queries.files_holding(db.session(), other.id) == [made.sha256]
    assert queries.files_holding(db.session(), other.id + 1) == []


def test_who_holds_a_loan_is_known_of_every_record_of_the_house_that_dossiers_are_about(
    app: Flask,
) -> None:
    for kind in links.dossier_subjects.all():
        of_a_loan = {"loan_id", "borrower_id"} & set(kind.model.__table__.columns.keys())
        assert of_a_loan or kind.model.__tablename__ in holding_rows


def test_no_page_ends_with_the_title_of_a_group_of_evidence(app: Flask) -> None:
    line = EvidenceLine("1-1", None, "借款合同", "", "", 1, 1, "证明借款", "", None, None)
    values = {"groups": [EvidenceGroup("已登记的证据", (line,))]}
    template = app.jinja_env.get_template("documents/evidence/dossiers/dossier.html")
    with app.test_request_context():
        table = render_template("documents/evidence/dossiers/_list.html", values=values)
        style = "".join(template.blocks["style"](template.new_context()))
    css = (Path(app.root_path).parent / "templates/documents/paper.css").read_text("utf-8")
    sections = (
        f'<div style="break-before: page; height: {height}mm"></div>{table}'
        for height in range(205, 250, 3)
    )
    html = f'<html lang="zh-CN"><head><style>{css}{style}</style></head><body>{"".join(sections)}'
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf_of(html))]
    assert len(pages) > 16, "some tables go on to another page"
    assert all("借款合同" in page for page in pages if "已登记的证据" in page)
