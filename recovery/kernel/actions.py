"""Every act a person can do, under the name that rights, views and audit events share.

The value is `subject.verb`; `access/rights.py` says which role may do which.
"""

from enum import StrEnum


class Action(StrEnum):
    """What a person does. Reads are acts too: rights and access logs name them."""

    # access
    SIGN_IN = "session.sign_in"
    SIGN_OUT = "session.sign_out"
    SIGN_OUT_EVERYWHERE = "session.sign_out_everywhere"
    SIGN_IN_REFUSED = "session.refuse"
    CHANGE_OWN_ACCOUNT = "account.change"
    VIEW_USERS = "user.view"
    MANAGE_USERS = "user.manage"
    RESET_PASSWORD = "user.reset_password"  # noqa: S105
    MANAGE_BRANCHES = "branch.manage"
    MANAGE_ENGAGEMENTS = "engagement.manage"
    VIEW_AUDIT = "audit.view"
    EXPORT_AUDIT = "audit.export"
    VIEW_APPROVALS = "approval.view"
    REQUEST_APPROVAL = "approval.request"
    DECIDE_APPROVAL = "approval.decide"
    WITHDRAW_APPROVAL = "approval.withdraw"
    DELEGATE_APPROVAL = "approval.delegate"
    VIEW_STYLE = "style.view"

    # jobs
    VIEW_JOBS = "job.view"
    CANCEL_JOB = "job.cancel"
    RETRY_JOB = "job.retry"

    # rulebook and law
    USE_CALCULATORS = "law.calculate"
    VIEW_RULEBOOK = "rulebook.view"
    CHANGE_RULEBOOK = "rulebook.change"

    # loans
    VIEW_LOANS = "loan.view"
    EXPORT_LOANS = "loan.export"
    ASSIGN_LOANS = "loan.assign"
    UNMASK_PERSONAL_DATA = "personal_data.unmask"
    IMPORT_TAPE = "tape.import"
    CHANGE_LAYOUT = "layout.change"
    RECORD_TRANSACTION = "transaction.record"
    REVERSE_TRANSACTION = "transaction.reverse"
    CHANGE_COLLATERAL = "collateral.change"
    CHANGE_LOAN = "loan.change"
    VIEW_LOAN_HISTORY = "loan.view_history"
    PROPOSE_CONCESSION = "concession.propose"
    EXECUTE_CONCESSION = "concession.execute"
    SAVE_VIEW = "view.save"

    # evidence
    VIEW_EVIDENCE = "evidence.view"
    ADD_EVIDENCE = "evidence.add"
    REGISTER_EVIDENCE = "evidence.register"
    VERIFY_EVIDENCE = "evidence.verify"
    VIEW_CUSTODY = "custody.view"
    CHANGE_CUSTODY = "custody.change"
    ATTEST_SCAN = "scan.attest"
    TAKE_STOCK = "stocktake.take"
    CLOSE_STOCKTAKE = "stocktake.close"
    MANAGE_WITNESSES = "witness.manage"
    TAKE_IN_COSIGNATURE = "cosignature.take_in"
    CHANGE_EVIDENCE_LIST = "evidence_list.change"
    EXPORT_DOSSIER = "dossier.export"
    DOWNLOAD_DOSSIER = "dossier.download"
    BLACK_OUT = "document.black_out"
    VIEW_KEEPING = "keeping.view"
    CHECK_FIXITY = "fixity.check"
    RESTORE_OBJECT = "object.restore"
    CHANGE_HOLD = "hold.change"
    REQUEST_ERASURE = "erasure.request"
    EXECUTE_ERASURE = "erasure.execute"
    BACK_UP = "backup.make"
    CHANGE_LOG_KEY = "log_key.change"
    VIEW_TOTALS = "totals.view"
    CHANGE_TOTALS = "totals.change"
    SIGN_RECONCILIATION = "reconciliation.sign"
    REGISTER_CONTRACTS = "contract.register"
    VIEW_SAMPLES = "sample.view"
    DRAW_SAMPLE = "sample.draw"
    RECORD_SAMPLE = "sample.record"
    EXPORT_CONTROLS = "controls.export"

    # collection
    VIEW_COLLECTION = "collection.view"
    RECORD_CONTACT = "contact.record"
    RECORD_DEMAND = "demand.record"
    RECORD_DELIVERY = "delivery.record"
    RECORD_VISIT = "visit.record"
    RECORD_AGREEMENT = "agreement.record"
    CORRECT_COLLECTION = "collection.correct"

    # litigation
    VIEW_FILES = "file.view"
    OPEN_FILE = "file.open"
    CHANGE_FILE = "file.change"
    CHANGE_STAGE = "file.change_stage"
    VIEW_DEADLINES = "deadline.view"
    CHANGE_DEADLINE = "deadline.change"

    # portfolio
    VIEW_PACKAGES = "package.view"
    BUILD_PACKAGE = "package.build"
    FREEZE_PACKAGE = "package.freeze"
    EXPORT_PACKAGE = "package.export"

    # insight
    VIEW_DASHBOARD = "dashboard.view"
