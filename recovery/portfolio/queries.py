"""Reads of packages, shaped for their pages."""

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from recovery.kernel.db import db
from recovery.kernel.errors import NotFound
from recovery.kernel.gate import Scope, find, visible
from recovery.kernel.links import TimelineItem
from recovery.kernel.text import _
from recovery.portfolio.models import Package, PackageLoan
from recovery.web.filters import FilterState


def packages(scope: Scope, filters: FilterState) -> Select[Any]:
    """Return the statement of the packages that match."""
    statement = visible(select(Package), Package, scope)
    if states := filters.get("state"):
        statement = statement.where(Package.state.in_(states))
    if disposals := filters.get("disposal"):
        statement = statement.where(Package.disposal.in_(disposals))
    if name := filters.get("name"):
        statement = statement.where(Package.name.contains(name, autoescape=True))
    return statement


def package(session: Session, package_id: int, scope: Scope) -> Package:
    """Return one package; NotFound where there is none or it may not be seen."""
    return find(session, Package, package_id, scope)


def package_by_number(number: str, scope: Scope) -> Package:
    """Return the package with this number.

    Raises:
        NotFound: there is none, or `scope` may not see it.
    """
    statement = visible(select(Package).where(Package.number == number), Package, scope)
    one = db.session.scalars(statement).one_or_none()
    if one is None:
        raise NotFound(_("没有编号为 {number} 的资产包，或您无权查看。", number=number))
    return one


def loan_ids_of(scope: Scope, number: str) -> Select[Any]:
    """Return the statement of the ids of the loans in the package of that number, none left out.

    Of a package that is not there or may not be seen there are none.
    """
    statement = (
        select(PackageLoan.loan_id)
        .join(Package, Package.id == PackageLoan.package_id)
        .where(Package.number == number.strip(), PackageLoan.excluded_reason.is_(None))
    )
    return visible(statement, Package, scope)


def loans(package_id: int, filters: FilterState) -> Select[Any]:
    """Return the statement of a package's rows that match."""
    statement = select(PackageLoan).where(PackageLoan.package_id == package_id)
    kept = filters.get("kept")
    if kept == ("in",):
        statement = statement.where(PackageLoan.excluded_reason.is_(None))
    elif kept == ("out",):
        statement = statement.where(PackageLoan.excluded_reason.is_not(None))
    if number := filters.get("contract_no"):
        statement = statement.where(PackageLoan.contract_no.contains(number, autoescape=True))
    return statement


def count_excluded(session: Session, package_id: int) -> int:
    """Return how many loans of a package were left out."""
    statement = select(func.count()).where(
        PackageLoan.package_id == package_id, PackageLoan.excluded_reason.is_not(None)
    )
    return session.scalar(statement) or 0


def timeline(session: Session, loan_id: int, scope: Scope, limit: int) -> list[TimelineItem]:
    """Return the packages that a loan was put into, for its timeline."""
    statement = (
        select(Package, PackageLoan)
        .join(PackageLoan, PackageLoan.package_id == Package.id)
        .where(PackageLoan.loan_id == loan_id)
        .order_by(Package.id.desc())
        .limit(limit)
    )
    return [
        TimelineItem(
            at=one.frozen_at or one.created_at,
            kind="package",
            title=_("列入资产包 {number} {name}", number=one.number, name=one.name)
            if row.excluded_reason is None
            else _("从资产包 {number} 剔除", number=one.number),
            detail=row.why_excluded or "",
            endpoint="portfolio.show",
            arguments={"package_id": one.id},
        )
        for one, row in session.execute(visible(statement, Package, scope))
    ]
