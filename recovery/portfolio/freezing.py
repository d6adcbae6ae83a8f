"""The end of a freeze: fixed as a whole, or the package is open again."""

from recovery.kernel.errors import RuleViolation
from recovery.kernel.gate import Actor
from recovery.kernel.work import work_as
from recovery.portfolio import freezes
from recovery.portfolio.models import Package


def finish_freeze(actor: Actor, package_id: int) -> Package:
    """Fix totals and digest, then let search find the loans for who sees only the package.

    Raises:
        RuleViolation: no loan is eligible; the package is a draft again.
    """
    try:
        with work_as(actor) as work:
            package = freezes.finish_freeze(work, package_id)
    except RuleViolation:
        with work_as(actor) as work:
            freezes.abandon_freeze(work, package_id)
        raise
    last, reached = -1, 0
    while reached != last:
        last = reached
        with work_as(actor) as work:
            reached = freezes.show_next(work, package_id, last)
    return package
