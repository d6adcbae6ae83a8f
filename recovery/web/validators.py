"""Checks on form fields. Each failure is a sentence that names the field and the reason."""

from collections.abc import Callable
from datetime import date
from typing import Any

from wtforms.validators import StopValidation, ValidationError

from recovery.kernel.text import Text, _
from recovery.web.display import day

Check = Callable[[Any, Any], None]


class Required:
    """Refuse a field that was left blank; what could not be read has its own sentence already."""

    field_flags = {"required": True}  # noqa: RUF012 - WTForms reads a mapping

    def __call__(self, form: Any, field: Any) -> None:
        """Stop the chain when nothing was typed or chosen."""
        if any(_has_content(value) for value in field.raw_data or ()):
            return
        field.errors[:] = []
        raise StopValidation(_("请填写{field}。", field=field.label.text))


def _has_content(value: object) -> bool:
    """Return whether a posted value, a file included, is more than blank."""
    name = getattr(value, "filename", value)
    return bool(str(name or "").strip())


class Blank:
    """Let a blank field pass without any further check."""

    field_flags = {"optional": True}  # noqa: RUF012 - WTForms reads a mapping

    def __call__(self, form: Any, field: Any) -> None:
        """Stop the chain, without a complaint, when nothing was typed."""
        if not any(_has_content(value) for value in field.raw_data or ()):
            field.errors[:] = []
            raise StopValidation


def above_zero(form: Any, field: Any) -> None:
    """Refuse an amount that is not above zero."""
    if field.data is not None and field.data <= 0:
        raise ValidationError(_("{field}须大于零。", field=field.label.text))


def not_negative(form: Any, field: Any) -> None:
    """Refuse an amount below zero."""
    if field.data is not None and field.data < 0:
        raise ValidationError(_("{field}不能为负数。", field=field.label.text))


def not_before(earliest: date, what: Text | str) -> Check:
    """Return a check that refuses a day before `earliest`, which is `what` (借款日, 立案日 …)."""

    def check(form: Any, field: Any) -> None:
        if field.data is not None and field.data < earliest:
            raise ValidationError(
                _(
                    "{field}不能早于{what}（{day}）。",
                    field=field.label.text,
                    what=what,
                    day=day(earliest),
                )
            )

    return check


def length_up_to(limit: int) -> Check:
    """Return a check that refuses a text longer than `limit` characters."""

    def check(form: Any, field: Any) -> None:
        if field.data and len(field.data) > limit:
            raise ValidationError(
                _(
                    "{field}最多 {limit} 个字，现在是 {length} 个字。",
                    field=field.label.text,
                    limit=limit,
                    length=len(field.data),
                )
            )

    return check


def typed_exactly(words: Text | str) -> Check:
    """Return a check that asks for `words` to be typed: for what reaches outside."""

    def check(form: Any, field: Any) -> None:
        if (field.data or "").strip() != str(words):
            raise ValidationError(_("请输入“{words}”以确认。", words=words))

    return check
