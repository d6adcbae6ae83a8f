"""Global search: one box for everything a person may see, grouped by kind."""

from dataclasses import dataclass
from itertools import groupby

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from recovery.kernel import links, search
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.search import Hit
from recovery.kernel.text import Text, _
from recovery.web.people import current_scope
from recovery.web.rights import allowed

bp = Blueprint("search", __name__, url_prefix="/search")

KINDS: dict[str, tuple[Text, str]] = {
    "loan": (_("贷款"), "loan"),
    "file": (_("诉讼案件"), "litigation_file"),
    "package": (_("资产包"), "package"),
    "agreement": (_("协议"), "agreement"),
    "dossier": (_("证据包"), "dossier"),
    "document": (_("文件"), "document"),
}
"""Kind of hit → what readers call it, and the table whose pages `links.subject_links` knows."""

FEW = 6
MANY = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A hit with the address of its record's page."""

    label: str
    codes: tuple[str, ...]
    url: str


@dataclass(frozen=True, slots=True)
class Group:
    """The hits of one kind."""

    label: Text
    hits: list[Line]


def grouped(hits: list[Hit]) -> list[Group]:
    """Return the hits by kind; kinds whose pages are not there are left out."""
    groups = []
    for kind, found in groupby(hits, key=lambda hit: hit.kind):
        label, table = KINDS[kind]
        if table in links.subject_links:
            address = links.subject_links.get(table)
            groups.append(Group(label, [_line(hit, *address(hit.record_id)) for hit in found]))
    return groups


def _line(hit: Hit, endpoint: str, arguments: dict[str, object]) -> Line:
    return Line(hit.label, hit.codes, url_for(endpoint, _external=False, **arguments))  # type: ignore[arg-type]


@bp.get("/")
@allowed(Action.VIEW_LOANS)
def index() -> ResponseReturnValue:
    """Show what a query finds."""
    query = request.args.get("q", "").strip()
    hits = search.find(db.session(), query, current_scope(), limit=MANY) if query else []
    return render_template("loans/search.html", groups=grouped(hits), query=query)


@bp.post("/suggest")
@allowed(Action.VIEW_LOANS)
def suggest() -> ResponseReturnValue:
    """Answer the box while one types; by POST, so that no number stands in an address."""
    query = request.form.get("q", "").strip()
    hits = search.find(db.session(), query, current_scope(), limit=FEW) if query else []
    return render_template("loans/_found.html", groups=grouped(hits), query=query)
