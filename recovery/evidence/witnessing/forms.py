"""Forms of witnesses."""

from recovery.kernel.text import _
from recovery.web.fields import LineField, NoteField
from recovery.web.forms import BaseForm
from recovery.web.validators import Required, length_up_to


class WitnessForm(BaseForm):
    """Who witnesses, and with which key."""

    organisation = LineField(_("见证人"), [Required(), length_up_to(80)])
    vkey = LineField(
        _("公钥"),
        [Required(), length_up_to(400)],
        help_text=_("见证命令第一次运行时打印的公钥；请通过另外的途径（例如当面或盖章函件）取得。"),
    )
    reason = NoteField(_("申请理由"), [Required(), length_up_to(300)])


class EndForm(BaseForm):
    """Why a witness is to end."""

    reason = NoteField(_("申请理由"), [Required(), length_up_to(300)])


class CosignatureForm(BaseForm):
    """What the witness command printed."""

    cosigned = NoteField(
        _("会签内容"),
        [Required(), length_up_to(20_000)],
        help_text=_("见证命令打印的全部内容：检查点、空行和签名行。"),
    )
