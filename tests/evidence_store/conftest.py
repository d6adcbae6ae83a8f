"""What the tests of the evidence store share."""

from pathlib import Path

import pytest

VECTORS = Path(__file__).parents[3] / "shared" / "evidence" / "vectors"


@pytest.fixture(scope="session")
def vectors() -> Path:
    """The folder of other people's test vectors, which is not part of the product."""
    if not VECTORS.is_dir():
        pytest.skip("the folder of test vectors is not on this machine")
    return VECTORS
