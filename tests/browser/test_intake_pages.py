"""Documents dropped onto the page, pages put in order, an item checked again: in a real browser."""

import base64
from collections.abc import Callable
from io import BytesIO

from playwright.sync_api import Page, expect

from recovery.evidence.intake import custody, scans
from recovery.evidence.intake.custody import NewOriginal
from recovery.evidence.intake.models import ScanDraft
from recovery.evidence.items.queries import item_of_document
from recovery.evidence.sequencer import checkpoint, register_pending
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.work import work_as
from recovery.loans.documents import Papers, add_documents, keep_file
from recovery.loans.models import Loan
from tests.browser.conftest import check_accessibility, check_width
from tests.evidence.intake.making import pdf, picture

DROP = """(zone, files) => {
  const carried = new DataTransfer();
  for (const [name, data] of files) {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    carried.items.add(new File([bytes], name, { type: "application/pdf" }));
  }
  const told = { dataTransfer: carried, bubbles: true, cancelable: true };
  zone.dispatchEvent(new DragEvent("drop", told));
}"""


def check(page: Page) -> None:
    """Fail with what is wrong for who reads with other means, or on this screen."""
    check_accessibility(page)
    check_width(page)


def test_files_dropped_onto_the_page_are_sent_one_by_one_and_listed(
    enter: Callable[..., Page], loan: Loan
) -> None:
    page = enter("counsel")
    page.goto("/evidence/intake/")
    check(page)
    files = [
        ("HT-0001_借款合同_合同.pdf", pdf("a")),
        ("HT-0001_催收函_催收函.pdf", pdf("b")),
        ("随便.pdf", pdf("c")),
    ]
    carried = [[name, base64.b64encode(data).decode()] for name, data in files]
    page.locator("[data-drop]").evaluate(DROP, carried)
    expect(page.locator("[data-chosen] li")).to_have_count(3)
    page.get_by_role("button", name="上传并核对").click()
    page.wait_for_url("**/evidence/intake/*")
    expect(page.get_by_role("button", name="入库 2 个文件")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(3)
    check(page)
    page.get_by_role("link", name="修改 随便.pdf").click()
    page.get_by_label("合同编号").fill("HT-0001")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("button", name="入库 3 个文件")).to_be_visible()


def test_pages_are_dragged_and_moved_by_keys(
    enter: Callable[..., Page], actor: Actor, loan: Loan
) -> None:
    with work_as(actor) as work:
        kept = [keep_file(BytesIO(picture(color=c)), f"{c}.jpg") for c in ("red", "blue", "lime")]
        draft = scans.start_draft(work, loan.id, Papers("loan_contract", title="合同"), kept)
    page = enter("counsel")
    page.goto(f"/evidence/intake/scans/{draft.id}")
    check(page)
    cards = page.locator("[data-page]")
    cards.nth(2).drag_to(cards.nth(0), target_position={"x": 5, "y": 5})
    page.get_by_role("button", name="保存顺序").click()
    assert names(draft) == ["lime.jpg", "red.jpg", "blue.jpg"]
    page.get_by_role("button", name="后移 lime.jpg").focus()
    page.keyboard.press("Enter")
    expect(cards.nth(0)).to_contain_text("red.jpg")
    assert names(draft) == ["red.jpg", "lime.jpg", "blue.jpg"]


def names(draft: ScanDraft) -> list[str]:
    """Return the pages of a draft in their order."""
    db.session.rollback()
    return [page.file_name for page in scans.pages_of(db.session(), draft.id)]


def test_an_item_is_checked_again_on_its_page(
    enter: Callable[..., Page], actor: Actor, loan: Loan
) -> None:
    with work_as(actor) as work:
        kept = keep_file(BytesIO(pdf("a")), "合同.pdf")
        [document] = add_documents(work, loan.id, [kept], Papers("loan_contract", title="合同正本"))
    register_pending()
    checkpoint()
    db.session.rollback()
    item = item_of_document(db.session(), document.id)
    assert item is not None
    page = enter("counsel")
    page.goto(f"/evidence/items/{item.id}")
    check(page)
    page.get_by_role("button", name="立即重新核验").click()
    expect(page.get_by_role("heading", name="核验结果")).to_be_visible()
    expect(page.get_by_text("核验一致")).to_have_count(4)
    check(page)


def test_originals_and_their_stocktake_can_be_read_by_everyone(
    enter: Callable[..., Page], actor: Actor, loan: Loan
) -> None:
    with work_as(actor) as work:
        one = custody.receive(work, loan.id, NewOriginal("loan_contract", "合同", "保险柜", 2))
    page = enter("counsel")
    for address in (
        "/evidence/originals/",
        f"/evidence/originals/{one.id}",
        f"/evidence/originals/{one.id}/do/lend",
        f"/evidence/originals/new/{loan.id}",
    ):
        page.goto(address)
        check(page)
    page.goto("/evidence/originals/stocktakes/")
    page.get_by_role("button", name="开始盘点").click()
    page.get_by_label("条码").fill(f"{one.barcode}\nFREMD-1")
    page.get_by_role("button", name="记入").click()
    expect(page.get_by_text("多出").last).to_be_visible()
    check(page)
