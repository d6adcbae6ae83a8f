"""What the erasure of a person reaches in packages: why a loan was left out, 王伟等三户."""

import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.evidence.keeping.reach import (
    GONE,
    Eraser,
    erasers,
    holding_rows,
    person_reach,
    spelled,
    text_reach,
)
from recovery.kernel.search_index import index_many
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.portfolio.models import Package, PackageLoan
from recovery.portfolio.service import search_entry


def register() -> None:
    """Let the erasure of a person reach the packages that hold one of the person's loans."""
    erasers.put("package", Eraser(frozenset(), _package, of_person=re.compile("name")))
    holding_rows.put("package", _of_loan)
    person_reach.put("package_loan", _words)
    text_reach.put("package", _naming)


def _of_loan(session: Session, loan_id: int) -> list[int]:
    rows = select(PackageLoan.package_id).where(PackageLoan.loan_id == loan_id).distinct()
    return list(session.scalars(rows))


def _package(work: Work, package_id: int, names: Sequence[str]) -> None:
    if "name" in names:
        package = work.session.get_one(Package, package_id)
        package.name = GONE
        work.session.flush()
        index_many(work.session, [search_entry(package)])


def _words(work: Work, loan_id: int) -> None:
    """Destroy why a loan was left out of packages: the words may tell of a person unnamed."""
    rows = select(PackageLoan).where(
        PackageLoan.loan_id == loan_id, PackageLoan.excluded_words_sealed.is_not(None)
    )
    for row in work.session.scalars(rows):
        row.excluded_words, row.excluded_reason = None, _("人工剔除（理由已删除）")


def _naming(work: Work, texts: Sequence[str]) -> None:
    """Destroy names of packages, and the conditions they were built from, that name a person."""
    for package in work.session.scalars(select(Package).where(spelled(Package.criteria, texts))):
        package.criteria = GONE
    named = work.session.scalars(select(Package.id).where(spelled(Package.name, texts))).all()
    for package_id in named:
        _package(work, package_id, ["name"])
