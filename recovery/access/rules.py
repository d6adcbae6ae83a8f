"""When a session ends, how long to wait after failed attempts, what a password must be."""

import re
import unicodedata
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from itertools import pairwise

from recovery.kernel.text import Text, _

IDLE = timedelta(minutes=60)
"""Without a request for so long, a session is over."""

ABSOLUTE = timedelta(hours=12)
"""However busy, a session is over so long after it began: a working day."""

SECOND_FACTOR_WAIT = timedelta(minutes=5)
"""Within which the code must follow the password."""

ONE_TIME_DAYS = 7
"""For how many days a password that an administrator handed out opens a session."""

FREE_BY_ACCOUNT = 5
FREE_BY_ADDRESS = 30
"""Failures that cost nothing. An office shares one address, so it has more."""

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(minutes=30)
"""Without a further failure for so long, earlier ones no longer count."""

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 128
FEWEST_DIFFERENT = 6

_USERNAME = re.compile(r"[a-z][a-z0-9]*([._-][a-z0-9]+)*")


def session_is_live(*, started_at: datetime, last_seen_at: datetime, now: datetime) -> bool:
    """Return whether a session is within both of its timeouts."""
    return now - last_seen_at < IDLE and now - started_at < ABSOLUTE


def counted_failures(failures: int, last_failed_at: datetime, now: datetime) -> int:
    """Return how many failures still count at `now`."""
    return failures if now - last_failed_at < FORGOTTEN_AFTER else 0


def wait_after(failures: int, free: int) -> timedelta:
    """Return how long the next attempt must wait after so many failures."""
    if failures < free:
        return timedelta(0)
    doubled = FIRST_WAIT * (1 << min(failures - free, 10))
    return min(doubled, LONGEST_WAIT)


def normal_username(text: str) -> str:
    """Return a typed user name as it is kept and compared."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def username_fault(username: str) -> Text | None:
    """Return what is wrong with a new user name; None when nothing is."""
    if 2 <= len(username) <= 40 and _USERNAME.fullmatch(username):
        return None
    return _("用户名须为 2 至 40 个小写字母、数字，可用点、横线或下划线连接，以字母开头。")


def password_policy() -> Text:
    """Return the one sentence that says what a password must be."""
    return _(
        "至少 {shortest} 个字符、其中至少 {different} 种不同字符；不得含用户名或姓名，"
        "也不得与现密码相同。一句自己记得住的话最好。",
        shortest=SHORTEST_PASSWORD,
        different=FEWEST_DIFFERENT,
    )


def password_fault(password: str, *, username: str, name: str) -> Text | None:
    """Return why `password` is refused; None when it is good."""
    folded = unicodedata.normalize("NFKC", password).casefold()
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        return _(
            "密码须为 {shortest} 至 {longest} 个字符。",
            shortest=SHORTEST_PASSWORD,
            longest=LONGEST_PASSWORD,
        )
    if any(len(part) > 1 and part.casefold() in folded for part in (username, name)):
        return _("密码不得含用户名或姓名。")
    if len(set(folded)) < FEWEST_DIFFERENT or _is_run(folded):
        return _(
            "密码过于简单：至少要有 {different} 种不同字符，且不能是连续或重复的字符。",
            different=FEWEST_DIFFERENT,
        )
    return None


def _is_run(text: str) -> bool:
    """Return whether the text is one run (abcdef…, 987654…) or one short part repeated."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    repeated = any(
        text == (text[:size] * (len(text) // size + 1))[: len(text)]
        for size in range(1, len(text) // 3 + 1)
    )
    return steps in ({1}, {-1}) or repeated


def network_of(address: str | None) -> str:
    """Return the network of an address without its host: /24 or /48; blank when unknown."""
    try:
        host = ip_address(address or "")
    except ValueError:
        return ""
    return str(ip_network(f"{host}/{24 if host.version == 4 else 48}", strict=False))


DEVICES = (
    ("Edg/", "Edge"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("Android", "Android"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def device_of(user_agent: str) -> str:
    """Return a browser's name for itself in two words."""
    found = [
        next((name for mark, name in known if mark in user_agent), "")
        for known in (DEVICES, SYSTEMS)
    ]
    return " · ".join(name for name in found if name)
