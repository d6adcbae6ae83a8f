"""The pages of sign-in and of one's own account, through a browser without JavaScript."""

import re
from collections.abc import Callable

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from recovery.access import second_factor
from recovery.access.forms import PasswordForm
from recovery.access.login import access_log
from recovery.access.models import AccessEntry, UserAccount, UserSession
from recovery.access.passwords import hashed, is_password
from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.work import system_work
from tests.conftest import Browser

PASSWORD = "一句自己记得住的话最好"
BETTER = "晨光里的第七只白鹭 2026"


@pytest.fixture
def counsel(person: Callable[..., UserAccount]) -> UserAccount:
    """Return a counsel whose password is `PASSWORD`."""
    account = person("counsel")
    with system_work("tests") as work:
        work.session.get_one(UserAccount, account.id).password_hash = hashed(PASSWORD)
    return account


def typed(password: str = PASSWORD, **more: str) -> dict[str, str]:
    return {"username": "counsel", "password": password, **more}


def test_a_page_asks_a_visitor_to_sign_in_and_comes_back_to_it(browser_client: Browser, counsel):
    asked = browser_client.get("/account")
    assert (asked.status_code, asked.location) == (302, "/sign-in?next=/account")
    page = browser_client.get(asked.location).text
    wanted = re.findall(r'name="next" value="([^"]+)"', page)[-1]
    entered = browser_client.post("/sign-in", data=typed(next=wanted))
    assert entered.location == "/account"
    assert "counsel" in browser_client.get("/account").text


def test_the_sign_in_page_never_leads_to_another_site(browser_client: Browser, counsel):
    entered = browser_client.post("/sign-in", data=typed(next="//evil.example/"))
    assert entered.location == "/"


def test_a_refusal_keeps_the_name_and_forgets_the_password(browser_client: Browser, counsel):
    page = browser_client.post("/sign-in", data=typed("not the password"))
    assert page.status_code == 422
    assert "用户名或密码不正确。" in page.text
    assert 'value="counsel"' in page.text
    assert "not the password" not in page.text


def test_too_many_failures_say_when_to_come_back(browser_client: Browser, counsel):
    for _attempt in range(5):
        browser_client.post("/sign-in", data=typed("wrong"))
    page = browser_client.post("/sign-in", data=typed())
    assert page.status_code == 429
    assert 55 <= int(page.headers["Retry-After"]) <= 61


def test_signing_in_drops_whatever_the_browser_held_before(browser_client: Browser, counsel):
    with browser_client.session_transaction() as cookie:
        cookie["planted"] = "by someone else"
    browser_client.post("/sign-in", data=typed())
    with browser_client.session_transaction() as cookie:
        first = dict(cookie)
    assert "planted" not in first
    browser_client.post("/sign-out")
    browser_client.post("/sign-in", data=typed())
    with browser_client.session_transaction() as cookie:
        assert cookie["token"] != first["token"]


def test_the_cookie_is_for_this_site_and_no_script(browser_client: Browser, counsel):
    header = browser_client.post("/sign-in", data=typed()).headers["Set-Cookie"]
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header


def test_signing_out_ends_the_session_on_the_server(browser_client: Browser, counsel):
    browser_client.post("/sign-in", data=typed())
    with browser_client.session_transaction() as cookie:
        stolen = cookie["token"]
    browser_client.post("/sign-out")
    with browser_client.session_transaction() as cookie:
        cookie["token"] = stolen
    assert browser_client.get("/account").status_code == 302


def test_a_post_without_its_token_is_refused(signed_in: Callable[..., Browser]):
    client = signed_in("counsel")
    assert client.post("/sign-out", csrf=False).status_code == 400
    assert client.get("/account").status_code == 200


def test_a_one_time_password_leads_to_nothing_but_choosing_ones_own(
    browser_client: Browser, counsel
):
    with system_work("tests") as work:
        row = work.session.get_one(UserAccount, counsel.id)
        row.must_change_password, row.one_time_last_day = True, None
    browser_client.post("/sign-in", data=typed())
    assert browser_client.get("/account").location == "/account/password"
    change = {"current_password": PASSWORD, "new_password": BETTER, "password_again": BETTER}
    assert browser_client.post("/account/password", data=change).location == "/account"
    assert browser_client.get("/account").status_code == 200
    db.session.rollback()
    row = db.session.scalars(select(UserAccount)).one()
    assert is_password(row.password_hash, BETTER)
    assert not row.must_change_password


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            {"current_password": "wrong", "new_password": BETTER, "password_again": BETTER},
            "现密码不正确。",
        ),
        (
            {"current_password": PASSWORD, "new_password": "short", "password_again": "short"},
            "密码须为 12 至 128 个字符。",
        ),
        (
            {"current_password": PASSWORD, "new_password": BETTER, "password_again": BETTER + "!"},
            "两次输入的新密码不一致。",
        ),
        (
            {"current_password": PASSWORD, "new_password": PASSWORD, "password_again": PASSWORD},
            "密码须为",
        ),
    ],
)
def test_a_password_is_not_changed_for_a_wrong_or_weak_one(
    browser_client: Browser, counsel, change, sentence
):
    browser_client.post("/sign-in", data=typed())
    page = browser_client.post("/account/password", data=change)
    assert page.status_code in {409, 422}
    assert sentence in page.text
    db.session.rollback()
    assert is_password(db.session.scalars(select(UserAccount)).one().password_hash, PASSWORD)


def test_a_second_factor_is_set_up_shown_once_and_then_asked_for(browser_client: Browser, counsel):
    browser_client.post("/sign-in", data=typed())
    browser_client.post("/account/second-factor/begin")
    page = browser_client.get("/account/second-factor").text
    assert "<svg" in page
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")
    totp, now = pyotp.TOTP(secret), clock.now()
    done = browser_client.post("/account/second-factor", data={"code": totp.at(now)})
    assert len(re.findall(r"<li><code>[a-z0-9-]{19}</code>", done.text)) == 10
    browser_client.post("/sign-out")
    asked = browser_client.post("/sign-in", data=typed(next="/account"))
    assert asked.location == "/sign-in/code?next=/account"
    assert browser_client.get("/account").location == "/sign-in/code?next=/account"
    code = totp.at(now, counter_offset=1)
    entered = browser_client.post("/sign-in/code", data={"code": code, "next": "/account"})
    assert entered.location == "/account"
    assert "已启用" in browser_client.get("/account").text


def test_the_qr_code_has_no_style_of_its_own():
    assert "style" not in second_factor.qr_code("otpauth://totp/Recovery:x?secret=ABC")


def test_the_second_factor_is_stopped_only_with_the_password(signed_in, counsel):
    client = signed_in("counsel")
    with system_work("tests") as work:
        row = work.session.get_one(UserAccount, counsel.id)
        second_factor.begin(work, row)
        row.totp_confirmed_at = work.now
    refused = client.post("/account/second-factor/stop", data={"password": "wrong"})
    assert refused.status_code == 409
    stopped = client.post("/account/second-factor/stop", data={"password": PASSWORD})
    assert stopped.location == "/account"
    db.session.rollback()
    assert db.session.scalars(select(UserAccount)).one().totp_secret is None


def test_an_account_shows_its_devices_and_ends_the_others(signed_in):
    here, there = signed_in("counsel"), signed_in("counsel")
    assert "本机" in here.get("/account").text
    assert here.post("/account/sign-out-everywhere").location == "/account"
    assert there.get("/account").status_code == 302
    assert here.get("/account").status_code == 200


def test_the_access_log_notes_pages_and_moves_last_seen(app: Flask, signed_in):
    client = signed_in("counsel")
    client.get("/account")
    with app.test_request_context():
        access_log().write()
    db.session.rollback()
    entry = db.session.scalars(select(AccessEntry)).one()
    assert (entry.method, entry.endpoint, entry.status) == ("GET", "access.account", 200)
    assert db.session.scalars(select(UserSession)).one().last_seen_at == entry.at
    auditor = signed_in("auditor")
    assert "access.account" in auditor.get("/audit/visits?person=counsel&page=access").text
    assert "access.account" not in auditor.get("/audit/visits?person=auditor").text
    assert "access.account" not in auditor.get("/audit/visits?record_from=1").text


def test_a_chosen_language_stays_with_the_account(signed_in, counsel):
    signed_in("counsel").post("/-/language/en")
    db.session.rollback()
    assert db.session.get(UserAccount, counsel.id).language == "en"


def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(app: Flask, signed_in):
    client = signed_in("counsel")
    client.get("/jobs/indicator", headers={"HX-Request": "true"})
    with app.test_request_context():
        access_log().write()
    db.session.rollback()
    assert db.session.scalars(select(AccessEntry)).all() == []


def test_sessions_and_codes_go_by_the_machines_clock_whatever_day_is_shown(
    browser_client: Browser, counsel, monkeypatch
):
    monkeypatch.setenv("RECOVERY_CLOCK", "2024-02-29")
    browser_client.post("/sign-in", data=typed())
    browser_client.post("/account/second-factor/begin")
    page = browser_client.get("/account/second-factor").text
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")
    code = pyotp.TOTP(secret).at(clock.machine_now())
    done = browser_client.post("/account/second-factor", data={"code": code})
    assert "recovery-codes" in done.text


def test_what_was_typed_when_a_session_ended_is_handed_back(signed_in, person):
    client = signed_in("administrator")
    with system_work("tests") as work:
        for row in work.session.scalars(select(UserSession)):
            row.ended_at, row.ended_because = work.now, "everywhere"
    page = client.post("/places/branches/new", data={"code": "310", "name": "上海分公司"})
    assert page.status_code == 401
    assert "登录已结束，没有提交。" in page.text
    assert "上海分公司" in page.text
    assert client.get("/places/").location == "/sign-in?next=/places/"


def test_no_password_is_handed_back(app: Flask, browser_client: Browser):
    with app.test_request_context():
        secrets = [field.name for field in PasswordForm() if field.type == "PasswordField"]
    page = browser_client.post(
        "/account/password", data={**dict.fromkeys(secrets, BETTER), "name": "李娜"}
    )
    assert len(secrets) == 3
    assert BETTER not in page.text
    assert "李娜" in page.text
