"""QR codes for papers: drawn as paths, the same for the same text."""

from functools import lru_cache

import segno
from flask import Flask
from markupsafe import Markup


@lru_cache(maxsize=64)
def qr_svg(text: str) -> Markup:
    """Return the QR code of `text` as an inline picture, as large as its box (error level M)."""
    code = segno.make(text, error="m", micro=False, boost_error=False)
    drawn: str = code.svg_inline(omitsize=True, border=2, svgclass="qr", lineclass=None)
    return Markup(drawn)  # noqa: S704 - drawn by the library: the text is in no attribute


def register(app: Flask) -> None:
    """Let document templates draw codes: `{{ address|qr_svg }}`."""
    app.jinja_env.filters["qr_svg"] = qr_svg
