"""What stands around every page: the menu one may use, the day, the environment."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from recovery.kernel import links
from recovery.kernel.actions import Action
from recovery.kernel.links import NavItem
from recovery.kernel.text import _
from recovery.web.addresses import url_if
from recovery.web.navigation import menu


@pytest.fixture
def entries() -> Iterator[None]:
    """Put two entries into the menu, and take them out again."""
    group = _("资产")
    links.navigation.put("t1", NavItem(_("贷款"), "web.style", Action.VIEW_STYLE, "car", group))
    links.navigation.put("t2", NavItem(_("人员"), "web.style", Action.MANAGE_USERS, "user", group))
    links.navigation.put("t3", NavItem(_("没有"), "no.where", Action.VIEW_STYLE, "x", group))
    yield
    for name in ("t1", "t2", "t3"):
        links.navigation._values.pop(name)


@pytest.mark.usefixtures("entries")
def test_the_menu_holds_what_one_may_do_and_what_exists(frame: Flask) -> None:
    with frame.test_request_context("/-/style"):
        labels = [str(entry.label) for group in menu() for entry in group.entries]
    assert "贷款" in labels
    assert "人员" not in labels
    assert "没有" not in labels


def test_the_page_that_is_shown_is_marked_in_the_menu(client: FlaskClient) -> None:
    page = client.get("/-/style/worklist").text
    assert page.count('<a href="/-/style" aria-current="page"') == 1


def test_a_page_that_is_not_installed_has_no_address(frame: Flask) -> None:
    with frame.test_request_context():
        assert url_if("web.style") == "/-/style"
        assert url_if("web.style_kind") is None
        assert url_if("no.where") is None


def test_a_shifted_clock_is_announced_on_every_page(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "演示时钟" not in client.get("/-/style").text
    monkeypatch.setenv("RECOVERY_CLOCK", "2027-02-05")
    page = client.get("/-/style").text
    assert "演示时钟" in page
    assert "2027年2月5日" in page


def test_the_environment_stands_in_the_bar(client: FlaskClient) -> None:
    assert '<span class="environment environment-test">测试</span>' in client.get("/-/style").text


def test_a_page_names_its_reader_and_offers_the_other_language(client: FlaskClient) -> None:
    page = client.get("/-/style").text
    assert "李娜" in page
    assert ">English</button>" in page
