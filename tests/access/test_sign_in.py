"""Signing in: what opens a session, what is refused, how long it lasts, how often one may try."""

from collections.abc import Callable
from datetime import date, timedelta

import pyotp
import pytest
from argon2.profiles import CHEAPEST, RFC_9106_LOW_MEMORY
from flask import Flask
from sqlalchemy import func, select

from recovery.access import passwords, rules, second_factor, service, sessions
from recovery.access.identity import SignedIn, person_of_token
from recovery.access.models import RecoveryCode, UserAccount, UserSession
from recovery.access.passwords import hashed
from recovery.access.throttle import Origin, Throttled
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound
from recovery.kernel.models import AuditEvent
from recovery.kernel.work import system_work
from tests.conftest import NOW

HOME = Origin("198.51.100.7", "Mozilla/5.0 (Windows NT 10.0) Chrome/126.0")
PASSWORD = "一句自己记得住的话最好"
MOMENT = timedelta(microseconds=1)
TODAY = date(2026, 3, 16)
HERE = {"origin": HOME, "now": NOW, "today": TODAY}


@pytest.fixture
def counsel(person: Callable[..., UserAccount]) -> UserAccount:
    """Return a counsel whose password is `PASSWORD`."""
    account = person("counsel")
    with system_work("tests", now=NOW) as work:
        row = work.session.get_one(UserAccount, account.id)
        row.password_hash = hashed(PASSWORD)
    return account


def enter(at=NOW, password: str = PASSWORD, username: str = "counsel", origin: Origin = HOME):
    return sessions.sign_in(username, password, origin=origin, now=at, today=TODAY)


def who(token: str, at) -> SignedIn | None:
    db.session.rollback()
    return person_of_token(db.session(), token, lambda _id: None, now=at, today=TODAY)


def last_event() -> AuditEvent:
    db.session.rollback()
    return db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()


def test_the_right_password_opens_a_session_in_ones_own_name_and_leaves_an_event(counsel):
    opened = enter()
    person = who(opened.token, NOW)
    assert (person.username, person.role, opened.awaits_code) == ("counsel", "counsel", False)
    event = last_event()
    assert (event.action, event.actor_id) == ("session.sign_in", counsel.id)
    assert event.changes["network"] == "198.51.100.0/24"


def test_the_token_is_kept_only_as_its_digest(counsel):
    token = enter().token
    row = db.session.scalars(select(UserSession)).one()
    assert token.encode() not in row.token_digest
    assert len(row.token_digest) == 32
    assert row.device == "Chrome · Windows"


def test_a_typed_name_is_read_whatever_its_width_and_case(counsel):
    assert who(enter(username=" Ｃounsel ").token, NOW) is not None


@pytest.mark.parametrize(
    ("username", "password"), [("counsel", "wrong"), ("nobody", PASSWORD), ("", "")]
)
def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(counsel, username, password):
    with pytest.raises(sessions.Refused) as refusal:
        enter(username=username, password=password)
    assert str(refusal.value) == "用户名或密码不正确。"
    assert last_event().action == "session.refuse"


def test_a_refused_attempt_keeps_no_typed_name_which_may_be_a_password(counsel):
    with pytest.raises(sessions.Refused):
        enter(username="my secret phrase")
    event = last_event()
    assert event.subject_id is None
    assert "my secret phrase" not in str(event.changes)


def test_an_ended_account_gets_the_same_answer_as_a_wrong_password(counsel):
    with system_work("tests", now=NOW) as work:
        work.session.get_one(UserAccount, counsel.id).ended_at = NOW
    with pytest.raises(sessions.Refused) as refusal:
        enter()
    assert str(refusal.value) == "用户名或密码不正确。"


def test_a_one_time_password_opens_on_its_last_day_and_not_on_the_next(counsel):
    with system_work("tests", now=NOW) as work:
        work.session.get_one(UserAccount, counsel.id).one_time_last_day = TODAY
    assert enter().token
    with pytest.raises(sessions.Refused):
        sessions.sign_in("counsel", PASSWORD, origin=HOME, now=NOW, today=TODAY + timedelta(days=1))


def test_a_new_account_has_a_week_for_its_first_sign_in(person):
    account = person("approver")
    with system_work("tests", now=NOW) as work:
        service.reset_password(work, work.session.get_one(UserAccount, account.id))
    db.session.rollback()
    row = db.session.get_one(UserAccount, account.id)
    assert row.one_time_last_day == TODAY + timedelta(days=7)


def test_a_session_opens_until_an_hour_without_a_request_and_not_at_it(counsel):
    token = enter().token
    assert who(token, NOW + rules.IDLE - MOMENT) is not None
    assert who(token, NOW + rules.IDLE) is None


def test_a_busy_session_ends_twelve_hours_after_it_began(counsel):
    token = enter().token
    end = NOW + rules.ABSOLUTE
    with system_work("tests", now=NOW) as work:
        work.session.scalars(select(UserSession)).one().last_seen_at = end - timedelta(minutes=1)
    assert who(token, end - MOMENT) is not None
    assert who(token, end) is None


def test_a_request_that_is_noted_but_not_yet_written_keeps_a_session_alive(counsel):
    token, late = enter().token, NOW + rules.IDLE
    noted = late - timedelta(minutes=5)
    seen = person_of_token(db.session(), token, lambda _id: noted, now=late, today=TODAY)
    assert seen is not None


def test_five_failures_are_free_and_the_sixth_attempt_waits_a_minute(counsel):
    for _attempt in range(rules.FREE_BY_ACCOUNT):
        with pytest.raises(sessions.Refused):
            enter(password="wrong")
    with pytest.raises(Throttled) as throttled:
        enter()
    assert throttled.value.wait == rules.FIRST_WAIT
    with pytest.raises(Throttled):
        enter(at=NOW + rules.FIRST_WAIT - MOMENT)
    assert who(enter(at=NOW + rules.FIRST_WAIT).token, NOW + rules.FIRST_WAIT) is not None


def test_the_fifth_attempt_is_still_heard(counsel):
    for _attempt in range(rules.FREE_BY_ACCOUNT - 1):
        with pytest.raises(sessions.Refused):
            enter(password="wrong")
    assert enter().token


def test_an_unknown_name_is_throttled_just_as_a_known_one(counsel):
    for _attempt in range(rules.FREE_BY_ACCOUNT):
        with pytest.raises(sessions.Refused):
            enter(username="nobody")
    with pytest.raises(Throttled) as throttled:
        enter(username="nobody")
    assert throttled.value.wait == rules.FIRST_WAIT


def test_each_further_failure_doubles_the_wait_up_to_a_quarter_of_an_hour():
    waits = [rules.wait_after(failures, 5) for failures in (4, 5, 6, 7, 8, 9, 10, 99)]
    assert [wait / timedelta(minutes=1) for wait in waits] == [0, 1, 2, 4, 8, 15, 15, 15]


def test_failures_are_forgotten_half_an_hour_after_the_last_one():
    after = NOW + rules.FORGOTTEN_AFTER
    assert rules.counted_failures(4, NOW, after - MOMENT) == 4
    assert rules.counted_failures(4, NOW, after) == 0


def test_one_address_may_fail_on_many_accounts_only_so_often(counsel):
    for attempt in range(rules.FREE_BY_ADDRESS):
        with pytest.raises(sessions.Refused):
            enter(username=f"guess{attempt}")
    with pytest.raises(Throttled):
        enter()
    elsewhere = Origin("203.0.113.9", "")
    assert enter(origin=elsewhere).token


def test_ones_own_right_password_does_not_pay_for_guesses_at_others(counsel):
    for attempt in range(rules.FREE_BY_ADDRESS - 1):
        with pytest.raises(sessions.Refused):
            enter(username=f"guess{attempt}")
    enter()
    with pytest.raises(sessions.Refused):
        enter(username="guess-last")
    with pytest.raises(Throttled):
        enter()


def test_a_success_forgets_the_failures_of_its_account(counsel):
    for _attempt in range(rules.FREE_BY_ACCOUNT - 1):
        with pytest.raises(sessions.Refused):
            enter(password="wrong")
    enter()
    for _attempt in range(rules.FREE_BY_ACCOUNT):
        with pytest.raises(sessions.Refused):
            enter(password="wrong")


@pytest.fixture
def secret(counsel: UserAccount) -> str:
    """Return the secret of the counsel's second factor, in use since yesterday."""
    with system_work("tests", now=NOW - timedelta(days=1)) as work:
        row = work.session.get_one(UserAccount, counsel.id)
        secret = second_factor.begin(work, row)
        codes = second_factor.confirm(work, row, pyotp.TOTP(secret).at(work.now))
    assert len(codes) == 10
    return secret


def test_with_a_second_factor_the_password_alone_opens_nothing(secret):
    opened = enter()
    assert opened.awaits_code
    assert who(opened.token, NOW) is None


def test_the_code_opens_a_session_under_a_new_token(secret):
    awaiting = enter()
    opened = sessions.show_code(awaiting.token, pyotp.TOTP(secret).at(NOW), **HERE)
    assert who(opened.token, NOW).username == "counsel"
    assert opened.token != awaiting.token
    assert who(awaiting.token, NOW) is None


def test_a_code_opens_only_once(secret):
    code = pyotp.TOTP(secret).at(NOW)
    sessions.show_code(enter().token, code, **HERE)
    with pytest.raises(sessions.Refused):
        sessions.show_code(enter().token, code, **HERE)


@pytest.mark.parametrize(("steps", "opens"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_clock_may_differ_by_one_step(secret, steps, opens):
    code = pyotp.TOTP(secret).at(NOW, counter_offset=steps)
    awaiting = enter()
    if opens:
        assert sessions.show_code(awaiting.token, code, **HERE).token
    else:
        with pytest.raises(sessions.Refused):
            sessions.show_code(awaiting.token, code, **HERE)


def test_the_code_is_awaited_for_five_minutes_and_no_longer(secret):
    end = NOW + rules.SECOND_FACTOR_WAIT
    first, second = enter().token, enter().token
    totp = pyotp.TOTP(secret)
    assert sessions.show_code(first, totp.at(end), origin=HOME, now=end - MOMENT, today=TODAY).token
    with pytest.raises(NotFound):
        sessions.show_code(second, totp.at(end), origin=HOME, now=end, today=TODAY)


def test_guessing_codes_is_throttled_like_guessing_passwords(secret):
    token = enter().token
    for _attempt in range(rules.FREE_BY_ACCOUNT - 1):
        with pytest.raises(sessions.Refused):
            sessions.show_code(token, "000000", **HERE)
    with pytest.raises(Throttled):
        sessions.show_code(token, pyotp.TOTP(secret).at(NOW), **HERE)


def test_a_recovery_code_stands_in_once_however_it_is_typed(counsel, secret):
    with system_work("tests", now=NOW) as work:
        row = work.session.get_one(UserAccount, counsel.id)
        code = second_factor.renew_recovery_codes(work, row)[0]
    typed = code.upper().replace("-", " ")
    assert sessions.show_code(enter().token, typed, **HERE).token
    with pytest.raises(sessions.Refused):
        sessions.show_code(enter().token, code, **HERE)


def test_new_recovery_codes_close_the_old_ones(counsel, secret):
    with system_work("tests", now=NOW) as work:
        row = work.session.get_one(UserAccount, counsel.id)
        old = second_factor.renew_recovery_codes(work, row)[0]
        second_factor.renew_recovery_codes(work, row)
    left = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.used_at.is_(None))
    assert db.session.scalar(left) == 10
    with pytest.raises(sessions.Refused):
        sessions.show_code(enter().token, old, **HERE)


def test_signing_out_everywhere_leaves_the_session_that_asked(counsel):
    here, there = enter().token, enter().token
    with system_work("tests", now=NOW) as work:
        row = work.session.get_one(UserAccount, counsel.id)
        assert sessions.sign_out_everywhere(work, row, keep=who(here, NOW).session_id) == 1
    assert who(here, NOW) is not None
    assert who(there, NOW) is None


def test_the_database_shows_no_secret_of_the_second_factor_in_clear(app: Flask, secret):
    row = db.session.scalars(select(UserAccount)).one()
    assert secret.encode() not in row.totp_secret_sealed
    assert row.totp_secret == secret


def test_a_hash_of_older_parameters_is_renewed_at_sign_in(counsel):
    passwords.use_parameters(RFC_9106_LOW_MEMORY)
    try:
        enter()
    finally:
        passwords.use_parameters(CHEAPEST)
    db.session.rollback()
    renewed = db.session.scalars(select(UserAccount)).one().password_hash
    assert "m=65536" in renewed
    assert passwords.is_password(renewed, PASSWORD)
