"""Whatever the menu leads to opens cleanly, on a desk and on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from recovery.kernel.work import system_work
from tests.books import add_loans
from tests.browser.conftest import check_accessibility, check_structure, check_width, settle


@pytest.mark.parametrize(
    ("role", "width", "check"),
    [("administrator", 1280, check_accessibility), ("counsel", 390, check_structure)],
)
def test_every_entry_of_the_menu_opens_cleanly(
    enter: Callable[..., Page], role: str, width: int, check: Callable[[Page], None]
) -> None:
    with system_work("tests") as work:
        add_loans(work, 3)
    page = enter(role)
    page.goto("/")
    addresses = [link.get_attribute("href") for link in page.locator("#nav li a").all()]
    assert len(addresses) > 3
    page.set_viewport_size({"width": width, "height": 900})
    for address in dict.fromkeys(addresses):
        answer = page.goto(str(address))
        assert answer is not None
        assert answer.status == 200
        settle(page)
        check_width(page)
        check(page)
