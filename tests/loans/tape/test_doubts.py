"""What is doubtful on a tape is imported and told: in preview, dry run, result and rejects file."""

import re
from collections.abc import Callable
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from recovery.kernel.db import db
from recovery.kernel.job_rows import JobException
from recovery.kernel.job_runner import run_due_jobs
from recovery.kernel.text import Text
from recovery.loans.models import ImportBatch, Person
from recovery.loans.tape.amounts import cast_yearly_rate
from recovery.loans.tape.checking import check_batch
from recovery.loans.tape.findings import Findings
from recovery.loans.tape.rejects import unpacked_problem, write_rejects
from recovery.loans.tape.staging import Upload, stage
from tests.conftest import Browser
from tests.loans.tape.tapes import (
    ACTOR,
    AS_OF,
    HEADERS,
    TODAY,
    csv_text,
    id_number,
    import_file,
    line,
    opener,
    write_csv,
)

TERMS = ("期数", "首期还款日", "到期日")


def with_terms(serial: int, term: str, first_due: str, matures: str) -> list[str]:
    return [*line(serial), term, first_due, matures]


def findings_of(app: Flask, path: Path) -> Findings:
    batch_id = stage(opener(), db.session(), Upload(path, path.name, as_of=AS_OF))
    db.session.rollback()
    batch = db.session.get_one(ImportBatch, batch_id)
    return check_batch(
        db.session(), batch, actor=ACTOR, today=TODAY, progress=lambda _done, _total: None
    )


def sentences(findings: Findings) -> list[str]:
    return [str(unpacked_problem(one).sentence) for one in findings.packed()["problems"]]


@pytest.mark.parametrize(
    ("text", "unit", "rate", "read", "other"),
    [
        ("0.096", "percent", "0.00096", "0.096%", "9.6%"),
        ("960", "percent", "9.6", "960%", "9.6%"),
        ("960%", "fraction", "9.6", "960%", "9.6%"),
        ("0.62", "fraction", "0.62", "62%", "0.62%"),
    ],
)
def test_a_rate_that_hardly_any_loan_has_is_read_and_both_readings_are_named(
    text: str, unit: str, rate: str, read: str, other: str
) -> None:
    notes: list[Text] = []
    assert cast_yearly_rate(text, unit, notes) == Decimal(rate)
    assert len(notes) == 1
    assert f"读作年利率 {read}" in str(notes[0])
    assert f"应为 {other}" in str(notes[0])


@pytest.mark.parametrize("text", ["0", "0.5", "4.9", "24", "54", "60"])
def test_usual_rates_and_none_at_all_are_no_doubt(text: str) -> None:
    notes: list[Text] = []
    cast_yearly_rate(text, "percent", notes)
    assert notes == []


def test_a_doubtful_rate_does_not_reject_its_row(app: Flask, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "t.csv", [line(1, **{"年利率(%)": "0.096"}), line(2)])
    found = findings_of(app, path)
    assert (found.counts["created"], found.counts["rejected"]) == (2, 0)
    (sentence,) = sentences(found)
    assert sentence.startswith("第 2 行“年利率")
    assert "0.096%" in sentence
    assert "9.6%" in sentence


def test_one_car_on_two_rows_is_a_doubt_of_the_second(app: Flask, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "t.csv", [line(1), line(2, 车架号="LSVAA000000000001")])
    (sentence,) = sentences(findings_of(app, path))
    assert sentence == "第 3 行“车架号”列：车架号与第 2 行相同，而合同不同，请核对。"


def test_a_car_of_another_contract_of_the_book_is_a_doubt_and_of_the_same_is_none(
    app: Flask, tmp_path: Path
) -> None:
    import_file(app, write_csv(tmp_path / "a.csv", [line(1)]), as_of=AS_OF)
    path = write_csv(tmp_path / "b.csv", [line(1), line(2)])
    assert sentences(findings_of(app, path)) == []
    path = write_csv(tmp_path / "c.csv", [line(2, 车架号="LSVAA000000000001")])
    (sentence,) = sentences(findings_of(app, path))
    assert "与库中合同 QC2024000001 相同" in sentence


def test_one_id_number_with_two_names_is_a_doubt_and_two_people(app: Flask, tmp_path: Path) -> None:
    rows = [line(1), line(2, 身份证号码=id_number(1), 借款人姓名="赵六")]
    path = write_csv(tmp_path / "a.csv", rows)
    (sentence,) = sentences(findings_of(app, path))
    assert "“身份证号码”列：证件号码与第 2 行相同而姓名不同" in sentence
    batch = import_file(app, path, as_of=AS_OF)
    assert batch.control_totals["doubts"] == 1
    assert len(batch.control_totals["problems"]) == 1
    assert set(db.session.scalars(select(Person.name))) == {"王小明", "赵六"}
    path = write_csv(tmp_path / "b.csv", [line(3, 身份证号码=id_number(1), 借款人姓名="钱七")])
    (sentence,) = sentences(findings_of(app, path))
    assert "与库中另一人相同而姓名不同" in sentence
    assert "王小明" not in sentence


def test_the_same_person_on_two_contracts_is_no_doubt(app: Flask, tmp_path: Path) -> None:
    rows = [line(1), line(3, 身份证号码=id_number(1))]
    assert sentences(findings_of(app, write_csv(tmp_path / "t.csv", rows))) == []


def test_a_term_that_its_dates_contradict_is_a_doubt(app: Flask, tmp_path: Path) -> None:
    rows = [
        with_terms(1, "36", "2024-03-29", "2027-02-28"),
        with_terms(2, "36", "2024-04-15", "2027-03-15"),
        with_terms(3, "24", "2024-03-29", "2027-02-28"),
    ]
    path = tmp_path / "t.csv"
    path.write_text(csv_text([[*HEADERS, *TERMS], *rows]), "utf-8")
    (sentence,) = sentences(findings_of(app, path))
    assert sentence.startswith("第 4 行“期数”列：期数 24 个月与起止日期（约 36 个月）不符")


def test_the_rejects_file_tells_doubts_beside_the_reasons(app: Flask, tmp_path: Path) -> None:
    row = line(1, 放款金额="很多", **{"年利率(%)": "0.096"})
    batch = import_file(app, write_csv(tmp_path / "t.csv", [row]), as_of=AS_OF)
    file = StringIO()
    write_rejects(db.session(), batch, "loans", file)
    header, told = file.getvalue().splitlines()
    assert header.endswith("行号,拒绝原因,另有疑点")
    assert re.search(r"不是金额.*,第 2 行“年利率.*0\.096%", told)


def test_preview_dry_run_and_result_show_every_problem_of_a_row(
    app: Flask, signed_in: Callable[..., Browser]
) -> None:
    from tests.loans.tape.test_views import upload

    browser = signed_in("asset_manager")
    rows = [
        line(1, **{"年利率(%)": "0.096"}),
        line(2, 放款金额="很多", 剩余本金="不少", 车架号="LSVAA000000000001"),
        line(3, 逾期起始日="2099-01-01", 放款日期=""),
    ]
    batch = upload(browser, csv_text([HEADERS, *rows]).encode())
    page = browser.get(f"/tapes/{batch}/preview").text
    for told in ("“很多”不是金额", "“不少”不是金额", "车架号与第 2 行相同", "晚于数据日期"):
        assert page.count(told) == 1, told
    assert "应为 9.6%" in page
    browser.post(f"/tapes/{batch}/check")
    run_due_jobs()
    assert len(db.session.scalars(select(JobException)).all()) == 4
    assert "应为 9.6%" in browser.get(f"/tapes/{batch}/confirm").text
    browser.post(f"/tapes/{batch}/import")
    run_due_jobs()
    page = browser.get(f"/tapes/{batch}").text
    assert "应为 9.6%" in page
    assert "共 6 项" in page


def test_a_long_number_in_scientific_notation_is_refused_in_a_whole_sentence(
    app: Flask, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "t.csv", [line(1, 身份证号码="3.10101E+17")])
    (sentence,) = sentences(findings_of(app, path))
    assert "号码在表格中以科学记数法存储" in sentence
    assert "位号码" not in sentence
