"""Pages of layouts: which there are, and which headers each knows."""

from flask import render_template
from flask.typing import ResponseReturnValue

from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound
from recovery.kernel.text import _
from recovery.loans.tape.layouts import Layout
from recovery.loans.tape.staging import all_layouts
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
    found = all_layouts(db.session()).get(name)
    if found is None:
        raise NotFound(_("没有这条记录，或您无权查看。"))
    return render_template("loans/tape/layout.html", layout=found)
