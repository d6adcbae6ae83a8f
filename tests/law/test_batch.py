"""`recovery law eval`: JSON lines in and out; nothing wrong in one line stops the others."""

import json
import re
from datetime import date, datetime

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from recovery.law.batch import answer_lines
from recovery.law.book import Additions, LawBook, Setting
from recovery.law.commands import english, law
from recovery.law.parameters import Version
from recovery.law.registry import RULES
from tests.law.same import same
from tests.law.test_cases import CASES
from tests.law.test_vectors import VECTORS

TODAY = date(2026, 11, 23)
BOOK = LawBook.standard()
CHINESE = re.compile(r"[\u4e00-\u9fff]")
FEE = {"id": "a", "rule": "court_fee.acceptance", "inputs": {"amount": "100000"}}


def answers(*questions, book=BOOK):
    lines = [each if isinstance(each, str) else json.dumps(each) for each in questions]
    return list(answer_lines(lines, book=book, today=TODAY, english=english()))


def test_every_worked_case_is_answered_from_the_command_line():
    lines = "\n".join(json.dumps(vector, ensure_ascii=False) for vector in VECTORS)
    done = CliRunner().invoke(law, ["eval"], input=lines)
    assert done.exit_code == 0, done.output
    found = [json.loads(line) for line in done.output.splitlines()]
    assert [each["id"] for each in found] == [vector["id"] for vector in VECTORS]
    for each, vector in zip(found, VECTORS, strict=True):
        assert same(each["result"], vector["expected"]), vector["id"]
        assert each["source"]


def test_bad_lines_are_answered_with_what_is_wrong_and_the_others_as_ever():
    done = CliRunner().invoke(
        law,
        ["eval"],
        input="\n".join(
            [
                json.dumps(FEE),
                "{not json",
                "[1, 2]",
                json.dumps({"id": "b", "rule": "court_fee.tea", "inputs": {}}),
                "",
                json.dumps({"id": "c", "rule": "court_fee.acceptance", "inputs": {"amount": "-1"}}),
                json.dumps({"id": "d", "rule": "court_fee.acceptance", "inputs": ["100"]}),
                json.dumps({"id": "e", "inputs": {}}),
                json.dumps(FEE | {"id": "f"}),
            ]
        ),
    )
    found = [json.loads(line) for line in done.output.splitlines()]
    assert done.exit_code == 1
    assert [(each["id"], each.get("field")) for each in found] == [
        ("a", None),
        (None, "line"),
        (None, "line"),
        ("b", "rule"),
        ("c", "amount"),
        ("d", "inputs"),
        ("e", "rule"),
        ("f", None),
    ]
    assert found[4]["error"] == "amount：不得为负数。"
    assert found[-1]["result"] == {"fee": "2300.00"}


def test_half_characters_and_a_byte_order_mark_stop_nothing():
    lines = "\ufeff" + json.dumps(FEE | {"id": "\ud800"}) + "\n" + json.dumps(FEE)
    done = CliRunner().invoke(law, ["eval"], input=lines)
    assert done.exit_code == 0, done.output
    assert [json.loads(line)["id"] for line in done.output.splitlines()] == ["\ud800", "a"]


def test_the_day_of_the_law_may_stand_beside_the_inputs_or_among_them():
    asked = {"rule": "service.by_publication", "inputs": {"publish_date": "2024-01-10"}}
    beside, among, neither = answers(
        asked | {"on": "2021-06-01"},
        asked | {"inputs": asked["inputs"] | {"on": "2021-06-01"}},
        asked,
    )
    assert beside["result"] == among["result"] != neither["result"]
    assert beside["on"] == "2021-06-01"


def test_an_answer_says_what_it_rests_on_in_both_languages():
    (found,) = answers({"rule": "deadline.answer", "inputs": {"trigger": "2024-03-05"}})
    assert found["articles"] == [
        "《民事诉讼法》（2023年修正）第128条",
        "《民事诉讼法》（2023年修正）第85条",
    ]
    assert (found["nominal"], found["rolled"]) == ("2024-03-20", "2024-03-20")
    assert found["confirmed"]
    assert not found["provisional"]
    assert found["versions"]["parameters"]["deadline.answer"] == "2013-01-01"
    assert found["versions"]["calendar"].startswith("chinesecalendar")
    assert found["trace"] == [
        "自 2024-03-05（周二） 起算，当日不计入；15 日，至 2024-03-20（周三） 届满。",
        "2024-03-20（周三） 是工作日，不顺延。",
    ]
    assert found["trace_en"] == [
        "From Tue 2024-03-05, first day excluded; 15 days end Wed 2024-03-20.",
        "Wed 2024-03-20 is a working day.",
    ]


def test_figures_in_a_trace_are_written_for_readers():
    (found,) = answers(FEE | {"inputs": {"amount": "1086543.21"}})
    assert found["trace_en"][0] == "The base fee is 50 yuan."
    assert found["trace_en"][-1] == (
        "86,543.21 yuan above 1,000,000 yuan x 0.009; together 14,578.88889 yuan."
    )


def test_every_step_of_every_worked_case_is_told_in_both_languages():
    for case in CASES:
        if "result" not in case or case["rule"] == "repayment.several_debts":
            continue
        (found,) = answers({"rule": case["rule"], "inputs": case["inputs"]})
        assert found["trace"], case["rule"]
        told = zip(found["trace"], found["trace_en"], strict=True)
        for chinese, english_text in told:
            assert CHINESE.search(chinese)
            assert not CHINESE.search(english_text), english_text
            assert "{" not in chinese + english_text


def test_a_figure_from_memory_is_unconfirmed():
    (found,) = answers(
        {"rule": "interest.penalty_rate", "inputs": {"contract_rate": "0.12", "uplift": "0.5"}}
    )
    assert found["confirmed"] is False


def test_the_command_answers_from_the_book_that_the_command_line_holds():
    yuan = Version("yuan", date(2007, 4, 1), "《通知》", "", "2024年", "V", confirmed=True)
    settings = (Setting("court_fee.rounding", "court:A", yuan),)
    book = BOOK.with_additions(Additions(settings=settings)).at("court:A")
    asked = json.dumps(FEE | {"inputs": {"amount": "10001"}})
    done = CliRunner().invoke(law, ["eval"], input=asked, obj=book)
    assert json.loads(done.output)["result"] == {"fee": "50.00"}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_leaving_out_or_spoiling_an_input_names_it(vector):
    kinds = {each.name.rstrip("_"): each for each in RULES[vector["rule"]].inputs}
    for name in vector["inputs"]:
        rest = {key: value for key, value in vector["inputs"].items() if key != name}
        spoiled = {**vector["inputs"], name: {"not": "this"}}
        missing, wrong = answers(
            {"rule": vector["rule"], "inputs": rest}, {"rule": vector["rule"], "inputs": spoiled}
        )
        assert wrong["field"] == name
        if not kinds[name].optional:
            assert missing["field"] == name


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=12)
    | st.sampled_from(
        ["0", "1", "-1", "1e9", "99999999999999.99", "2024-02-29", "2199-12-31", "23:59", "NaN"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.data())
def test_no_input_whatever_stops_the_others(data):
    name = data.draw(st.sampled_from(sorted(RULES)))
    names = [each.name.rstrip("_") for each in RULES[name].inputs] + ["on"]
    inputs = data.draw(st.dictionaries(st.sampled_from(names), json_values))
    strange, plain = answers({"rule": name, "inputs": inputs}, FEE)
    assert ("result" in strange) != ("error" in strange)
    assert plain["result"] == {"fee": "2300.00"}


plausible = {
    "decimal string": st.integers(0, 10**14).map(lambda fen: f"{fen // 100}.{fen % 100:02d}"),
    "integer": st.integers(0, 1_000_000),
    "boolean": st.booleans(),
    "date": st.dates(date(1900, 1, 1), date(2200, 12, 31)).map(date.isoformat),
    "time": st.times().map(lambda time: f"{time:%H:%M}"),
    "local datetime": st.datetimes(
        min_value=datetime(1900, 1, 1),
        max_value=datetime(2200, 1, 1),
    ).map(lambda moment: f"{moment:%Y-%m-%dT%H:%M}"),
    "text": st.text("甲乙AB", min_size=1, max_size=3),
}


@given(st.data())
def test_every_plausible_question_is_answered_or_refused_in_words(data):
    name = data.draw(st.sampled_from(sorted(RULES)))
    inputs = {}
    for each in RULES[name].inputs:
        drawn = (
            st.sampled_from(each.kind.values) if each.kind.values else plausible.get(each.kind.name)
        )
        if drawn is not None and not (each.optional and data.draw(st.booleans())):
            inputs[each.name.rstrip("_")] = data.draw(drawn)
    (found,) = answers({"rule": name, "inputs": inputs})
    assert ("result" in found) != ("error" in found)
    assert json.dumps(found)
