"""The chapter that cites the last signed reconciliation with the lender's outside totals."""

from typing import Any

from recovery.evidence.totals.queries import latest_reconciliation
from recovery.kernel import clock
from recovery.kernel.links import DossierPart, DossierRequest
from recovery.kernel.text import _


def load(request: DossierRequest) -> dict[str, Any]:
    """Return the reconciliation that was signed last and stands under the head; None of it."""
    day = clock.business_day(request.at)
    cited = latest_reconciliation(request.session, day, below=request.size)
    return {"cited": cited, "signer": cited.signed_by if cited else ""} | (
        {"signer": None} if request.hides("actor") else {}
    )


PART = DossierPart(
    title=_("与外部总数的月度核对"),
    template="documents/evidence/dossiers/_reconciliation.html",
    load=load,
)
