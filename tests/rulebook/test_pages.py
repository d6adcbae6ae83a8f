"""The pages of the law's administrator and of counsel, as a browser meets them."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from recovery.kernel.db import db
from recovery.law.inputs import outer_name
from recovery.law.registry import RULES
from recovery.rulebook import proposals
from recovery.rulebook.models import LawChange
from recovery.rulebook.sheets import sheets
from tests.conftest import Browser
from tests.rulebook.conftest import Office

Enter = Callable[..., Browser]

EXAMPLES = {
    "date": "2026-03-16",
    "decimal string": "1000",
    "integer": "3",
    "boolean": "yes",
    "local datetime": "2026-03-16 09:30",
    "time": "21:30",
    "text": "上海",
    "list of date": "2026-03-16\n2026-03-18",
    "list of decimal string": "100000\n120000",
    "list of text": "costs\ninterest\nprincipal",
}
VERSION = {
    "value": "{ days = 20 }",
    "since": "2026-05-01",
    "instrument": "《民事诉讼法》",
    "article": "第171条",
    "edition": "2026年修正",
    "mark": "V",
    "is_confirmed": "y",
    "reason": "修法",
}


def example(kind: str, values: tuple[str, ...]) -> str:
    if values:
        return values[0]
    if kind.startswith("list of {"):
        parts = kind.removeprefix("list of {").removesuffix("}").split(", ")
        return ", ".join(EXAMPLES[part.split(": ")[1]] for part in parts)
    return EXAMPLES[kind]


@pytest.fixture
def counsel(signed_in: Enter) -> Browser:
    """Return the browser of somebody who calculates."""
    return signed_in("counsel")


def test_every_rule_has_a_calculator_that_reads_its_inputs(counsel: Browser) -> None:
    unread = []
    for rule, one in RULES.items():
        asked = {
            outer_name(each.name): example(each.kind.name, each.kind.values) for each in one.inputs
        }
        page = counsel.get(f"/law/rules/{rule}", query_string=asked)
        assert page.status_code == 200, rule
        # Examples may contradict each other; the law then says why. The form itself reads them.
        if "calculator-form" not in page.text or "answer-table" not in page.text:
            refused = "无法计算" in page.text
            if not refused:
                unread.append((rule, re.findall(r'class="error"[^>]*>(.*?)<', page.text)))
    assert unread == []


def test_a_calculator_shows_value_weekday_article_versions_and_steps(counsel: Browser) -> None:
    asked = {"trigger": "2026-03-06"}
    text = counsel.get("/law/rules/deadline.appeal.judgment", query_string=asked).text
    assert "2026-03-23 星期一" in text, "the fifteenth day, 21 March 2026, is a Saturday"
    assert "由 2026-03-21 星期六 顺延" in text
    assert "《民事诉讼法》" in text
    assert "第171条" in text
    assert "法律库版本" in text
    assert "计算过程" in text


def test_a_calculator_applies_the_law_of_the_day_that_is_chosen(counsel: Browser) -> None:
    asked = {"publish_date": "2021-12-31", "on": "2021-12-31"}
    before = counsel.get("/law/rules/service.by_publication", query_string=asked).text
    after = counsel.get(
        "/law/rules/service.by_publication", query_string=asked | {"on": "2022-01-01"}
    ).text
    assert "2022-03-01" in before
    assert "2022-01-30" in after


def test_what_cannot_be_computed_is_said_and_nothing_typed_is_lost(counsel: Browser) -> None:
    page = counsel.get("/law/rules/court_fee.acceptance", query_string={"amount": "一百"})
    assert page.status_code == 200
    assert "不是金额" in page.text
    assert 'value="一百"' in page.text


@pytest.mark.parametrize("path", ["rules/court_fee.acceptance", "sheets/fees"])
def test_an_error_stands_once_beside_its_field(counsel: Browser, path: str) -> None:
    page = counsel.get(f"/law/{path}", query_string={"amount": "一百"}).text
    assert page.count("不是金额") == 1
    assert 'id="amount-error"' in page


def test_while_one_types_the_error_stands_in_the_part_that_is_renewed(counsel: Browser) -> None:
    typing = {"HX-Request": "true"}
    page = counsel.get(
        "/law/rules/court_fee.acceptance", query_string={"amount": "一百"}, headers=typing
    ).text
    assert page.split('id="answer"')[1].count("不是金额") == 1
    asked = {"original_months": "13", "cumulative_extension_months": "3"}
    page = counsel.get(
        "/law/rules/extension.personal_loan_le_1y", query_string=asked, headers=typing
    ).text
    assert page.split('id="answer"')[1].count("本规则只适用于") == 1


def test_what_the_law_refuses_stands_once_beside_its_field(counsel: Browser) -> None:
    asked = {"original_months": "13", "cumulative_extension_months": "3"}
    page = counsel.get("/law/rules/extension.personal_loan_le_1y", query_string=asked).text
    assert page.count("本规则只适用于") == 1


def test_the_approval_of_a_law_change_shows_no_amount(office: Office, signed_in: Enter) -> None:
    with office.work() as work:
        change = proposals.propose_confirmation(
            work, "interest.cap.financial_loan", date(2017, 8, 4), reason="已核对原文"
        )
    page = signed_in("administrator").get(f"/approvals/{office.request_on(change).id}").text
    assert "金额（元）" not in page
    assert "同意并执行" in page
    inbox = signed_in("administrator").get("/approvals/").text
    assert "0.00" not in inbox


def test_a_year_that_ships_is_offered_for_correction_with_its_days(signed_in: Enter) -> None:
    browser = signed_in("administrator")
    assert "/rulebook/calendar/new?year=2026" in browser.get("/rulebook/calendar").text
    form = browser.get("/rulebook/calendar/new?year=2026").text
    assert "2026-02-17" in form
    assert 'value="2026"' in form


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_worksheet_answers(signed_in: Enter, language: str) -> None:
    browser = signed_in("counsel")
    browser.post(f"/language/{language}")
    facts = {
        "amount": "86543.21",
        "principal": "100000",
        "annual_rate": "7.2",
        "uplift": "50",
        "from": "2026-01-05",
        "to": "2026-03-16",
        "trigger": "2026-03-06",
        "last_instalment_due": "2026-01-05",
        "last_day_of_performance_period": "2026-02-05",
    }
    for name, sheet in sheets().items():
        asked = {fact: text for fact, text in facts.items() if fact in sheet.facts}
        page = browser.get(f"/law/sheets/{name}", query_string=asked)
        assert page.status_code == 200
        assert "answer-line" in page.text, name


def test_the_index_is_searched_in_both_languages(counsel: Browser) -> None:
    for words in ("上诉", "appeal", "court_fee.appeal"):
        assert "/law/rules/court_fee.appeal" in counsel.get(f"/law/?q={words}").text
    assert "没有符合" in counsel.get("/law/?q=没有这种规则").text


def test_an_administrator_proposes_and_another_approves_through_the_pages(
    office: Office, signed_in: Enter
) -> None:
    ada, bo = (signed_in("administrator", username=name) for name in ("ada", "bo"))
    sent = ada.post("/rulebook/parameters/deadline.appeal.judgment/new", data=VERSION)
    assert sent.status_code == 302, sent.text
    change = db.session.scalars(select(LawChange)).one()
    shown = ada.get(f"/rulebook/changes/{change.id}").text
    assert "20 日" in shown
    assert "待审批" in shown
    request = office.request_on(change)
    page = bo.get(f"/approvals/{request.id}")
    assert "20 日" in page.text
    assert "15 日" in page.text, "what it replaces is shown too"
    form = {"shown": request.digest, "decision": "approve", "reason": ""}
    assert bo.post(f"/approvals/{request.id}/decide", data=form).status_code == 302
    asked = {"trigger": "2026-05-01", "on": "2026-05-01"}
    answer = ada.get("/law/rules/deadline.appeal.judgment", query_string=asked).text
    assert "2026-05-21" in answer
    assert "撤销" in ada.get(f"/rulebook/changes/{change.id}").text
    taken_back = ada.post(f"/rulebook/changes/{change.id}/retract", data={"reason": "有误"})
    assert taken_back.status_code == 302
    assert "视同未作出" in ada.get(taken_back.location).text
    assert "本单位增补" in ada.get("/rulebook/parameters/deadline.appeal.judgment").text


def test_a_refused_value_stands_above_the_form_with_all_that_was_typed(
    office: Office, signed_in: Enter
) -> None:
    ada = signed_in("administrator", username="ada")
    wrong = VERSION | {"value": "15"}
    page = ada.post("/rulebook/parameters/deadline.appeal.judgment/new", data=wrong)
    assert page.status_code == 409
    assert "应为表" in page.text
    assert "2026年修正" in page.text


@pytest.mark.parametrize(
    ("name", "fields", "stored"),
    [
        ("court_fee.rounding", {"unit": "yuan"}, '"yuan"'),
        ("court_fee.security_realization", {"share": "25"}, "{ share_of_acceptance = 0.25 }"),
        ("court_fee.security_realization", {"per_item": "100"}, "{ per_item = 100.00 }"),
        ("interest.cap.financial_loan", {"rate": "18"}, "0.18"),
        ("interest.doubled.day_convention", {"convention": "both_ends"}, '"both_ends"'),
    ],
)
def test_what_a_court_does_is_entered_in_fields_of_its_own(
    office: Office, signed_in: Enter, name: str, fields: dict[str, str], stored: str
) -> None:
    ada = signed_in("administrator", username="ada")
    place = {"place_kind": "court", "place_name": "上海市浦东新区人民法院"}
    sent = ada.post(f"/rulebook/settings/{name}/new", data=VERSION | place | fields)
    assert sent.status_code == 302, re.findall(r'class="error"[^>]*>(.*?)</', sent.text)
    change = db.session.scalars(select(LawChange)).one()
    assert (change.place, change.value) == ("court:上海市浦东新区人民法院", stored)


def test_a_province_s_thresholds_join_the_table_of_all(office: Office, signed_in: Enter) -> None:
    ada = signed_in("administrator", username="ada")
    fields = {"province": "上海", "year": "2026", "mandatory": "7.5万", "by_agreement": "30万"}
    sent = ada.post("/rulebook/settings/small_claims.published/new", data=VERSION | fields)
    assert sent.status_code == 302, re.findall(r'class="error"[^>]*>(.*?)</', sent.text)
    office.approve(db.session.scalars(select(LawChange)).one())
    asked = {"province": "上海", "amount": "70000", "on": "2026-05-01"}
    for year, mode in (("2026", "应当适用"), ("2022", "可约定适用")):
        page = ada.get("/law/rules/small_claims.published", query_string=asked | {"year": year})
        assert f"<strong>{mode}</strong>" in page.text
    assert "浙江" in ada.get("/rulebook/settings").text


def test_the_form_of_a_year_counts_while_one_types(office: Office, signed_in: Enter) -> None:
    ada = signed_in("administrator", username="ada")
    typed = {"year": "2027", "rest": "2027-02-05 至 2027-02-12", "working": "2027-02-20"}
    text = ada.post("/rulebook/calendar/preview", data=typed | {"stated_days_off": "8"}).text
    assert "8 天" in text
    assert "与通知的总天数一致" in text
    assert "不平衡" in text
    assert db.session.scalars(select(LawChange)).all() == []


def test_a_preview_writes_nothing_and_says_what_is_wrong(office: Office, signed_in: Enter) -> None:
    ada = signed_in("administrator", username="ada")
    url = "/rulebook/parameters/deadline.appeal.judgment/preview"
    assert "不影响" in ada.post(url, data=VERSION).text
    assert "应为表" in ada.post(url, data=VERSION | {"value": "15"}).text
    assert "填写完整" in ada.post(url, data={"value": "{ days = 20 }"}).text
    assert db.session.scalars(select(LawChange)).all() == []


def test_the_list_of_parameters_is_narrowed_by_mark_and_standing(
    app: Flask, signed_in: Enter
) -> None:
    browser = signed_in("auditor")
    every = browser.get("/rulebook/").text
    assert "财产案件受理费" in every
    unconfirmed = browser.get("/rulebook/?state=unconfirmed").text
    assert "金融借款综合费率上限" in unconfirmed
    assert "财产案件受理费" not in unconfirmed
    assert "财产案件受理费" not in browser.get("/rulebook/?mark=S").text


def test_only_an_administrator_is_offered_changes(app: Flask, signed_in: Enter) -> None:
    page = signed_in("counsel").get("/rulebook/parameters/deadline.appeal.judgment").text
    assert "新增版本" not in page
    changing = signed_in("counsel").get("/rulebook/parameters/deadline.appeal.judgment/new")
    assert changing.status_code == 403


def test_a_reason_of_a_change_to_the_law_is_no_longer_than_other_reasons(
    signed_in: Enter,
) -> None:
    page = signed_in("administrator").post(
        "/rulebook/parameters/deadline.appeal.judgment/new", data=VERSION | {"reason": "理" * 501}
    )
    assert page.status_code == 422
    assert "申请理由最多 500 个字" in page.text
