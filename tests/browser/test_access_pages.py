"""Signing in with a second factor, and the pages of access, in a real browser."""

from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
from playwright.sync_api import Page, expect

from recovery.access import second_factor
from recovery.access.models import UserAccount
from recovery.access.passwords import hashed
from recovery.kernel import clock
from recovery.kernel.work import system_work
from tests.browser.conftest import check_accessibility, check_width

PASSWORD = "晨光里的第七只白鹭"
PAGES = (
    "/account",
    "/account/password",
    "/people/",
    "/people/new",
    "/places/",
    "/places/branches/new",
    "/people/rights",
    "/approvals/",
    "/approvals/delegations",
    "/audit/",
)


@pytest.fixture
def secret(person: Callable[..., UserAccount]) -> str:
    """Return the secret of the second factor of a counsel whose password is `PASSWORD`."""
    account = person("counsel")
    with system_work("tests", now=clock.now() - timedelta(days=1)) as work:
        row = work.session.get_one(UserAccount, account.id)
        row.password_hash = hashed(PASSWORD)
        secret = second_factor.begin(work, row)
        second_factor.confirm(work, row, pyotp.TOTP(secret).at(work.now))
    return secret


def test_a_counsel_signs_in_with_the_second_factor_and_out_again(page: Page, secret: str):
    page.goto("/account")
    page.get_by_label("用户名").fill("counsel")
    page.get_by_label("密码").fill("not the password")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_contain_text("用户名或密码不正确。")
    expect(page.get_by_label("用户名")).to_have_value("counsel")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_label("密码").press("Enter")
    page.get_by_label("动态口令").fill(pyotp.TOTP(secret).at(clock.now()))
    page.get_by_label("动态口令").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("我的账户")
    page.locator("details.person summary").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("登录")


def test_a_second_factor_is_set_up_by_its_picture(enter: Callable[..., Page]):
    page = enter("counsel")
    page.goto("/account")
    page.get_by_role("button", name="启用动态口令").click()
    picture = page.get_by_role("img", name="动态口令二维码").bounding_box()
    assert picture is not None
    assert min(picture["width"], picture["height"]) > 120
    secret = page.locator("p code").inner_text().replace(" ", "")
    page.get_by_label("动态口令", exact=False).last.fill(pyotp.TOTP(secret).at(clock.now()))
    check_accessibility(page)
    page.get_by_role("button", name="启用动态口令").click()
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    check_accessibility(page)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_are_accessible_in_both_languages(
    enter: Callable[..., Page], choose: Callable[..., None], language: str
):
    page = enter("administrator")
    with system_work("tests") as work:
        for row in work.session.query(UserAccount):
            row.language = language
    for address in PAGES:
        page.goto(address)
        expect(page.locator("html")).to_have_attribute("lang", {"zh": "zh-CN"}.get(language, "en"))
        check_width(page)
        if language == "zh":  # in English the words differ alone
            check_accessibility(page)


def test_the_sign_in_page_is_accessible_and_fits_a_phone(page: Page):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/sign-in")
    check_accessibility(page)
    check_width(page)


def test_the_pages_fit_a_phone(enter: Callable[..., Page]):
    page = enter("administrator")
    page.set_viewport_size({"width": 390, "height": 800})
    for address in PAGES:
        page.goto(address)
        check_width(page)
