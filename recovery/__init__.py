"""Recovery: legal recovery and NPL portfolio case management for auto lenders."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from recovery.kernel.config import Settings

__version__ = "0.1.0"

FEATURES = (
    "web",
    "access",
    "rulebook",
    "loans",
    "evidence",
    "collection",
    "litigation",
    "portfolio",
    "insight",
)
"""Lowest first: each registers its pages, jobs and links with those below it."""


def create_app(settings: "Settings | None" = None) -> "Flask":
    """Return the application for `settings` (default: from the environment).

    Imported here and not above, so that `recovery.law` and `recovery.cli` start without Flask.
    """
    from importlib import import_module
    from pathlib import Path

    from flask import Flask

    from recovery.kernel.config import load_settings
    from recovery.kernel.crypto import load_keyring, use_keyring
    from recovery.kernel.db import init_database

    settings = settings or load_settings()
    app = Flask(__name__, template_folder=str(templates_folder()), static_folder=None)
    app.config.update(SECRET_KEY=settings.secret_key, SETTINGS=settings)
    init_database(app, settings.database_url)
    use_keyring(load_keyring(Path(settings.keys)))
    for name in FEATURES:
        import_module(f"recovery.{name}").register(app)
    return app


def templates_folder() -> "Path":
    """Return the folder of templates: beside the package in a checkout, inside it in a wheel."""
    from pathlib import Path

    here = Path(__file__).parent
    packaged = here / "_templates"
    return packaged if packaged.is_dir() else here.parent / "templates"
