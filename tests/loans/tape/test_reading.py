"""Files are read in whatever form a lender sends them; headers are found where they stand."""

from pathlib import Path

import pytest

from recovery.kernel.errors import RuleViolation
from recovery.loans.tape.headers import Column, key_of
from recovery.loans.tape.layouts import apply_layout, best_layout, known_to_any, shipped
from recovery.loans.tape.reading import Tape, open_tape
from recovery.loans.tape.sources import Number
from tests.loans.tape.tapes import HEADERS, chinese_workbook, csv_text, line, workbook, write_csv

LAYOUTS = list(shipped().values())


def opened(path: Path) -> Tape:
    return open_tape(path, known_to_any(LAYOUTS))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_csv_is_read_in_its_own_encoding(tmp_path: Path, encoding: str) -> None:
    tape = opened(write_csv(tmp_path / "t.csv", [line(1)], encoding))
    assert [column.name for column in tape.columns] == list(HEADERS)
    assert [row.cells[1] for row in tape.rows()] == ["王小明"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(csv_text([HEADERS, line(1)], delimiter), "utf-8")
    assert len(opened(path).columns) == len(HEADERS)


def test_sums_blank_lines_and_repeated_headers_are_no_rows(tmp_path: Path) -> None:
    blank = [""] * len(HEADERS)
    total = ["合计", *blank[1:]]
    remark = [*blank[:2], "备注：本表仅供参考", *blank[3:]]
    path = write_csv(tmp_path / "t.csv", [line(1), blank, list(HEADERS), line(2), total, remark])
    assert [row.number for row in opened(path).rows()] == [2, 5]


def test_a_workbook_with_title_and_merged_group_headers_is_understood(tmp_path: Path) -> None:
    tape = opened(chinese_workbook(tmp_path / "t.xlsx"))
    mapping = apply_layout(best_layout(LAYOUTS, tape.columns), tape.columns, tape.unit)
    mapped = {one.field.name: one.columns[0].title for one in mapping.mapped}
    assert mapped["name"] == "借款人信息 / 姓名"
    assert mapped["guarantor_name"] == "保证人信息 / 姓名"
    assert mapped["guarantor_id_number"] == "保证人信息 / 身份证号"
    assert (mapped["contract_no"], mapping.unit) == ("合同号", "wan")
    assert [column.title for column in mapping.unmapped] == ["备用列"]
    assert len(list(tape.rows())) == 4


def test_group_headers_of_a_csv_stand_over_their_first_column_alone(tmp_path: Path) -> None:
    rows = [
        ["二〇二六年二月台账", "", "", "", ""],
        ["", "借款人", "", "担保人信息", ""],
        ["合同号", "姓名", "身份证号", "姓名", "身份证号"],
        ["A1", "王五", "x", "赵六", "y"],
    ]
    path = tmp_path / "t.csv"
    path.write_text(csv_text(rows), "utf-8")
    tape = opened(path)
    mapping = apply_layout(shipped()["generic"], tape.columns, tape.unit)
    assert {one.field.name for one in mapping.mapped} == {
        "contract_no",
        "name",
        "id_number",
        "guarantor_name",
        "guarantor_id_number",
    }


def test_a_number_of_a_workbook_stays_recognisable_as_one(tmp_path: Path) -> None:
    tape = opened(workbook(tmp_path / "t.xlsx", [["合同号", "姓名"], ["A", 1234567], ["B", 12.5]]))
    cells = [row.cells[1] for row in tape.rows()]
    assert cells == ["1234567", "12.5"]
    assert all(isinstance(cell, Number) for cell in cells)


def test_missing_columns_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("合同号,姓名,内部备注\nA,王五,x\n", "utf-8")
    tape = opened(path)
    mapping = apply_layout(best_layout(LAYOUTS, tape.columns), tape.columns, tape.unit)
    assert {one.name for one in mapping.missing} == {
        "disbursed_on",
        "disbursed_amount",
        "rate_per_year",
        "principal",
    }
    assert [column.name for column in mapping.unmapped] == ["内部备注"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "空的"),
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04 not a zip", "工作簿"),
        (b"\xff\xfe\xfd\x00" * 3 + b"\x81", "编码"),
        (b"a,b\n" + b"\xff\xff\xff\n", "UTF-8"),
        (b"\n\n\n", "表头"),
    ],
)
def test_what_is_no_tape_is_refused_in_one_sentence(
    tmp_path: Path, content: bytes, why: str
) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(RuleViolation) as refused:
        list(opened(path).rows())
    assert why in str(refused.value)


def test_headers_are_compared_without_units_blanks_and_punctuation() -> None:
    assert key_of(" 剩余 本金（万元）") == key_of("剩余本金") == key_of("剩余本金(元)")
    assert key_of("Contract_No.") == "contractno"
    column = Column(0, "姓名", "保证人信息")
    assert column.keys == ("保证人姓名", "保证人信息姓名", "姓名")
