"""Tapes made for tests: a Chinese lender's table in its many forms, and ABS-EE snapshots."""

import csv
from collections.abc import Callable, Sequence
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import xlsxwriter
from flask import Flask
from sqlalchemy import func, select

from recovery.kernel.db import db
from recovery.kernel.gate import EVERYTHING, Actor
from recovery.kernel.work import work_as
from recovery.loans.models import ImportBatch, Loan
from recovery.loans.tape.applying import apply_batch
from recovery.loans.tape.staging import Upload, stage

ACTOR = Actor(id=None, name="li.na", role="administrator", scope=EVERYTHING)
TODAY = date(2026, 3, 16)
AS_OF = date(2026, 2, 28)

HEADERS = (
    *("合同编号", "借款人姓名", "身份证号码", "手机号码", "放款日期", "放款金额", "年利率(%)"),
    *("剩余本金", "欠息", "罚息", "逾期起始日", "车架号", "车牌号", "抵押登记"),
)


def id_number(serial: int) -> str:
    """Return an ID number with a valid check digit and a birth year of 1985."""
    first = f"310101198507{serial % 28 + 1:02d}{serial % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(first, weights, strict=True))
    return first + "10X98765432"[total % 11]


def line(serial: int, **changes: str) -> list[str]:
    """Return a row of a lender's table under `HEADERS`; `changes` by header."""
    values = {
        "合同编号": f"QC2024{serial:06d}",
        "借款人姓名": "王小明" if serial % 2 else "李芳",
        "身份证号码": id_number(serial),
        "手机号码": f"138{serial:08d}",
        "放款日期": "2024-02-29",
        "放款金额": "120,000.00",
        "年利率(%)": "4.9",
        "剩余本金": "80,000.50",
        "欠息": "1,200.25",
        "罚息": "88.80",
        "逾期起始日": "2025-11-29",
        "车架号": f"LSVAA{serial:012d}",
        "车牌号": f"沪A{serial:05d}",
        "抵押登记": "已抵押",
    }
    return list((values | changes).values())


def csv_text(rows: Sequence[Sequence[str]], delimiter: str = ",") -> str:
    """Return rows as csv."""
    file = StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue()


def write_csv(path: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8") -> Path:
    """Write rows under `HEADERS` and return the path."""
    path.write_bytes(csv_text([HEADERS, *rows]).encode(encoding))
    return path


def chinese_workbook(path: Path) -> Path:
    """Write a lender's sheet: title, merged group headers, 万元, four notations of days."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("逾期台账")
    day = book.add_format({"num_format": "yyyy/m/d"})
    sheet.merge_range(0, 0, 0, 11, "某某汽车金融有限公司个人汽车贷款台账（单位：万元）")
    sheet.merge_range(1, 0, 2, 0, "合同号")
    sheet.merge_range(1, 1, 1, 3, "借款人信息")
    sheet.merge_range(1, 4, 1, 8, "贷款信息")
    sheet.merge_range(1, 9, 1, 10, "保证人信息")
    sheet.merge_range(1, 11, 2, 11, "备用列")
    leaves = ("姓名", "身份证号", "联系电话", "放款日期", "放款金额", "剩余本金", "年利率")
    for place, name in enumerate((*leaves, "逾期起始日期", "姓名", "身份证号"), 1):
        sheet.write(2, place, name)
    days: list[Any] = ["2024-02-29", "2024年2月29日", 20240229, date(2024, 2, 29)]
    for place, written in enumerate(days):
        top = 3 + place
        cells = (f"HT-{place + 1}", "欧阳娜娜", id_number(place), f"1390000000{place}")
        for column, text in enumerate(cells):
            sheet.write_string(top, column, text)
        if isinstance(written, date):
            sheet.write_datetime(top, 4, written, day)
        else:
            sheet.write(top, 4, written)
        sheet.write_number(top, 5, 12.5)
        sheet.write_number(top, 6, 8.123456)
        sheet.write(top, 7, "4.9%")
        sheet.write(top, 8, 45992)
        sheet.write_string(top, 9, "赵铁柱")
        sheet.write_string(top, 10, id_number(500 + place))
    sheet.write(7, 0, "合计")
    sheet.write(7, 5, 50)
    book.close()
    return path


def workbook(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """Write rows into a workbook, numbers as numbers."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for top, row in enumerate(rows):
        for left, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(top, left, value)
            else:
                sheet.write(top, left, value)
    book.close()
    return path


def opener(actor: Actor = ACTOR) -> Callable[[], Any]:
    """Return what opens units of work for `actor`."""
    return lambda: work_as(actor)


def import_file(app: Flask, path: Path, **settings: Any) -> ImportBatch:
    """Stage and apply a file; return its batch."""
    upload = Upload(path, path.name, **settings)
    batch_id = stage(opener(), db.session(), upload)
    apply_batch(
        opener(),
        db.session(),
        batch_id,
        actor=ACTOR,
        today=TODAY,
        progress=lambda done, total: None,
    )
    return db.session.get_one(ImportBatch, batch_id, populate_existing=True)


def loan_of(contract_no: str) -> Loan:
    """Return the loan with this contract number, read afresh."""
    found = select(Loan).where(Loan.contract_no == contract_no)
    return db.session.scalars(found.execution_options(populate_existing=True)).one()


def count(model: type[Any]) -> int:
    """Return how many rows a table has."""
    return db.session.scalar(select(func.count()).select_from(model)) or 0
