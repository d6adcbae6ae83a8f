"""Forms keep what was typed, name what is wrong, and tell of others' changes."""

from decimal import Decimal

import pytest
from flask import Flask

from recovery.kernel.errors import Conflict, NotFound, RuleViolation
from recovery.web.fields import (
    CountField,
    DateField,
    LineField,
    MomentField,
    RateField,
    SelectField,
    TypeAheadField,
    YuanField,
)
from recovery.web.forms import BaseForm, VersionedForm
from recovery.web.validators import Blank, Required, above_zero, length_up_to, typed_exactly


class LoanForm(VersionedForm):
    """A form for these tests."""

    amount = YuanField("金额", [Required(), above_zero])
    rate = RateField("年利率", [Blank()])
    day = DateField("日期", [Blank()])
    kind = SelectField("方式", choices=[("a", "查封"), ("b", "冻结")])
    note = LineField("备注", [length_up_to(3)])
    copies = CountField("份数", [Blank()])


def posted(app: Flask, **data: str) -> LoanForm:
    """Return the form as it was posted."""
    with app.test_request_context(method="POST", data={"kind": "a", **data}):
        form = LoanForm()
        form.validate()
        return form


def test_what_was_typed_becomes_values(frame: Flask) -> None:
    form = posted(frame, amount="1.2万", rate="4.9%", day="2024年2月29日", note=" 急 ")
    assert form.errors == {}
    assert (form.amount.data, form.rate.data) == (Decimal("12000.00"), Decimal("0.049"))
    assert (form.day.data.isoformat(), form.note.data) == ("2024-02-29", "急")


def test_a_count_is_never_negative(frame: Flask) -> None:
    form = posted(frame, amount="1", copies="-1")
    assert [fault.sentence for fault in form.faults] == ["“-1”不能是负数。"]


def test_no_text_reaches_a_form_with_nul(frame: Flask) -> None:
    assert posted(frame, amount="1", note="\0急").note.data == "急"
    assert frame.test_client().get("/no%00where").status_code == 404


def test_what_cannot_be_read_stays_in_its_field(frame: Flask) -> None:
    form = posted(frame, amount="一百")
    assert (form.amount.data, form.amount._value()) == (None, "一百")
    assert [fault.sentence for fault in form.faults] == ["“一百”不是金额；可写 1,234.56 或 1.2万。"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("", "请填写金额。"), ("  ", "请填写金额。"), ("0", "金额须大于零。")],
)
def test_a_fault_names_the_field_and_the_reason(frame: Flask, typed: str, sentence: str) -> None:
    form = posted(frame, amount=typed)
    fault = form.faults[0]
    assert (fault.field_id, fault.label, fault.sentence) == ("amount", "金额", sentence)
    assert form.status == 422


def test_a_text_that_is_too_long_is_told_its_length(frame: Flask) -> None:
    form = posted(frame, amount="1", note="先查车辆登记")
    assert form.faults[0].sentence == "备注最多 3 个字，现在是 6 个字。"


def test_a_choice_that_is_not_offered_is_refused_in_our_words(frame: Flask) -> None:
    form = posted(frame, amount="1", kind="z")
    assert form.faults[0].sentence == "请选择列出的一项。"


@pytest.mark.parametrize("refusal", [RuleViolation("额度不足。"), Conflict("已被改动。")])
def test_a_refusal_of_the_service_stands_above_the_form(
    frame: Flask, refusal: RuleViolation
) -> None:
    form = posted(frame, amount="5")
    with form.refusal_shown():
        raise refusal
    assert form.status == 409
    assert [fault.sentence for fault in form.faults] == [str(refusal)]
    assert form.amount.data == Decimal("5.00")


def test_other_errors_pass_through_a_form(frame: Flask) -> None:
    form = posted(frame, amount="5")
    with pytest.raises(NotFound), form.refusal_shown():
        raise NotFound("没有这条记录。")


def test_a_stale_form_sets_both_versions_side_by_side(frame: Flask) -> None:
    form = posted(frame, amount="200", kind="b", version="3")
    assert form.seen == 3
    form.compare_with(4, {"amount": Decimal("180.00"), "kind": "a", "note": ""})
    lines = [(line.label, line.typed, line.stands) for line in form.differences]
    assert lines == [("金额", "200.00", "180.00"), ("方式", "冻结", "查封")]
    assert (form.amount.data, form.seen) == (Decimal("200.00"), 4)


def test_a_fresh_form_shows_no_differences(frame: Flask) -> None:
    form = posted(frame, amount="200", version="4")
    form.compare_with(4, {"amount": Decimal("180.00")})
    assert form.differences == ()


def test_a_form_without_a_readable_version_counts_as_stale(frame: Flask) -> None:
    assert posted(frame, amount="1", version="x").seen == 0


class OtherForm(BaseForm):
    """Fields that the first form lacks."""

    court = TypeAheadField("法院", source="x", find={"浦东法院": 5}.get, show=lambda number: "浦东")
    at = MomentField("时间")
    words = LineField("确认", [typed_exactly("导出")])


def other(app: Flask, **data: str) -> OtherForm:
    """Return the other form as it was posted."""
    with app.test_request_context(method="POST", data=data):
        form = OtherForm()
        form.validate()
        return form


def test_a_type_ahead_field_finds_the_record_that_was_meant(frame: Flask) -> None:
    assert other(frame, court="浦东法院").court.data == 5
    lost = other(frame, court="浦东").court
    assert lost.data is None
    assert str(lost.errors[0]) == "没有找到“浦东”；请从提示中选一项。"


def test_a_moment_is_read_in_shanghai(frame: Flask) -> None:
    found = other(frame, at="2026/11/23 14:05").at.data
    assert found is not None
    assert found.isoformat() == "2026-11-23T14:05:00+08:00"
    assert "不是时刻" in str(other(frame, at="2026-11-23").at.errors[0])


def test_what_reaches_outside_is_confirmed_in_words(frame: Flask) -> None:
    assert "words" not in other(frame, words=" 导出 ").errors
    assert "words" in other(frame, words="是").errors


def test_a_field_writes_its_value_for_editing(frame: Flask) -> None:
    with frame.test_request_context():
        form = LoanForm(data={"amount": Decimal("-1234.5"), "rate": Decimal("0.0490")})
        assert (form.amount._value(), form.rate._value()) == ("-1,234.50", "4.9")
