"""A PDF that nobody can open is refused with a sentence; every other kind of file passes."""

from io import BytesIO

import pikepdf
import pytest

from recovery.web.readable import fault_of


def pdf(**save: object) -> bytes:
    made, file = pikepdf.new(), BytesIO()
    made.add_blank_page()
    made.save(file, **save)  # type: ignore[arg-type]
    return file.getvalue()


def test_a_whole_pdf_passes_and_is_left_at_its_beginning() -> None:
    stream = BytesIO(pdf())
    assert fault_of(stream, "合同.pdf") is None
    assert stream.tell() == 0


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"%PDF-1.7\n" + b"x" * 500, "已损坏"),
        (pdf()[:200], "已损坏"),
        (pdf(encryption=pikepdf.Encryption(owner="o", user="u")), "需要密码"),
    ],
)
def test_a_pdf_that_cannot_be_opened_is_refused(content: bytes, told: str) -> None:
    assert told in str(fault_of(BytesIO(content), "合同.pdf"))


def test_a_pdf_without_a_page_is_refused() -> None:
    made, file = pikepdf.new(), BytesIO()
    made.save(file)
    assert "没有页面" in str(fault_of(file, "空.pdf"))
