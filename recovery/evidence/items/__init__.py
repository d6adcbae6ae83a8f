"""The page of one registered item: where it stands, what it proves, who touched it."""

from flask import Flask


def register(app: Flask) -> None:
    """Register the pages of items with `app`."""
    from recovery.evidence.items import custody, views, words
    from recovery.kernel import links

    app.register_blueprint(views.bp)
    words.register()
    links.dossier_parts.put("custody", custody.PART, order=80)
