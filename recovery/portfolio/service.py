"""Use cases of packages: start one, add loans, leave some out."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from recovery.kernel.actions import Action
from recovery.kernel.errors import RuleViolation
from recovery.kernel.gate import visible
from recovery.kernel.numbering import draw, house_number
from recovery.kernel.search_index import SearchEntry, index_many
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.loans.models import Loan
from recovery.portfolio.models import Package, PackageLoan
from recovery.portfolio.rules import DISPOSALS, SELLERS

ADD_BATCH = 1000


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
        RuleViolation: no name, the person has a draft of this name (the form was sent twice), or
            an unknown way of disposal.
    """
    if not new.name.strip():
        raise RuleViolation(_("请填写资产包名称。"))
    same = select(Package.number).where(
        Package.owner_id == work.actor.id,
        Package.name == new.name.strip(),
        Package.state == "draft",
    )
    if taken := work.session.scalars(same).first():
        raise RuleViolation(_("您已有同名的组包中资产包 {number}。", number=taken))
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
    work.record(Action.BUILD_PACKAGE, package, number=package.number)
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
    row.excluded_reason, row.excluded_words = _("人工剔除"), reason.strip()
    package.loan_count -= 1
    work.record(Action.BUILD_PACKAGE, package, excluded=row.contract_no)
    return row
