"""What is chosen field by field is what the dossier shows, and its row keeps the choice."""

import json
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select

from recovery.access.models import UserAccount
from recovery.evidence import sequencer
from recovery.evidence.dossiers import choosing, jobs, previews, queries
from recovery.evidence.dossiers.disclosure import chosen
from recovery.evidence.dossiers.models import Dossier, DossierDraft
from recovery.evidence.dossiers.service import Wanted, export_dossier
from recovery.evidence.dossiers.values import MOMENT
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound
from recovery.kernel.gate import EVERYTHING, Actor
from recovery.kernel.job_rows import Job
from recovery.kernel.job_runner import run_due_jobs
from recovery.kernel.jobs import outputs_folder
from recovery.kernel.models import AuditEvent, RegistrationIntent
from recovery.kernel.work import work_as
from recovery.loans.documents import Papers, add_documents, keep_file
from recovery.loans.models import Document, Loan
from recovery.web.papers import pdf_of
from tests.conftest import NOW, Browser
from tests.evidence.dossiers.checking import records_of, unpack, verified, words_of
from tests.portfolio.test_packages import frozen

WANTED = {"preset": "court", "language": "zh", "recipient": "浦东法院", "purpose": "起诉"}


@pytest.fixture
def chooser(loan: Loan) -> Actor:
    """Return the counsel as an actor."""
    account = db.session.scalars(select(UserAccount)).first()
    assert account is not None
    return Actor(account.id, account.username, "counsel", EVERYTHING)


def test_a_withheld_field_and_what_came_after_the_choice_are_in_no_record_and_on_no_page(
    loan: Loan, chooser: Actor, tmp_path: Path
) -> None:
    draft = choosing.begin(chooser, loan.id, Wanted(recipient="受让方", purpose="尽调"))
    offered = choosing.choices(chooser, draft)
    keys = {field.key for kind in offered.kinds for field in kind.fields}
    assert {"contract:borrower_name", "particulars:name", "transaction:amount"} <= keys
    hidden = {"contract:borrower_name", "particulars:name", "transaction:amount"}
    draft = choosing.change(chooser, draft.id, keys - hidden, [])
    with work_as(chooser) as work:
        late = {"event": "contact", "mobile_of_spouse": "13911112222"}
        work.register("event", work.get(Loan, loan.id), loan_id=loan.id, fields=late)
    sequencer.register_pending()
    sequencer.checkpoint()
    made = export_dossier(chooser, loan.id, choosing.wanted_of(draft))
    assert made.checkpoint_size == draft.checkpoint_size
    folder = unpack(made, tmp_path)
    assert verified(folder).returncode == 0
    fields = {name for row in records_of(folder) for name in row["fields"]}
    assert "amount" not in fields
    assert "13911112222" not in json.dumps(records_of(folder))
    assert "李娜" not in json.dumps(records_of(folder), ensure_ascii=False) + words_of(folder)
    assert "不列债权计算" in words_of(folder)
    assert set(made.choice["withheld"]) == hidden
    assert made.contents["withheld"] > 25


def test_terms_that_are_withheld_are_called_so_and_no_claim_tells_them(
    loan: Loan, chooser: Actor, tmp_path: Path
) -> None:
    terms = {"penalty_rate_per_year", "compound_rate_per_year", "accelerated_on", "vin"}
    choice = chosen({f"particulars:{name}" for name in terms}, ())
    whole = unpack(export_dossier(chooser, loan.id, Wanted()), tmp_path / "whole")
    assert "已隐去" not in words_of(whole)
    made = export_dossier(chooser, loan.id, Wanted(choice=choice))
    words = words_of(unpack(made, tmp_path))
    assert "不列债权计算" in words
    assert "未约定" not in words
    assert "未提前到期" not in words
    assert words.count("（已隐去）") == len(terms)


def test_a_preset_spelt_out_hides_what_the_preset_hides(loan: Loan, chooser: Actor) -> None:
    draft = choosing.begin(chooser, loan.id, Wanted(preset="buyer", recipient="受让方"))
    offered = choosing.choices(chooser, draft)
    shown = {field.key: field.is_shown for kind in offered.kinds for field in kind.fields}
    assert not shown["contract:borrower_name"]
    assert not shown["particulars:vin"] if "particulars:vin" in shown else True
    assert shown["transaction:amount"]


def test_examples_of_who_somebody_is_are_masked(loan: Loan, chooser: Actor) -> None:
    draft = choosing.begin(chooser, loan.id, Wanted(recipient="法院"))
    offered = choosing.choices(chooser, draft)
    examples = {field.key: field.example for kind in offered.kinds for field in kind.fields}
    assert loan.borrower_name not in examples.values()
    assert examples["contract:contract_no"] == "HT-0001"


def test_codes_moments_and_amounts_are_shown_in_words(loan: Loan, chooser: Actor) -> None:
    draft = choosing.begin(chooser, loan.id, Wanted(recipient="法院"))
    offered = choosing.choices(chooser, draft)
    examples = {field.key: str(field.example) for kind in offered.kinds for field in kind.fields}
    assert examples["contract:repayment_method"] == "等额本息"
    assert examples["contract:appropriation_order"] == "费用、罚息、复利、利息、本金"
    assert "." in examples["transaction:amount"]
    assert not any(MOMENT.fullmatch(text) for text in examples.values())
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", examples["transaction:booked_at"])


def test_what_a_package_counts_by_code_is_named(loan: Loan, actor: Actor, chooser: Actor) -> None:
    with work_as(actor, now=NOW) as work:
        package = frozen(work, [loan])
    draft = choosing.begin(
        chooser, package.id, Wanted(subject="package", preset="court", recipient="受让方")
    )
    offered = choosing.choices(chooser, draft)
    labels = {field.key: str(field.label) for kind in offered.kinds for field in kind.fields}
    assert [key for key, label in labels.items() if label == key.partition(":")[2]] == []
    assert any(label.startswith("五级分类情况：") for label in labels.values())
    told = choosing.labels_of("package", ["particulars:none"])
    assert [str(one) for one in told] == ["当事人与担保物：抵押登记情况：无抵押、诉讼情况：未诉"]


def test_a_choice_belongs_to_the_person_who_makes_it(loan: Loan, chooser: Actor) -> None:
    draft = choosing.begin(chooser, loan.id, Wanted(recipient="法院"))
    other = Actor((chooser.id or 0) + 1, "wang", "counsel", EVERYTHING)
    with pytest.raises(NotFound):
        choosing.change(other, draft.id, [], [])


def seen_on(page: str) -> dict[str, str]:
    """Return what a page of a choice posts of the pages that it shows."""
    return dict(re.findall('name="(seen)" value="([0-9a-f]{64})" form="choose"', page))


def test_the_pages_lead_from_the_choice_to_the_export_its_history_and_its_noted_download(
    loan: Loan, signed_in: Callable[..., Browser]
) -> None:
    client = signed_in("counsel")
    answer = client.post(f"/evidence/dossiers/new/loan/{loan.id}", data=WANTED | {"choose": "y"})
    page = client.get(answer.location).text
    assert "particulars:id_number" in page or "particulars:name" in page
    picture = client.get(f"{answer.location}/pages/1.png")
    assert picture.data.startswith(b"\x89PNG")
    assert picture.headers["Cache-Control"] == "no-store"
    ticked = {"field": ["transaction:amount"], "export": "1"}
    page = client.post(answer.location, data=ticked | seen_on(page), follow_redirects=True).text
    assert "还没有导出" in page  # of other pages than these ticks give
    assert not db.session.scalars(select(Job).where(Job.kind == jobs.EXPORT)).all()
    assert "/jobs/" in client.post(answer.location, data=ticked | seen_on(page)).location
    run_due_jobs()
    db.session.rollback()
    made = db.session.scalars(select(Dossier)).one()
    assert made.preset == "custom"
    assert "particulars:name" in made.choice["withheld"]
    shown = client.get(f"/evidence/dossiers/{made.id}").text
    assert "浦东法院" in shown
    assert "当事人与担保物：姓名" in shown
    assert made.number in client.get(f"/evidence/dossiers/of/loan/{loan.id}").text
    for query in ("recipient=浦东", "preset=custom", "subject=loan", "number=HT-0001"):
        assert made.number in client.get(f"/evidence/?{query}").text
    for query in ("recipient=虹口", "preset=court", "subject=package", "made_from=2099-01-01"):
        assert made.number not in client.get(f"/evidence/?{query}").text
    with client.get(f"/evidence/dossiers/{made.id}.zip") as answer:
        assert answer.status_code == 200
    db.session.rollback()
    event = db.session.scalars(
        select(AuditEvent).where(AuditEvent.action == "dossier.download")
    ).one()
    assert (event.subject_id, event.changes["number"]) == (made.id, made.number)
    assert event.actor_name in client.get(f"/evidence/dossiers/{made.id}").text


@pytest.mark.parametrize("ticked", [True, False])
def test_the_merged_copy_is_in_the_export_of_a_choice_where_it_was_ticked_and_nowhere_else(
    loan: Loan, actor: Actor, signed_in: Callable[..., Browser], tmp_path: Path, ticked: bool
) -> None:
    with work_as(actor) as work:
        file = keep_file(BytesIO(pdf_of("<html lang=zh><p>借款合同</p></html>")), "合同.pdf")
        add_documents(work, loan.id, [file], Papers("loan_contract", title="合同"))
    client = signed_in("counsel")
    asked = WANTED | {"choose": "y"} | ({"merged": "y"} if ticked else {})
    address = client.post(f"/evidence/dossiers/new/loan/{loan.id}", data=asked).location
    [digest] = db.session.scalars(select(Document.sha256))
    shown = {"field": ["file:sha256", "file:title"], "file": [digest]}
    client.post(address, data=shown)
    run_due_jobs()
    client.post(address, data=shown | {"export": "1"} | seen_on(client.get(address).text))
    run_due_jobs()
    db.session.rollback()
    folder = unpack(db.session.scalars(select(Dossier)).one(), tmp_path)
    assert verified(folder).returncode == 0
    assert (folder / "data/originals/E0001.pdf").exists()
    assert (folder / "data/merged.pdf").exists() is ticked


def test_what_an_auditor_exports_is_in_no_list_of_the_lenders_staff(
    loan: Loan, signed_in: Callable[..., Browser], person: Callable[..., UserAccount]
) -> None:
    auditor = person("external_auditor")
    made = export_dossier(
        Actor(auditor.id, auditor.username, auditor.role, EVERYTHING), loan.id, Wanted()
    )
    item = db.session.scalars(select(RegistrationIntent.id).order_by(RegistrationIntent.id)).first()
    pages = ["/evidence/", f"/evidence/of-loan/{loan.id}", f"/evidence/dossiers/of/loan/{loan.id}"]
    pages += [f"/evidence/items/{item}"]
    for role, is_shown in (("counsel", False), ("administrator", False), ("auditor", True)):
        client = signed_in(role)
        for page in pages:
            assert (made.number in client.get(page).text) is is_shown, (role, page)
        for page in (f"/evidence/dossiers/{made.id}", f"/evidence/dossiers/{made.id}.zip"):
            with client.get(page) as answer:
                assert answer.status_code == (200 if is_shown else 404), (role, page)
    assert made.number not in signed_in("counsel").get(f"/loans/{loan.id}/part/timeline").text
    assert queries.registration(db.session(), made.id) is not None


def test_a_long_preview_is_a_job_and_that_of_an_earlier_choice_is_shown_no_more(
    loan: Loan, signed_in: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previews, "LONG", 1)
    client = signed_in("counsel")
    asked = WANTED | {"choose": "y"}
    address = client.post(f"/evidence/dossiers/new/loan/{loan.id}", data=asked).location
    page = client.get(address).text
    assert 'hx-trigger="every 2s"' in page
    assert client.get(f"{address}/pages/1.png").status_code == 404
    run_due_jobs()
    page = client.get(address).text
    assert "every 2s" not in page
    assert client.get(f"{address}/pages/1.png").data.startswith(b"\x89PNG")
    job = db.session.scalars(select(Job).where(Job.kind == previews.PREVIEW)).one()
    assert "files" not in (job.result or {}) or not job.result["files"]
    client.post(address, data={"field": ["transaction:amount"]})
    assert client.get(f"{address}/pages/1.png").status_code == 404
    client.post(address, data={"field": ["transaction:amount", "transaction:kind"]})
    db.session.rollback()
    states = db.session.scalars(select(Job.status).where(Job.kind == previews.PREVIEW))
    assert list(states) == ["done", "cancelled", "queued"]
    run_due_jobs()
    assert client.get(f"{address}/pages/1.png").data.startswith(b"\x89PNG")
    [kept] = outputs_folder().glob("preview-*")
    assert len(list(kept.iterdir())) == 1


def test_a_preview_that_cannot_be_made_says_why(
    loan: Loan, signed_in: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previews, "LONG", 1)
    client = signed_in("counsel")
    asked = WANTED | {"choose": "y", "recipient": "王\U0002a6a5"}
    address = client.post(f"/evidence/dossiers/new/loan/{loan.id}", data=asked).location
    run_due_jobs()
    assert "U+2A6A5" in client.get(address).text


def test_a_draft_of_anothers_is_not_there(
    loan: Loan, chooser: Actor, signed_in: Callable[..., Browser]
) -> None:
    draft = choosing.begin(chooser, loan.id, Wanted(recipient="法院"))
    other = signed_in("counsel", username="wang.wu")
    assert other.get(f"/evidence/dossiers/drafts/{draft.id}").status_code == 404
    assert db.session.scalars(select(DossierDraft)).one().id == draft.id


def test_a_field_that_nobody_was_offered_is_withheld() -> None:
    choice = chosen(["file:title"], (), (), ["file:title", "transaction:amount"])
    assert choice.hides("phone", "event")
    assert choice.hides("party.2.name", "particulars")
    assert not choice.hides("amount", "transaction")
    assert choice.canonical() != chosen(["file:title"], ()).canonical()


def test_who_is_withheld_in_a_record_is_withheld_in_the_chapters_without_records() -> None:
    choice = chosen(["event:actor", "file:title"], ())
    assert choice.hides("actor")
    assert choice.hides("title")
    assert not chosen(["event:note"], ()).hides("actor")
