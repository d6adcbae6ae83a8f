"""Pages of layouts: which there are, and which headers each knows."""

from flask import render_template
from flask.typing import ResponseReturnValue

from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.loans.tape.layouts import Layout
from recovery.loans.tape.staging import all_layouts, find_layout
from recovery.loans.tape.views import bp
from recovery.web.rights import allowed


@bp.get("/layouts")
@allowed(Action.IMPORT_TAPE)
def layouts() -> ResponseReturnValue:
    """List the layouts: the lenders' own, and those that come with the program."""
    found: list[Layout] = list(all_layouts(db.session()).values())
    return render_template("loans/tape/layouts.html", layouts=found)


@bp.get("/layouts/<name>")
@allowed(Action.IMPORT_TAPE)
def layout(name: str) -> ResponseReturnValue:
    """Show which headers a layout knows for each field."""
    return render_template("loans/tape/layout.html", layout=find_layout(db.session(), name))
