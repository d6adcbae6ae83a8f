"""Use cases of packages: start one, add loans, leave some out, freeze it at a cut-off date."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from sqlalchemy import func, select, update

from evidence_store import jcs
from recovery.evidence.totals.queries import latest_reconciliation
from recovery.kernel.actions import Action
from recovery.kernel.errors import Conflict, RuleViolation
from recovery.kernel.gate import visible
from recovery.kernel.numbering import draw, house_number
from recovery.kernel.search import SearchEntry, index_many, reindex
from recovery.kernel.text import Text, _
from recovery.kernel.work import Work
from recovery.loans.models import Loan
from recovery.portfolio import frozen
from recovery.portfolio.models import Package, PackageLoan
from recovery.portfolio.rules import DISPOSALS, SELLERS, Announcement, FrozenLoan, announce

ADD_BATCH = 1000
FREEZE_BATCH = 200
"""Loans of one unit of work: their claims take well under half a second."""


@dataclass(frozen=True, slots=True)
class NewPackage:
    """What a person decides when starting a package."""

    name: str
    disposal: str
    criteria: str = ""
    """The filter its loans were chosen by, as a query string."""

    seller: str = "own_book"
    """Owner kind (权属) of the claims that may stand in it."""


def start_package(work: Work, new: NewPackage) -> Package:
    """Start an empty package.

    Raises:
        RuleViolation: no name, or an unknown way of disposal.
    """
    if not new.name.strip():
        raise RuleViolation(_("请填写资产包名称。"))
    if new.disposal not in DISPOSALS:
        raise RuleViolation(_("请选择处置方式。"))
    if new.seller not in SELLERS:
        raise RuleViolation(_("请选择出让方的权属。"))
    [number] = draw(work, f"package-{work.today.year}")
    package = work.add(
        Package(
            number=f"P{house_number(work.today.year, number)}",
            name=new.name.strip(),
            disposal=new.disposal,
            seller=new.seller,
            state="draft",
            criteria=new.criteria,
            loan_count=0,
            created_at=work.now,
            owner_id=work.actor.id,
            branch_id=_only_branch(work),
        )
    )
    package.package_id = package.id
    work.record(Action.BUILD_PACKAGE, package, number=package.number, criteria=new.criteria)
    index_many(work.session, [search_entry(package)])
    return package


def _only_branch(work: Work) -> int | None:
    """Return the branch of who sees one branch only; its package is the branch's."""
    branches = work.actor.scope.branches
    return next(iter(branches)) if len(branches) == 1 else None


def search_entry(package: Package) -> SearchEntry:
    """Return what global search knows of a package."""
    return SearchEntry(
        kind="package",
        record_id=package.id,
        label=f"{package.number} {package.name}",
        names=(package.name,),
        codes=(package.number,),
        branch_id=package.branch_id,
        owner_id=package.owner_id,
        package_id=package.id,
    )


def add_loans(work: Work, package_id: int, loan_ids: Sequence[int]) -> int:
    """Put loans that the actor may see into a draft; those already in it stay as they are.

    Returns how many were new.

    Raises:
        NotFound: no such package, or not for this actor to see.
        RuleViolation: it is frozen, or being frozen.
    """
    package = draft(work, package_id)
    known = set(
        work.session.scalars(
            select(PackageLoan.loan_id).where(
                PackageLoan.package_id == package.id, PackageLoan.loan_id.in_(loan_ids)
            )
        )
    )
    found = work.session.scalars(
        visible(select(Loan).where(Loan.id.in_(loan_ids)), Loan, work.actor.scope)
    )
    new = [
        PackageLoan(
            package_id=package.id,
            loan_id=loan.id,
            contract_no=loan.contract_no,
            borrower_id=loan.borrower_id,
        )
        for loan in found
        if loan.id not in known
    ]
    work.session.add_all(new)
    package.loan_count += len(new)
    work.record(Action.BUILD_PACKAGE, package, added=len(new))
    return len(new)


def draft(work: Work, package_id: int) -> Package:
    """Return a package that may still be changed.

    Raises:
        NotFound: no such package, or not for this actor to see.
        RuleViolation: it is frozen, being frozen, or dissolved.
    """
    package = work.get(Package, package_id)
    if package.state != "draft":
        raise RuleViolation(
            _("资产包 {number} 已冻结或正在冻结，不能再改动。", number=package.number)
        )
    return package


def exclude_loan(work: Work, package_id: int, loan_id: int, reason: str) -> PackageLoan:
    """Leave a loan out of a draft, with the reason; it stays listed as left out.

    Raises:
        RuleViolation: no reason, not in the package, or the package is frozen.
    """
    package = draft(work, package_id)
    if not reason.strip():
        raise RuleViolation(_("请写明剔除的理由。"))
    row = work.session.scalars(
        select(PackageLoan).where(
            PackageLoan.package_id == package.id, PackageLoan.loan_id == loan_id
        )
    ).one_or_none()
    if row is None or row.excluded_reason is not None:
        raise RuleViolation(_("这笔贷款不在资产包中。"))
    row.excluded_reason = reason.strip()
    package.loan_count -= 1
    work.record(Action.BUILD_PACKAGE, package, excluded=row.contract_no, reason=reason.strip())
    return row


def begin_freeze(work: Work, package_id: int, version: int, *, cut_off_date: date) -> Package:
    """Close a draft for changes and fix its cut-off date (交易基准日).

    Raises:
        Conflict: someone changed it since the form was shown.
        RuleViolation: it is empty, not a draft, or the day is still to come.
    """
    package = draft(work, package_id)
    if package.version != version:
        raise Conflict(_("资产包刚刚被改动，请核对后重新确认。"))
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


def count_loans(work: Work, package_id: int) -> int:
    """Return how many loans of a package are not left out."""
    statement = select(func.count()).where(
        PackageLoan.package_id == package_id, PackageLoan.excluded_reason.is_(None)
    )
    return work.session.scalar(statement) or 0
