"""Names and texts that carry HTML or CSS into a dossier fetch nothing and change nothing."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from socket import create_server
from threading import Thread

import pikepdf
import pypdfium2
import pytest
from flask import Flask

from recovery.evidence.dossiers.service import Wanted, export_dossier
from recovery.evidence.exhibits import adding
from recovery.evidence.exhibits.adding import NewPaper
from recovery.evidence.exhibits.arranging import LineText, add_group
from recovery.evidence.exhibits.queries import arrangement_of
from recovery.evidence.exhibits.service import Signature, sign, submit_list
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.work import work_as
from recovery.loans.documents import Papers, add_documents, keep_file
from recovery.loans.models import Loan
from tests.evidence.dossiers.making import make_loans
from tests.evidence.dossiers.test_loans import unpack, verified
from tests.evidence.exhibits.making import pdf_of_pages, started


@contextmanager
def listener() -> Iterator[tuple[str, list[str]]]:
    """Yield an address on loopback, and who called there."""
    calls: list[str] = []
    with create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        is_open = True

        def listen() -> None:
            while is_open:
                try:
                    connection, _peer = server.accept()
                except TimeoutError:
                    continue
                calls.append("called")
                connection.close()

        thread = Thread(target=listen)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}", calls
        finally:
            is_open = False
            thread.join()


def attack(address: str, name: str) -> str:
    """Return a text that would fetch, and blank the page, were it taken for HTML or CSS."""
    return (
        f"{name}</td></tr></table><img src={address}/i><style>*{{display:none}}"
        f"@import url({address}/c);</style><script src={address}/s></script>{{{{ 7*7 }}}}"
    )


def words_of(pdf: bytes) -> str:
    """Return the text of a PDF without blanks and breaks."""
    document = pypdfium2.PdfDocument(pdf)
    return "".join(
        "".join(page.get_textpage().get_text_range().split()) for page in document
    ).replace("\ufffe", "")


@pytest.fixture
def loan(app: Flask, actor: Actor) -> Loan:
    """Return an overdue loan."""
    return make_loans(actor)[0]


def submit_hostile_list(actor: Actor, loan: Loan, address: str) -> None:
    """Upload a file and submit a list, every text of which attacks."""
    file_name = f"<img src={address}/f onerror=alert(1)>.pdf"
    kept = keep_file(BytesIO(pdf_of_pages(1, "hostile")), file_name)
    text = LineText(
        name=attack(address, "甲"),
        source=attack(address, "乙"),
        form="original",
        copies=1,
        pages=1,
        purpose=attack(address, "丙"),
    )
    with work_as(actor) as work:
        add_documents(work, loan.id, [kept], Papers("demand", "scanned", attack(address, "丁")))
        one = started(work, loan)
        add_group(work, one, attack(address, "戊")[:200])
        group = len(arrangement_of(work.session, one)) - 1
        adding.add_paper(work, one, NewPaper("other", text), group=group)
        sign(work, one, Signature(attack(address, "己")[:200], "", "上海某法院", None, 1))
    db.session.rollback()
    submit_list(actor, one.id, one.version)
    db.session.rollback()


def test_a_dossier_prints_hostile_texts_as_they_were_typed_and_fetches_nothing(
    loan: Loan, actor: Actor, tmp_path: Path
) -> None:
    with listener() as (address, calls):
        submit_hostile_list(actor, loan, address)
        folder = unpack(export_dossier(actor, loan.id, Wanted()), tmp_path)
        pdf = (folder / "data/dossier.pdf").read_bytes()
        words = words_of(pdf)
    assert calls == []
    for name in "甲乙丙丁":
        assert "".join(attack(address, name).split()) in words
    assert "100,000.00" in words, "the rest of the paper still stands"
    assert verified(folder).returncode == 0
    with pikepdf.open(BytesIO(pdf)) as document:
        assert "/OpenAction" not in document.Root
        assert "/JavaScript" not in document.Root.get("/Names", {})
        assert outward_links(document) == []


def outward_links(document: pikepdf.Pdf) -> list[str]:
    """Return the addresses that links of a PDF lead to outside it."""
    annotations = [one for page in document.pages for one in page.get("/Annots", [])]
    actions = [one.A for one in annotations if "/A" in one]
    return [str(action.URI) for action in actions if "/URI" in action]


def test_hostile_names_leave_the_names_of_files_in_the_bag_plain(
    loan: Loan, actor: Actor, tmp_path: Path
) -> None:
    submit_hostile_list(actor, loan, "http://127.0.0.1:9")
    folder = unpack(export_dossier(actor, loan.id, Wanted()), tmp_path)
    originals = [path.name for path in (folder / "data/originals").iterdir()]
    assert originals == ["E0001.pdf"]
    lines = (folder / "data/records.jsonl").read_text("utf-8").splitlines()
    assert all(json.loads(line) for line in lines)
