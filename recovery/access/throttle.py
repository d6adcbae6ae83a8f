"""Counting failed attempts per account and per address, known only by keyed digests."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from recovery.access import rules
from recovery.access.models import Throttle
from recovery.kernel.crypto import keyring
from recovery.kernel.errors import RecoveryError
from recovery.kernel.text import _
from recovery.kernel.work import Work


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an attempt comes from, as the request says."""

    address: str
    user_agent: str


class Throttled(RecoveryError):
    """Too many attempts failed; `wait` is how long until the next one is heard."""

    def __init__(self, wait: timedelta) -> None:
        minutes = max(1, -(-int(wait.total_seconds()) // 60))
        super().__init__(_("尝试次数过多，请 {minutes} 分钟后再试。", minutes=minutes))
        self.wait = wait

    @property
    def retry_after(self) -> dict[str, str]:
        """The header that tells a program how many seconds to wait."""
        return {"Retry-After": str(int(self.wait.total_seconds()) + 1)}


def account_key(username: str) -> bytes:
    """Return the key of an account, whether it exists or not."""
    return keyring().blind_index(username, "throttle.account")


def address_key(origin: Origin) -> bytes:
    """Return the key of an address; of its network for IPv6, where one host has many."""
    host = rules.network_of(origin.address) if ":" in origin.address else origin.address
    return keyring().blind_index(host, "throttle.address")


def public_key(origin: Origin) -> bytes:
    """Return the key under which uses of public pages by an address are counted, apart."""
    host = rules.network_of(origin.address) if ":" in origin.address else origin.address
    return keyring().blind_index(host, "throttle.public")


def count_use(work: Work, key: bytes, free: int) -> None:
    """Count a use of a page that is open to all; nothing takes it back but time.

    Raises:
        Throttled: too many lately; this one is not heard.
    """
    row = _counters(work, [key])[key]
    wait = _wait(row, free, work.now)
    if wait > timedelta(0):
        raise Throttled(wait)
    row.failures = rules.counted_failures(row.failures, row.last_failed_at, work.now) + 1
    row.last_failed_at = work.now


def count_attempt(work: Work, username: str, origin: Origin) -> None:
    """Count an attempt as failed before it is compared; `forgive` takes it back.

    Raises:
        Throttled: the account or the address has to wait; the attempt is not heard.
    """
    limits = (
        (account_key(username), rules.FREE_BY_ACCOUNT),
        (address_key(origin), rules.FREE_BY_ADDRESS),
    )
    rows = _counters(work, [key for key, _free in limits])
    wait = max(_wait(rows[key], free, work.now) for key, free in limits)
    if wait > timedelta(0):
        raise Throttled(wait)
    for row in rows.values():
        row.failures = rules.counted_failures(row.failures, row.last_failed_at, work.now) + 1
        row.last_failed_at = work.now
    work.session.execute(
        delete(Throttle).where(Throttle.last_failed_at < work.now - timedelta(days=1))
    )


def _counters(work: Work, keys: list[bytes]) -> dict[bytes, Throttle]:
    """Return the counters of `keys`, made where missing, locked: attempts at once are counted."""
    dialect = work.session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    fresh = [{"key": key, "failures": 0, "last_failed_at": work.now} for key in sorted(keys)]
    work.session.execute(insert(Throttle).values(fresh).on_conflict_do_nothing())
    statement = select(Throttle).where(Throttle.key.in_(keys)).order_by(Throttle.key)
    return {row.key: row for row in work.session.scalars(statement.with_for_update())}


def _wait(row: Throttle, free: int, now: datetime) -> timedelta:
    """Return how long the counter still asks to wait."""
    failures = rules.counted_failures(row.failures, row.last_failed_at, now)
    return row.last_failed_at + rules.wait_after(failures, free) - now


def forgive(work: Work, username: str, origin: Origin) -> None:
    """Forget the account's failures, and take this one attempt back from the address.

    The address keeps its earlier failures: one's own right password does not pay for guesses at
    the passwords of others.
    """
    account, address = account_key(username), address_key(origin)
    for key, row in _counters(work, [account, address]).items():
        row.failures = 0 if key == account else max(0, row.failures - 1)
