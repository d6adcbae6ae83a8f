"""Forms of evidence lists."""

from typing import Any

from recovery.evidence.exhibits.checklist import case_types
from recovery.evidence.exhibits.words import FORMS
from recovery.kernel.text import _
from recovery.loans.labels import DOCUMENT_KINDS
from recovery.web.fields import CountField, DateField, LineField, NoteField, SelectField
from recovery.web.forms import BaseForm, VersionedForm
from recovery.web.validators import Required, length_up_to


class StartForm(BaseForm):
    """For which type of case a list is started."""

    case_type = SelectField(
        _("案件类型"), description=_("决定建议的分组、证据和证明目的，编制中可以更改。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case_type.choices = [(code, one.title) for code, one in case_types().items()]


class SignatureForm(VersionedForm):
    """The signature block."""

    submitter = LineField(
        _("提交人"), [length_up_to(200)], help_text=_("出借人的全称，与公章一致。")
    )
    agent = LineField(_("委托诉讼代理人"), [length_up_to(200)])
    court = LineField(_("受理法院"), [length_up_to(200)])
    submitted_on = DateField(_("提交日期"), help_text=_("不填则在纸上留空。"))
    copies = CountField(_("提交份数"), [Required()])


class LineForm(VersionedForm):
    """What is written on a line."""

    name = LineField(_("证据名称"), [Required(), length_up_to(200)])
    source = LineField(_("证据来源"), [length_up_to(200)], help_text=_("由谁制作或提供。"))
    form = SelectField(_("原件或复印件"), choices=list(FORMS.items()))
    copies = CountField(_("份数"), [Required()])
    pages = CountField(_("页数"), help_text=_("每份的页数；没有纸面内容的登记记录不填。"))
    purpose = NoteField(_("证明对象和内容"), [length_up_to(2000)])


class PaperForm(LineForm):
    """An exhibit on paper that has no file here."""

    kind = SelectField(_("种类"), choices=list(DOCUMENT_KINDS.items()))
