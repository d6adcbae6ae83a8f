"""The style page: every page kind, component and state, put together from the real parts.

For administrators. Its examples are fixed values of a fictitious file; nothing is read or kept.
"""

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.errors import NotFound
from recovery.kernel.text import _
from recovery.web.preview import page_png
from recovery.web.rights import allowed
from recovery.web.style_charts import example_paper
from recovery.web.style_examples import (
    AMOUNTS,
    CONTEXTS,
    COURTS,
    KINDS,
    MEANINGS,
    ExampleForm,
    clocks_of,
)
from recovery.web.views import bp


@bp.get("/style")
@allowed(Action.VIEW_STYLE)
def style() -> ResponseReturnValue:
    """Show every component in every state, and lead to the page kinds."""
    return render_template(
        "web/style.html",
        kinds=KINDS,
        meanings=MEANINGS,
        clocks=clocks_of(clock.today()),
        amounts=AMOUNTS,
        breadcrumbs=[(_("系统"), None), (_("样式"), None)],
    )


@bp.route("/style/<kind>", methods=["GET", "POST"])
@allowed(Action.VIEW_STYLE)
def style_kind(kind: str) -> ResponseReturnValue:
    """Show one page kind with example values."""
    if kind not in KINDS:
        raise NotFound(_("没有这种页面。"))
    crumbs = [(_("样式"), url_for("web.style")), (KINDS[kind], None)]
    context = CONTEXTS[kind]()
    status = context["form"].status if "form" in context else 200
    return render_template(f"web/style_{kind}.html", breadcrumbs=crumbs, **context), status


@bp.get("/style/parts/totals")
@allowed(Action.VIEW_STYLE)
def style_totals() -> ResponseReturnValue:
    """Answer the strip of totals of the example list."""
    return render_template("web/style_totals.html", book=AMOUNTS["book"])


@bp.post("/style/parts/implied")
@allowed(Action.VIEW_STYLE)
def style_implied() -> ResponseReturnValue:
    """Answer what the example form implies."""
    form = ExampleForm()
    return render_template("web/style_implied.html", amount=form.amount.data)


@bp.get("/style/parts/courts")
@allowed(Action.VIEW_STYLE)
def style_courts() -> ResponseReturnValue:
    """Answer the type-ahead field of the example form."""
    typed = request.args.get("court", "")
    lines = [str(name) for name in COURTS if typed and typed in str(name)]
    return render_template("_options.html", lines=lines)


@bp.get("/style/parts/paper/<int:page>")
@allowed(Action.VIEW_STYLE)
def style_paper(page: int) -> ResponseReturnValue:
    """Answer the picture of a page of the example paper."""
    return Response(page_png(example_paper(clock.today()), page), mimetype="image/png")
