"""A tape is imported in a real browser; every page of the wizard is accessible."""

from collections.abc import Callable
from pathlib import Path

from flask import Flask
from playwright.sync_api import Page, expect

from recovery.kernel.job_runner import run_due_jobs
from tests.browser.conftest import check_accessibility
from tests.loans.tape.tapes import chinese_workbook


def test_a_tape_is_uploaded_mapped_dry_run_and_imported(
    app: Flask, enter: Callable[..., Page], address: str, tmp_path: Path
) -> None:
    page = enter("asset_manager")
    page.goto(f"{address}/tapes/")
    check_accessibility(page)
    page.get_by_role("main").get_by_role("link", name="导入", exact=True).last.click()
    check_accessibility(page)
    page.get_by_label("资产明细表").set_input_files(chinese_workbook(tmp_path / "台账.xlsx"))
    page.get_by_role("button", name="上传并读入").click()
    expect(page.get_by_role("heading", name="对应列")).to_be_visible()
    check_accessibility(page)
    page.get_by_role("button", name="采用并预览").click()
    expect(page.get_by_role("heading", name="预览与试算")).to_be_visible()
    check_accessibility(page)
    mapped = page.url.removesuffix("/preview")
    page.get_by_role("button", name="试算全部 4 行").click()
    run_due_jobs()
    page.goto(f"{mapped}/confirm")
    check_accessibility(page)
    page.get_by_role("button", name="导入 4 笔贷款").click()
    run_due_jobs()
    page.goto(mapped)
    expect(page.get_by_text("控制合计", exact=True)).to_be_visible()
    expect(page.get_by_text("不符")).to_have_count(0)
    check_accessibility(page)
