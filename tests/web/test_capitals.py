"""Capital numerals follow the rules for filling in settlement vouchers."""

from decimal import Decimal

import pytest

from recovery.web.capitals import capital_yuan


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "人民币零元整"),
        ("0.05", "人民币伍分"),
        ("0.50", "人民币伍角整"),
        ("1", "人民币壹元整"),
        ("10", "人民币壹拾元整"),
        ("325.04", "人民币叁佰贰拾伍元零肆分"),
        ("1409.50", "人民币壹仟肆佰零玖元伍角整"),
        ("6007.14", "人民币陆仟零柒元壹角肆分"),
        ("1680.32", "人民币壹仟陆佰捌拾元叁角贰分"),
        ("16409.02", "人民币壹万陆仟肆佰零玖元零贰分"),
        ("107000.53", "人民币壹拾万柒仟元伍角叁分"),
        ("100005", "人民币壹拾万零伍元整"),
        ("20000000", "人民币贰仟万元整"),
        ("100000001", "人民币壹亿零壹元整"),
        ("120003400.00", "人民币壹亿贰仟万叁仟肆佰元整"),
        ("1000200000000", "人民币壹万零贰亿元整"),
        ("-12.30", "人民币负壹拾贰元叁角整"),
    ],
)
def test_an_amount_is_written_in_capitals(amount: str, words: str) -> None:
    assert capital_yuan(Decimal(amount)) == words


def test_an_amount_beyond_naming_is_refused() -> None:
    with pytest.raises(ValueError, match="beyond"):
        capital_yuan(Decimal(10) ** 16)
