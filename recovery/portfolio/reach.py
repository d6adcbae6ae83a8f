"""What the erasure of a person reaches in packages: a name such as 王伟等三户."""

import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.evidence.keeping.reach import GONE, Eraser, erasers, holding_rows
from recovery.kernel.search_index import index_many
from recovery.kernel.work import Work
from recovery.portfolio.models import Package, PackageLoan
from recovery.portfolio.service import search_entry


def register() -> None:
    """Let the erasure of a person reach the packages that hold one of the person's loans."""
    erasers.put("package", Eraser(frozenset(), _package, of_person=re.compile("name")))
    holding_rows.put("package", _of_loan)


def _of_loan(session: Session, loan_id: int) -> list[int]:
    rows = select(PackageLoan.package_id).where(PackageLoan.loan_id == loan_id).distinct()
    return list(session.scalars(rows))


def _package(work: Work, package_id: int, names: Sequence[str]) -> None:
    if "name" in names:
        package = work.session.get_one(Package, package_id)
        package.name = GONE
        work.session.flush()
        index_many(work.session, [search_entry(package)])
