"""What auditors open is for auditors to see: to others it would tell which records they examine."""

from typing import Any

from sqlalchemy import ColumnElement, select, true

from recovery.access.models import UserAccount
from recovery.access.rights import Role

AUDITORS = frozenset({Role.AUDITOR, Role.EXTERNAL_AUDITOR})


def shown_to(role: str, user_id: Any) -> ColumnElement[bool]:
    """Return the condition for acts of people (column `user_id`) that a person of `role` may see.

    The access log itself stays whole, for those who may read it.
    """
    if role in AUDITORS:
        return true()
    theirs = select(UserAccount.id).where(UserAccount.role.in_(sorted(AUDITORS)))
    shown: ColumnElement[bool] = user_id.is_(None) | user_id.not_in(theirs)
    return shown
