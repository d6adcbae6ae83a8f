"""The form of the public page."""

from flask_wtf.file import FileField

from recovery.kernel.text import _
from recovery.web.forms import BaseForm
from recovery.web.validators import Required


class VerifyForm(BaseForm):
    """A file to look up: any kind, for it is only hashed or given to the verifier."""

    file = FileField(
        _("卷宗（zip）或单个文件"),
        [Required()],
        description=_("文件只用于本次核验，不保存。也可以把文件拖到这里。"),
    )
