"""Layouts are edited without a file: copied, checked, versioned, and used by the next import."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from recovery.kernel.db import db
from recovery.kernel.models import AuditEvent
from recovery.loans.models import TapeLayout
from tests.conftest import Browser
from tests.loans.tape.tapes import csv_text
from tests.loans.tape.test_views import batch_now, upload


@pytest.fixture
def manager(app: Flask, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in("asset_manager")


def typed(page: str, **changed: str) -> dict[str, str]:
    """Return what the editor would send as it stands, with some lines changed."""
    sent = dict(re.findall(r'name="((?:headers-|version)[^"]*)"[^>]*value="([^"]*)"', page))
    sent |= {
        name: (re.search(r'value="([^"]*)" selected', options) or ["", ""])[1]
        for name, options in re.findall(
            r'<select[^>]*name="((?:unit|days)-[^"]*)"[^>]*>(.*?)</select>', page, re.S
        )
    }
    return sent | changed


@pytest.fixture
def editor(manager: Browser) -> str:
    """Return the address of the editor of a fresh copy."""
    answer = manager.post("/tapes/layouts/generic/copy", data={"name": "某某租赁"})
    assert answer.status_code == 302
    return str(answer.location)


def kept() -> TapeLayout:
    db.session.rollback()
    found = select(TapeLayout).execution_options(populate_existing=True)
    return db.session.scalars(found).one()


def test_a_layout_is_copied_edited_and_reads_the_next_tape(manager: Browser, editor: str) -> None:
    page = manager.get(editor).text
    form = typed(
        page,
        **{
            "headers-contract_no": "档案号、合同号",
            "headers-disbursed_amount": "融资额",
            "unit-disbursed_amount": "wan",
            "headers-disbursed_on": "起租日",
            "days-disbursed_on": "dmy",
        },
    )
    assert manager.post(editor, data=form).status_code == 302
    assert kept().version == 2
    assert kept().definition["fields"]["contract_no"]["headers"] == ["档案号", "合同号"]
    shown = manager.get("/tapes/layouts/某某租赁").text
    assert "<td>自动识别</td>" in shown
    assert "第 2 版" in shown
    assert "档案号、合同号" in shown
    events = select(AuditEvent).where(AuditEvent.action == "layout.change")
    changes = [event.changes for event in db.session.scalars(events)]
    assert changes[-1]["version"] == 2
    assert {"contract_no", "disbursed_amount", "disbursed_on"} <= set(changes[-1]["changed"])
    rows = [["档案号", "融资额", "起租日"], ["A-1", "1.5", "03/04/2024"]]
    batch = upload(manager, csv_text(rows).encode())
    assert batch_now(batch).layout == "某某租赁"
    preview = manager.get(f"/tapes/{batch}/preview").text
    assert "15,000.00" in preview
    assert "2024-04-03" in preview


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"headers-contract_no": " "}, "请填写合同编号的表头"),
        ({"headers-plate": "甲", "headers-vin": "甲"}, "表头“甲”同时对应"),
        ({"headers-principal": "乙", "unit-principal": "percent"}, "没有“percent”这种单位"),
        ({"headers-disbursed_on": "丙", "days-disbursed_on": "xyz"}, "这种日期写法"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_typed_is_lost(
    manager: Browser, editor: str, changed: dict[str, str], told: str
) -> None:
    form = typed(manager.get(editor).text, **{"headers-make": "厂牌甲乙", **changed})
    answer = manager.post(editor, data=form)
    assert answer.status_code == 409
    assert told in answer.text
    assert "厂牌甲乙" in answer.text
    assert kept().version == 1


def test_of_two_who_edit_the_second_is_told(manager: Browser, editor: str) -> None:
    form = typed(manager.get(editor).text)
    first = manager.post(editor, data=form | {"headers-make": "厂牌"})
    assert first.status_code == 302
    second = manager.post(editor, data=form | {"headers-make": "品牌车系"})
    assert second.status_code == 409
    assert "品牌车系" in second.text
    assert kept().definition["fields"]["make"]["headers"] == ["厂牌"]


def test_what_comes_with_the_program_is_only_copied_and_a_name_taken_once(
    manager: Browser, editor: str
) -> None:
    assert manager.get("/tapes/layouts/generic/edit").status_code == 404
    again = manager.post("/tapes/layouts/generic/copy", data={"name": "某某租赁"})
    assert again.status_code == 409
    assert manager.post("/tapes/layouts/generic/copy", data={"name": "ABS-EE"}).status_code == 409
