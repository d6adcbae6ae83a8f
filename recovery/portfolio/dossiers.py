"""What a dossier of a package says of it: announcement, frozen figures, a line for each loan."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from evidence_store import jcs
from recovery.kernel.actions import Action
from recovery.kernel.links import DossierLoan, DossierSubject
from recovery.kernel.money import show
from recovery.kernel.text import _
from recovery.loans import labels
from recovery.portfolio import frozen
from recovery.portfolio.announcement import AMOUNTS, COUNTS
from recovery.portfolio.models import Package, PackageLoan
from recovery.portfolio.rules import DISPOSALS

PLAIN = ("number", "name", "disposal", "seller", "cut_off_date", "loan_count", "digest")


def particulars(_session: Session, package: Package) -> dict[str, str]:
    """Return what a dossier prints of a package; of one that is not frozen only what it is."""
    fields = {name: getattr(package, name) for name in PLAIN}
    totals = package.totals or {}
    for name in ("borrower_count", "written_off_count", *(name for name, _label in AMOUNTS)):
        fields[f"total.{name}"] = totals.get(name)
    for name, _label, _of in COUNTS:
        for code, count in totals.get(name, {}).items():
            fields[f"count_{name}.{code}"] = count
    return {name: str(value) for name, value in fields.items() if value is not None}


def loans(session: Session, package: Package) -> Iterator[DossierLoan]:
    """Yield the frozen rows, each with the line over which the registered digest was taken."""
    if package.digest is None:
        return
    for row in frozen.rows(session, package.id):
        yield DossierLoan(row.loan_id, _cells(row), jcs.canonical(frozen.canonical(row)) + b"\n")


def _cells(row: PackageLoan) -> tuple[str, ...]:
    amounts = (row.principal, row.interest, row.costs)
    return (
        *("" if amount is None else show(amount) for amount in amounts),
        "" if row.days_past_due is None else f"{row.days_past_due:,}",
    )


SUBJECT = DossierSubject(
    label=_("资产包"),
    model=Package,
    number="number",
    action=Action.VIEW_PACKAGES,
    title=lambda package: _("资产包 {number}", number=package.number),
    loans=loans,
    particulars=particulars,
    template="documents/portfolio/dossier.html",
    columns=(_("本金（元）"), _("利息（元）"), _("费用（元）"), _("逾期天数")),
    words={
        "disposals": DISPOSALS,
        "sellers": labels.OWNER_KINDS,
        "amounts": AMOUNTS,
        "counts": COUNTS,
    },
)
