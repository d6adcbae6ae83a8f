"""What this feature shows in the menu, and where its records are found."""

from recovery.kernel import links
from recovery.kernel.actions import Action
from recovery.kernel.links import NavItem
from recovery.kernel.text import _

SYSTEM = _("系统")

ENTRIES = (
    (
        "approvals",
        NavItem(_("审批"), "approvals.index", Action.VIEW_APPROVALS, "checks", _("工作")),
        60,
    ),
    ("people", NavItem(_("人员"), "people.index", Action.VIEW_USERS, "users", SYSTEM), 900),
    ("places", NavItem(_("机构"), "places.index", Action.VIEW_USERS, "building", SYSTEM), 910),
    ("audit", NavItem(_("审计日志"), "audit.index", Action.VIEW_AUDIT, "history", SYSTEM), 920),
)


def register() -> None:
    """Put the entries and the addresses of records into the links."""
    for name, entry, order in ENTRIES:
        links.navigation.put(name, entry, order=order)
    from recovery.access.audit_words import called, change_said

    links.actors_called.put("access", called)
    links.changes_said.put("access", change_said)
    links.subject_links.put("user_account", lambda number: ("people.show", {"user_id": number}))
    links.subject_links.put(
        "approval_request", lambda number: ("approvals.show", {"request_id": number})
    )
