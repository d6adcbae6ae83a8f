"""Entry point for any WSGI server: `app`."""

from recovery import create_app

app = create_app()
