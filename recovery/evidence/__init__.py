"""Registers files and records in the evidence store; evidence lists; dossiers."""

from flask import Flask


def register(app: Flask) -> None:
    """Register this feature's pages, commands, jobs and links with `app`."""
