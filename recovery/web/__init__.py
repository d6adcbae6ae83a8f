"""What every page stands on: forms, rights, pages, filters, headers, languages, the frame.

A feature imports from here by module: `recovery.web.forms`, `.fields`, `.rights`, `.worklist`,
`.filters`, `.pagination`, `.selection`, `.uploads`, `.papers`; templates/README.md shows how a
page is put together.
"""

from types import ModuleType

from flask import Flask


def register(app: Flask) -> None:
    """Put the frame under `app`: call it before the features' own `register`."""
    for part in _parts():
        part.register(app)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.do")


def _parts() -> tuple[ModuleType, ...]:
    """Return the parts of the frame in the order in which they are put together."""
    from recovery.web import (
        assets,
        chart_svg,
        display,
        errors,
        frame,
        health,
        jobs,
        language,
        long_papers,
        metrics,
        navigation,
        numbers,
        papers,
        people,
        qr,
        security,
        views,
        worklist,
    )

    return (
        numbers,
        security,
        assets,
        chart_svg,
        language,
        display,
        people,
        navigation,
        papers,
        long_papers,
        qr,
        frame,
        worklist,
        errors,
        views,
        jobs,
        health,
        metrics,
    )
