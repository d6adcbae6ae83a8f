"""Forms of dossiers."""

from wtforms import BooleanField

from recovery.evidence.dossiers.disclosure import PRESETS
from recovery.kernel.text import _
from recovery.web.fields import LineField, NoteField, SelectField
from recovery.web.forms import BaseForm
from recovery.web.validators import Required, length_up_to


class DossierForm(BaseForm):
    """What a person asks for when exporting a dossier."""

    preset = SelectField(
        _("版本"), choices=[(code, preset.name) for code, preset in PRESETS.items()]
    )
    language = SelectField(_("语言"), choices=[("zh", _("中文")), ("en", _("英文"))])
    recipient = LineField(
        _("交给谁"),
        [Required(), length_up_to(80)],
        help_text=_("法院、审计机构或受让方的名称，印在每一页上。"),
    )
    purpose = LineField(_("用途"), [Required(), length_up_to(120)])
    merged = BooleanField(
        _("附合并件"),
        description=_("把全部 PDF 和图片原件按目录顺序合成一份，逐页编号，供法院使用。"),
    )
    choose = BooleanField(
        _("先逐项选择公开的内容并预览"),
        description=_("从所选版本出发，勾选公开哪些字段和原件，看到页面后再导出。"),
    )


class BlackoutForm(BaseForm):
    """Where a scan is blacked out, and why. The boxes are read by the view."""

    reason = NoteField(_("理由"), [Required(), length_up_to(300)])
