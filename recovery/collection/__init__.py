"""Reminders, contacts, promises, field visits, extension agreements."""

from flask import Flask


def register(app: Flask) -> None:
    """Register this feature's pages, commands, jobs and links with `app`."""
