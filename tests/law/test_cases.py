"""Our own worked cases: `cases/*.toml`, each reckoned by hand from the article.

A case names a rule, says why, and gives the inputs with the `result`, or with `error` (the field
that is refused), or with `no_law` where the day has no law. TOML has no null: `debtor_designation`
is null where a case leaves it out.
"""

import tomllib
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from recovery.law import rules
from recovery.law.book import LawBook
from recovery.law.errors import BadInput, NoLawInForce
from recovery.law.registry import RULES, evaluate
from tests.law.same import same
from tests.law.test_vectors import VECTORS

assert rules.MODULES

TODAY = date(2026, 11, 23)
CASES = [
    case
    for path in sorted((Path(__file__).parent / "cases").glob("*.toml"))
    for case in tomllib.loads(path.read_text("utf-8"))["case"]
]


def answer(case):
    inputs = dict(case["inputs"])
    if case["rule"] == "repayment.several_debts":
        inputs.setdefault("debtor_designation", None)
    return evaluate(case["rule"], inputs, LawBook.standard(), TODAY)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['rule']}: {case['why']}")
def test_a_case_worked_by_hand_holds(case):
    if "error" in case:
        with pytest.raises(BadInput) as refused:
            answer(case)
        assert refused.value.field == case["error"]
    elif "no_law" in case:
        with pytest.raises(NoLawInForce):
            answer(case)
    else:
        assert same(answer(case)["result"], case["result"])


def test_every_rule_has_cases_and_each_of_the_specification_at_least_three():
    counted = Counter(case["rule"] for case in CASES)
    specified = {vector["rule"] for vector in VECTORS}
    assert {name for name in specified if counted[name] < 3} == set()
    assert {name for name in RULES if not counted[name]} == set()
