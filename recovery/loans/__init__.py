"""Borrowers, loans, collateral, the transaction ledger, claims on any date, tape import."""

from flask import Flask


def register(app: Flask) -> None:
    """Register this feature's pages, commands, jobs and links with `app`."""
