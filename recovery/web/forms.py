"""The form every page uses: CSRF on every POST, one error list, nothing typed ever lost.

A view reads::

    form = ApplyForm()
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                application = apply_for_preservation(work, ...)
            flash(_("已登记。"))
            return redirect(url_for(".show", file_id=file_id))
    return render_template("litigation/apply.html", form=form), form.status

A refusal of the service (`RuleViolation`, `Conflict`) then stands above the form, which still
holds what was typed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField
from wtforms.form import Form

from recovery.kernel.errors import Conflict, RuleViolation
from recovery.kernel.text import _
from recovery.web.display import UNKNOWN

WTFORMS_SENTENCES = {
    "This field is required.": _("请填写此项。"),
    "Not a valid choice.": _("请选择列出的一项。"),
    "Not a valid choice": _("请选择列出的一项。"),
    "Invalid Choice: could not coerce.": _("请选择列出的一项。"),
    "Not a valid integer value.": _("请填写整数。"),
    "Not a valid decimal value.": _("请填写数字。"),
    "Not a valid date value.": _("请填写日期。"),
    "Invalid input.": _("填写的内容无效。"),
}


class Sentences:
    """WTForms' own few messages, in our words."""

    def gettext(self, text: str) -> str:
        """Return the sentence for a message of WTForms."""
        return str(WTFORMS_SENTENCES.get(text, text))

    def ngettext(self, one: str, many: str, n: int) -> str:
        """Return the sentence for a counted message of WTForms."""
        return self.gettext(one if n == 1 else many)


@dataclass(frozen=True, slots=True)
class Fault:
    """One line of the error list: the field it links to, and the sentence."""

    field_id: str
    label: str
    sentence: str


class BaseForm(FlaskForm):  # type: ignore[misc]
    """A form of ours; see the module for how a view uses it."""

    refused = False
    """Whether the service refused what was validly typed."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """Settings of WTForms."""

        def get_translations(self, form: Form) -> Sentences:
            """Answer in our own sentences."""
            return Sentences()

    @property
    def status(self) -> int:
        """The status of the page that shows this form: 200, 409 refused, 422 with errors."""
        if self.refused:
            return 409
        return 422 if self.errors else 200

    @property
    def faults(self) -> list[Fault]:
        """Every error, for the list on top of the form."""
        lines = [Fault("", "", str(sentence)) for sentence in self.form_errors]
        return lines + list(_faults(self))

    def refusal_shown(self) -> "RefusalShown":
        """Show a `RuleViolation` or `Conflict` raised inside the block above the form."""
        return RefusalShown(self)


def _faults(fields: Any) -> Iterator[Fault]:
    """Yield the errors of fields, those of enclosed forms and lists included."""
    for field in fields:
        if field.type in {"FieldList", "FormField"}:
            yield from _faults(field)
            continue
        for sentence in field.errors:
            yield Fault(field.id, str(field.label.text), str(sentence))


class RefusalShown:
    """Turns a refusal by the service into an error of the form; the page is shown again."""

    def __init__(self, form: BaseForm) -> None:
        self.form = form

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        """Keep a refusal in the form; let everything else through."""
        if not isinstance(error, RuleViolation | Conflict):
            return False
        self.form.refused = True
        self.form.form_errors.append(error.message)
        return True


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that the person typed otherwise than the record now says."""

    label: str
    typed: str
    stands: str


class VersionedForm(BaseForm):
    """A form over a record that others may change meanwhile; it carries the version it showed.

    A view passes `form.seen` to `work.get_version`, whose `Conflict` says who changed what; after
    such a refusal it calls `compare_with`, so that the page sets both versions side by side.
    """

    version = HiddenField()
    differences: Sequence[Difference] = ()

    @property
    def seen(self) -> int:
        """The version of the record that the person saw; 0 when the form does not say."""
        try:
            return int(self.version.data or 0)
        except ValueError:
            return 0

    def show_version(self, version: int) -> None:
        """Carry the `version` of the record that is being shown; a posted one stays."""
        if not self.version.raw_data:
            self.version.data = str(version)

    def compare_with(self, version: int, now: Mapping[str, object]) -> None:
        """List what was typed beside what the record says now, and take its present `version`.

        `now` holds the record's values by field name. Submitting again is then a decision made in
        knowledge of the other's change.
        """
        if self.seen == version:
            return
        self.differences = tuple(self._differences(now))
        self.version.data = str(version)
        self.version.raw_data = [str(version)]

    def _differences(self, now: Mapping[str, object]) -> Iterator[Difference]:
        """Yield the fields whose typed value is not the record's."""
        for name, stands in now.items():
            field = self[name]
            if (field.data or None) != (stands or None):
                typed = _shown(field, field.data)
                yield Difference(str(field.label.text), typed, _shown(field, stands))


def _shown(field: Any, value: object) -> str:
    """Return a value as its field writes it, a choice by its label."""
    if value is None or value == "":
        return UNKNOWN
    labels = {one.value: one.label for one in getattr(field, "choices", None) or ()}
    if value in labels:
        return str(labels[value])
    write = getattr(field, "write", str)
    return str(write(value))


class EmptyForm(BaseForm):
    """A form with nothing but its token: for a single button."""
