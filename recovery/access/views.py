"""Signing in and out, and one's own account."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from recovery.access import queries, second_factor, service, sessions, token_queries, tokens
from recovery.access.forms import CodeForm, ConfirmWithPasswordForm, PasswordForm, SignInForm
from recovery.access.lists import last_used, token_badge, token_opens
from recovery.access.login import TOKEN, keep_token, origin
from recovery.access.models import UserAccount
from recovery.access.rights import ROLE_NAMES
from recovery.access.throttle import Throttled
from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound
from recovery.kernel.text import _
from recovery.kernel.work import Work, system_work, work_as
from recovery.web.addresses import back_to
from recovery.web.forms import BaseForm, EmptyForm
from recovery.web.people import current_actor, user_work
from recovery.web.rights import allowed, public

bp = Blueprint("access", __name__)


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Ask for name and password."""
    if current_user.is_authenticated:
        return redirect(back_to())
    form = SignInForm()
    if form.validate_on_submit():
        try:
            opened = sessions.sign_in(form.username.data, form.password.data, **when_and_where())
        except (sessions.Refused, Throttled) as error:
            return refused("access/sign_in.html", form, error)
        return enter(opened)
    return render_template("access/sign_in.html", form=form, next=back_to()), form.status


@bp.route("/sign-in/code", methods=["GET", "POST"])
@public
def show_code() -> ResponseReturnValue:
    """Ask for the second factor after the password."""
    token = session.get(TOKEN, "")
    if sessions.awaiting(db.session(), token, clock.machine_now()) is None:
        return redirect(url_for(".sign_in"))
    form = CodeForm()
    if form.validate_on_submit():
        try:
            opened = sessions.show_code(token, form.code.data, **when_and_where())
        except (sessions.Refused, Throttled) as error:
            return refused("access/show_code.html", form, error)
        except NotFound as error:
            flash(str(error), "warning")
            return redirect(url_for(".sign_in"))
        return enter(opened)
    return render_template("access/show_code.html", form=form, next=back_to()), form.status


def when_and_where() -> dict[str, Any]:
    """Return where this attempt comes from, the machine's moment, and the business day."""
    return {"origin": origin(), "now": clock.machine_now(), "today": clock.today()}


def enter(opened: sessions.Opened) -> ResponseReturnValue:
    """Give the browser its new session, end the one it had, and go where it wanted."""
    before, wanted = session.get(TOKEN), back_to()
    if before:
        with system_work("sign-in") as work:
            sessions.end_session(work, before, because="rotated")
    keep_token(opened.token)
    if opened.awaits_code:
        return redirect(url_for(".show_code", next=wanted))
    return redirect(wanted)


def refused(
    template: str, form: BaseForm, error: sessions.Refused | Throttled
) -> ResponseReturnValue:
    """Show the form again with the one sentence of the refusal."""
    form.form_errors.append(error.message)
    page = make_response(render_template(template, form=form, next=back_to()), 422)
    if isinstance(error, Throttled):
        page.status_code = 429
        page.headers.update(error.retry_after)
    return page


@bp.post("/sign-out")
@allowed(Action.SIGN_OUT)
def sign_out() -> ResponseReturnValue:
    """End the session of this browser."""
    with user_work() as work:
        sessions.sign_out(work, session[TOKEN])
    session.clear()
    flash(str(_("已退出登录。")), "success")
    return redirect(url_for(".sign_in"))


@bp.get("/account")
@allowed(Action.CHANGE_OWN_ACCOUNT)
def account() -> ResponseReturnValue:
    """Show one's account: sessions, password, second factor."""
    row = queries.account(db.session(), current_user.id)
    return render_template(
        "access/account.html",
        account=row,
        role=ROLE_NAMES[current_user.role],
        sessions=queries.open_sessions(db.session(), row.id, clock.machine_now()),
        codes_left=queries.recovery_codes_left(db.session(), row.id),
        tokens=token_queries.tokens_of(db.session(), row.id),
        issuers=token_queries.token_issuers(db.session(), row.id),
        token_opens=token_opens,
        token_badge=token_badge,
        last_used=last_used,
    )


def own_account(work: Work) -> UserAccount:
    """Return the signed-in person's account for change."""
    return work.session.get_one(UserAccount, current_user.id)


@bp.post("/account/sign-out-everywhere")
@allowed(Action.SIGN_OUT_EVERYWHERE)
def sign_out_everywhere() -> ResponseReturnValue:
    """End one's sessions on all other devices."""
    if EmptyForm().validate_on_submit():
        with user_work() as work:
            ended = sessions.sign_out_everywhere(
                work, own_account(work), keep=current_user.session_id
            )
        flash(str(_("已退出其他 {count} 处登录。", count=ended)), "success")
    return redirect(url_for(".account"))


@bp.post("/account/tokens/<int:token_id>/end")
@allowed(Action.CHANGE_OWN_ACCOUNT)
def end_token(token_id: int) -> ResponseReturnValue:
    """End a token in one's own name at once."""
    if EmptyForm().validate_on_submit():
        with user_work() as work:
            tokens.end_own_token(work, own_account(work), token_id)
        flash(str(_("令牌已结束，程序不能再用它。")), "success")
    return redirect(url_for(".account"))


@bp.route("/account/password", methods=["GET", "POST"])
@allowed(Action.CHANGE_OWN_ACCOUNT)
def change_password() -> ResponseReturnValue:
    """Change one's own password."""
    form = PasswordForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                service.change_password(
                    work,
                    own_account(work),
                    current=form.current_password.data,
                    new=form.new_password.data,
                    session_id=current_user.session_id,
                )
            flash(str(_("密码已修改，其他设备上的登录已退出。")), "success")
            return redirect(url_for(".account"))
    return render_template("access/change_password.html", form=form), form.status


@bp.route("/account/second-factor", methods=["GET", "POST"])
@allowed(Action.CHANGE_OWN_ACCOUNT)
def set_up_second_factor() -> ResponseReturnValue:
    """Show the secret to scan, and turn the second factor on with its first code."""
    row = queries.account(db.session(), current_user.id)
    if row.totp_confirmed_at is not None or row.totp_secret is None:
        return redirect(url_for(".account"))
    form = CodeForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            # Codes go by the machine's clock, whatever day is shown.
            with work_as(current_actor(), now=clock.machine_now()) as work:
                codes = second_factor.confirm(work, own_account(work), form.code.data)
            return render_template("access/recovery_codes.html", codes=codes)
    picture = Markup(second_factor.qr_code(second_factor.provisioning_address(row)))  # noqa: S704
    page = render_template(
        "access/second_factor.html", form=form, qr_code=picture, secret=row.totp_secret
    )
    return page, form.status


@bp.post("/account/second-factor/begin")
@allowed(Action.CHANGE_OWN_ACCOUNT)
def begin_second_factor() -> ResponseReturnValue:
    """Make a new secret, to be confirmed."""
    with user_work() as work:
        second_factor.begin(work, own_account(work))
    return redirect(url_for(".set_up_second_factor"))


@bp.route("/account/second-factor/stop", methods=["GET", "POST"])
@allowed(Action.CHANGE_OWN_ACCOUNT)
def stop_second_factor() -> ResponseReturnValue:
    """Turn one's own second factor off, with the password."""
    form = ConfirmWithPasswordForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                service.stop_second_factor(work, own_account(work), password=form.password.data)
            flash(str(_("动态口令已停用。")), "success")
            return redirect(url_for(".account"))
    return render_template("access/stop_second_factor.html", form=form), form.status


@bp.route("/account/recovery-codes", methods=["GET", "POST"])
@allowed(Action.CHANGE_OWN_ACCOUNT)
def renew_recovery_codes() -> ResponseReturnValue:
    """Replace one's recovery codes, with the password."""
    form = ConfirmWithPasswordForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                row = own_account(work)
                service.check_password(row, form.password.data)
                codes = second_factor.renew_recovery_codes(work, row)
            return render_template("access/recovery_codes.html", codes=codes)
    return render_template("access/renew_recovery_codes.html", form=form), form.status
