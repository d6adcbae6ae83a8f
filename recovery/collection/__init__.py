"""Contacts, demands and their delivery, field visits, agreements: the record of collection."""

from flask import Flask


def register(app: Flask) -> None:
    """Register this feature's pages and links with `app`."""
    from recovery.collection import api, labels, models, queries, reach, views, words
    from recovery.kernel import links
    from recovery.kernel.actions import Action
    from recovery.kernel.text import _

    app.register_blueprint(views.bp)
    app.register_blueprint(api.bp)
    reach.register()
    links.loan_tabs.put(
        "collection",
        links.RecordTab(_("催收"), "collection.of_loan", Action.VIEW_COLLECTION),
        order=30,
    )
    links.navigation.put(
        "collection",
        links.NavItem(
            _("催收记录"),
            "collection.index",
            Action.VIEW_COLLECTION,
            "phone-call",
            _("清收与诉讼"),
        ),
        order=38,
    )
    links.timeline.put("collection", queries.timeline, order=30)
    for table in models.TABLES:
        links.subject_links.put(
            table, lambda record_id: ("collection.show", {"record_id": record_id})
        )
    for event in words.TOLD:
        links.event_words.put(event, words.event_sentence)
    for field, codes in labels.FIELD_CODES.items():
        links.field_codes.put(field, codes)
