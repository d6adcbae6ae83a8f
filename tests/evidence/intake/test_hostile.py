"""Hostile files: refused one by one with the reason, the good ones beside them taken."""

import os
import stat
import struct
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import select

from recovery.access.models import UserAccount
from recovery.evidence.house import house_store
from recovery.evidence.intake import pdf_child, receiving
from recovery.evidence.intake.receiving import (
    Incoming,
    Received,
    Refused,
    from_archive,
    from_folder,
    from_upload,
)
from recovery.kernel.errors import RuleViolation
from recovery.kernel.gate import Actor
from recovery.kernel.work import work_as
from recovery.loans.documents import store
from tests.conftest import NOW, Browser
from tests.evidence.intake.making import archive, pdf, picture, saved
from tests.evidence.making import make_loan, small_pdf

GOOD = "HT-0001_借款合同_合同.pdf"


def told(received: list[Received]) -> dict[str, str]:
    """Return file → why it was refused; blank for one that was taken."""
    return {one.name: str(one.reason) if isinstance(one, Refused) else "" for one in received}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with one good document."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / GOOD).write_bytes(pdf())
    return tmp_path / "in"


def test_a_link_out_of_the_folder_is_refused_and_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.pdf").write_bytes(pdf("secret"))
    (folder / "link.pdf").symlink_to(tmp_path / "secret.pdf")
    (folder / "links").symlink_to(tmp_path, target_is_directory=True)
    found = told(list(from_folder(folder)))
    assert found[GOOD] == ""
    assert "符号链接" in found["link.pdf"]
    assert "secret.pdf" not in found


def test_a_pipe_is_refused_and_nobody_waits_for_it(folder: Path) -> None:
    os.mkfifo(folder / "pipe.pdf")
    assert "不是普通文件" in told(list(from_folder(folder)))["pipe.pdf"]


def test_a_sparse_giant_is_refused_by_its_size_without_being_read(folder: Path) -> None:
    with (folder / "giant.pdf").open("wb") as file:
        file.truncate(5 * 10**9)
    assert "超过上限" in told(list(from_folder(folder)))["giant.pdf"]


@pytest.mark.parametrize(
    "name",
    ["../outside.pdf", "/etc/outside.pdf", "a/../../outside.pdf", "..\\outside.pdf", "C:/x.pdf"],
)
def test_a_member_that_points_outside_is_refused(name: str) -> None:
    [refused] = from_archive(archive({name: pdf()}))
    assert isinstance(refused, Refused)
    assert "之外" in str(refused.reason)


def test_a_nul_in_a_members_name_is_refused() -> None:
    content = archive({"a_x.pdf": pdf()}).getvalue().replace(b"a_x.pdf", b"a\0x.pdf")
    [refused] = from_archive(BytesIO(content))
    assert isinstance(refused, Refused)
    assert "之外" in str(refused.reason)


def test_a_link_in_an_archive_is_refused() -> None:
    out = BytesIO()
    with ZipFile(out, "w") as file:
        link = ZipInfo("link.pdf")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(link, "/etc/passwd")
    [refused] = from_archive(out)
    assert isinstance(refused, Refused)
    assert "符号链接" in str(refused.reason)


def test_a_bomb_is_refused_by_its_ratio_and_by_what_it_unpacks_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bomb = archive({"bomb.txt": b"0" * 20_000_000, "good.pdf": pdf()})
    found = told(list(from_archive(bomb)))
    assert "压缩炸弹" in found["bomb.txt"]
    assert found["good.pdf"] == ""
    monkeypatch.setattr(receiving, "LARGEST", 1000)
    lying = archive({"lying.txt": bytes(range(32, 127)) * 100}).getvalue()
    size = struct.pack("<I", 9500)
    lying = lying.replace(size, struct.pack("<I", 900))
    [refused] = from_archive(BytesIO(lying))
    assert isinstance(refused, Refused)


def test_the_total_of_an_archive_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "LARGEST_TOTAL", 5000)
    noise = {f"{number}.txt": os.urandom(1500).hex().encode() for number in range(4)}
    taken = [one for one in from_archive(archive(noise)) if isinstance(one, Incoming)]
    assert len(taken) == 1


def test_too_many_members_are_refused_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "MOST_FILES", 3)
    with pytest.raises(RuleViolation, match="一次最多 3 个"):
        list(from_archive(archive({f"{n}.txt": b"x" for n in range(4)})))


@pytest.mark.parametrize(
    ("first", "second"),
    [("Contract.pdf", "contract.PDF"), ("\u00e9.pdf", "e\u0301.pdf"), ("Ａ.pdf", "A.pdf")],
)
def test_names_that_differ_only_in_case_or_form_are_not_both_taken(first: str, second: str) -> None:
    found = list(from_archive(archive({first: pdf("a"), second: pdf("b")})))
    assert isinstance(found[0], Incoming)
    assert isinstance(found[1], Refused)
    assert "同名" in str(found[1].reason)


def test_a_name_of_four_thousand_letters_is_refused() -> None:
    [refused] = from_archive(archive({"长" * 1400 + ".pdf": pdf()}))
    assert isinstance(refused, Refused)
    assert "名称过长" in str(refused.reason)


def test_an_archive_in_an_archive_is_refused() -> None:
    inner = archive({"a.pdf": pdf()}).getvalue()
    [refused] = from_archive(archive({"inner.zip": inner}))
    assert isinstance(refused, Refused)
    assert "不接受" in str(refused.reason)


def test_a_broken_archive_is_refused_with_a_sentence() -> None:
    content = archive({"a.pdf": pdf()}).getvalue()
    with pytest.raises(RuleViolation, match="已损坏"):
        list(from_archive(BytesIO(content[: len(content) // 2])))


def test_a_member_whose_bytes_are_torn_is_refused_and_the_rest_taken() -> None:
    content = bytearray(archive({"torn.txt": b"text " * 500, "good.pdf": pdf()}).getvalue())
    content[45:55] = b"\xff" * 10
    found = told(list(from_archive(BytesIO(bytes(content)))))
    assert "已损坏" in found["torn.txt"]
    assert found["good.pdf"] == ""


def test_names_of_chinese_windows_are_read() -> None:
    plain = archive({"aaaaaaaa.pdf": pdf()}).getvalue()
    name = "借款合同".encode("gb18030")
    [taken] = from_archive(BytesIO(plain.replace(b"aaaaaaaa", name)))
    assert taken.name == "借款合同.pdf"


POLYGLOT = pdf() + archive({"run.sh": b"rm -rf /"}).getvalue()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("空.pdf", b"", "是空的"),
        ("假.pdf", b"MZ\x90\x00", "不接受"),
        ("假.docx", pdf(), "与扩展名不符"),
        ("页.pdf", b"<html><script>x</script>", "不接受"),
        ("双.pdf", POLYGLOT, "同时是"),
        ("图.png", picture("PNG") + archive({"x": b"y"}).getvalue(), "同时是"),
        (
            "宏.docx",
            archive({"word/document.xml": b"", "word/vbaProject.bin": b"x"}).getvalue(),
            "不接受",
        ),
    ],
)
def test_what_is_not_what_it_says_is_refused(name: str, content: bytes, reason: str) -> None:
    [refused] = from_upload(name, BytesIO(content))
    assert isinstance(refused, Refused)
    assert reason in str(refused.reason)


def test_a_pdf_that_would_run_something_is_told_from_one_that_would_not() -> None:
    assert pdf_child.look(pdf(pages=3)) == pdf_child.Looked(3)
    assert pdf_child.look(pdf(script=True)).fault == "active"
    launching = pikepdf.open(BytesIO(pdf()))
    action = pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("cmd.exe"))
    launching.pages[0].obj.AA = pikepdf.Dictionary(O=action)
    assert pdf_child.look(saved(launching)).fault == "active"


def test_a_damaged_or_locked_pdf_is_named_as_such() -> None:
    assert pdf_child.look(b"%PDF-1.7 nothing").fault == "damaged"
    locked = pikepdf.open(BytesIO(pdf()))
    encryption = pikepdf.Encryption(user="secret", owner="secret")
    out = BytesIO()
    locked.save(out, encryption=encryption)
    assert pdf_child.look(out.getvalue()).fault == "locked"
    assert pdf_child.look(saved(pikepdf.new())).fault == "blank"


LAUNCHING = b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/Launch/F(cmd.exe)>>>>"
MACRO = archive({"word/document.xml": b"", "word/vbaProject.bin": b"x"}).getvalue()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("脚本.pdf", pdf(script=True), "含有脚本"),
        (
            "启动.pdf",
            small_pdf().replace(b"<</Type/Catalog/Pages 2 0 R>>", LAUNCHING),
            "含有脚本、启动程序",
        ),
        ("坏.pdf", pdf()[:200], "已损坏"),
        ("双.pdf", POLYGLOT, "同时是"),
        ("宏.docx", MACRO, "不接受"),
    ],
)
def test_no_way_into_the_registry_takes_what_a_delivery_would_refuse(
    app: Flask, signed_in: Callable[..., Browser], name: str, content: bytes, reason: str
) -> None:
    """The store itself, and the page of a loan on which documents are sent."""
    with pytest.raises(RuleViolation, match=reason):
        store().keep(BytesIO(content), name)
    counsel = signed_in("counsel")
    with work_as(Actor.system("tests"), now=NOW) as work:
        loan = make_loan(work)
        loan.branch_id = work.session.scalars(select(UserAccount.branch_id)).first()
        loan_id = loan.id
    data = {"kind": "other", "origin": "scanned", "files": [(BytesIO(content), name)]}
    answer = counsel.post(f"/loans/{loan_id}/papers/new", data=data)
    assert answer.status_code in {409, 422}
    assert reason in answer.text
    assert list(house_store().storage.names("objects")) == []
    store().keep(BytesIO(small_pdf()), "合同.pdf")


def test_the_index_in_the_folder_is_no_document(folder: Path) -> None:
    (folder / "index.csv").write_text("文件名,合同编号\n", "utf-8")
    found = told(list(from_folder(folder, leave_out=frozenset({"index.csv"}))))
    assert list(found) == [GOOD]


def test_a_deflated_good_member_comes_out_byte_for_byte() -> None:
    data = pdf("whole")
    for taken in from_archive(archive({"a/b/good.pdf": data}, ZIP_DEFLATED)):
        assert isinstance(taken, Incoming)
        assert taken.stream.read() == data
