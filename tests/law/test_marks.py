"""What ships confirmed: only what `LAW.md` marks as read, from no earlier day than it states."""

import re
from datetime import date

import pytest

from recovery.law import rules
from recovery.law.book import LawBook
from recovery.law.errors import NoLawInForce
from recovery.law.parameters import Version, standard_parameters
from recovery.law.registry import RULES, ask, evaluate
from tests.conftest import SHARED, needs_shared

assert rules.MODULES

READ = {
    # instrument: (where LAW.md marks its text as read, the first day that LAW.md vouches for)
    "《个人信息保护法》": ("§8, year §0", date(2023, 1, 1)),
    "《中国人民银行关于人民币存贷款计结息问题的通知》": ("§3, number", date(2007, 1, 1)),
    "《人民币利率管理规定》": ("§3, §9", date(2026, 1, 1)),
    "《全国年节及纪念日放假办法》": ("§0", date(2025, 1, 1)),
    "《变更追加规定》": ("§0", date(2021, 1, 1)),
    "《合同编通则解释》": ("§3", date(2026, 1, 1)),
    "《失信名单规定》": ("§0", date(2017, 5, 1)),
    "《审理期限规定》": ("§2.2, number", date(2002, 1, 1)),
    "《征信业管理条例》": ("§8", date(2026, 1, 1)),
    "《执行程序解释》": ("§0", date(2021, 1, 1)),
    "《担保制度解释》": ("§2.2", date(2026, 1, 1)),
    "《拍卖变卖规定》": ("§0", date(2021, 1, 1)),
    "《民事证据规定》": ("§0", date(2020, 5, 1)),
    "《民事诉讼法》": ("§0", date(2024, 1, 1)),
    "《民法典》": ("§0", date(2021, 1, 1)),
    "《民诉法解释》": ("§0", date(2022, 4, 10)),
    "《民间借贷规定》": ("§0", date(2021, 1, 1)),
    "《汽车贷款管理办法》": ("§0", date(2018, 1, 1)),
    "《确定财产处置参考价规定》": ("§0", date(2018, 9, 1)),
    "《终本规定》": ("§2.2, number", date(2018, 1, 1)),
    "《网络司法拍卖规定》": ("§0", date(2017, 1, 1)),
    "《诉讼时效规定》": ("§0", date(2021, 1, 1)),
    "《诉讼费用交纳办法》": ("§0", date(2007, 4, 1)),
    "《财产保全规定》": ("§0", date(2021, 1, 1)),
    "《迟延履行利息解释》": ("§0", date(2014, 8, 1)),
    "各高级人民法院通知": ("§2.2 small claims", date(2022, 1, 1)),
    "法答网精选答问": ("§2.2", date(2026, 1, 1)),
}

CHANGES = {
    # Single items whose own change LAW.md dates in a row marked as read.
    ("service.publication_days", date(2013, 1, 1)): "§2.2: 60 before 2022",
    ("service.publication_days", date(2022, 1, 1)): "§2.2: 60 before 2022",
    ("limitation.enforcement_application.instalments", date(2022, 1, 1)): "§2.2: 2021 change",
    ("small_claims.limits", date(2022, 1, 1)): "§2.2: half and twice as published for 2022",
}


def shipped() -> list[tuple[str, Version]]:
    return [
        (name, version)
        for name, parameter in standard_parameters().items()
        for version in parameter.versions
    ]


def test_only_what_was_read_ships_confirmed() -> None:
    assert [
        (name, version.since)
        for name, version in shipped()
        if version.confirmed != (version.mark == "V")
    ] == []
    assert {version.instrument for _name, version in shipped() if version.confirmed} == set(READ)


def test_nothing_is_confirmed_before_the_day_that_the_specification_vouches_for() -> None:
    too_early = [
        (name, version.since)
        for name, version in shipped()
        if version.confirmed
        and (name, version.since) not in CHANGES
        and (version.certain_from or version.since) < READ[version.instrument][1]
    ]
    # The value before the change of 2022 is confirmed on no day: its successor begins first.
    assert too_early == [
        ("limitation.enforcement_application.instalments", date(2013, 1, 1)),
    ]
    before = LawBook.standard().in_force(
        "limitation.enforcement_application.instalments", date(2021, 12, 31)
    )
    assert not before.confirmed


@needs_shared
def test_the_first_days_are_those_of_the_list_of_instruments() -> None:
    text = (SHARED / "LAW.md").read_text("utf-8")
    section = text.split("## 0.")[1].split("## 1.")[0]
    stated = {}
    for line in section.splitlines():
        cells = [cell.strip().strip("*") for cell in line.strip("|").split("|")]
        if (
            len(cells) == 4
            and "[V]" in cells[3]
            and (found := re.search(r"\d{4}-\d\d-\d\d", cells[2]))
        ):
            for name in re.split("[;；]", cells[0]):
                stated[name.split("(")[0].split(" ")[0].strip() or name.strip()] = found[0]
    compared = 0
    for instrument, (section, day) in READ.items():
        listed = stated.get(instrument.strip("《》"))
        if listed is not None:
            assert section == "§0"
            assert day == date.fromisoformat(listed), instrument
            compared += 1
    assert compared >= 10


@pytest.mark.parametrize(
    ("name", "unsure", "sure"),
    [
        ("deadline.answer", date(2023, 12, 31), date(2024, 1, 1)),
        ("deadline.enforcement.notice", date(2022, 4, 9), date(2022, 4, 10)),
        ("deadline.enforcement.close", date(2001, 12, 31), date(2002, 1, 1)),
        ("preservation.renewal", date(2020, 12, 31), date(2021, 1, 1)),
    ],
)
def test_a_value_is_unconfirmed_while_its_first_day_from_memory_decides(
    name: str, unsure: date, sure: date
) -> None:
    early, late = (LawBook.standard().in_force(name, day) for day in (unsure, sure))
    assert (early.confirmed, late.confirmed) == (False, True)
    assert (early.value, early.since) == (late.value, late.since)


def test_an_answer_is_unconfirmed_where_one_of_its_first_days_decides() -> None:
    early, late = (
        ask("deadline.answer", {"trigger": day, "on": day}, LawBook.standard(), date(2026, 11, 23))
        for day in ("2023-12-29", "2024-01-02")
    )
    assert (early.confirmed, late.confirmed) == (False, True)
    assert not all(used.confirmed for used in early.used)


def test_the_evaluation_says_so_beside_the_result() -> None:
    question = {"trigger": "2019-03-01", "on": "2019-03-01"}
    given = evaluate("deadline.answer", question, LawBook.standard(), date(2026, 11, 23))
    assert given["confirmed"] is False
    assert isinstance(given["result"], dict)
    assert set(given["result"]) == set(RULES["deadline.answer"].results)


@pytest.mark.parametrize(
    ("rule", "inputs"),
    [
        ("deadline.appeal.judgment", {"trigger": "2014-05-08"}),
        ("deadline.answer", {"trigger": "2014-05-08"}),
        ("preservation.expiry", {"measure_date": "2016-05-09", "type": "movable_vehicle"}),
    ],
)
def test_an_event_of_long_ago_is_answered_by_the_law_of_its_day(
    rule: str, inputs: dict[str, object]
) -> None:
    day = inputs.get("trigger") or inputs["measure_date"]
    answer = ask(rule, inputs, LawBook.standard(), date(2026, 3, 16))
    assert answer.on.isoformat() == day
    named = ask(rule, {**inputs, "on": "2026-03-16"}, LawBook.standard(), date(2026, 3, 16))
    assert named.on == date(2026, 3, 16)


def test_an_event_before_all_law_that_is_held_is_refused() -> None:
    with pytest.raises(NoLawInForce):
        ask("deadline.answer", {"trigger": "1995-05-08"}, LawBook.standard(), date(2026, 3, 16))
