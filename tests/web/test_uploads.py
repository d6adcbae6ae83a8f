"""Files are what their content says, under names that harm nobody."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage

from recovery.kernel.errors import RuleViolation
from recovery.web import uploads
from recovery.web.forms import BaseForm
from recovery.web.uploads import EVIDENCE, as_attachment, kind_of, receive, safe_name


def zipped(*names: str) -> bytes:
    """Return a zip file with empty members."""
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "")
    return buffer.getvalue()


def sent(content: bytes, name: str) -> FileStorage:
    """Return a file as a browser sends it."""
    return FileStorage(BytesIO(content), filename=name)


PDF_CONTENT = b"%PDF-1.7\n..."


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF_CONTENT, uploads.PDF),
        (b"\x89PNG\r\n\x1a\n....", uploads.PNG),
        (b"\xff\xd8\xff\xe0....", uploads.JPEG),
        (b"II*\x00....", uploads.TIFF),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", uploads.WAV),
        (b"\x00\x00\x00\x18ftypmp42", uploads.MP4),
        (zipped("word/document.xml"), uploads.DOCX),
        (zipped("xl/workbook.xml"), uploads.XLSX),
        (zipped("OFD.xml"), uploads.OFD),
        (zipped("a.txt"), uploads.ZIP),
        ("合同编号,金额\n".encode("gb18030"), uploads.TEXT),
        ("合同编号,金额\n".encode() * 2000, uploads.TEXT),
    ],
)
def test_a_type_is_told_by_the_content(content: bytes, kind: uploads.Kind) -> None:
    assert kind_of(BytesIO(content)) is kind


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"  <svg xmlns='http://www.w3.org/2000/svg'>",
        b"MZ\x90\x00\x03",
        b"\x7fELF\x02",
        zipped("word/document.xml", "word/vbaProject.bin"),
        b"PK\x03\x04 broken",
        b"",
    ],
)
def test_what_could_run_or_cannot_be_told_is_no_type_of_ours(content: bytes) -> None:
    assert kind_of(BytesIO(content)) is None


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "空.pdf", "是空的"),
        (PDF_CONTENT * 100, "大.pdf", "超过上限"),
        (b"MZ\x90\x00", "病毒.pdf", "不接受"),
        (PDF_CONTENT, "合同.docx", "与扩展名不符"),
    ],
)
def test_a_refused_file_is_told_why(content: bytes, name: str, reason: str) -> None:
    with pytest.raises(RuleViolation, match=reason) as refused:
        receive(sent(content, name), EVIDENCE, 500)
    assert name in str(refused.value)


def test_an_accepted_file_keeps_its_name_for_people() -> None:
    upload = receive(sent(PDF_CONTENT, "合同.PDF"), EVIDENCE, 500)
    assert (upload.name, upload.kind, upload.size) == ("合同.PDF", uploads.PDF, len(PDF_CONTENT))
    assert upload.stream.read() == PDF_CONTENT


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\文件\\合同.pdf", "合同.pdf"),
        ('a"b\r\n<c>.pdf', "abc.pdf"),
        ("...", "file"),
        ("", "file"),
        ("\u202efdp.exe", "fdp.exe"),
        ("长" * 300 + ".pdf", "长" * 116 + ".pdf"),
    ],
)
def test_a_name_loses_what_a_path_or_a_header_could_read_otherwise(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_file_goes_back_as_a_download_that_nothing_runs(frame: Flask) -> None:
    with frame.test_request_context():
        answer = as_attachment(PDF_CONTENT, name="合同 1.pdf", media_type="application/pdf")
    header = answer.headers["Content-Disposition"]
    assert header.startswith("attachment;")
    assert "filename*=UTF-8''%E5%90%88%E5%90%8C%201.pdf" in header
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


class PaperForm(BaseForm):
    """A form with a file."""

    paper = uploads.UploadField("申请书", kinds=uploads.PAPERS, largest=500)


@pytest.mark.parametrize(("content", "faults"), [(PDF_CONTENT, 0), (b"MZ\x90", 1)])
def test_a_field_checks_the_file_it_was_given(frame: Flask, content: bytes, faults: int) -> None:
    data = {"paper": (BytesIO(content), "申请书.pdf")}
    with frame.test_request_context(method="POST", data=data):
        form = PaperForm()
        form.validate()
        assert len(form.faults) == faults
        assert (form.paper.data is None) == bool(faults)
