"""What administrators add to the law: parameter versions, calendar, court settings."""

from flask import Flask


def register(app: Flask) -> None:
    """Register this feature's pages, commands, jobs and links with `app`."""
    from recovery.rulebook import (
        api,
        calculator_views,
        calendar_views,
        lists,
        menu,
        value_views,
        value_words,
        views,
    )

    # The modules of values and of the calendar put their routes on the blueprint of `views`.
    assert value_views
    assert calendar_views
    for module in (views, calculator_views, api):
        app.register_blueprint(module.bp)
    app.jinja_env.globals.update(
        law_change_title=lists.title_of_content,
        law_place=lists.place_label,
        law_value=value_words.value_text,
        law_lines=value_words.value_lines,
        law_written=value_words.written_text,
    )
    menu.register()
