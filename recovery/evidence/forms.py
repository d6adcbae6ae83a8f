"""Forms of evidence."""

from recovery.evidence.dossiers.presets import PRESETS
from recovery.kernel.text import _
from recovery.web.fields import LineField, SelectField
from recovery.web.forms import BaseForm
from recovery.web.validators import Required, length_up_to


class DossierForm(BaseForm):
    """What a person asks for when exporting a dossier."""

    preset = SelectField(
        _("版本"), choices=[(code, name) for code, (name, _fields) in PRESETS.items()]
    )
    language = SelectField(_("语言"), choices=[("zh", _("中文")), ("en", _("英文"))])
    recipient = LineField(
        _("交给谁"), [Required(), length_up_to(80)], help_text=_("法院、审计机构或受让方的名称。")
    )
    purpose = LineField(_("用途"), [Required(), length_up_to(120)])
