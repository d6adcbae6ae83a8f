"""The pages of a sample, as an auditor uses them."""

from collections.abc import Callable

import pytest

from recovery.evidence.sampling import service
from recovery.evidence.sampling.models import AuditSample
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.job_runner import run_due_jobs
from tests.conftest import Browser
from tests.evidence.sampling.conftest import fixed, fresh

STRATIFIED = {
    "seed": "41625336",
    "method": "stratified",
    "confidence": "95",
    "bounds": "4,000\n10000",
    "allocation": "given",
    "numbers": "1 2 2",
}


@pytest.fixture
def client(auditor: Actor, signed_in: Callable[..., Browser]) -> Browser:
    """Return the browser of the engaged auditor."""
    return signed_in("external_auditor")


@pytest.fixture
def sample(auditor: Actor) -> AuditSample:
    """Return a sample whose population is fixed."""
    return fixed(auditor)


def seeded(client: Browser, sample: AuditSample, **more: str) -> AuditSample:
    answer = client.post(f"/evidence/samples/{sample.id}/seed", data=STRATIFIED | more)
    assert answer.status_code == 302, answer.text
    run_due_jobs()
    return fresh(sample.id)


def test_a_population_is_fixed_from_its_page(client: Browser) -> None:
    page = client.get("/evidence/samples/new/loan?balance_from=5000&balance_to=8000").text
    assert "26,000.00" in page
    data = {"title": "余额", "measure": "balance", "query": "balance_from=5000&balance_to=8000"}
    place = client.post("/evidence/samples/new/loan", data=data).location
    assert "正在固定" in client.get(place).text
    run_due_jobs()
    assert "26,000.00" in client.get(place).text
    assert client.get("/evidence/samples/new/nothing").status_code == 404


def test_a_seed_before_its_time_is_refused_on_the_page(client: Browser) -> None:
    data = {"title": "余额", "measure": "balance", "query": ""}
    place = client.post("/evidence/samples/new/loan", data=data).location
    answer = client.post(f"{place}/seed", data=STRATIFIED)
    assert answer.status_code == 409
    assert "总体还没有固定" in answer.text


def test_strata_are_given_by_their_lower_ends(client: Browser, sample: AuditSample) -> None:
    drawn = seeded(client, sample)
    assert (drawn.bounds, drawn.numbers) == (["4000.00", "10000.00"], [1, 2, 2])
    items = service.items_of(db.session(), sample.id)
    assert [item.stratum for item in items] == [0, 1, 1, 2, 2]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"bounds": "many"}, "many"),
        ({"bounds": "5000\n4000"}, "从小到大"),
        ({"numbers": "1 2"}, "各写一个数量"),
        ({"seed": "123"}, "至少 6 个字符"),
        ({"method": "random"}, "请填写样本量"),
        ({"method": "mus", "tolerable": "100", "expected": "90"}, "60%"),
        ({"confidence": "20"}, "置信水平"),
    ],
)
def test_what_cannot_be_drawn_is_said_and_nothing_typed_is_lost(
    client: Browser, sample: AuditSample, wrong: dict[str, str], sentence: str
) -> None:
    answer = client.post(f"/evidence/samples/{sample.id}/seed", data=STRATIFIED | wrong)
    assert answer.status_code in {409, 422}
    assert sentence in answer.text
    assert fresh(sample.id).state == "fixed"


def test_the_size_of_a_monetary_sample_is_shown_before_it_is_drawn(
    client: Browser, sample: AuditSample
) -> None:
    data = {"method": "mus", "tolerable": "26000", "confidence": "95"}
    shown = client.post(f"/evidence/samples/{sample.id}/implied", data=data).text
    assert "9" in shown  # 2.9957 × 78,000 / 26,000 = 8.987
    assert "8,666.67" in shown
    assert "请填写样本量" in client.post(
        f"/evidence/samples/{sample.id}/implied", data={"method": "random"}
    ).text  # fmt: skip


def test_results_are_pasted_whole_or_not_at_all(client: Browser, sample: AuditSample) -> None:
    seeded(client, sample)
    items = service.items_of(db.session(), sample.id)
    good = [f"{item.place}\t{item.value}" for item in items]
    wrong = {
        "1, 1.00": "请选择例外的种类",
        "1，1.00，金额不符": "请写明理由",
        "1, 1.00, 奇怪, 因为": "没有“奇怪”这种例外",
        "first, 1.00": "第 4 行看不懂",
        "99, 1.00": "没有这条记录",
    }
    place = f"/evidence/samples/{sample.id}/paste"
    for line, sentence in wrong.items():
        answer = client.post(place, data={"lines": "\n".join([*good[1:4], line])})
        assert sentence in answer.text, line
        assert answer.status_code != 302
    db.session.rollback()
    assert all(item.examined is None for item in service.items_of(db.session(), sample.id))
    last = f"5, {items[4].value - 10}, 金额不符, 少记还款，已更正"
    assert client.post(place, data={"lines": "\n".join([*good[:4], last])}).status_code == 302
    page = client.get(f"/evidence/samples/{sample.id}").text
    assert "金额不符：1" in page
    assert "有的层核对不足两项" in page
    answer = client.post(place, data={"lines": "\n".join([*good[1:], last])})
    assert "第 5 项已登记过别的结果" in answer.text
    assert client.post(place, data={"lines": last}).status_code == 302
    done = client.get(f"/evidence/samples/{sample.id}/items?result=exception").text
    assert items[4].reference in done
    assert items[0].reference not in done
    words = {"words": "差异已更正，可以接受。"}
    client.post(f"/evidence/samples/{sample.id}/conclusion", data=words)
    assert words["words"] in client.get(f"/evidence/samples/{sample.id}").text


def test_one_result_after_the_other(client: Browser, sample: AuditSample) -> None:
    seeded(client, sample)
    item = service.items_of(db.session(), sample.id)[0]
    place = f"/evidence/samples/{sample.id}/items/1"
    answer = client.post(place, data={"examined": "1", "exception": "", "version": "1"})
    assert answer.status_code == 409
    assert "请选择例外的种类" in answer.text
    value = str(item.value)
    answer = client.post(place, data={"examined": value, "exception": "", "version": "1"})
    assert answer.location.endswith("/items/2")
    again = client.post(place, data={"examined": value, "exception": "", "version": "1"})
    assert again.status_code == 409
    assert 'name="version" type="hidden" value="2"' in again.text
    different = {"examined": "1.00", "exception": "amount", "reason": "少计", "version": "1"}
    assert f"<td>{item.value:,.2f}</td>" in client.post(place, data=different).text
    assert client.post(place, data={**different, "version": "2"}).status_code == 302
    assert client.get(f"/evidence/samples/{sample.id}/items/77").status_code == 404


def test_letters_are_tracked_on_their_pages(client: Browser, sample: AuditSample) -> None:
    seeded(client, sample)
    client.post(f"/evidence/samples/{sample.id}/make/letters")
    run_due_jobs()
    place = f"/evidence/samples/{sample.id}/letters"
    assert "未发出" in client.get(place).text
    refused = client.post(f"{place}/1", data={"state": "sent", "version": "1"})
    assert "请填写发出日期" in refused.text
    sent = {"state": "sent", "sent_on": "2026-11-20", "version": "1"}
    assert client.post(f"{place}/1", data=sent).status_code == 302
    page = client.get(place).text
    assert "已发出" in page
    assert "2026-11-20" in page
    show = client.get(f"/evidence/samples/{sample.id}").text
    assert f"{sample.number}-letters.zip" in show
    assert client.post(f"/evidence/samples/{sample.id}/make/what").status_code == 404


def test_the_page_says_why_loans_are_fixed_under_the_newest_head_only(client: Browser) -> None:
    words = "贷款总体只能按固定时的最新检查点固定"
    assert words in client.get("/evidence/samples/new/loan").text
    transactions = client.get("/evidence/samples/new/transaction").text
    assert words not in transactions
    assert 'name="log_size"' in transactions
