"""The fault campaigns: in short among the tests, whole under `make faults`."""

import os
from pathlib import Path

import pytest

from tests.faults import evidence_store_faults as campaigns

LONG = os.environ.get("RECOVERY_FAULTS") == "long"
CHOSEN = [one for one in campaigns.CAMPAIGNS if LONG or one[1] is not None]
"""Power cuts have no short form: only `make faults` runs them."""


def named(value: object) -> str:
    return getattr(value, "__name__", "")


@pytest.mark.faults
@pytest.mark.slow
@pytest.mark.parametrize(("campaign", "size"), CHOSEN, ids=named)
def test_no_promise_is_broken(tmp_path: Path, campaign: campaigns.Campaign, size: int | None):
    try:
        result = campaign(tmp_path, sample=None if LONG else size)
    except campaigns.Unavailable as reason:
        pytest.skip(str(reason))
    print(f"\n{result}")
    assert result.broken == []
    assert result.injected >= (size or 1)
