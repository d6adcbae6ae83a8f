"""Contacts over HTTP, for call platforms: `POST /api/collection/contacts`.

A program shows its token (`recovery user token`) as `Authorization: Bearer …`, of an account that
may record contacts. The body is a JSON list of rows, each as `platform.Row` says.
"""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from recovery.collection.platform import Answer, record_rows
from recovery.kernel.actions import Action
from recovery.kernel.text import Text, _
from recovery.web.people import current_actor, user_work
from recovery.web.rights import allowed

bp = Blueprint("collection_api", __name__, url_prefix="/api/collection")

MOST = 5_000
"""Rows of one request."""

AT_ONCE = 50
"""Rows of one unit of work, so that the writer is never held for long."""

LARGEST_BODY = 16 * 1024 * 1024


@bp.post("/contacts")
@allowed(Action.RECORD_CONTACT)
def contacts() -> ResponseReturnValue:
    """Record contacts, and answer each row: recorded, known, or refused with the reason.

    Sent again after an interruption, what was recorded answers `known`.
    """
    if (request.content_length or 0) > LARGEST_BODY:
        return _refused(413, _("内容过大。"))
    rows = request.get_json(silent=True, force=True)
    if not isinstance(rows, list):
        return _refused(400, _("不是有效的 JSON 列表。"))
    if len(rows) > MOST:
        return _refused(413, _("一次最多 {count} 条联系。", count=MOST))
    platform = request.args.get("platform", "").strip()[:80] or current_actor().name
    answers: list[Answer] = []
    for start in range(0, len(rows), AT_ONCE):
        with user_work() as work:
            answers += record_rows(work, rows[start : start + AT_ONCE], platform)
    return jsonify([_told(one) for one in answers])


def _refused(status: int, reason: Text) -> ResponseReturnValue:
    return jsonify(error=str(reason)), status


def _told(answer: Answer) -> dict[str, Any]:
    values = asdict(answer) | {
        "reason": None if answer.reason is None else str(answer.reason),
        "conduct": [str(one) for one in answer.conduct],
    }
    return {name: value for name, value in values.items() if value}
