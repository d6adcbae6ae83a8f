"""An evidence list: proposed, arranged, corrected, submitted, superseded."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from recovery.evidence.exhibits import adding, arranging, page_child
from recovery.evidence.exhibits.arranging import LineText, open_list
from recovery.evidence.exhibits.checklist import CONDITIONS, case_types
from recovery.evidence.exhibits.models import (
    EvidenceList,
    EvidenceListLine,
    EvidenceListRevision,
    OriginalPages,
)
from recovery.evidence.exhibits.pages import count_pages
from recovery.evidence.exhibits.proposal import AVAILABLE, ProposedGroup, missing
from recovery.evidence.exhibits.queries import (
    find_list,
    list_for,
    lists_of,
    view_of,
)
from recovery.evidence.exhibits.service import (
    add_statement,
    change_case_type,
    faults_of,
    open_paper,
    sign,
    start_list,
    submit_list,
)
from recovery.evidence.exhibits.standing import proposed, unlisted, unlisted_records
from recovery.evidence.exhibits.subjects import find_subject
from recovery.evidence.sequencer import register_pending
from recovery.kernel.db import db
from recovery.kernel.errors import Conflict, NotFound, RuleViolation
from recovery.kernel.gate import EVERYTHING, Actor, Scope
from recovery.kernel.models import AuditEvent, RegistrationIntent
from recovery.kernel.work import work_as
from recovery.loans.documents import Papers, add_documents, end_document, keep_file
from recovery.loans.labels import DOCUMENT_KINDS
from recovery.loans.models import Loan, LoanParty, Person
from tests.evidence.exhibits.making import (
    SIGNED,
    documents_of,
    ids_on,
    kinds_on,
    loan_with_papers,
    pdf_of_pages,
    proposed_list,
    reopened,
    started,
)

WRITTEN = LineText("借款合同（补充协议）", "双方签订", "original", 2, 14, "证明利率已调整")


@pytest.fixture
def loan(app: Flask, actor: Actor) -> Loan:
    """Return a loan with seven scanned papers."""
    return loan_with_papers(actor)


def submitted_list(actor: Actor, loan: Loan) -> EvidenceList:
    """Return the loan's list, submitted."""
    one = proposed_list(actor, loan)
    db.session.rollback()
    return submit_list(actor, one.id, one.version)


def test_the_proposal_puts_each_document_into_its_group_with_its_purpose(loan, actor):
    one = proposed_list(actor, loan)
    with work_as(actor) as work:
        view = view_of(work.session, one)
    assert [(line.number, line.kind) for line in view.lines] == [
        ("1-1", "identity"),
        ("2-1", "loan_contract"),
        ("2-2", "disbursement_proof"),
        ("2-3", "repayment_schedule"),
        ("3-1", "mortgage_contract"),
        ("3-2", "mortgage_registration"),
        ("4-1", "demand"),
    ]
    assert view.lines[1].purpose.key.startswith("证明借款关系成立")
    assert {line.form for line in view.lines} == {"copy"}


def test_pages_are_counted_from_the_originals_once_and_follow_the_order(loan, actor):
    one = proposed_list(actor, loan)
    with work_as(actor) as work:
        assert len(work.session.scalars(select(OriginalPages)).all()) == 7
        assert [str(line.range) for line in view_of(work.session, one).lines] == [
            *("1–2", "3–14", "15", "16–18"),
            *("19–23", "24", "25–26"),
        ]
        one = reopened(work, one)
        arranging.move_line(work, one, ids_on(work, one)[0], group=3, place=5)
        view = view_of(work.session, one)
    assert [str(line.range) for line in view.lines][-2:] == ["23–24", "25–26"]
    assert view.total_pages == 26


def test_what_is_missing_depends_on_the_loan(loan, actor):
    one = proposed_list(actor, loan)
    with work_as(actor) as work:
        lacking = {item.item.code for item in missing(proposed(work.session, one, work.today))}
        assert lacking == {
            "creditor_identity",
            "registration_certificate",
            "statement",
            "delivery_proof",
            "visit_report",
        }
        guarantor = work.add(Person(row_uuid=b"g" * 16, name="赵强"))
        party = LoanParty(loan_id=loan.id, person_id=guarantor.id, role="guarantor")
        party.guarantee_mode, party.guarantee_last_day, party.ended_on = None, None, None
        work.add(party)
        work.session.get_one(Loan, loan.id).mortgage_state = "none"
        work.session.get_one(Loan, loan.id).matures_on = work.today + timedelta(days=90)
        lacking = {item.item.code for item in missing(proposed(work.session, one, work.today))}
    assert {"guarantee_contract", "acceleration_notice"} <= lacking
    assert "registration_certificate" not in lacking


def states(groups: Sequence[ProposedGroup]) -> dict[str, str]:
    """Return how each item stands, by its code."""
    return {one.item.code: one.state for group in groups for one in group.items}


def test_what_need_not_be_there_is_proposed_where_it_is_and_never_missing(loan, actor):
    one = proposed_list(actor, loan)
    file = keep_file(BytesIO(pdf_of_pages(1, "extension")), "展期协议.pdf")
    with work_as(actor) as work:
        before = states(proposed(work.session, one, work.today))
        add_documents(work, loan.id, [file], Papers("extension_agreement"))
        after = states(proposed(work.session, one, work.today))
    assert "extension_agreement" not in before
    assert after["extension_agreement"] == AVAILABLE


def test_a_document_stands_on_a_list_once(loan, actor):
    one = proposed_list(actor, loan)
    with work_as(actor) as work, pytest.raises(RuleViolation, match="只能列一次"):
        adding.add_documents(work, reopened(work, one), [documents_of(loan)[0].id], {})
    with work_as(actor) as work, pytest.raises(RuleViolation, match="没有可以按建议加入"):
        adding.use_proposal(work, reopened(work, one), {})


def test_a_document_of_another_loan_or_an_ended_one_is_not_taken(loan, actor):
    document = documents_of(loan)[0]
    with work_as(actor) as work:
        one = started(work, loan)
        end_document(work, loan.id, document.id, "传错了")
        with pytest.raises(NotFound, match="已停用"):
            adding.add_documents(work, one, [document.id], {})
        with pytest.raises(NotFound, match="不在这笔贷款名下"):
            adding.add_documents(work, one, [987654], {})
        with pytest.raises(RuleViolation, match="勾选"):
            adding.add_documents(work, one, [], {})


def test_each_change_is_a_revision_and_undo_goes_back_step_by_step(loan, actor):
    one = proposed_list(actor, loan)
    with work_as(actor) as work:
        one = reopened(work, one)
        before = kinds_on(work, one)
        lines = ids_on(work, one)
        arranging.lower_line(work, one, lines[0])
        arranging.remove_line(work, one, lines[2])
        assert kinds_on(work, one) != before
        arranging.undo(work, one)
        assert len(ids_on(work, one)) == 7
        arranging.undo(work, one)
        assert kinds_on(work, one) == before
        arranging.undo(work, one)
        assert ids_on(work, one) == ()
        with pytest.raises(RuleViolation, match="没有可以撤销"):
            arranging.undo(work, one)
        arranging.restore(work, one, 3)
        assert kinds_on(work, one)[1][0] == "identity"
        revisions = work.session.scalars(select(EvidenceListRevision)).all()
    assert [revision.number for revision in revisions] == list(range(1, len(revisions) + 1))


def test_a_move_that_moves_nothing_leaves_no_trace(loan, actor):
    one = proposed_list(actor, loan)
    with work_as(actor) as work:
        one = reopened(work, one)
        revision = one.revision
        arranging.lift_line(work, one, ids_on(work, one)[0])
        arranging.lower_line(work, one, ids_on(work, one)[-1])
        assert one.revision == revision


def test_a_corrected_line_is_a_new_row_that_names_the_old(loan, actor):
    one = proposed_list(actor, loan)
    with work_as(actor) as work:
        one = reopened(work, one)
        old = ids_on(work, one)[1]
        arranging.correct_line(work, one, old, WRITTEN)
        line = work.session.get_one(EvidenceListLine, ids_on(work, one)[1])
        assert (line.corrects_id, line.name, line.pages) == (old, WRITTEN.name, 14)
        assert work.session.get_one(EvidenceListLine, old).name != WRITTEN.name
        revision = one.revision
        arranging.correct_line(work, one, line.id, replace(WRITTEN, name=f" {WRITTEN.name} "))
        assert one.revision == revision, "the same text is no change"
        with pytest.raises(NotFound, match="没有这一项"):
            arranging.correct_line(work, one, old, WRITTEN)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": " "}, "证据名称须为"),
        ({"purpose": "证" * 2001}, "最多"),
        ({"form": "hologram"}, "原件、复印件"),
        ({"copies": 0}, "份数和页数"),
        ({"pages": 10000}, "份数和页数"),
    ],
)
def test_a_line_that_cannot_be_is_refused(loan, actor, wrong, said):
    one = proposed_list(actor, loan)
    with work_as(actor) as work, pytest.raises(RuleViolation, match=said):
        line = ids_on(work, reopened(work, one))[0]
        arranging.correct_line(work, one, line, replace(WRITTEN, **wrong))


def test_groups_are_added_renamed_lifted_and_dropped(loan, actor):
    with work_as(actor) as work:
        one = started(work, loan)
        arranging.add_group(work, one, "车辆 处置")
        arranging.lift_group(work, one, 4)
        arranging.rename_group(work, one, 3, "车辆处置")
        arranging.drop_group(work, one, 0)
        titles = [group.title.key for group in view_of(work.session, one).groups]
        with pytest.raises(RuleViolation, match="组名"):
            arranging.add_group(work, one, " ")
    assert titles == ["借款合同的订立与履行", "担保", "车辆处置", "违约与催收"]


def test_a_paper_exhibit_takes_its_pages_too(loan, actor):
    one = proposed_list(actor, loan)
    with work_as(actor) as work:
        one = reopened(work, one)
        adding.add_paper(work, one, adding.NewPaper("other", WRITTEN), group=0)
        line = view_of(work.session, one).groups[0].lines[-1]
        assert (str(line.range), line.fingerprint) == ("3–16", None)
        unknown = replace(WRITTEN, pages=None)
        with pytest.raises(RuleViolation, match="页数"):
            adding.add_paper(work, one, adding.NewPaper("other", unknown), group=0)


def test_registered_records_stand_on_the_list_by_their_commitment(loan, actor):
    one = proposed_list(actor, loan)
    register_pending()
    with work_as(actor) as work:
        one = reopened(work, one)
        found = unlisted_records(work.session, one)
        assert {intent.kind for intent in found} == {"contract", "transaction"}
        adding.add_records(work, one, [found[0].id])
        line = view_of(work.session, one).lines[-1]
        assert (line.pages, line.range) == (None, None)
        assert line.name.key.startswith("交易：第 ")
        assert line.fingerprint is not None
        assert line.log_index is not None
        assert found[0].id not in {intent.id for intent in unlisted_records(work.session, one)}
        with pytest.raises(NotFound, match="已在目录"):
            adding.add_records(work, one, [found[0].id])


def test_the_ledger_is_printed_kept_registered_and_listed(loan, actor):
    one = proposed_list(actor, loan)
    db.session.rollback()
    one = add_statement(actor, one.id, one.version, date(2026, 3, 16))
    with work_as(actor) as work:
        view = view_of(work.session, one)
        [line] = [line for line in view.lines if line.kind == "statement"]
        assert (line.number, line.form) == ("4-2", "electronic")
        assert line.pages is not None
        assert line.purpose.key.startswith("证明还款经过")
        version = reopened(work, one).version
    with pytest.raises(RuleViolation, match="只能列一次"):
        add_statement(actor, one.id, version, date(2026, 3, 16))


def test_a_submitted_list_is_registered_and_never_changes(loan, actor):
    one = submitted_list(actor, loan)
    with work_as(actor) as work:
        [intent] = work.session.scalars(
            select(RegistrationIntent).where(RegistrationIntent.subject_type == "evidence_list")
        )
        assert (intent.loan_id, intent.kind) == (loan.id, "event")
        with pytest.raises(RuleViolation, match="已提交"):
            reopened(work, one)
        agreed = list_for(work.session, "loan", loan.id)
    assert agreed is not None
    assert agreed.digest() == one.digest
    assert all(line.log_index is not None for line in agreed.lines), "registered before"
    assert open_paper(one).startswith(b"%PDF-")
    with pytest.raises(RuleViolation, match="已提交"):
        submit_list(actor, one.id, one.version)


def test_a_new_version_supersedes_and_the_old_stays_as_it_was(loan, actor):
    first = submitted_list(actor, loan)
    paper = open_paper(first)
    with work_as(actor) as work:
        second = started(work, loan)
        assert (second.number, second.submitter) == (2, SIGNED.submitter)
        arranging.remove_line(work, second, ids_on(work, second)[0])
        assert len(view_of(work.session, second).lines) == 6
        agreed = list_for(work.session, "loan", loan.id)
        assert agreed is not None
        assert (agreed.number, len(agreed.lines)) == (1, 7), "a draft is not agreed"
        version = second.version
    db.session.rollback()
    second = submit_list(actor, second.id, version)
    with work_as(actor) as work:
        assert [one.number for one in lists_of(work.session, "loan", loan.id)] == [2, 1]
        agreed = list_for(work.session, "loan", loan.id)
        assert agreed is not None
        assert agreed.number == 2
        before = second.submitted_at - timedelta(microseconds=1)
        earlier = list_for(work.session, "loan", loan.id, by=before)
        assert earlier is not None
        assert earlier.number == 1
        assert list_for(work.session, "loan", loan.id, by=datetime(2020, 1, 1, tzinfo=UTC)) is None
    assert open_paper(first) == paper


def test_a_second_list_is_not_begun_while_one_is_being_written(loan, actor):
    with work_as(actor) as work:
        started(work, loan)
        with pytest.raises(RuleViolation, match="正在编制"):
            started(work, loan)


def test_what_a_list_lacks_is_said_before_it_is_submitted(loan, actor):
    with work_as(actor) as work:
        one = started(work, loan)
        said = [str(fault) for fault in faults_of(view_of(work.session, one))]
        assert said == ["目录中还没有证据。", "请填写提交人。", "请填写受理法院。"]
        adding.add_documents(work, one, [documents_of(loan)[0].id], {})
        said = [str(fault) for fault in faults_of(view_of(work.session, one))]
        version = one.version
    assert said[0] == "证据 1-1 的页数未知，请填写。"
    db.session.rollback()
    with pytest.raises(RuleViolation, match="页数未知"):
        submit_list(actor, one.id, version)


def test_who_writes_on_what_was_shown_before_is_refused(loan, actor):
    one = proposed_list(actor, loan)
    stale = one.version
    with work_as(actor) as work:
        arranging.add_group(work, reopened(work, one), "补充")
    with work_as(actor) as work, pytest.raises(Conflict, match=r"li\.na"):
        open_list(work, one.id, stale)
    db.session.rollback()
    with pytest.raises(Conflict, match="改动"):
        submit_list(actor, one.id, stale)


def test_who_may_not_see_the_loan_sees_no_list(loan, actor):
    one = proposed_list(actor, loan)
    stranger = Scope(branches=frozenset({987}))
    with work_as(actor) as work:
        with pytest.raises(NotFound):
            find_list(work.session, one.id, stranger)
        with pytest.raises(NotFound):
            find_subject(work.session, "loan", loan.id, stranger)
        with pytest.raises(NotFound):
            find_subject(work.session, "person", 1, EVERYTHING)


def test_every_change_is_audited_without_texts(loan, actor):
    one = proposed_list(actor, loan)
    with work_as(actor) as work:
        events = work.session.scalars(
            select(AuditEvent).where(AuditEvent.subject_type == "evidence_list")
        ).all()
    assert [event.changes.get("change") for event in events] == ["started", "proposed", "signed"]
    assert {event.subject_id for event in events} == {one.id}


def test_an_unknown_type_of_case_or_a_wrong_signature_is_refused(loan, actor):
    with work_as(actor) as work:
        subject = find_subject(work.session, "loan", loan.id, EVERYTHING)
        with pytest.raises(RuleViolation, match="案件类型"):
            start_list(work, subject, "divorce")
        one = started(work, loan)
        with pytest.raises(RuleViolation, match="案件类型"):
            change_case_type(work, one, "divorce")
        with pytest.raises(RuleViolation, match="份数"):
            sign(work, one, replace(SIGNED, copies=0))
        change_case_type(work, one, "payment_order")
        assert one.case_type == "payment_order"


def test_a_superseded_document_is_not_offered(loan, actor):
    old, new = documents_of(loan)[:2]
    with work_as(actor) as work:
        work.session.merge(new).supersedes_id = old.id
        work.session.flush()
        one = started(work, loan)
        assert old.id not in {document.id for document in unlisted(work.session, one)}


def test_a_file_whose_pages_cannot_be_counted_is_left_to_the_hand(app, actor):
    loan = loan_with_papers(actor, {"identity": 1})
    [document] = documents_of(loan)
    db.session.expunge(document)
    document.media_type = "application/msword"
    assert count_pages(db.session(), [document]) == {}
    document.media_type = "image/png"
    assert count_pages(db.session(), [document]) == {}, "it is none"
    document.media_type, document.sha256 = "application/pdf", "0" * 64
    assert count_pages(db.session(), [document]) == {}


def test_the_pages_of_pdfs_and_pictures_are_counted_and_of_what_is_neither_not():
    picture = BytesIO()
    frames = [Image.new("L", (4, 4), shade) for shade in (0, 90, 200)]
    frames[0].save(picture, "TIFF", save_all=True, append_images=frames[1:])
    assert page_child.count("image/tiff", picture.getvalue()) == 3
    assert page_child.count("application/pdf", pdf_of_pages(4, "four")) == 4
    assert page_child.count("application/pdf", b"%PDF-1.7 cut") is None
    assert page_child.count("image/png", b"no picture") is None


def test_the_checklist_names_known_kinds_conditions_and_why():
    for case_type in case_types().values():
        items = [item for group in case_type.groups for item in group.items]
        assert items
        for item in items:
            assert item.kind in DOCUMENT_KINDS
            assert item.when in CONDITIONS
            assert all((item.why.key, item.why.english, item.purpose.english, item.law))
            assert bool(item.named) == (item.kind == "other")
