"""Evidence over HTTP, for programs: register contracts, read where they stand, fetch proofs.

A program shows its token (`recovery user token`) as `Authorization: Bearer …`; a signed-in
person's own programs in the same origin send the session cookie and `X-CSRFToken`, as for the law.
"""

import json
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel, Field, RootModel
from spectree import Response as Responses
from spectree import SpecTree
from sqlalchemy import select

from evidence_store import ProofError
from recovery import __version__
from recovery.evidence.house import house_store
from recovery.evidence.models import EvidenceItem
from recovery.evidence.totals import queries
from recovery.evidence.totals.contracts import (
    Answer,
    NewContract,
    read_contract,
    register_contracts,
)
from recovery.kernel import gate
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.text import Text, _
from recovery.loans.models import Loan
from recovery.web.people import current_actor, user_work
from recovery.web.rights import allowed

bp = Blueprint("evidence_api", __name__, url_prefix="/api/evidence")

spec = SpecTree(
    "flask",
    mode="strict",
    annotations=False,
    title="Recovery: registration of evidence",
    version=__version__,
    naming_strategy=lambda model: str(model.__name__),
    nested_naming_strategy=lambda _parent, child: child,
)
"""Only describes: rows are read by the service, whose answers name row and reason."""

MOST = 5_000
"""Rows of one request."""

AT_ONCE = 250
"""Rows of one unit of work: the writer is held for well under half a second."""

LARGEST_BODY = 16 * 1024 * 1024
LINES = "application/x-ndjson"


class Contract(BaseModel):
    """A contract on its day of disbursement."""

    contract_no: str = Field(max_length=80)
    sha256: str = Field(description="Of the contract as signed, 64 lower-case hex digits")
    disbursed_on: str = Field(description="Day, 2026-03-16; not in the future")
    fields: dict[str, str] = Field(
        default_factory=dict,
        description="Further texts to commit to: amount, rate, borrower …; kept sealed",
    )


class Contracts(RootModel[list[Contract]]):
    """A list of contracts; a body of JSON lines with one each is taken too."""


class Registered(BaseModel):
    """What became of one row. Sent again, the same contract and digest answer `known`."""

    contract_no: str | None = None
    status: str = Field(description="registered, known, refused")
    id: int | None = None
    late_days: int | None = Field(None, description="0: registered on the day of disbursement")
    log_index: int | None = Field(None, description="None: it waits for the log, a minute or two")
    reason: str | None = None


class RegisteredList(RootModel[list[Registered]]):
    """One answer for each row, in order."""


class Place(BaseModel):
    """Where a registration stands in the log."""

    id: int
    contract_no: str
    sha256: str
    disbursed_on: str
    source_system: str
    registered_at: str
    log_index: int | None
    leaf_hash: str | None
    proof: str | None = Field(None, description="Address of its tlog-proof")


class Places(RootModel[list[Place]]):
    """Every registration of a contract, oldest first."""


class Refusal(BaseModel):
    """Why the whole request was refused."""

    error: str


class Origin(BaseModel):
    """Where the contracts come from."""

    source_system: str = Field("api", description="Name of the system that sends them")


@bp.post("/contracts")
@allowed(Action.REGISTER_CONTRACTS)
@spec.validate(
    query=Origin,
    json=Contracts,
    resp=Responses(HTTP_200=RegisteredList, HTTP_400=Refusal, HTTP_413=Refusal),
    tags=("evidence",),
    skip_validation=True,
)
def contracts() -> ResponseReturnValue:
    """Register contracts, and answer each row; one that is refused does not stop the others.

    What was answered before an interruption is registered; send the whole again without harm.
    """
    if (request.content_length or 0) > LARGEST_BODY:
        return _refused(413, _("内容过大。"))
    body = request.get_data(as_text=True)
    as_list = body.lstrip().startswith("[")
    rows = _rows_of_list(body) if as_list else _rows_of_lines(body)
    if rows is None:
        return _refused(400, _("不是有效的 JSON 列表或 JSON 行。"))
    if len(rows) > MOST:
        return _refused(413, _("一次最多 {count} 份合同。", count=MOST))
    source = request.args.get("source_system", "api").strip()[:80] or "api"
    answers: list[dict[str, Any]] = []
    for start in range(0, len(rows), AT_ONCE):
        answers += _registered(rows[start : start + AT_ONCE], source)
    if as_list:
        return jsonify(answers)
    lines = [json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in answers]
    return Response(lines, mimetype=LINES)


def _refused(status: int, reason: Text) -> ResponseReturnValue:
    return jsonify(error=str(reason)), status


def _rows_of_list(body: str) -> list[object] | None:
    """Return the rows of a JSON list; None where it is none."""
    try:
        rows = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return rows if isinstance(rows, list) else None


def _rows_of_lines(body: str) -> list[object] | None:
    """Return the rows of JSON lines; None where one is no JSON."""
    try:
        return [json.loads(line) for line in body.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        return None


def _registered(rows: Sequence[object], source: str) -> list[dict[str, Any]]:
    """Register what can be read of some rows; return the answers in the order of the rows."""
    read: list[NewContract | RuleViolation] = [_read(row) for row in rows]
    wanted = [one for one in read if isinstance(one, NewContract)]
    with user_work() as work:
        done = iter(register_contracts(work, wanted, source_system=source) if wanted else ())
    return [
        _told(next(done))
        if isinstance(one, NewContract)
        else _told(Answer(_number(row), "refused", reason=Text(str(one))))
        for row, one in zip(rows, read, strict=True)
    ]


def _read(row: object) -> NewContract | RuleViolation:
    try:
        return read_contract(row)
    except RuleViolation as error:
        return error


def _number(row: object) -> str | None:
    number = row.get("contract_no") if isinstance(row, dict) else None
    return number[:80] if isinstance(number, str) else None


def _told(answer: Answer) -> dict[str, Any]:
    values = {
        "contract_no": answer.contract_no,
        "status": answer.status,
        "id": answer.id,
        "late_days": answer.late_days,
        "log_index": answer.log_index,
        "reason": None if answer.reason is None else str(answer.reason),
    }
    return {name: value for name, value in values.items() if value is not None}


@bp.get("/contracts/<path:contract_no>")
@allowed(Action.REGISTER_CONTRACTS)
@spec.validate(resp=Responses(HTTP_200=Places), tags=("evidence",), skip_validation=True)
def contract(contract_no: str) -> ResponseReturnValue:
    """Tell where the registrations of a contract stand."""
    found = queries.contract_places(db.session(), contract_no, current_actor())
    if not found:
        raise NotFound
    return jsonify(
        [
            {
                "id": one.id,
                "contract_no": one.contract_no,
                "sha256": one.sha256,
                "disbursed_on": one.disbursed_on.isoformat(),
                "source_system": one.source_system,
                "registered_at": one.registered_at.isoformat(),
                "log_index": item.log_index if item else None,
                "leaf_hash": item.leaf_hash if item else None,
                "proof": (
                    f"{bp.url_prefix}/proofs/{item.log_index}"
                    if item is not None and item.log_index is not None
                    else None
                ),
            }
            for one, item in found
        ]
    )


@bp.get("/proofs/<int:index>")
@allowed(Action.VIEW_EVIDENCE)
@spec.validate(tags=("evidence",), skip_validation=True)
def proof(index: int) -> ResponseReturnValue:
    """Send the tlog-proof (C2SP) of a leaf under the latest signed head.

    The leaf itself is in it; it holds no personal data.
    """
    item = db.session.scalars(
        select(EvidenceItem).where(EvidenceItem.log_index == index)
    ).one_or_none()
    if item is None:
        raise NotFound
    loan_id, actor = item.intent.loan_id, current_actor()
    if loan_id is not None and not queries.sent_by(db.session(), item.intent, actor):
        gate.find(db.session(), Loan, loan_id, actor.scope)
    try:
        text = house_store().prove(index)
    except ProofError as error:
        raise NotFound(_("第 {index} 号还没有入检查点，请十分钟后再取。", index=index)) from error
    name = f"{index}.tlog-proof"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, mimetype="text/plain; charset=utf-8", headers=headers)


@bp.get("/openapi.json")
@allowed(Action.VIEW_EVIDENCE)
def description() -> ResponseReturnValue:
    """Describe these endpoints as OpenAPI 3."""
    return jsonify(spec.spec)
