"""Packages: built from a filter, frozen at a cut-off date, exported."""

from flask import Flask


def register(app: Flask) -> None:
    """Register this feature's pages, commands, jobs and links with `app`."""
