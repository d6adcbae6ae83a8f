"""Forms of keeping: restore, explain, hold, release, erase."""

from wtforms import SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from recovery.evidence.keeping.periods import GROUNDS
from recovery.kernel.text import _
from recovery.web.fields import LineField, NoteField, RadioField
from recovery.web.forms import BaseForm
from recovery.web.uploads import EVIDENCE, UploadField
from recovery.web.validators import Required, length_up_to

MEGABYTE = 1024 * 1024


class RestoreForm(BaseForm):
    """The sound copy of a damaged file."""

    file = UploadField(
        _("完好的副本"),
        [Required()],
        kinds=EVIDENCE,
        largest=500 * MEGABYTE,
        help_text=_("只接受指纹与登记时一致的文件。"),
    )


class ReasonForm(BaseForm):
    """An act that needs nothing but its reason."""

    reason = NoteField(_("理由"), [Required(), length_up_to(500)])


class MultiCheckboxField(SelectMultipleField):  # type: ignore[misc]
    """Several of a closed list, as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class ErasureForm(BaseForm):
    """What is to be erased, and why."""

    names = MultiCheckboxField(_("要删除的字段"), validate_choice=True)
    parts = MultiCheckboxField(
        _("文件"), choices=[SelectChoice("object", _("连同文件本身一起销毁"))]
    )
    files = MultiCheckboxField(_("一并销毁的文件"), coerce=int)
    ground = RadioField(
        _("删除事由"),
        [Required()],
        choices=[(code, ground.label) for code, ground in GROUNDS.items()],
    )
    basis = LineField(
        _("法律依据"), [Required(), length_up_to(200)], help_text=_("如：个人信息保护法第47条。")
    )
    reason = NoteField(_("理由"), [Required(), length_up_to(500)])
