"""What the tests of the evidence store share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence_store.tokens import Authority
from tests.evidence_store import authority as test_authority

VECTORS = Path(__file__).parents[3] / "shared" / "evidence" / "vectors"


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    """A time-stamp authority that answers over HTTP."""
    folder = test_authority.make(tmp_path_factory.mktemp("tsa"))
    with test_authority.serving(folder) as served:
        yield served


@pytest.fixture(scope="session")
def vectors() -> Path:
    """The folder of other people's test vectors, which is not part of the product."""
    if not VECTORS.is_dir():
        pytest.skip("the folder of test vectors is not on this machine")
    return VECTORS
