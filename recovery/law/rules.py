"""Every module of rules, imported once so that `registry.RULES` is complete."""

from recovery.law import (
    appropriation,
    auction,
    classification,
    contact,
    deadlines,
    doubled,
    enforcement,
    fees,
    guarantee,
    interest,
    lending,
    limitation,
    preservation,
    service,
)

MODULES = (
    appropriation,
    auction,
    classification,
    contact,
    deadlines,
    doubled,
    enforcement,
    fees,
    guarantee,
    interest,
    lending,
    limitation,
    preservation,
    service,
)
