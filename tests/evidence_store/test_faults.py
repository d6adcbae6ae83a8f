"""The fault campaigns: in short among the tests, whole under `make faults`."""

import os
from pathlib import Path

import pytest

from tests.faults import evidence_store_faults as campaigns

LONG = os.environ.get("RECOVERY_FAULTS") == "long"


def named(value: object) -> str:
    return getattr(value, "__name__", "")


@pytest.mark.faults
@pytest.mark.slow
@pytest.mark.parametrize(("campaign", "size"), campaigns.CAMPAIGNS, ids=named)
def test_no_promise_is_broken(tmp_path: Path, campaign: campaigns.Campaign, size: int | None):
    if size is None and not LONG:
        pytest.skip("only in the long form: make faults")
    try:
        result = campaign(tmp_path, sample=None if LONG else size)
    except campaigns.Unavailable as reason:
        pytest.skip(str(reason))
    print(f"\n{result}")
    assert result.broken == []
    assert result.injected >= (size or 1)
