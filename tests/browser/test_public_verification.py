"""Somebody without an account checks a file in a real browser, with JavaScript and without."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import check_accessibility, check_width


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    """Return a file that no log knows."""
    path = tmp_path / "letter.pdf"
    path.write_bytes(b"%PDF-1.4\nnobody registered this\n%%EOF\n")
    return path


def test_a_file_is_looked_up_on_a_page_that_fits_a_phone(page: Page, letter: Path) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/verify/")
    check_accessibility(page)
    page.get_by_label("卷宗（zip）或单个文件").set_input_files(letter)
    page.get_by_role("button", name="核验", exact=True).click()
    expect(page.get_by_text("日志中没有这个文件")).to_be_visible()
    check_accessibility(page)
    check_width(page)


def test_the_page_works_without_javascript(browser: Browser, address: str, letter: Path) -> None:
    with browser.new_context(base_url=address, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/verify/")
        page.set_input_files("input[type=file]", letter)
        page.get_by_role("button", name="核验", exact=True).click()
        expect(page.get_by_text("日志中没有这个文件")).to_be_visible()
