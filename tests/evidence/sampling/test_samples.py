"""A sample from the population to the conclusion, with what is registered of it."""

import csv
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from decimal import Decimal
from hashlib import sha256
from io import BytesIO, StringIO
from itertools import accumulate
from pathlib import Path

import pypdfium2
import pytest
from sqlalchemy import event, select

from recovery.access import approvals
from recovery.access.models import UserAccount
from recovery.evidence import sequencer
from recovery.evidence.house import house_store
from recovery.evidence.keeping import erasure_log
from recovery.evidence.keeping.findings import open_findings
from recovery.evidence.keeping.fixity import Budget, Run
from recovery.evidence.keeping.persons import request_person_erasure
from recovery.evidence.models import EvidenceItem
from recovery.evidence.sampling import confirmations, files, letters, service
from recovery.evidence.sampling.confirmations import Reply
from recovery.evidence.sampling.evaluation import evaluate
from recovery.evidence.sampling.models import AuditSample, SampleFile, SampleItem
from recovery.evidence.sampling.service import NewSample, Result, Seeded
from recovery.evidence.sequencer import fields_of
from recovery.kernel.db import WRITER, db
from recovery.kernel.errors import Conflict, NotFound, RuleViolation
from recovery.kernel.gate import Actor
from recovery.kernel.job_rows import Job, JobException, unpack_text
from recovery.kernel.job_runner import run_due_jobs
from recovery.kernel.jobs import outputs_folder
from recovery.kernel.models import AuditEvent, RegistrationIntent
from recovery.kernel.work import work_as
from recovery.loans.models import LedgerEntry, Loan
from tests.evidence.sampling.conftest import LOANS, acting, drawn, fixed, fresh


def bytes_of(sample: AuditSample, kind: str) -> bytes:
    found = select(SampleFile).where(SampleFile.sample_id == sample.id, SampleFile.kind == kind)
    with files.open_file(db.session.scalars(found).one()) as file:
        return file.read()


def made(actor: Actor, sample: AuditSample, kind: str) -> bytes:
    with work_as(actor) as work:
        work.enqueue("sampling.export", {"sample": sample.id, "kind": kind, "language": "zh"})
    run_due_jobs()
    db.session.rollback()
    return bytes_of(sample, kind)


def registered(sample: AuditSample) -> list[dict[str, str]]:
    intents = db.session.scalars(
        select(RegistrationIntent)
        .where(RegistrationIntent.subject_type == "audit_sample")
        .order_by(RegistrationIntent.id)
    ).all()
    fields = fields_of(db.session(), intents)
    return [fields[intent.id] for intent in intents]


def examine(actor: Actor, sample: AuditSample, less: dict[int, str] | None = None) -> None:
    for item in service.items_of(db.session(), sample.id):
        off = Decimal((less or {}).get(item.place, "0"))
        kind, reason = ("amount", "少记一笔还款") if off else (None, "")
        with work_as(actor) as work:
            result = Result(item.value - off, kind, reason)
            service.record_result(work, sample.id, item.place, result)
    db.session.rollback()


def test_a_population_is_counted_hashed_and_registered(auditor: Actor, book: list[Loan]) -> None:
    sample = fixed(auditor)
    assert sample.state == "fixed"
    assert (sample.item_count, sample.value) == (LOANS, Decimal("78000.00"))
    rows = list(csv.DictReader(StringIO(bytes_of(sample, "population").decode())))
    assert [int(row["id"]) for row in rows] == sorted(loan.id for loan in book)
    lines = "".join(f"{row['id']},{row['value']}\n" for row in rows)
    assert sample.digest == sha256(lines.encode()).hexdigest()
    [fields] = registered(sample)
    file = sha256(bytes_of(sample, "population")).hexdigest()
    text = f"12\n78000.00\n{sample.digest}\n{file}\n"
    salted = sha256(bytes.fromhex(sample.salt or "") + text.encode()).hexdigest()
    assert fields["population_digest"] == salted
    assert fields["checkpoint"] == str(sample.log_size)


def test_a_seed_is_refused_before_the_population_is_fixed(auditor: Actor) -> None:
    with work_as(auditor) as work:
        sample = service.start_sample(work, NewSample("余额", "loan", "balance", ""))
    seeded = Seeded("314159", "random", 5, Decimal("0.95"))
    with pytest.raises(RuleViolation, match="还没有固定"), work_as(auditor) as work:
        service.enter_seed(work, sample.id, seeded)
    assert fresh(sample.id).seed is None


def test_a_seed_is_entered_once(auditor: Actor) -> None:
    sample = drawn(auditor, fixed(auditor))
    with pytest.raises(RuleViolation, match="不能再换"), work_as(auditor) as work:
        service.enter_seed(work, sample.id, Seeded("271828", "random", 5, Decimal("0.95")))


def test_an_empty_population_fails_with_its_reason(auditor: Actor) -> None:
    sample = fixed(auditor, query="balance_from=99999999")
    assert sample.state == "failed"
    assert sample.failure is not None
    assert "总体是空的" in str(sample.failure)


def test_the_conditions_of_the_list_narrow_the_population(auditor: Actor) -> None:
    sample = fixed(auditor, query="balance_from=5000&balance_to=8000")
    assert (sample.item_count, sample.value) == (4, Decimal("26000.00"))
    assert "5,000.00" in sample.conditions


def test_conditions_that_cannot_be_read_are_refused(auditor: Actor) -> None:
    with pytest.raises(RuleViolation, match="看不懂"), work_as(auditor) as work:
        query = "balance_from=much"
        service.start_sample(work, NewSample("余额", "loan", "balance", query))


def test_what_lies_outside_the_engagement_is_in_no_population(
    auditor: Actor, person: Callable[..., UserAccount], actor: Actor
) -> None:
    other = person("counsel", username="elsewhere", branch="202")
    with work_as(actor) as work:
        work.session.get_one(Loan, 1).branch_id = other.branch_id
    assert fixed(auditor).item_count == LOANS - 1


def test_transactions_are_those_that_the_log_held(auditor: Actor) -> None:
    first = fixed(auditor, source="transaction", measure="amount")
    entries = db.session.scalars(select(LedgerEntry).order_by(LedgerEntry.id)).all()
    assert first.item_count == len(entries)
    assert first.value == sum(entry.amount for entry in entries)
    part = db.session.scalar(
        select(EvidenceItem.log_index)
        .join(RegistrationIntent, RegistrationIntent.id == EvidenceItem.intent_id)
        .where(RegistrationIntent.subject_id == entries[0].id)
        .where(RegistrationIntent.subject_type == "ledger_entry")
    )
    assert part is not None
    again = fixed(auditor, source="transaction", measure="amount", log_size=first.log_size)
    assert again.digest == first.digest
    none = fixed(auditor, source="transaction", measure="amount", log_size=part)
    assert none.state == "failed"


def test_the_package_draws_the_same_sample_again(auditor: Actor, tmp_path: Path) -> None:
    sample = drawn(auditor, fixed(auditor), method="mus", size=4)
    with zipfile.ZipFile(BytesIO(made(auditor, sample, "redraw"))) as archive:
        archive.extractall(tmp_path)
    command = [sys.executable, "-I", "-S", str(tmp_path / "draw.py"), str(tmp_path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    rows = list(csv.DictReader(StringIO(answer.stdout)))
    items = service.items_of(db.session(), sample.id)
    assert [(int(row["id"]), row["value"]) for row in rows] == [
        (item.loan_id, str(item.value)) for item in items
    ]
    kept = json.loads((tmp_path / "registered.json").read_text())
    salt = bytes.fromhex(kept["salt"])
    fields = registered(sample)[1]
    for name, file in (("plan_digest", "plan.json"), ("sample_digest", "sample.csv")):
        assert sha256(salt + (tmp_path / file).read_bytes()).hexdigest() == fields[name]
    population = [kept[name] for name in ("count", "value", "digest", "sha256")]
    text = "".join(f"{value}\n" for value in population)
    assert sha256(salt + text.encode()).hexdigest() == registered(sample)[0]["population_digest"]
    assert kept["sha256"] == sha256((tmp_path / "population.csv").read_bytes()).hexdigest()
    told = json.dumps(registered(sample))
    assert not [word for word in ("314159", sample.digest, "78000") if str(word) in told]


def test_nothing_outside_the_sample_tells_the_seed_or_an_item(auditor: Actor) -> None:
    sample = drawn(auditor, fixed(auditor))
    examine(auditor, sample, {2: "10.00"})
    made(auditor, sample, "letters")
    events = db.session.scalars(
        select(AuditEvent).where(AuditEvent.actor_name == auditor.name)
    ).all()
    told = json.dumps([[e.subject_type, e.subject_id, e.changes] for e in events])
    jobs = db.session.scalars(select(Job)).all()
    told += json.dumps([[job.arguments, job.result, job.error] for job in jobs], default=str)
    assert "314159" not in told
    assert "HT-" not in told
    assert {e.subject_type for e in events} == {"audit_sample"}


def test_monetary_units_are_evaluated_by_their_taints(auditor: Actor) -> None:
    sample = drawn(auditor, fixed(auditor), method="mus", size=10, tolerable=Decimal("50000"))
    assert sample.interval == Decimal("7800.00")
    items = service.items_of(db.session(), sample.id)
    small = next(item for item in items if not item.is_certain)
    examine(auditor, sample, {small.place: str(small.value / 4)})
    found = evaluate(sample, service.items_of(db.session(), sample.id))
    [projection] = found.projections
    assert projection.projected == Decimal("1950.00")
    assert projection.basic_precision == Decimal("23366.71")  # 2.99573 × 7,800
    assert found.is_within(projection) is True


def test_strata_are_drawn_and_projected(auditor: Actor) -> None:
    sample = drawn(
        auditor,
        fixed(auditor),
        method="stratified",
        size=6,
        bounds=(Decimal("4000.00"), Decimal("10000.00")),
        allocation="given",
        numbers=(1, 2, 3),
    )
    items = service.items_of(db.session(), sample.id)
    assert [item.stratum for item in items] == [0, 1, 1, 2, 2, 2]
    assert sample.strata == [[3, "6000.00"], [6, "39000.00"], [3, "33000.00"]]
    assert [item.is_certain for item in items] == [False] * 3 + [True] * 3
    examine(auditor, sample, {4: "100.00"})
    found = evaluate(sample, service.items_of(db.session(), sample.id))
    assert [one.projected for one in found.projections] == [Decimal("100.00")] * 2


def test_a_difference_needs_its_kind_and_a_reason(auditor: Actor) -> None:
    sample = drawn(auditor, fixed(auditor))
    for result in (Result(Decimal("1.00")), Result(Decimal("1.00"), "amount")):
        with pytest.raises(RuleViolation), work_as(auditor) as work:
            service.record_result(work, sample.id, 1, result)
    with pytest.raises(NotFound), work_as(auditor) as work:
        service.record_result(work, sample.id, 99, Result(Decimal("1.00")))


def test_a_colleagues_change_in_between_is_told(auditor: Actor) -> None:
    sample = drawn(auditor, fixed(auditor))
    value = service.items_of(db.session(), sample.id)[0].value
    with work_as(auditor) as work:
        service.record_result(work, sample.id, 1, Result(value), version=1)
    with pytest.raises(Conflict), work_as(auditor) as work:
        service.record_result(work, sample.id, 1, Result(value), version=1)


def test_a_conclusion_needs_every_item_and_ends_changes(auditor: Actor) -> None:
    sample = drawn(auditor, fixed(auditor))
    with pytest.raises(RuleViolation, match="还有 5 项"), work_as(auditor) as work:
        service.conclude(work, sample.id, "可以接受")
    examine(auditor, sample)
    with work_as(auditor) as work:
        service.conclude(work, sample.id, "可以接受")
    assert fresh(sample.id).state == "concluded"
    assert registered(sample)[-1]["event"] == "sample.conclude"
    with pytest.raises(RuleViolation), work_as(auditor) as work:
        service.record_result(work, sample.id, 1, Result(Decimal("1.00"), "amount", "晚了"))


def test_letters_state_the_balance_and_replies_are_kept(auditor: Actor) -> None:
    sample = drawn(auditor, fixed(auditor), size=2)
    with zipfile.ZipFile(BytesIO(made(auditor, sample, "letters"))) as archive:
        names = archive.namelist()
        assert all(archive.read(name).startswith(b"%PDF") for name in names)
    assert names == [f"{sample.number}-0001.pdf", f"{sample.number}-0002.pdf"]
    letter = confirmations.letters_of(db.session(), sample.id)[0]
    item = db.session.scalars(select(SampleItem).where(SampleItem.place == 1)).one()
    assert letter.loan_id == item.loan_id
    day = letter.as_of
    refused = [
        Reply("sent"),
        Reply("agreed", sent_on=day),
        Reply("differs", sent_on=day, replied_on=day),
        Reply("unanswered", sent_on=day),
    ]
    for reply in refused:
        with pytest.raises(RuleViolation), work_as(auditor) as work:
            confirmations.record_reply(work, sample.id, 1, reply)
    with work_as(auditor) as work:
        reply = Reply("differs", sent_on=day, replied_on=day, confirmed=Decimal("1.00"))
        confirmations.record_reply(work, sample.id, 1, reply)
        done = Reply("unanswered", sent_on=day, alternative="检查期后还款")
        confirmations.record_reply(work, sample.id, 2, done)
    db.session.rollback()
    states = [one.state for one in confirmations.letters_of(db.session(), sample.id)]
    assert states == ["differs", "unanswered"]


def test_letters_are_joined_for_printing_with_a_line_for_each(auditor: Actor) -> None:
    sample = drawn(auditor, fixed(auditor), size=3)
    made(auditor, sample, "letters")
    with zipfile.ZipFile(BytesIO(bytes_of(sample, "letters"))) as archive:
        single = [len(pypdfium2.PdfDocument(archive.read(name))) for name in archive.namelist()]
    whole = pypdfium2.PdfDocument(bytes_of(sample, "joined_letters"))
    assert len(whole) == sum(single)
    lines = [(one.get_title(), one.get_dest().get_index()) for one in whole.get_toc()]
    numbers = [f"{sample.number}-{place:04d}" for place in (1, 2, 3)]
    assert lines == list(zip(numbers, accumulate([0, *single[:-1]]), strict=True))
    for number, at in lines:
        assert number in whole[at].get_textpage().get_text_range()
    job = db.session.scalars(select(Job).order_by(Job.id.desc()).limit(1)).one()
    assert not [one for one in (outputs_folder() / str(job.id)).rglob("*") if one.is_file()]
    whole.close()


def test_balances_of_letters_are_computed_outside_the_writer(
    auditor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "AT_ONCE", 2)
    sample, said = drawn(auditor, fixed(auditor), size=5), list[str]()
    event.listen(db.engines[WRITER], "before_cursor_execute", lambda *told: said.append(told[2]))
    made(auditor, sample, "letters")
    assert not [one for one in said if "FROM ledger_entry" in one or "FROM instalment" in one]
    inserts = [one for one in said if one.startswith("INSERT INTO confirmation")]
    assert len(inserts) == 5
    made(auditor, sample, "letters")
    places = [one.place for one in confirmations.letters_of(db.session(), sample.id)]
    assert places == [1, 2, 3, 4, 5]


def test_files_made_again_another_day_are_the_same(auditor: Actor) -> None:
    sample = drawn(auditor, fixed(auditor), size=2)
    for kind in ("letters", "redraw", "inputs"):
        first = made(auditor, sample, kind)
        with zipfile.ZipFile(BytesIO(first)) as archive:
            moments = {member.date_time[0] for member in archive.infolist()}
        assert moments == {1980}
        assert made(auditor, sample, kind) == first


def test_a_letter_that_cannot_be_printed_is_listed_without_its_name(auditor: Actor) -> None:
    sample = drawn(auditor, fixed(auditor), size=LOANS)
    with work_as(Actor.system("tests")) as work:
        work.session.get_one(Loan, 3).borrower_name = "王\U0002a6d5"
    with zipfile.ZipFile(BytesIO(made(auditor, sample, "letters"))) as archive:
        assert len(archive.namelist()) == LOANS - 1
    told = [str(unpack_text(one.reason)) for one in db.session.scalars(select(JobException))]
    assert len(told) == 1
    assert "王" not in told[0]


def test_the_workbook_holds_what_is_needed_to_compute_again(auditor: Actor) -> None:
    from python_calamine import CalamineWorkbook

    sample = drawn(auditor, fixed(auditor), size=2)
    book = CalamineWorkbook.from_filelike(BytesIO(made(auditor, sample, "workbook")))
    assert book.sheet_names[1:] == [
        "样本", "推断", "函证", "合同", "还款计划", "账本", "计息分段", "系统结果", "法律参数"
    ]  # fmt: skip
    items = book.get_sheet_by_name("样本").to_python()
    assert len(items) == 3
    results = book.get_sheet_by_name("系统结果").to_python()
    heads = results[0]
    total = dict(zip(heads, results[1], strict=True))
    parts = sum(total[name] for name in ("本金", "利息", "罚息", "复利", "费用"))
    assert total["合计"] == pytest.approx(parts)
    assert total["逾期天数"] > 0
    segments = book.get_sheet_by_name("计息分段").to_python()[1:]
    own = [row for row in segments if row[0] == total["合同编号"] and row[1] == "罚息"]
    assert sum(row[7] for row in own) == pytest.approx(total["罚息"])
    law = book.get_sheet_by_name("法律参数").to_python()
    assert law[1][0] == "risk_class.overdue_floor"
    assert law[1][2].startswith("[{ over = 0, ")
    assert law[1][3]
    with zipfile.ZipFile(BytesIO(made(auditor, sample, "inputs"))) as archive:
        assert "ledger.csv" in archive.namelist()
        assert archive.read("results.csv").decode("utf-8-sig").count("\n") == 3


def test_letters_with_the_name_of_an_erased_person_are_destroyed_and_noted(
    auditor: Actor, person: Callable[..., UserAccount]
) -> None:
    sample = drawn(auditor, fixed(auditor), size=2)
    made(auditor, sample, "letters")
    loan_id = confirmations.letters_of(db.session(), sample.id)[0].loan_id
    with work_as(auditor) as work:
        for item in service.items_of(work.session, sample.id):
            found = Result(item.value, note="与其妻核实")
            service.record_result(work, sample.id, item.place, found)
    made(auditor, sample, "workbook")
    counsel, approver = acting(person("administrator")), acting(person("approver"))
    with work_as(counsel) as work:
        loan = work.session.get_one(Loan, loan_id)
        loan.closed_on = work.today
        borrower_id, fields = loan.borrower_id, {"borrower_name": str(loan.borrower.name)}
        work.register("contract", loan, loan_id=loan_id, fields=fields)
    sequencer.register_pending()
    with work_as(counsel) as work:
        basis = {"ground": "unlawful", "basis": "个人信息保护法第47条", "reason": "本人申请"}
        erasure = request_person_erasure(work, loan_id, borrower_id, **basis)
    with work_as(approver) as work:
        request = approvals.pending_on(work.session, "erasure", erasure.id)
        assert request is not None
        assert sample.number not in str(request.content)
        approvals.approve_request(work, request.id, shown=request.digest)
    db.session.rollback()
    kinds = {"letters", "joined_letters", "workbook"}
    made_with_names = [one for one in files.files_of(db.session(), sample.id) if one.kind in kinds]
    assert len(made_with_names) == 3
    assert all(house_store().has_object(file.sha256) for file in made_with_names)
    erasure_log.finish(lambda: work_as(approver))
    for file in made_with_names:
        assert not house_store().has_object(file.sha256)
        assert file.erased_at is not None
        with pytest.raises(NotFound, match="已按删除决定销毁"):
            files.open_file(file)
    assert bytes_of(sample, "population"), "what names nobody stays"
    notes = {one.loan_id == loan_id: one.note for one in service.items_of(db.session(), sample.id)}
    assert notes == {True: "（已删除）", False: "与其妻核实"}


def test_a_file_of_the_workspace_that_is_gone_raises_an_alarm(
    auditor: Actor, book: list[Loan]
) -> None:
    sample = fixed(auditor)
    [file] = [one for one in files.files_of(db.session(), sample.id) if one.kind == "population"]
    house_store().erase_object(file.sha256)
    Run(lambda: work_as(auditor), Budget(600, 1 << 40)).go()
    db.session.rollback()
    [alarm] = open_findings(db.session())
    assert (alarm.what, alarm.sha256) == ("object missing", file.sha256)
    assert f"sample_file {file.id}" in alarm.meaning
