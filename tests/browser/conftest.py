"""A real browser on a real server: what every browser test stands on.

`enter("counsel")` returns a page of somebody who is signed in; `page` is one of nobody. After
each test the console must be clean. `check_accessibility(page)` asks axe for WCAG 2.2 AA.
"""

import shutil
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect
from werkzeug.serving import make_server

from recovery.access.login import TOKEN
from recovery.access.models import UserAccount
from recovery.access.sessions import start_session
from recovery.access.throttle import Origin
from recovery.kernel import clock
from recovery.kernel.work import system_work

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")
WCAG_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
EXPECTED = (
    "status of 409",
    "status of 422",
    "status of 404",
    "htmx:sendAbort",
    "htmx:afterRequest",
)
"""Console lines of a refused form, and of a request in flight when a test left its page."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Return how Chromium is started; skip where this machine has none.

    The shell without a window is the same engine at half the work.
    """
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    if chromium is None:
        pytest.skip("no Chromium on this machine")
    return {"executable_path": chromium, "args": list(ARGUMENTS)}


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Return the address of a server of `app` on loopback."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def browser_context_args(address: str) -> dict[str, Any]:
    """Return how a context begins: at our server, on a common office screen."""
    return {
        "base_url": address,
        "viewport": {"width": 1280, "height": 900},
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
    }


@pytest.fixture
def context(context: BrowserContext) -> Iterator[BrowserContext]:
    """Return the browser context; fail the test when a page of it complains in the console."""
    complaints: list[str] = []

    def note(message: Any) -> None:
        if message.type == "error" and not any(text in message.text for text in EXPECTED):
            complaints.append(message.text)

    context.set_default_timeout(10_000)
    context.set_default_navigation_timeout(60_000)
    context.on("console", note)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    yield context
    assert complaints == []


@pytest.fixture
def enter(
    app: Flask,
    address: str,
    context: BrowserContext,
    person: Callable[..., UserAccount],
) -> Callable[..., Page]:
    """Return a maker of signed-in pages: `enter("counsel").goto("/loans/")`."""

    def sign_in(role: str, **where: str) -> Page:
        account = person(role, **where)
        with system_work("tests", now=clock.machine_now()) as work:
            row = work.session.get_one(UserAccount, account.id)
            token = start_session(work, row, Origin("127.0.0.1", "tests")).token
        signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
        name = app.config["SESSION_COOKIE_NAME"]
        context.add_cookies([{"name": name, "value": signer.dumps({TOKEN: token}), "url": address}])
        return context.new_page()

    return sign_in


@pytest.fixture
def choose(address: str, context: BrowserContext) -> Callable[..., None]:
    """Return a setter of the reader's choices: `choose(theme="dark")`."""

    def keep(**choices: str) -> None:
        context.add_cookies(
            [{"name": name, "value": value, "url": address} for name, value in choices.items()]
        )

    return keep


def check_accessibility(page: Page) -> None:
    """Fail with what axe finds against WCAG 2.2 AA, and where."""
    _check(page, {})


def check_structure(page: Page) -> None:
    """Check as `check_accessibility` does, but for contrast: colours do not depend on words.

    For pages whose colours were checked in another language or width: they are most of the work.
    """
    _check(page, {"color-contrast": {"enabled": False}})


def _check(page: Page, rules: dict[str, dict[str, bool]]) -> None:
    # What passes is not described.
    options = {"runOnly": WCAG_AA, "resultTypes": ["violations"], "rules": rules}
    found = Axe().run(page, options=options).response["violations"]
    told = [
        f"{one['id']}: {node['html'][:200]} — {node['failureSummary'][:300]}"
        for one in found
        for node in one["nodes"]
    ]
    assert told == []


def settle(page: Page) -> None:
    """Wait until whatever the page fetches by itself has arrived."""
    expect(page.locator(".htmx-request")).to_have_count(0)


def check_width(page: Page) -> None:
    """Fail when the page is wider than its window."""
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0, f"{page.url} is {width} px too wide"
