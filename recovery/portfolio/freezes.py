"""Use cases of freezing: fix the cut-off date, write the figures in batches, fix their digest."""

from collections.abc import Iterator
from datetime import date
from hashlib import sha256

from sqlalchemy import select, update

from evidence_store import jcs
from recovery.evidence.totals.queries import latest_reconciliation
from recovery.kernel.actions import Action
from recovery.kernel.errors import RuleViolation
from recovery.kernel.search_index import reindex
from recovery.kernel.text import Text, _
from recovery.kernel.work import Work
from recovery.loans.models import Loan
from recovery.portfolio import frozen
from recovery.portfolio.models import Package, PackageLoan
from recovery.portfolio.rules import Announcement, FrozenLoan, announce
from recovery.portfolio.service import ADD_BATCH, draft

FREEZE_BATCH = 200
"""Loans of one unit of work: their claims take well under half a second."""


def begin_freeze(work: Work, package_id: int, version: int, *, cut_off_date: date) -> Package:
    """Close a draft for changes and fix its cut-off date (交易基准日).

    Raises:
        Conflict: someone changed it since the form was shown.
        RuleViolation: it is empty, not a draft, or the day is still to come.
    """
    package = draft(work, package_id)
    work.require_version(package, version)
    if cut_off_date > work.today:
        raise RuleViolation(_("基准日不能晚于今天。"))
    if package.loan_count == 0:
        raise RuleViolation(_("资产包中没有贷款，不能冻结。"))
    package.state, package.cut_off_date = "freezing", cut_off_date
    work.record(
        Action.FREEZE_PACKAGE,
        package,
        cut_off_date=cut_off_date.isoformat(),
        state=("draft", "freezing"),
    )
    return package


def freeze_next(work: Work, package_id: int, after: int) -> tuple[int, dict[str, Text]]:
    """Write the figures of the next `FREEZE_BATCH` loans after the row `after`.

    Returns the last row done (`after` again: none is left) and, by contract number, why loans
    were found not eligible. Doing a batch again gives the same.
    """
    package = work.get(Package, package_id)
    rows = work.session.scalars(
        select(PackageLoan)
        .where(
            PackageLoan.package_id == package.id,
            PackageLoan.id > after,
            PackageLoan.excluded_reason.is_(None) | PackageLoan.principal.is_not(None),
        )
        .order_by(PackageLoan.id)
        .limit(FREEZE_BATCH)
    ).all()
    if not rows:
        return after, {}
    assert package.cut_off_date is not None, "begin_freeze sets it"
    refused = frozen.write_figures(work.session, package, rows)
    return rows[-1].id, refused


def finish_freeze(work: Work, package_id: int) -> Package:
    """Fix the announcement and the digest, and show the loans to whoever may see the package.

    Raises:
        RuleViolation: it was not being frozen, or no loan in it is eligible.
    """
    package = work.get(Package, package_id)
    if package.state != "freezing":
        raise RuleViolation(_("资产包 {number} 没有在冻结。", number=package.number))
    totals, digest = _add_up(work, package)
    if totals.loan_count == 0:
        raise RuleViolation(_("没有一笔贷款符合条件，资产包不能冻结。"))
    package.state, package.loan_count = "frozen", totals.loan_count
    package.totals, package.digest = totals.as_texts(), digest
    package.frozen_at, package.frozen_by = work.now, work.actor.name
    _mark_loans(work, package)
    work.record(
        Action.FREEZE_PACKAGE,
        package,
        state=("freezing", "frozen"),
        loans=totals.loan_count,
        principal=totals.principal,
        digest=package.digest,
    )
    cited = latest_reconciliation(work.session, package.cut_off_date or work.today)
    fields = _fields(package) | {"reconciliation": cited.reference if cited else ""}
    work.register("freeze", package, loan_id=None, fields=fields)
    return package


def _add_up(work: Work, package: Package) -> tuple[Announcement, str]:
    """Return the announcement of the frozen rows and the digest over them, read once."""
    digest = sha256()

    def read() -> Iterator[FrozenLoan]:
        for row in frozen.rows(work.session, package.id):
            digest.update(jcs.canonical(frozen.canonical(row)) + b"\n")
            yield frozen.frozen_loan(row)

    return announce(read()), digest.hexdigest()


def abandon_freeze(work: Work, package_id: int) -> Package:
    """Open a package again whose freeze could not be finished."""
    package = work.get(Package, package_id)
    if package.state == "freezing":
        package.state, package.cut_off_date = "draft", None
        work.record(Action.FREEZE_PACKAGE, package, state=("freezing", "draft"))
    return package


def show_next(work: Work, package_id: int, after: int) -> int:
    """Let search find the next loans for who sees only their package; return the last row done.

    `after` again: none is left.
    """
    rows = work.session.execute(
        select(PackageLoan.id, PackageLoan.loan_id)
        .where(
            PackageLoan.package_id == package_id,
            PackageLoan.excluded_reason.is_(None),
            PackageLoan.id > after,
        )
        .order_by(PackageLoan.id)
        .limit(ADD_BATCH)
    ).all()
    reindex(work.session, "loan", [loan_id for _row_id, loan_id in rows])
    return rows[-1].id if rows else after


def _mark_loans(work: Work, package: Package) -> None:
    inside = select(PackageLoan.loan_id).where(
        PackageLoan.package_id == package.id, PackageLoan.excluded_reason.is_(None)
    )
    work.session.execute(
        update(Loan)
        .where(Loan.id.in_(inside))
        .values(package_id=package.id, version=Loan.version + 1)
        .execution_options(synchronize_session=False)
    )


def _fields(package: Package) -> dict[str, str]:
    totals = package.totals or {}
    assert package.cut_off_date is not None
    return {
        "package": package.number,
        "cut_off_date": package.cut_off_date.isoformat(),
        "loan_count": str(package.loan_count),
        "principal": str(totals["principal"]),
        "interest": str(totals["interest"]),
        "digest": package.digest or "",
    }
