"""Contracts that other systems register over the API, on their day of disbursement.

For the whole book, whichever part of it the sender sees: a contract stands in the stream of its
loan where that is in the book, so that the loan's chain has no gap, and in the stream of the house
under its number where it is not. The answer is the same either way: it tells nobody whether there
is such a loan. The same contract with the same digest is registered once, however often it is sent.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from recovery.evidence.totals.models import ContractRegistration
from recovery.kernel.actions import Action
from recovery.kernel.errors import RuleViolation
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.text import Text, _
from recovery.kernel.work import Work
from recovery.loans.models import Loan

DIGEST = re.compile(r"[0-9a-f]{64}")
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
LONGEST, MOST_FIELDS = 2000, 60
OWN = frozenset({"contract_no", "sha256", "disbursed_on", "source_system", "registered_late_days"})
"""Names of fields that this service writes itself."""


@dataclass(frozen=True, slots=True)
class NewContract:
    """A contract as another system names it: `fields` are further texts to commit to."""

    contract_no: str
    sha256: str
    disbursed_on: date
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        """What is registered once."""
        return self.contract_no, self.sha256


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one row: `registered`, `known` (was before) or `refused`, with the reason."""

    contract_no: str | None
    status: str
    id: int | None = None
    late_days: int | None = None
    """Days between disbursement and registration; 0: the same day."""

    log_index: int | None = None
    """Of what was known before; None: it waits for the log."""

    reason: Text | None = None


def read_contract(row: object) -> NewContract:
    """Read one row of a request.

    Raises:
        RuleViolation: naming what is missing or malformed.
    """
    if not isinstance(row, dict):
        raise RuleViolation(_("每一行是一个 JSON 对象。"))
    number, digest = row.get("contract_no"), row.get("sha256")
    if not isinstance(number, str) or not 1 <= len(number.strip()) <= 80:
        raise RuleViolation(_("contract_no：请填写合同编号，最多 80 个字。"))
    if not isinstance(digest, str) or not DIGEST.fullmatch(digest):
        raise RuleViolation(_("sha256：合同文件的指纹是 64 位小写十六进制数字。"))
    try:
        day = date.fromisoformat(str(row.get("disbursed_on")))
    except ValueError as error:
        raise RuleViolation(_("disbursed_on：请按 2026-03-16 的格式填写放款日期。")) from error
    return NewContract(number.strip(), digest, day, _fields(row.get("fields", {})))


def _fields(given: Any) -> dict[str, str]:
    if not isinstance(given, dict) or len(given) > MOST_FIELDS:
        raise RuleViolation(_("fields：最多 {count} 项的 JSON 对象。", count=MOST_FIELDS))
    for name, value in given.items():
        if not NAME.fullmatch(name) or name in OWN:
            raise RuleViolation(_("fields：名称“{name}”不能用。", name=name[:40]))
        if not isinstance(value, str) or len(value) > LONGEST:
            raise RuleViolation(_("fields.{name}：请写成文字，金额也写成文字。", name=name))
        if not value.isascii() and any("\ud800" <= one <= "\udfff" for one in value):
            raise RuleViolation(_("fields.{name}：含有无法保存的字符。", name=name))
    return dict(given)


def register_contracts(
    work: Work, contracts: Sequence[NewContract], *, source_system: str
) -> list[Answer]:
    """Register contracts; answer each, in order. What was registered before is not again."""
    known = _known(work.session, [one.key for one in contracts])
    loans = _loans(work.session, {one.contract_no for one in contracts})
    answers = []
    for one in contracts:
        if one.disbursed_on > work.today:
            why = _("disbursed_on：放款日期在今天之后。")
            answers.append(Answer(one.contract_no, "refused", reason=why))
        elif one.key in known:
            number, log_index = known[one.key]
            answers.append(Answer(one.contract_no, "known", number, log_index=log_index))
        else:
            row = _register(work, one, loans.get(one.contract_no), source_system)
            known[one.key] = (row.id, None)
            late = (work.today - one.disbursed_on).days
            answers.append(Answer(one.contract_no, "registered", row.id, late))
    count = sum(answer.status == "registered" for answer in answers)
    if count:
        work.record(Action.REGISTER_CONTRACTS, contracts=count, source_system=source_system)
    return answers


def _known(
    session: Session, keys: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], tuple[int, int | None]]:
    """Return what is registered of these: number and place in the log."""
    one = ContractRegistration
    rows = session.execute(
        select(one.contract_no, one.sha256, one.id, RegistrationIntent.log_index)
        .join(
            RegistrationIntent,
            (RegistrationIntent.subject_type == one.__tablename__)
            & (RegistrationIntent.subject_id == one.id),
        )
        .where(tuple_(one.contract_no, one.sha256).in_(keys))
    )
    return {(number, digest): (row_id, index) for number, digest, row_id, index in rows}


def _loans(session: Session, numbers: set[str]) -> dict[str, int]:
    """Return the loans of these contracts, seen by the sender or not: whose stream it is."""
    statement = select(Loan.contract_no, Loan.id).where(Loan.contract_no.in_(numbers))
    return dict(session.execute(statement).all())


def _register(
    work: Work, one: NewContract, loan_id: int | None, source_system: str
) -> ContractRegistration:
    row = work.add(
        ContractRegistration(
            contract_no=one.contract_no,
            sha256=one.sha256,
            disbursed_on=one.disbursed_on,
            source_system=source_system,
            loan_id=loan_id,
            registered_at=work.now,
            registered_by=work.actor.name,
        )
    )
    own = {
        "contract_no": one.contract_no,
        "sha256": one.sha256,
        "disbursed_on": one.disbursed_on.isoformat(),
        "source_system": source_system,
        "registered_late_days": str((work.today - one.disbursed_on).days),
    }
    work.register("registration", row, loan_id=loan_id, fields={**one.fields, **own})
    return row
