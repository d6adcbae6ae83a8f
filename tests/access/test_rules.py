"""What a password must be, what an address tells, what a role may do: without a database."""

import pytest
from argon2.profiles import CHEAPEST, RFC_9106_LOW_MEMORY

from recovery.access import passwords, rules
from recovery.access.rights import LETTERS, RIGHTS, Role, may, roles_that_may
from recovery.kernel.actions import Action


@pytest.mark.parametrize(
    "password",
    ["晨光里的第七只白鹭又飞走了", "correct horse battery", "x" + "y1z2w3" * 21, "qazWSX-1234!"],
)
def test_a_long_and_various_password_is_good(password):
    assert rules.password_fault(password, username="li.na", name="李娜") is None


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("q7w8e9r0t1y", "12 至 128"),
        ("ab1" * 43, "12 至 128"),
        ("my-LI.NA-is-here", "不得含用户名"),
        ("李娜的密码谁也猜不出来吧", "不得含用户名"),
        ("aaaaaaaaaaaa", "过于简单"),
        ("abababababab", "过于简单"),
        ("abcdefghijkl", "过于简单"),
        ("lkjihgfedcba", "过于简单"),
        ("123456123456123456", "过于简单"),
    ],
)
def test_a_short_telling_or_simple_password_is_refused_with_the_reason(password, reason):
    fault = rules.password_fault(password, username="li.na", name="李娜")
    assert fault is not None
    assert reason in str(fault)


def test_a_password_of_just_the_length_is_good_and_one_less_is_not():
    good = "a1b2c3d4e5f6"
    assert len(good) == rules.SHORTEST_PASSWORD
    assert rules.password_fault(good, username="x1", name="y") is None
    assert rules.password_fault(good[:-1], username="x1", name="y") is not None


def test_six_different_characters_are_enough_and_five_are_not():
    assert rules.password_fault("abcdefabfcde", username="x1", name="y") is None
    assert rules.password_fault("abcdeabedcba", username="x1", name="y") is not None


def test_passwords_are_hashed_by_argon2id_with_a_standards_parameters():
    passwords.use_parameters(RFC_9106_LOW_MEMORY)
    try:
        hashed = passwords.hashed("晨光里的第七只白鹭")
    finally:
        passwords.use_parameters(CHEAPEST)
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.is_password(hashed, "晨光里的第七只白鹭")
    assert not passwords.is_password(hashed, "晨光里的第七只白鹅")
    assert passwords.is_outdated(hashed), "made with other parameters than those in force"


def test_a_one_time_password_is_readable_and_never_the_same():
    made = {passwords.new_one_time_password() for _number in range(50)}
    assert len(made) == 50
    assert all(len(one) == 19 and not set(one) & set("il1o0") for one in made)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.77", "198.51.100.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("", ""),
        ("unix:", ""),
        (None, ""),
    ],
)
def test_an_address_is_kept_without_its_host(address, network):
    assert rules.network_of(address) == network


def test_a_device_is_named_in_two_words():
    edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/126.0 Safari/537 Edg/126.0"
    assert rules.device_of(edge) == "Edge · Windows"
    assert rules.device_of("curl/8") == ""


def test_an_act_that_stands_nowhere_is_nobodys(monkeypatch):
    monkeypatch.delitem(RIGHTS, Action.VIEW_LOANS)
    assert roles_that_may(Action.VIEW_LOANS) == frozenset()
    assert not any(may(role, Action.VIEW_LOANS) for role in Role)


def test_each_role_has_its_letter():
    assert sorted(LETTERS.values()) == sorted(Role)
