"""Pages of the tokens with which programs act over the API: list, issue, end."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from recovery.access import queries, token_queries, tokens
from recovery.access.forms import TokenForm
from recovery.access.lists import TOKENS, token_opens
from recovery.access.models import UserAccount
from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.web.forms import EmptyForm
from recovery.web.messages import flash
from recovery.web.pagination import bounded_count
from recovery.web.people import user_work
from recovery.web.rights import allowed

bp = Blueprint("tokens", __name__, url_prefix="/people/tokens")


@bp.get("/")
@allowed(Action.VIEW_USERS)
def index() -> ResponseReturnValue:
    """List the tokens: whose, for what, since when, last used, until when."""
    asked = TOKENS.read(request.args)
    statement = token_queries.tokens(asked.filters, clock.machine_now())
    shown = asked.show(
        asked.page(db.session(), statement),
        bounded_count(db.session(), statement),
        empty=_("还没有签发令牌。"),
    )
    return render_template("access/tokens.html", list=shown, token_opens=token_opens)


@bp.route("/new", methods=["GET", "POST"])
@allowed(Action.MANAGE_USERS)
def issue() -> ResponseReturnValue:
    """Issue a token and show it, once: it is kept nowhere."""
    form = TokenForm(data={"username": request.args.get("username", "")})
    if form.validate_on_submit():
        with form.refusal_shown():
            assert form.days.data is not None
            with user_work() as work:
                account = _named(work, form.username.data)
                issued = tokens.issue_token(work, account, form.program.data, days=form.days.data)
            return render_template(
                "access/handed_token.html",
                account=account,
                program=form.program.data,
                issued=issued,
            )
    return render_template("access/token_new.html", form=form), form.status


def _named(work: Work, username: str) -> UserAccount:
    """Return the account of a user name.

    Raises:
        NotFound: there is none.
    """
    account = queries.account_named(work.session, username)
    if account is None:
        raise NotFound(_("没有用户 {username}。", username=username))
    return account


@bp.post("/<int:token_id>/end")
@allowed(Action.MANAGE_USERS)
def end(token_id: int) -> ResponseReturnValue:
    """End a token at once."""
    if EmptyForm().validate_on_submit():
        with user_work() as work:
            tokens.end_token(work, token_id)
        flash(_("令牌已结束，程序不能再用它。"))
    return redirect(url_for(".index"))
