"""Pictures of a paper's pages."""

from concurrent.futures import ThreadPoolExecutor

import pypdfium2
import pytest

from recovery.kernel.errors import NotFound
from recovery.web.preview import page_count, page_png
from tests.evidence.making import small_pdf


def test_a_page_becomes_a_picture_and_a_page_that_is_not_there_is_refused() -> None:
    assert page_count(small_pdf()) == 1
    assert page_png(small_pdf(), 1).startswith(b"\x89PNG")
    with pytest.raises(NotFound):
        page_png(small_pdf(), 2)


def test_two_threads_are_never_in_the_engine_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    inside, most = [0], [0]
    plain = pypdfium2.PdfDocument

    class Counted(plain):  # type: ignore[misc, valid-type]
        def __init__(self, data: bytes) -> None:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            super().__init__(data)

        def close(self) -> None:
            super().close()
            inside[0] -= 1

    monkeypatch.setattr(pypdfium2, "PdfDocument", Counted)
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(lambda _: page_png(small_pdf(), 1), range(16)))) == 1
    assert most == [1]
    assert inside == [0]
