"""Names read by a rule, kinds by their labels, numbers of people masked."""

import pytest

from recovery.evidence.intake.rules import (
    DEFAULT_RULE,
    KIND_ALIASES,
    checked_order,
    code_named,
    masked_text,
    naming_rule,
)
from recovery.loans.labels import DOCUMENT_KINDS

LABELS = {code: text.key for code, text in DOCUMENT_KINDS.items()}


@pytest.mark.parametrize(
    ("rule", "name", "parts"),
    [
        (
            DEFAULT_RULE,
            "HT-2025-0001_借款合同_汽车贷款合同.pdf",
            ("HT-2025-0001", "借款合同", "汽车贷款合同"),
        ),
        (DEFAULT_RULE, "HT-1_催收函_第一次_挂号.pdf", ("HT-1", "催收函", "第一次_挂号")),
        ("类型-合同编号", "催收函-A100.jpg", ("A100", "催收函", None)),
        ("【合同编号】标题（类型）", "【A1】合同（借款合同）.pdf", ("A1", "借款合同", "合同")),
    ],
)
def test_a_name_is_read_by_its_rule(
    rule: str, name: str, parts: tuple[str, str, str | None]
) -> None:
    made = naming_rule(rule)
    assert made is not None
    read = made.read(name)
    assert read is not None
    assert (read["contract_no"], read["kind"], read.get("title")) == parts


def test_a_name_that_does_not_follow_the_rule_says_nothing() -> None:
    made = naming_rule(DEFAULT_RULE)
    assert made is not None
    assert made.read("扫描0001.pdf") is None


@pytest.mark.parametrize("rule", ["类型_标题", "合同编号_合同编号", "合同编号类型", "", "随便"])
def test_a_rule_that_cannot_tell_the_loan_is_none(rule: str) -> None:
    assert naming_rule(rule) is None


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("借款合同", "loan_contract"),
        ("loan_contract", "loan_contract"),
        ("登记证书", "registration_certificate"),
        (" 催收函 ", "demand"),
        ("不知道", None),
    ],
)
def test_a_kind_is_known_by_code_label_and_alias(typed: str, code: str | None) -> None:
    assert code_named(typed, LABELS, KIND_ALIASES) == code


@pytest.mark.parametrize(
    ("text", "kept", "gone"),
    [
        ("身份证110101199003070599。", "0599", "110101199003070599"),
        ("尾号为X：11010119900307059X", "059X", "19900307"),
        ("电话 138 0000 0001 联系", "0001", "138 0000"),
        ("账号 6222 0200 0000 0000 001", "•", "6222"),
        ("座机 021-12345678", "5678", "12345"),
        ("全角１３８０００００００１", "0001", "1380000"),
    ],
)
def test_numbers_of_people_are_masked(text: str, kept: str, gone: str) -> None:
    masked = masked_text(text)
    assert kept in masked
    assert gone not in masked


@pytest.mark.parametrize(
    "text", ["借款金额 120,000.00 元", "2025-01-15", "第 123456 号", "HT-2025-0001"]
)
def test_amounts_days_and_contract_numbers_stay(text: str) -> None:
    assert masked_text(text) == text


def test_an_order_keeps_what_was_not_named_and_drops_what_is_not_there() -> None:
    assert checked_order(["3", "x", "1", "3", "9"], [1, 2, 3]) == [3, 1, 2]
