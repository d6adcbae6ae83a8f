"""Everything a calculator shows has a name in both languages."""

import re

import pytest

from recovery.law.inputs import outer_name
from recovery.law.parameters import standard_parameters
from recovery.law.registry import RULES
from recovery.rulebook import words
from recovery.rulebook.value_words import value_lines, value_text


@pytest.mark.parametrize("rule", sorted(RULES))
def test_a_rule_its_inputs_and_its_results_have_names(rule: str) -> None:
    named = [words.rule_title(rule)]
    named += [words.input_label(rule, outer_name(one.name)) for one in RULES[rule].inputs]
    named += [words.result_label(name) for name in RULES[rule].results]
    for word in named:
        assert re.search("[\u4e00-\u9fff]|LPR", word.chinese), word
        assert word.english.isascii() or "×" in word.english, word


def test_every_closed_value_has_a_name() -> None:
    values = {value for rule in RULES.values() for one in rule.inputs for value in one.kind.values}
    assert values - set(words.words()["values"]) == set()


def test_every_part_of_an_item_has_a_name_and_no_name_is_left_over() -> None:
    items = {
        one.kind.name.removeprefix("list of {").removesuffix("}")
        for rule in RULES.values()
        for one in rule.inputs
        if one.kind.name.startswith("list of {")
    }
    parts = {part.split(": ")[0] for item in items for part in item.split(", ")}
    assert parts == set(words.words()["parts"])


def test_every_unit_of_a_parameter_has_a_name() -> None:
    units = {parameter.unit for parameter in standard_parameters().values()}
    assert units == set(words.words()["units"])


def test_titles_of_rules_are_told_apart() -> None:
    titles = [str(words.rule_title(rule)) for rule in RULES]
    assert sorted(title for title in set(titles) if titles.count(title) > 1) == []


def test_every_rule_and_parameter_has_a_subject() -> None:
    names = [*RULES, *standard_parameters()]
    assert {words.subject_of(name) for name in names} - set(words.subjects()) == set()


def test_every_rule_stands_under_one_subject() -> None:
    listed = [rule for rules in words.rules_by_subject().values() for rule in rules]
    assert sorted(listed) == sorted(RULES)


def test_no_word_is_left_over() -> None:
    inputs = {outer_name(one.name) for rule in RULES.values() for one in rule.inputs} | {"on"}
    plain = {name for name in words.words()["inputs"] if "." not in name}
    assert plain - inputs == set()
    results = {name for rule in RULES.values() for name in rule.results}
    assert set(words.words()["results"]) - results == set()


@pytest.mark.parametrize("name", sorted(standard_parameters()))
def test_a_value_reads_in_words_and_not_as_it_is_written_in_a_file(name: str) -> None:
    one = standard_parameters()[name]
    for version in one.versions:
        said = str(value_text(one.unit, version.value, name))
        assert not re.search(r"[a-z{}\[\]\"]", said), said


def test_bands_read_one_under_the_other() -> None:
    fee = standard_parameters()["court_fee.preservation"]
    assert [str(line) for line in value_lines(fee.unit, fee.versions[-1].value)] == [
        "基本收费（元）：30",
        "最高（元）：5,000",
        "超过 1,000 元的部分：1.00%",
        "超过 100,000 元的部分：0.50%",
    ]
