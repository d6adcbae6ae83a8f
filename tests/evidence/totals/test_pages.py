"""The pages of outside totals: import, differences, the reconciliation."""

import io
from collections.abc import Callable
from decimal import Decimal

from flask import Flask
from sqlalchemy import select

from recovery.access.models import ApprovalRequest
from recovery.evidence.totals.models import ControlDifference, ControlTotal, Reconciliation
from recovery.kernel import clock
from recovery.kernel.db import db
from tests.conftest import Browser

SignIn = Callable[..., Browser]
FILE = "日期,来源,项目,金额\n2026-01-31,总账,本金余额,100.00\n2026-01-31,银行入账,当日收款,0\n"


def imported(browser: Browser, text: str = FILE) -> str:
    """Import a file and return the page that follows."""
    sent = {"file": (io.BytesIO(text.encode()), "totals.csv")}
    done = browser.post("/evidence/totals/import", data=sent, follow_redirects=True)
    return done.get_data(as_text=True)


def test_a_file_is_imported_and_its_differences_are_listed(app: Flask, signed_in: SignIn) -> None:
    browser = signed_in("asset_manager")
    page = imported(browser)
    assert "已录入 2 个数字" in page
    assert "CY000001" in page
    assert len(db.session.scalars(select(ControlTotal)).all()) == 2
    assert "100.00" in page


def test_a_file_that_cannot_be_read_is_refused_with_its_line(app: Flask, signed_in: SignIn) -> None:
    page = imported(signed_in("asset_manager"), FILE + "昨天,总账,本金余额,1\n")
    assert "第 4 行无法读取" in page
    assert db.session.scalars(select(ControlTotal)).all() == []


def test_one_figure_is_typed(app: Flask, signed_in: SignIn) -> None:
    browser = signed_in("asset_manager")
    data = {
        "day": "2026-01-31",
        "source": "general_ledger",
        "measure": "costs",
        "amount": "12.50",
        "scope": "",
        "reference": "GL-7",
    }
    assert browser.post("/evidence/totals/new", data=data).status_code == 302
    total = db.session.scalars(select(ControlTotal)).one()
    assert (total.amount, total.reference) == (Decimal("12.50"), "GL-7")


def test_a_difference_is_given_an_owner_and_closed(app: Flask, signed_in: SignIn) -> None:
    browser = signed_in("asset_manager")
    imported(browser)
    one = db.session.scalars(select(ControlDifference)).one()
    url = f"/evidence/totals/differences/{one.id}"
    assert "账龄" in browser.get(url).get_data(as_text=True)
    data = {
        "owner": "asset-manager",
        "cause": "timing",
        "reason": "次日入账",
        "closing": "explained",
        "version": str(one.version),
    }
    before = {**data, "reason": "银行未达", "closing": ""}
    assert browser.post(f"{url}/handle", data=before).status_code == 302
    stale = browser.post(f"{url}/handle", data=data)
    assert stale.status_code == 409
    assert "银行未达" in stale.text  # beside what was typed; sent again, it counts
    data["version"] = str(int(before["version"]) + 1)
    assert f'value="{data["version"]}"' in stale.text
    assert browser.post(f"{url}/handle", data=data).status_code == 302
    db.session.rollback()
    one = db.session.scalars(select(ControlDifference)).one()
    assert (one.cause, one.closing) == ("timing", "explained")
    assert "次日入账" in browser.get(url).get_data(as_text=True)


def test_a_month_is_drawn_up_and_shown(app: Flask, signed_in: SignIn) -> None:
    browser = signed_in("asset_manager")
    imported(browser)
    wrong = browser.post("/evidence/totals/reconciliations/new", data={"month": "x", "reason": "y"})
    assert "2026-02" in wrong.get_data(as_text=True)
    month = {"month": "2026-01", "reason": "一月对账"}
    done = browser.post("/evidence/totals/reconciliations/new", data=month, follow_redirects=True)
    page = done.get_data(as_text=True)
    assert "待签署" in page
    assert "总账" in page
    one = db.session.scalars(select(Reconciliation)).one()
    assert one.figures["month"] == "2026-01"
    assert one.prepared_at <= clock.now()
    request_id = db.session.scalars(select(ApprovalRequest.id)).one()
    asked = browser.get(f"/approvals/{request_id}").get_data(as_text=True)
    assert "缺少天数" in asked, "in words, as on the page of the month"
    assert "测试 asset-manager" in asked
    assert '"general_ledger"' not in asked.split("<pre")[0]
    assert "2026-01/1" in browser.get("/evidence/totals/reconciliations").get_data(as_text=True)
