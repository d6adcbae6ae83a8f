"""What the list of loans lets a reader choose from."""

from collections.abc import Callable

import pytest

from tests.conftest import AGENCY, Browser


@pytest.mark.parametrize(
    ("role", "branch", "agency"),
    [
        ("asset_manager", True, True),
        ("counsel", True, True),
        ("agency_user", False, True),
    ],
)
def test_a_reader_chooses_among_places_of_their_own(
    role: str, branch: bool, agency: bool, signed_in: Callable[..., Browser]
) -> None:
    client = signed_in(role)
    page = client.get("/loans/").text
    assert ('name="branch"' in page) is branch
    assert (AGENCY in page) is agency


def test_a_branch_of_others_can_not_be_asked_for(
    signed_in: Callable[..., Browser], person: Callable[..., object]
) -> None:
    person("collector", username="elsewhere", branch="999")
    assert "机构 999" not in signed_in("counsel").get("/loans/").text
