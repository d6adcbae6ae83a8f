"""The short form of the fault campaigns; `make faults` runs them whole."""

from pathlib import Path

import pytest

from tests.faults import evidence_store_faults as faults


@pytest.mark.slow
@pytest.mark.parametrize(
    ("campaign", "size"), faults.CAMPAIGNS, ids=lambda value: getattr(value, "__name__", "")
)
def test_no_promise_is_broken(tmp_path: Path, campaign, size: int):
    try:
        result = campaign(tmp_path, sample=size)
    except faults.Unavailable as reason:
        pytest.skip(str(reason))
    assert result.broken == []
    assert result.injected >= size
