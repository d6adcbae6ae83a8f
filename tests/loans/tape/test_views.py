"""The pages of the import: from the files to the result, each step as a person takes it."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from recovery.kernel.db import db
from recovery.kernel.job_runner import run_due_jobs
from recovery.loans.models import ImportBatch, Loan, TapeLayout
from tests.conftest import Browser
from tests.loans.tape.snapshots import snapshot_row, write_snapshot
from tests.loans.tape.tapes import HEADERS, chinese_workbook, count, csv_text, line


@pytest.fixture
def manager(app: Flask, signed_in: Callable[..., Browser]) -> Browser:
    """Return the browser of an asset manager."""
    return signed_in("asset_manager")


def upload(browser: Browser, content: bytes, name: str = "台账.csv") -> int:
    """Send a file and return the number of its batch."""
    answer = browser.post("/tapes/new", data={"tape": (BytesIO(content), name)})
    assert answer.status_code == 302, answer.text
    found = re.search(r"/tapes/(\d+)/mapping", answer.location)
    assert found
    return int(found.group(1))


def tape_of(*rows: list[str]) -> bytes:
    return csv_text([HEADERS, *rows]).encode()


def choices(page: str, **changed: str) -> dict[str, str]:
    """Return what the mapping page would send as it stands, with some choices changed."""
    sent: dict[str, str] = {}
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        sent[name] = chosen.group(1) if chosen else ""
    return sent | {"as_of": "2026-02-28"} | changed


def batch_now(batch_id: int) -> ImportBatch:
    db.session.rollback()
    return db.session.get_one(ImportBatch, batch_id, populate_existing=True)


def test_what_is_chosen_for_columns_outlives_a_refusal(manager: Browser) -> None:
    batch = upload(manager, tape_of(line(1)))
    page = manager.get(f"/tapes/{batch}/mapping").text
    kept = choices(page)
    name = next(name for name, field in kept.items() if field == "plate")
    refused = manager.post(
        f"/tapes/{batch}/mapping", data=kept | {name: "engine_no", "as_of": "昨天"}
    )
    assert refused.status_code == 422
    assert choices(refused.text)[name] == "engine_no"


def test_a_tape_goes_from_upload_to_result(manager: Browser) -> None:
    batch = upload(manager, tape_of(line(1), line(2), line(3, 放款金额="很多")))
    page = manager.get(f"/tapes/{batch}/mapping").text
    assert "车架号" in page
    assert "13*******01" in page
    sent = manager.post(f"/tapes/{batch}/mapping", data=choices(page))
    assert sent.location == f"/tapes/{batch}/preview"
    page = manager.get(sent.location).text
    assert "“很多”不是金额" in page
    assert "310101198507" not in page
    manager.post(f"/tapes/{batch}/check")
    run_due_jobs()
    page = manager.get(f"/tapes/{batch}/confirm").text
    assert "导入 2 笔贷款" in page
    assert count(Loan) == 0
    started = manager.post(f"/tapes/{batch}/import")
    run_due_jobs()
    assert batch_now(batch).state == "applied"
    assert count(Loan) == 2
    assert "/jobs/" in started.location
    page = manager.get(f"/tapes/{batch}").text
    assert "控制合计" in page
    assert "不符" not in page
    rejected = manager.post(f"/tapes/{batch}/rejects/loans")
    assert "attachment" in rejected.headers["Content-Disposition"]
    assert "“很多”不是金额" in rejected.text


def test_each_column_can_be_mapped_otherwise_and_that_kept_as_a_layout(
    manager: Browser, tmp_path: Path
) -> None:
    content = csv_text([["编码", "谁", "钱", "什么时候"], ["A-1", "王五", "1.5", "03/04/2024"]])
    batch = upload(manager, content.encode())
    sent = {
        "field-0": "contract_no",
        "field-1": "name",
        "field-2": "disbursed_amount",
        "unit-2": "wan",
        "field-3": "disbursed_on",
        "days-3": "dmy",
        "as_of": "2026-02-28",
        "save_as": "某某金融",
        "base": "",
    }
    answer = manager.post(f"/tapes/{batch}/mapping", data=sent)
    assert answer.location == f"/tapes/{batch}/preview"
    page = manager.get(answer.location).text
    assert "15,000.00" in page
    assert "2024-04-03" in page
    kept = db.session.scalars(select(TapeLayout)).one()
    assert kept.name == "某某金融"
    again = upload(manager, content.replace("A-1", "A-2").encode())
    assert batch_now(again).layout == "某某金融"
    assert "某某金融" in manager.get("/tapes/layouts").text
    assert manager.get("/tapes/layouts/某某金融").status_code == 200


def test_a_mapping_without_contract_number_is_refused_and_nothing_is_lost(
    manager: Browser,
) -> None:
    batch = upload(manager, tape_of(line(1)))
    page = manager.get(f"/tapes/{batch}/mapping").text
    answer = manager.post(f"/tapes/{batch}/mapping", data=choices(page, **{"field-0": ""}))
    assert answer.status_code == 409
    assert "请指定哪一列是合同编号" in answer.text


def test_another_layout_maps_all_columns_anew(manager: Browser) -> None:
    batch = upload(manager, tape_of(line(1)))
    page = manager.get(f"/tapes/{batch}/mapping").text
    answer = manager.post(f"/tapes/{batch}/mapping", data=choices(page, base="generic"))
    assert answer.location == f"/tapes/{batch}/mapping"


def test_the_same_file_is_recognised_on_the_mapping_page(manager: Browser) -> None:
    first = upload(manager, tape_of(line(1)))
    manager.post(f"/tapes/{first}/import")
    run_due_jobs()
    second = upload(manager, tape_of(line(1)))
    assert f"批次 {first} 导入过" in manager.get(f"/tapes/{second}/mapping").text


def test_a_workbook_is_uploaded_and_a_picture_refused(manager: Browser, tmp_path: Path) -> None:
    batch = upload(manager, chinese_workbook(tmp_path / "t.xlsx").read_bytes(), "台账.xlsx")
    assert "借款人信息 / 姓名" in manager.get(f"/tapes/{batch}/mapping").text
    picture = {"tape": (BytesIO(b"\x89PNG\r\n\x1a\n....."), "t.png")}
    assert manager.post("/tapes/new", data=picture).status_code == 422
    empty = {"tape": (BytesIO(b"\n\n\n"), "t.csv")}
    assert "没有找到表头" in manager.post("/tapes/new", data=empty).text


def test_an_import_can_be_given_up_before_it_begins_and_not_after(manager: Browser) -> None:
    batch = upload(manager, tape_of(line(1)))
    manager.post(f"/tapes/{batch}/cancel")
    assert batch_now(batch).state == "cancelled"
    assert manager.post(f"/tapes/{batch}/import").status_code == 409
    assert manager.get(f"/tapes/{batch}").status_code == 200
    assert "台账.csv" in manager.get("/tapes/").text


@pytest.mark.parametrize("role", ["collector", "counsel", "auditor"])
def test_who_may_not_import_sees_nothing_of_it(
    manager: Browser, signed_in: Callable[..., Any], role: str
) -> None:
    batch = upload(manager, tape_of(line(1)))
    other = signed_in(role)
    for page in ("/tapes/", "/tapes/new", f"/tapes/{batch}", f"/tapes/{batch}/preview"):
        assert other.get(page).status_code in {403, 404}


def test_an_abs_ee_tape_of_two_files_is_dry_run_and_imported(
    manager: Browser, tmp_path: Path
) -> None:
    loans = write_snapshot(tmp_path / "loans.csv", [snapshot_row(1), snapshot_row(2)])
    header = "assetNumber,reportingPeriodEndingDate,actualPrincipalCollectedAmount"
    more = ",totalActualAmountPaid,reportingPeriodActualEndBalanceAmount"
    payments = f"{header}{more}\nAL0000001,2023-06-30,400,480,19201\nAL9,2023-06-30,1,1,1\n"
    sent = {
        "tape": (BytesIO(loans.read_bytes()), "loans.csv"),
        "payments": (BytesIO(payments.encode()), "payments.csv"),
    }
    answer = manager.post("/tapes/new", data=sent)
    batch = int(re.findall(r"\d+", answer.location)[0])
    manager.post(f"/tapes/{batch}/check")
    run_due_jobs()
    assert (batch_now(batch).findings or {})["counts"]["created"] == 2
    manager.post(f"/tapes/{batch}/import")
    run_due_jobs()
    assert batch_now(batch).state == "applied"
    assert "未匹配的逐月还款行" in manager.get(f"/tapes/{batch}").text
    lone = manager.post(f"/tapes/{batch}/rejects/payments").text
    assert "AL9" in lone
    assert "没有这份合同" in lone
