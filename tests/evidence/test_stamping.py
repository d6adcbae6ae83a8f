"""A head is stamped before a dossier where an authority is configured, and the paper says so."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from flask import Flask

from recovery.evidence import queries, stamping
from recovery.evidence.dossiers.models import Dossier
from recovery.evidence.dossiers.service import Wanted, export_dossier, open_dossier
from recovery.kernel.db import db
from recovery.kernel.errors import RuleViolation
from recovery.kernel.gate import Actor
from recovery.kernel.work import work_as
from recovery.loans.models import Loan
from tests.books import add_loans
from tests.conftest import NOW
from tests.evidence_store import authority as test_authority

ACTOR = Actor.system("tests")


@pytest.fixture
def loan(app: Flask) -> Loan:
    """Return a loan with its registered ledger."""
    with work_as(ACTOR, now=NOW) as work:
        return add_loans(work)[0]


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Configure two authorities, of which only the second answers."""
    folder = test_authority.make(tmp_path / "tsa")
    with test_authority.serving(folder) as served:
        rows = [("dead", "http://127.0.0.1:9/"), ("test", served.url)]
        lines = [f'[[authority]]\nname="{n}"\nurl="{u}"\nroots="tsa/root.pem"\n' for n, u in rows]
        (tmp_path / "tsa.toml").write_text("".join(lines), "utf-8")
        monkeypatch.setenv(stamping.VARIABLE, str(tmp_path / "tsa.toml"))
        yield


def contents_of(made: Dossier) -> tuple[list[str], str]:
    """Return the names in a dossier and the words of its paper."""
    with open_dossier(made) as file, zipfile.ZipFile(file) as archive:
        data = archive.read(f"{made.number}/data/dossier.pdf")
        pages = pypdfium2.PdfDocument(data)
        words = "".join(page.get_textpage().get_text_range() for page in pages)
        return archive.namelist(), words


def test_a_dossier_carries_the_token_of_the_authority_that_answers(
    loan: Loan, configured: None
) -> None:
    made = export_dossier(ACTOR, loan.id, Wanted())
    names, words = contents_of(made)
    [over_manifest, over_head] = sorted(name for name in names if name.endswith(".tsr"))[::-1]
    assert over_manifest == f"{made.number}/manifest.tsr"
    assert over_head.startswith(f"{made.number}/data/tokens/test-")
    again = export_dossier(ACTOR, loan.id, Wanted(checkpoint=made.checkpoint_size))
    assert again.plain_sha256 == made.plain_sha256, "without that stamp it repeats byte for byte"
    assert "有可信时间戳" in words
    db.session.rollback()
    reached = {one.reached for one in queries.registrations(db.session(), loan.id)}
    assert reached == {(), (1, 2, 3)}, "the export itself waits to be registered"


def test_without_an_authority_the_paper_says_the_lenders_own_log_only(loan: Loan) -> None:
    names, words = contents_of(export_dossier(ACTOR, loan.id, Wanted()))
    assert not any(name.endswith(".tsr") for name in names)
    assert "没有可信时间戳：仅为出借人自己的日志" in words.replace("\r\n", "")


def test_a_configuration_that_cannot_be_read_is_named(
    loan: Loan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(stamping.VARIABLE, "nowhere.toml")
    with pytest.raises(RuleViolation, match=r"nowhere\.toml"):
        export_dossier(ACTOR, loan.id, Wanted())
