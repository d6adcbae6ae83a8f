"""The pages that say what happened, what was kept, and what to do; and the one handler that maps
an error's class to its status.
"""

from dataclasses import dataclass

import structlog
from flask import Flask, Response, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from recovery.kernel.errors import Conflict, Forbidden, NotFound, RecoveryError, RuleViolation
from recovery.kernel.text import Text, _

log = structlog.get_logger()

STATUSES: dict[type[RecoveryError], int] = {
    NotFound: 404,
    Forbidden: 403,
    RuleViolation: 409,
    Conflict: 409,
}
SECRETS = ("csrf_token", "password", "secret", "otp")
"""Parts of names of fields whose content no page shows again; `code` alone is one too."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """An error page's words."""

    title: Text
    what: Text
    do: Text


EXPLANATIONS = {
    400: Explanation(
        _("请求无法处理"),
        _("浏览器发来的内容不完整，或页面打开得太久已失效。"),
        _("请返回上一页，刷新后再提交。"),
    ),
    403: Explanation(_("没有权限"), _("您的角色没有这项权限。"), _("如有需要，请联系管理员。")),
    404: Explanation(
        _("没有找到"),
        _("没有这个页面或这条记录，或您无权查看。"),
        _("请核对编号，或用上方的搜索查找。"),
    ),
    405: Explanation(_("请求无法处理"), _("这个地址不接受这种操作。"), _("请返回上一页。")),
    409: Explanation(
        _("没有执行"), _("业务规则不允许，或记录刚刚被别人改动。"), _("请返回核对后再提交。")
    ),
    413: Explanation(
        _("内容过大"),
        _("上传的文件或提交的内容超过了上限，没有保存。"),
        _("请拆分或压缩后再上传。"),
    ),
    429: Explanation(_("操作过于频繁"), _("短时间内尝试次数过多，已暂停。"), _("请稍候再试。")),
    500: Explanation(
        _("系统出错"),
        _("这是程序的错误，不是您的操作造成的；本次操作没有保存。"),
        _("请把下面的编号告诉管理员，稍后再试。"),
    ),
}


def status_of(error: RecoveryError) -> int:
    """Return the HTTP status of an error of ours."""
    return next((code for kind, code in STATUSES.items() if isinstance(error, kind)), 409)


def kept_input() -> list[tuple[str, str]]:
    """Return what was typed in a refused request, so that the page can hand it back."""
    return [
        (name, value)
        for name, values in request.form.lists()
        for value in values
        if value.strip() and not _is_secret(name)
    ]


def _is_secret(name: str) -> bool:
    return name == "code" or any(part in name.lower() for part in SECRETS)


def error_page(status: int, message: Text | str | None = None) -> ResponseReturnValue:
    """Return the page (or JSON, or fragment for htmx) of a status."""
    words = EXPLANATIONS.get(status, EXPLANATIONS[500 if status >= 500 else 400])
    sentence = str(message or words.what)
    if request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json":
        return jsonify(error=sentence, request_id=g.get("request_id")), status
    template = "web/error_fragment.html" if request.headers.get("HX-Request") else "web/error.html"
    page = render_template(
        template,
        status=status,
        words=words,
        sentence=sentence,
        kept=[] if status == 413 else kept_input(),
    )
    return page, status


def on_refusal(error: RecoveryError) -> ResponseReturnValue:
    """Answer an error that the user can cause."""
    return error_page(status_of(error), error.message)


def on_http(error: HTTPException) -> ResponseReturnValue:
    """Answer what routing, parsing or a limit refused; redirects and the like pass through."""
    if error.code is None or error.code < 400 or error.response is not None:
        return error
    return error_page(error.code)


def on_csrf(error: CSRFError) -> ResponseReturnValue:
    """Answer a form whose session has ended since it was opened."""
    return error_page(
        400, _("登录已更新或页面打开太久，为安全起见没有提交。您填写的内容列在下面。")
    )


def on_fault(error: Exception) -> ResponseReturnValue:
    """Answer a programming fault: logged with the request's id, shown without details."""
    cause = getattr(error, "original_exception", None) or error
    log.error("fault", request_id=g.get("request_id"), endpoint=request.endpoint, exc_info=cause)
    try:
        return error_page(500)
    except Exception:  # the page itself needs what has failed, such as the database
        sentence = str(EXPLANATIONS[500].what)
        return Response(f"{sentence}\n{g.get('request_id')}\n", 500, mimetype="text/plain")


def register(app: Flask) -> None:
    """Handle errors of ours, of HTTP and of programming."""
    app.register_error_handler(RecoveryError, on_refusal)
    app.register_error_handler(CSRFError, on_csrf)
    app.register_error_handler(HTTPException, on_http)
    app.register_error_handler(500, on_fault)
