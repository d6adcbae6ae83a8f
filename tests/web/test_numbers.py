"""Numbers in addresses that no row can have."""

from collections.abc import Callable

from tests.conftest import Browser


def test_a_number_beyond_64_bits_is_not_found(signed_in: Callable[..., Browser]) -> None:
    client = signed_in("administrator")
    assert client.get(f"/loans/{2**63 - 1}").status_code == 404
    assert client.get(f"/loans/{10**20}").status_code == 404


def test_who_has_no_overview_begins_with_the_loans(signed_in: Callable[..., Browser]) -> None:
    assert signed_in("external_auditor").get("/").location == "/loans/"
    assert signed_in("counsel").get("/").location == "/overview"
