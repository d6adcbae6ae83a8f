"""The worked cases of the specification, and its list of rules."""

import json
from datetime import date
from pathlib import Path

import pytest

from recovery.law import rules
from recovery.law.book import LawBook
from recovery.law.registry import RULES, evaluate
from tests.law.same import same

assert rules.MODULES

TODAY = date(2026, 11, 23)
VECTORS = [
    json.loads(line)
    for line in (Path(__file__).parent / "vectors.jsonl").read_text("utf-8").splitlines()
]
LIST = Path(__file__).parents[3] / "shared" / "law" / "rules.json"


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_a_worked_case_of_the_specification_holds(vector):
    answer = evaluate(vector["rule"], vector["inputs"], LawBook.standard(), TODAY)
    assert same(answer["result"], vector["expected"]), vector["working"]


@pytest.mark.skipif(not LIST.exists(), reason="the list of rules is not beside this checkout")
def test_every_rule_of_the_list_takes_and_gives_exactly_what_it_says():
    listed = json.loads(LIST.read_text("utf-8"))
    for name, wanted in listed.items():
        if name == "repayment.several_debts":
            continue  # its results are named by its input
        taken = {
            each.name.rstrip("_"): (each.kind.name, each.optional, set(each.kind.values))
            for each in RULES[name].inputs
        }
        assert taken == {
            key: (one["type"], one.get("optional", False), set(one.get("values", [])))
            for key, one in wanted["inputs"].items()
        }, name
        assert RULES[name].results == {key: one["type"] for key, one in wanted["result"].items()}
