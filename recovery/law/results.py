"""Shapes of what several rules give, named as callers outside Python know them."""

from datetime import date
from decimal import Decimal
from typing import TypedDict


class Fee(TypedDict):
    """A fee in yuan."""

    fee: Decimal


class Amount(TypedDict):
    """An amount in yuan."""

    amount: Decimal


class AmountOverDays(TypedDict):
    """An amount in yuan and the number of days it grew over."""

    days: int
    amount: Decimal


class Deadline(TypedDict):
    """The latest lawful day, and the last day before rolling over rest days."""

    deadline: date
    nominal_last_day: date


class Expiry(TypedDict):
    """The day at whose end a period expires, and its last day before rolling."""

    expires_end_of: date
    nominal_last_day: date


class Allowed(TypedDict):
    """Whether something may be done."""

    allowed: bool


class AnotherAllowed(TypedDict):
    """Whether one more may be made."""

    another_allowed: bool


class MinStart(TypedDict):
    """The lowest price in yuan that may be asked at the start."""

    min_start: Decimal


class TopUp(TypedDict):
    """What is still to be paid, in yuan."""

    topup: Decimal
