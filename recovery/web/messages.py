"""What the next page says about what was done."""

import flask

from recovery.kernel.text import Text


def flash(message: Text, meaning: str = "success") -> None:
    """Say `message` on the next page, in the language it is then read in.

    `meaning` is success, progress, waiting, warning or danger.
    """
    flask.flash(message, meaning)  # type: ignore[arg-type]  # language.TextTag keeps it
