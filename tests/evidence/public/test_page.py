"""Somebody without an account learns whether the log knows a file, and nothing more."""

import io
import subprocess
import sys
import tempfile
import zipfile
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from evidence_store import keys
from recovery.evidence import sequencer
from recovery.evidence.dossiers.models import Dossier
from recovery.evidence.dossiers.service import Wanted, export_dossier, open_dossier
from recovery.evidence.house import house_store
from recovery.evidence.public import bounded, service
from recovery.evidence.public.queries import known_file
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.links import document_store
from recovery.kernel.work import work_as
from recovery.loans.models import Document, Loan
from tests.books import add_loans
from tests.conftest import Browser
from tests.evidence.making import small_pdf

CONTRACT = small_pdf()
NOW = datetime(2026, 3, 16, 2, 0, tzinfo=UTC)


@pytest.fixture
def loan(app: Flask, actor: Actor) -> Loan:
    """Return a loan with a registered contract."""
    kept = document_store.get("evidence").keep(io.BytesIO(CONTRACT), "王伟合同.pdf")
    with work_as(actor, now=NOW) as work:
        loan = add_loans(work)[0]
        document = work.add(
            Document(
                loan_id=loan.id,
                kind="loan_contract",
                title="王伟的借款合同",
                file_name="王伟合同.pdf",
                media_type=kept.media_type,
                size=kept.size,
                sha256=kept.sha256,
                origin="scanned",
                added_at=NOW,
            )
        )
        fields = {"kind": "loan_contract", "file_name": "王伟合同.pdf", "sha256": kept.sha256}
        work.register("file", document, loan_id=loan.id, fields=fields)
    return loan


@pytest.fixture
def dossier(loan: Loan, actor: Actor) -> tuple[Dossier, bytes]:
    """Return an exported dossier and its zip."""
    made = export_dossier(actor, loan.id, Wanted())
    with open_dossier(made) as file:
        return made, file.read()


def drop(client: Browser, data: bytes, name: str = "file.bin") -> tuple[int, str]:
    """Return status and page after a file was dropped."""
    answer = client.post("/verify/", data={"file": (io.BytesIO(data), name)})
    return answer.status_code, answer.text


def changed(data: bytes, member: str, content: bytes) -> bytes:
    """Return a zip with one member changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            is_it = info.filename.endswith(member)
            new.writestr(info, content if is_it else old.read(info))
    return out.getvalue()


def test_a_registered_file_is_known_with_index_and_times_but_not_whose(
    browser_client: Browser, loan: Loan
) -> None:
    sequencer.register_pending()
    sequencer.checkpoint()
    status, page = drop(browser_client, CONTRACT)
    assert status == 200
    assert "日志中有这个文件" in page
    assert "检查点" in page
    for secret in ("王伟", loan.contract_no, "借款合同"):
        assert secret not in page


def test_a_file_that_many_loans_share_takes_as_few_statements_as_one(
    browser_client: Browser, loan: Loan, actor: Actor
) -> None:
    sequencer.register_pending()
    sequencer.checkpoint()
    one = statements_for(sha256(CONTRACT).hexdigest(), 1)
    for _time in range(3):
        with work_as(actor, now=NOW) as work:
            first = work.session.scalars(select(Document)).first()
            assert first is not None
            given = {name: getattr(first, name) for name in COPIED}
            document = work.add(Document(**given))
            work.register("file", document, loan_id=loan.id, fields={"sha256": document.sha256})
        sequencer.register_pending()
        sequencer.checkpoint()
    assert statements_for(sha256(CONTRACT).hexdigest(), 4) == one <= 4


COPIED = [
    "loan_id",
    "kind",
    "title",
    "file_name",
    "media_type",
    "size",
    "sha256",
    "origin",
    "added_at",
]


def statements_for(digest: str, count: int) -> int:
    """Return the statements that it takes to say what is known of a file of `count` leaves."""
    statements: list[str] = []

    def note(*args: Any) -> None:
        statements.append(args[2])

    db.session.rollback()
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        known = known_file(db.session(), house_store(), digest)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len(known) == count
    covering = house_store().checkpoint_sizes()
    for row in known:
        assert row.head_size == min(size for size in covering if size > row.index)
        assert (row.stamped_at, row.witnesses) == (None, ())
    return sum(one.startswith("SELECT") for one in statements)


def test_a_file_that_differs_by_one_byte_is_not_known(browser_client: Browser, loan: Loan) -> None:
    sequencer.register_pending()
    status, page = drop(browser_client, CONTRACT.replace(b"1.4", b"1.5"))
    assert status == 200
    assert "日志中没有这个文件" in page


def test_a_dossier_is_verified_in_both_languages(
    browser_client: Browser, dossier: tuple[Dossier, bytes]
) -> None:
    made, data = dossier
    status, page = drop(browser_client, data)
    assert status == 200
    assert f"卷宗完整，就是本系统出具的 {made.number}" in page
    assert "全部" in page
    assert "agree with the manifests, byte for byte" in page


def test_the_page_says_how_the_key_that_signed_stands_with_this_log(
    browser_client: Browser, dossier: tuple[Dossier, bytes], tmp_path: Path
) -> None:
    made, data = dossier
    _status, page = drop(browser_client, data)
    assert "密钥属于本系统的日志（现用）" in page
    assert "key of this system&#39;s own log (in use)" in page
    assert "由核验人提供" not in page
    house, old = house_store(), house_store().ring.keys[-1].vkey
    house.rotate_key(keys.new_reference(str(tmp_path / "new.key"), house.ring), date(2026, 3, 20))
    _status, page = drop(browser_client, data)
    assert "密钥属于本系统的日志（已于 2026-03-20 更换）" in page
    assert f"卷宗完整，就是本系统出具的 {made.number}" in page
    house.revoke_key(old, date(2026, 3, 21), house.checkpoint_sizes()[-1])
    _status, page = drop(browser_client, data)
    assert "key of this system&#39;s own log (revoked on 2026-03-21)" in page
    assert "manifest.note 由 2026-03-21 吊销的密钥签名" in page
    assert f"这就是本系统出具的 {made.number}，逐字节相同" in page
    assert "卷宗完整" not in page


def test_a_changed_dossier_is_refused_and_the_file_is_named(
    browser_client: Browser, dossier: tuple[Dossier, bytes]
) -> None:
    _made, data = dossier
    _status, page = drop(browser_client, changed(data, "records.jsonl", b"{}\n"))
    assert "卷宗不完整、已被改动，或不是本系统出具的" in page
    assert "records.jsonl" in page


def test_a_dossier_of_another_log_is_not_ours(
    browser_client: Browser, dossier: tuple[Dossier, bytes]
) -> None:
    _made, data = dossier
    _status, page = drop(
        browser_client, changed(data, "manifest.note", b"forged\n\n\xe2\x80\x94 x y\n")
    )
    assert "卷宗不完整、已被改动，或不是本系统出具的" in page


def test_the_code_in_the_footer_leads_to_what_is_known_of_the_number(
    browser_client: Browser, dossier: tuple[Dossier, bytes]
) -> None:
    made, _data = dossier
    known = browser_client.get(f"/verify/{made.number}")
    assert known.status_code == 200
    assert f"本系统出具过卷宗 {made.number}" in known.text
    assert made.subject_number not in known.text
    assert browser_client.get("/verify/D20260101-0000000000").status_code == 404


def test_a_zip_bomb_and_nonsense_are_answered_and_nothing_is_kept(
    browser_client: Browser, loan: Loan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "temporary"
    own.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(own))
    monkeypatch.setenv("TMPDIR", str(own))
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("D1/manifest.note", "a\nb\nD1\n")
        archive.writestr("D1/bagit.txt", b"\0" * 200_000_000)
    for data in (bomb.getvalue(), b"PK\x03\x04" + b"x" * 500, b"\0" * 1000):
        status, page = drop(browser_client, data, "a.zip")
        assert status == 200
        assert "就是本系统出具的" not in page
    assert list(own.glob("verify-*")) == []


def test_an_empty_file_and_no_file_are_asked_for_again(browser_client: Browser) -> None:
    assert drop(browser_client, b"")[0] == 409
    assert browser_client.post("/verify/").status_code == 422


def test_too_many_checks_from_one_address_have_to_wait(browser_client: Browser) -> None:
    for number in range(service.FREE):
        assert drop(browser_client, bytes([number]))[0] == 200
    status, page = drop(browser_client, b"one more")
    assert status == 429
    assert "分钟后再试" in page
    answer = browser_client.get("/verify/D20260101-0000000000")
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (429, True)


def test_the_page_can_be_switched_off(
    browser_client: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert browser_client.get("/verify/").status_code == 200
    monkeypatch.setenv(service.VARIABLE, "off")
    assert browser_client.get("/verify/").status_code == 404
    assert drop(browser_client, CONTRACT)[0] == 404


def test_the_verifier_may_not_outgrow_its_memory(tmp_path: Path) -> None:
    greedy = tmp_path / "greedy.py"
    greedy.write_text("x = bytearray(3 << 30)\n")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("D1/bagit.txt", "")
    command = [sys.executable, "-I", "-S", bounded.__file__, str(greedy), str(tmp_path / "a.zip")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "MemoryError" in done.stderr
    assert done.returncode not in {0, bounded.NOT_A_DOSSIER}
