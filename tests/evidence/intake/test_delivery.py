"""A delivery: what goes where, duplicates, versions, the job that adds, the command."""

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import event, select

from recovery.access.models import Branch, UserAccount
from recovery.evidence.intake import service, staging
from recovery.evidence.intake.commands import intake
from recovery.evidence.intake.models import IntakeBatch, IntakeRow
from recovery.evidence.intake.receiving import from_archive, from_upload
from recovery.evidence.intake.rules import DEFAULT_RULE
from recovery.evidence.intake.staging import Reading
from recovery.kernel import search, search_index
from recovery.kernel.config import Settings
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound
from recovery.kernel.gate import EVERYTHING, Actor, Scope
from recovery.kernel.job_rows import unpack_text
from recovery.kernel.job_runner import run_due_jobs
from recovery.kernel.models import AuditEvent
from recovery.kernel.work import Work, work_as
from recovery.loans.models import Document, Loan
from recovery.loans.queries import newest_documents_of
from tests.books import add_loans
from tests.conftest import Browser
from tests.evidence.intake.making import archive, pdf

SignIn = Callable[..., Browser]


@pytest.fixture
def loans(app: Flask, actor: Actor, person: Callable[..., UserAccount]) -> list[Loan]:
    """Return two loans of the branch that counsel works in."""
    person("counsel")
    branch = db.session.scalars(select(Branch)).one()
    with work_as(actor) as work:
        return add_loans(work, 2, branch_id=branch.id)


def stage(actor: Actor, files: dict[str, bytes], reading: Reading | None = None) -> int:
    """Stage an archive of files; return the number of the delivery."""
    rule = staging.rule_or_refusal(DEFAULT_RULE)
    rows = staging.prepare(reading or Reading(rule), from_archive(archive(files)))
    with work_as(actor) as work:
        batch = staging.start_batch(work, "archive", rule)
        staging.add_rows(work, batch, rows)
        return batch.id


def rows(batch_id: int) -> dict[str, IntakeRow]:
    """Return the rows of a delivery by file name."""
    db.session.rollback()
    return {row.file_name: row for row in service.rows_of(db.session(), batch_id)}


def apply(actor: Actor, batch_id: int) -> None:
    """Add a delivery by its job."""
    with work_as(actor) as work:
        service.request_apply(work, batch_id)
    run_due_jobs()
    db.session.rollback()


def test_giving_up_a_delivery_is_audited(actor: Actor, loans: list[Loan]) -> None:
    batch_id = stage(actor, {"HT-0001_借款合同_汽车贷款合同.pdf": pdf("a")})
    with work_as(actor) as work:
        service.cancel_batch(work, batch_id)
    last = select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)
    said = db.session.scalars(last).one()
    assert (said.action, said.changes) == (
        "evidence.add",
        {"intake": batch_id, "state": "cancelled"},
    )


def test_each_file_says_where_it_goes_or_what_is_wrong(actor: Actor, loans: list[Loan]) -> None:
    found = rows(
        stage(
            actor,
            {
                "HT-0001_借款合同_汽车贷款合同.pdf": pdf("a"),
                "HT-9999_借款合同_合同.pdf": pdf("b"),
                "HT-0001_奇怪_合同.pdf": pdf("c"),
                "扫描1.pdf": pdf("d"),
                "HT-0002_催收函_脚本.pdf": pdf(script=True),
            },
        )
    )
    good = found["HT-0001_借款合同_汽车贷款合同.pdf"]
    assert (good.state, good.loan_id, good.kind) == ("ready", loans[0].id, "loan_contract")
    assert good.title == "汽车贷款合同"
    why = {name: str(unpack_text(row.problem)) for name, row in found.items() if row.problem}
    assert "没有合同编号为“HT-9999”的贷款" in why["HT-9999_借款合同_合同.pdf"]
    assert "不认识的文件类型" in why["HT-0001_奇怪_合同.pdf"]
    assert "不符合命名规则" in why["扫描1.pdf"]
    assert "脚本" in why["HT-0002_催收函_脚本.pdf"]


def test_the_job_adds_what_is_ready_and_a_second_run_adds_nothing(
    actor: Actor, loans: list[Loan]
) -> None:
    batch = stage(actor, {"HT-0001_借款合同_合同.pdf": pdf("a"), "x.pdf": pdf("b")})
    apply(actor, batch)
    [document] = db.session.scalars(select(Document)).all()
    assert (document.loan_id, document.kind, document.title) == (
        loans[0].id,
        "loan_contract",
        "合同",
    )
    assert rows(batch)["HT-0001_借款合同_合同.pdf"].state == "added"
    assert db.session.get_one(IntakeBatch, batch).state == "done"
    again = stage(actor, {"HT-0001_借款合同_合同.pdf": pdf("a")})
    [row] = rows(again).values()
    assert (row.state, row.document_id) == ("linked", document.id)


def test_the_same_bytes_with_another_loan_are_said(actor: Actor, loans: list[Loan]) -> None:
    apply(actor, stage(actor, {"HT-0001_借款合同_合同.pdf": pdf("a")}))
    [row] = rows(stage(actor, {"HT-0002_借款合同_合同.pdf": pdf("a")})).values()
    assert row.state == "ready"
    assert "HT-0001" in str(unpack_text(row.note))


def test_who_may_not_see_the_other_loan_is_told_nothing_of_it(
    app: Flask, actor: Actor, loans: list[Loan]
) -> None:
    apply(actor, stage(actor, {"HT-0001_借款合同_合同.pdf": pdf("a")}))
    with work_as(actor) as work:
        work.get(Loan, loans[0].id).branch_id = None
    narrow = Actor(None, "narrow", "counsel", Scope(branches=frozenset({loans[1].branch_id or 0})))
    [row] = rows(stage(narrow, {"HT-0002_借款合同_合同.pdf": pdf("a")})).values()
    assert (row.state, row.note) == ("ready", None)


@pytest.mark.parametrize("count", [3, 60])
def test_a_delivery_is_judged_by_as_many_statements_however_many_files_it_has(
    actor: Actor, loans: list[Loan], count: int
) -> None:
    reading = Reading(staging.rule_or_refusal(DEFAULT_RULE))
    names = {f"HT-000{1 + one % 2}_借款合同_{one}.pdf": pdf(f"{one}") for one in range(count)}
    prepared = staging.prepare(reading, from_archive(archive(names)))
    statements: list[str] = []
    with work_as(actor) as work:
        batch = staging.start_batch(work, "archive", reading.rule)
        engine = work.session.get_bind()
        event.listen(engine, "before_cursor_execute", lambda *said: statements.append(said[2]))
        staging.add_rows(work, batch, prepared)
    read = [one for one in statements if one.startswith("SELECT")]
    assert len(read) == 2
    assert {row.state for row in rows(batch.id).values()} == {"ready"}


def test_a_file_of_the_same_name_is_a_new_version_and_lists_show_the_newest(
    actor: Actor, loans: list[Loan]
) -> None:
    name = "HT-0001_借款合同_合同.pdf"
    apply(actor, stage(actor, {name: pdf("first")}))
    batch = stage(actor, {name: pdf("second")})
    assert "新版本" in str(unpack_text(rows(batch)[name].note))
    apply(actor, batch)
    older, newer = db.session.scalars(select(Document).order_by(Document.id)).all()
    assert newer.supersedes_id == older.id
    assert older.ended_on is None
    assert newest_documents_of(db.session(), loans[0].id) == [newer]


def test_an_index_names_files_whose_names_say_nothing(
    actor: Actor, loans: list[Loan], tmp_path: Path
) -> None:
    from recovery.evidence.intake.index_sheet import read_index

    sheet = tmp_path / "index.csv"
    sheet.write_text(
        "交接清单,,,,,,\n文件名,合同编号,类型,标题,日期,页数,来源\n"
        "IMG_1.pdf,HT-0001,借款合同,合同\u202e正本,2024-01-05,2,扫描\n"
        "IMG_2.pdf,HT-0002,催收函,催收函,不是日期,1,扫描\n",
        "gb18030",
    )
    reading = Reading(staging.rule_or_refusal(DEFAULT_RULE), read_index(sheet))
    found = rows(stage(actor, {"a/IMG_1.pdf": pdf("a"), "IMG_2.pdf": pdf("b")}, reading))
    good = found["IMG_1.pdf"]
    assert (good.state, good.title, good.pages) == ("ready", "合同正本", 2)
    assert str(good.dated) == "2024-01-05"
    assert found["IMG_2.pdf"].state == "refused"


def test_what_became_a_duplicate_since_the_preview_is_not_added_twice(
    actor: Actor, loans: list[Loan]
) -> None:
    first = stage(actor, {"HT-0001_借款合同_合同.pdf": pdf("a")})
    second = stage(actor, {"HT-0001_借款合同_副本.pdf": pdf("a")})
    apply(actor, first)
    apply(actor, second)
    assert len(db.session.scalars(select(Document)).all()) == 1
    assert [row.state for row in rows(second).values()] == ["linked"]


def test_text_is_found_after_numbers_are_masked_and_only_in_scope(
    actor: Actor, loans: list[Loan]
) -> None:
    content = pdf("Speedloan terms 110101199003070599 end")
    apply(actor, stage(actor, {"HT-0001_借款合同_合同.pdf": content}))
    run_due_jobs()
    db.session.rollback()
    document = db.session.scalars(select(Document)).one()
    [hit] = search.find(db.session(), "speedloan", EVERYTHING)
    assert (hit.kind, hit.record_id) == ("document", document.id)
    assert search.find(db.session(), "110101199003070599", EVERYTHING) == []
    branch = loans[0].branch_id or 0
    there = Scope(branches=frozenset({branch}))
    elsewhere = Scope(branches=frozenset({branch + 1}))
    assert search.find(db.session(), "speedloan", there) != []
    assert search.find(db.session(), "speedloan", elsewhere) == []


def test_a_document_moves_in_search_with_its_loan(actor: Actor, loans: list[Loan]) -> None:
    apply(actor, stage(actor, {"HT-0001_借款合同_合同.pdf": pdf("Speedloan")}))
    run_due_jobs()
    with work_as(actor) as work:
        work.get(Loan, loans[0].id).agency_id = 1
        search_index.reindex(work.session, "loan", [loans[0].id])
    db.session.rollback()
    assert search.find(db.session(), "speedloan", Scope(agency_id=1)) != []


def test_a_delivery_is_its_makers_own(app: Flask, work: Work) -> None:
    batch = staging.start_batch(work, "upload", staging.rule_or_refusal(""))
    batch.created_by_id = None
    other = Actor(7, "other", "counsel", Scope(branches=frozenset({1})))
    with pytest.raises(NotFound):
        staging.find_batch(work.session, batch.id, other)


def test_files_are_sent_corrected_and_added_through_the_pages(
    signed_in: SignIn, loans: list[Loan]
) -> None:
    client = signed_in("counsel")
    sent = {
        "rule": DEFAULT_RULE,
        "files": [
            (BytesIO(pdf("a")), "HT-0001_借款合同_合同.pdf"),
            (BytesIO(pdf("b")), "随便.pdf"),
        ],
    }
    page = client.post("/evidence/intake/", data=sent, follow_redirects=True)
    assert "不符合命名规则" in page.text
    assert "入库 1 个文件" in page.text
    db.session.rollback()
    row = db.session.scalars(select(IntakeRow).where(IntakeRow.state == "refused")).one()
    said = {"contract_no": "HT-0002", "kind": "demand", "title": "催收函", "origin": "scanned"}
    page = client.post(f"/evidence/intake/rows/{row.id}", data=said, follow_redirects=True)
    assert "入库 2 个文件" in page.text
    client.post(f"/evidence/intake/{row.batch_id}/apply")
    run_due_jobs()
    db.session.rollback()
    titles = {one.title for one in db.session.scalars(select(Document))}
    assert titles == {"合同", "催收函"}


def test_a_long_delivery_is_shown_by_pages_and_by_state_and_added_as_a_whole(
    signed_in: SignIn, actor: Actor, loans: list[Loan]
) -> None:
    names = {f"HT-0001_借款合同_{one:03d}.pdf": pdf(f"{one}") for one in range(60)}
    batch = stage(actor, names | {"x.pdf": pdf("x")})
    with work_as(actor) as work:
        owner = work.session.scalars(select(UserAccount)).first()
        assert owner is not None
        work.session.get_one(IntakeBatch, batch).created_by_id = owner.id
    client = signed_in("counsel")
    page = client.get(f"/evidence/intake/{batch}").text
    assert ("_000.pdf" in page, "_049.pdf" in page, "_050.pdf" in page) == (True, True, False)
    assert 'rel="next"' in page
    refused = client.get(f"/evidence/intake/{batch}?state=refused").text
    assert ("x.pdf" in refused, "_000.pdf" in refused) == (True, False)
    found = client.get(f"/evidence/intake/{batch}?q=_059").text
    assert ("_059.pdf" in found, "_000.pdf" in found) == (True, False)
    client.post(f"/evidence/intake/{batch}/apply")
    run_due_jobs()
    db.session.rollback()
    assert service.counts_of(db.session(), batch)["added"] == 60


def test_one_file_after_another_goes_to_the_same_delivery(
    signed_in: SignIn, loans: list[Loan]
) -> None:
    client, wants = signed_in("counsel"), {"Accept": "application/json"}
    first = {"rule": DEFAULT_RULE, "files": (BytesIO(pdf("a")), "HT-0001_借款合同_合同.pdf")}
    told = client.post("/evidence/intake/", data=first, headers=wants).json
    more = {"files": (BytesIO(pdf("b")), "HT-0001_催收函_函.pdf")}
    again = client.post(told["more"], data=more, headers=wants).json
    assert again == told
    assert "入库 2 个文件" in client.get(told["page"]).text


def test_nothing_chosen_and_a_useless_rule_are_refused(
    signed_in: SignIn, loans: list[Loan]
) -> None:
    client = signed_in("counsel")
    assert "请选择或拖入" in client.post("/evidence/intake/", data={"rule": DEFAULT_RULE}).text
    bad = {"rule": "标题", "files": (BytesIO(pdf()), "a.pdf")}
    answer = client.post("/evidence/intake/", data=bad)
    assert answer.status_code == 409
    assert "命名规则须含" in answer.text


def test_the_command_says_what_goes_where_and_adds_it(
    app: Flask,
    loans: list[Loan],
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RECOVERY_HOME", str(settings.home))
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "HT-0001_借款合同_合同.pdf").write_bytes(pdf("a"))
    (folder / "无名.pdf").write_bytes(pdf("b"))
    dry = CliRunner().invoke(intake, [str(folder), "--dry-run", "--json"], standalone_mode=False)
    assert dry.return_value == 1
    told = {row["file"]: row["state"] for row in json.loads(dry.output)}
    assert told == {"HT-0001_借款合同_合同.pdf": "ready", "无名.pdf": "refused"}
    db.session.rollback()
    assert db.session.scalars(select(Document)).all() == []
    CliRunner().invoke(intake, [str(folder)], standalone_mode=False)
    db.session.rollback()
    assert [one.title for one in db.session.scalars(select(Document))] == ["合同"]


def test_a_single_file_is_received_as_it_is() -> None:
    [taken] = from_upload("合同.pdf", BytesIO(pdf()))
    assert taken.name == "合同.pdf"
