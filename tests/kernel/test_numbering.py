"""House numbers."""

import pytest
from flask import Flask

from recovery.kernel.gate import Actor
from recovery.kernel.numbering import draw, house_number
from recovery.kernel.work import work_as
from tests.conftest import NOW


def test_a_series_counts_from_one_without_gaps(app: Flask, actor: Actor) -> None:
    with work_as(actor, now=NOW) as work:
        assert list(draw(work, "file-2026", 3)) == [1, 2, 3]
        assert list(draw(work, "file-2027")) == [1]
    with pytest.raises(ZeroDivisionError), work_as(actor, now=NOW) as work:
        draw(work, "file-2026")
        raise ZeroDivisionError
    with work_as(actor, now=NOW) as work:
        assert list(draw(work, "file-2026")) == [4]


def test_a_number_is_written_with_its_year() -> None:
    assert house_number(2026, 123) == "2026-000123"
