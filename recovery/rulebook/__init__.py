"""What administrators add to the law: parameter versions, calendar, court settings."""

from flask import Flask


def register(app: Flask) -> None:
    """Register this feature's pages, commands, jobs and links with `app`."""
    from recovery.rulebook import menu

    menu.register()
