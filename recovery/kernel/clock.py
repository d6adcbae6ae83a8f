"""The only module that reads the clock. Everything else takes `now` or a day as an argument."""

import os
import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

BUSINESS_ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """Return the present moment, aware, in UTC.

    `RECOVERY_CLOCK` (an ISO moment or a day) shows another day for demonstrations and tests;
    the hour of the day goes on as it is, and every page announces it by a banner.
    """
    shown = os.environ.get("RECOVERY_CLOCK")
    real = datetime.now(UTC)
    if not shown:
        return real
    base = datetime.fromisoformat(shown)
    if len(shown) > len("2026-01-01"):
        return base.astimezone(UTC)
    local = real.astimezone(BUSINESS_ZONE)
    return local.replace(year=base.year, month=base.month, day=base.day).astimezone(UTC)


def machine_now() -> datetime:
    """Return the machine's moment in UTC, whatever day is shown: for leases and sessions."""
    return datetime.now(UTC)


def is_shifted() -> bool:
    """Return whether the clock shows another day than the real one."""
    return bool(os.environ.get("RECOVERY_CLOCK"))


def business_day(moment: datetime) -> date:
    """Return the day in Asia/Shanghai on which `moment` falls."""
    return moment.astimezone(BUSINESS_ZONE).date()


def today() -> date:
    """Return the present business day."""
    return business_day(now())


def start_of(day: date) -> datetime:
    """Return the first moment of the business day `day`, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=BUSINESS_ZONE).astimezone(UTC)


def end_of(day: date) -> datetime:
    """Return the first moment after the business day `day`, in UTC."""
    return start_of(day + timedelta(days=1))


def monotonic() -> float:
    """Return seconds of a clock that never goes back, for measuring."""
    return time.monotonic()
