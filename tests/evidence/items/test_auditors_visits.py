"""Which items an auditor opens is not to be read off the pages of those who are audited."""

from sqlalchemy import select

from recovery.access.login import access_log
from recovery.evidence.items import custody
from recovery.evidence.keeping.visits import sessions_of_loan
from recovery.evidence.sequencer import checkpoint, register_pending
from recovery.kernel.clock import machine_now
from recovery.kernel.db import db
from recovery.kernel.links import DossierRequest
from recovery.kernel.models import AuditEvent
from recovery.loans.models import Document
from tests.evidence.items.test_pages import SignIn, document, item  # noqa: F401 - a fixture


def test_only_auditors_see_what_auditors_opened_and_checked(
    signed_in: SignIn,
    document: Document,  # noqa: F811
) -> None:
    register_pending()
    checkpoint()
    url = f"/evidence/items/{item(document).id}"
    auditor = signed_in("auditor", username="shen.ji")
    auditor.get(url)
    auditor.get(f"/loans/{document.loan_id}")
    auditor.post(f"{url}/recheck")
    access_log().write()
    db.session.rollback()
    assert "shen.ji" in db.session.scalars(select(AuditEvent.actor_name)).all()
    assert "shen.ji" in auditor.get(url).text
    assert "shen.ji" not in signed_in("counsel").get(url).text
    assert sessions_of_loan(db.session(), document.loan_id) == []
    request = DossierRequest(
        session=db.session(),
        subject="loan",
        subject_id=document.loan_id,
        loan_ids=(document.loan_id,),
        size=1,
        at=machine_now() + custody.LATEST * 2,
        hides=lambda _name, _kind="": False,
    )
    assert "shen.ji" not in {visit.person for visit in custody.visits_of(request)}
