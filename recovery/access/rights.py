"""Who may do what: one table, act × role. What is not listed here nobody may do.

The administrator keeps the system and sees everything, but does no business: who makes the
accounts must not also move money. Auditors only read; approvers decide and read.
"""

from enum import StrEnum

from recovery.kernel.actions import Action
from recovery.kernel.text import Text, _


class Role(StrEnum):
    """What a person is here for; everyone has exactly one."""

    COUNSEL = "counsel"
    COLLECTOR = "collector"
    ASSET_MANAGER = "asset_manager"
    APPROVER = "approver"
    AUDITOR = "auditor"
    EXTERNAL_AUDITOR = "external_auditor"
    ADMINISTRATOR = "administrator"
    AGENCY_USER = "agency_user"


ROLE_NAMES: dict[Role, Text] = {
    Role.COUNSEL: _("法务人员"),
    Role.COLLECTOR: _("催收人员"),
    Role.ASSET_MANAGER: _("资产经理"),
    Role.APPROVER: _("审批人"),
    Role.AUDITOR: _("内部审计"),
    Role.EXTERNAL_AUDITOR: _("外部审计"),
    Role.ADMINISTRATOR: _("管理员"),
    Role.AGENCY_USER: _("委外机构人员"),
}

Roles = frozenset[Role]


def _roles(letters: str) -> Roles:
    """Return the roles of the letters in `LETTERS`."""
    return frozenset(LETTERS[letter] for letter in letters)


LETTERS = {
    "C": Role.COUNSEL,
    "O": Role.COLLECTOR,
    "M": Role.ASSET_MANAGER,
    "P": Role.APPROVER,
    "U": Role.AUDITOR,
    "X": Role.EXTERNAL_AUDITOR,
    "A": Role.ADMINISTRATOR,
    "G": Role.AGENCY_USER,
}

ALL = "COMPUXAG"
HOUSE = "COMPUA"
"""Everyone of the lender; not the external auditor, not the agency."""

_A = Action
_TABLE: dict[Action, str] = {
    # one's own account
    _A.SIGN_IN: ALL,
    _A.SIGN_OUT: ALL,
    _A.SIGN_OUT_EVERYWHERE: ALL,
    _A.SIGN_IN_REFUSED: ALL,
    _A.CHANGE_OWN_ACCOUNT: ALL,
    _A.SAVE_VIEW: ALL,
    # people and places
    _A.VIEW_USERS: "UA",
    _A.MANAGE_USERS: "A",
    _A.RESET_PASSWORD: "A",
    _A.MANAGE_BRANCHES: "A",
    _A.MANAGE_ENGAGEMENTS: "A",
    _A.VIEW_AUDIT: "UA",
    _A.EXPORT_AUDIT: "UA",
    _A.VIEW_STYLE: "A",
    # four eyes
    _A.VIEW_APPROVALS: HOUSE,
    _A.REQUEST_APPROVAL: "COMPA",
    _A.WITHDRAW_APPROVAL: "COMPA",
    _A.DECIDE_APPROVAL: "PA",
    _A.DELEGATE_APPROVAL: "PA",
    # jobs
    _A.VIEW_JOBS: ALL,
    _A.CANCEL_JOB: "COMA",
    _A.RETRY_JOB: "COMA",
    # law and rulebook
    _A.USE_CALCULATORS: HOUSE,
    _A.VIEW_RULEBOOK: HOUSE,
    _A.CHANGE_RULEBOOK: "A",
    # loans
    _A.VIEW_LOANS: ALL,
    _A.EXPORT_LOANS: "CMUA",
    _A.ASSIGN_LOANS: "MA",
    _A.UNMASK_PERSONAL_DATA: "COMG",
    _A.IMPORT_TAPE: "MA",
    _A.CHANGE_LAYOUT: "MA",
    _A.RECORD_TRANSACTION: "M",
    _A.REVERSE_TRANSACTION: "M",
    _A.CHANGE_COLLATERAL: "COM",
    _A.CHANGE_LOAN: "CM",
    _A.VIEW_LOAN_HISTORY: HOUSE,
    _A.PROPOSE_CONCESSION: "COM",
    _A.EXECUTE_CONCESSION: "PA",
    # evidence
    _A.VIEW_EVIDENCE: ALL,
    _A.ADD_EVIDENCE: "COMG",
    _A.REGISTER_EVIDENCE: "COMA",
    _A.VERIFY_EVIDENCE: "COMPUXA",
    _A.VIEW_CUSTODY: "COMPUXA",
    _A.CHANGE_CUSTODY: "COM",
    _A.ATTEST_SCAN: "COMP",
    _A.TAKE_STOCK: "COM",
    _A.CLOSE_STOCKTAKE: "COMP",
    _A.MANAGE_WITNESSES: "A",
    _A.TAKE_IN_COSIGNATURE: "UX",
    _A.CHANGE_EVIDENCE_LIST: "C",
    _A.EXPORT_DOSSIER: "CMUXA",
    _A.DOWNLOAD_DOSSIER: "CMUXA",
    _A.BLACK_OUT: "CM",
    _A.VIEW_KEEPING: "CMPUA",
    _A.CHECK_FIXITY: "PA",
    _A.RESTORE_OBJECT: "A",
    _A.CHANGE_HOLD: "C",
    _A.REQUEST_ERASURE: "CA",
    _A.EXECUTE_ERASURE: "PA",
    _A.BACK_UP: "A",
    _A.CHANGE_LOG_KEY: "A",
    _A.VIEW_TOTALS: "MPUA",
    _A.CHANGE_TOTALS: "M",
    _A.SIGN_RECONCILIATION: "PA",
    _A.REGISTER_CONTRACTS: "MA",
    # the auditor's workspace: an auditor's own sample is all that an auditor writes
    _A.VIEW_SAMPLES: "UXA",
    _A.DRAW_SAMPLE: "UX",
    _A.RECORD_SAMPLE: "UX",
    _A.EXPORT_CONTROLS: "UXA",
    # collection
    _A.VIEW_COLLECTION: ALL,
    _A.RECORD_CONTACT: "COG",
    _A.RECORD_DEMAND: "COG",
    _A.RECORD_DELIVERY: "COG",
    _A.RECORD_VISIT: "COG",
    _A.RECORD_AGREEMENT: "COM",
    _A.CORRECT_COLLECTION: "COMG",
    # litigation
    _A.VIEW_FILES: "COMPUXA",
    _A.OPEN_FILE: "C",
    _A.CHANGE_FILE: "C",
    _A.CHANGE_STAGE: "C",
    _A.VIEW_DEADLINES: "COMPUXA",
    _A.CHANGE_DEADLINE: "C",
    # portfolio
    _A.VIEW_PACKAGES: "CMPUXA",
    _A.BUILD_PACKAGE: "M",
    _A.FREEZE_PACKAGE: "M",
    _A.EXPORT_PACKAGE: "MUXA",
    # insight
    _A.VIEW_DASHBOARD: HOUSE,
}

RIGHTS: dict[Action, Roles] = {action: _roles(letters) for action, letters in _TABLE.items()}
"""The table: act → the roles that may do it."""

OWN_ACCOUNT = frozenset(
    {_A.SIGN_IN, _A.SIGN_OUT, _A.SIGN_OUT_EVERYWHERE, _A.SIGN_IN_REFUSED, _A.CHANGE_OWN_ACCOUNT}
)
"""What remains to an external auditor outside the days of an engagement."""


def may(role: Role, action: Action) -> bool:
    """Return whether people of `role` may do `action`."""
    return role in RIGHTS.get(action, frozenset())


def roles_that_may(action: Action) -> Roles:
    """Return the roles that may do `action`."""
    return RIGHTS.get(action, frozenset())
