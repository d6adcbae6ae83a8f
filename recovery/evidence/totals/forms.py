"""Forms of outside totals."""

from recovery.evidence.totals.rules import CAUSES, CLOSINGS, MEASURES, SOURCES
from recovery.kernel.text import _
from recovery.web.fields import LineField, NoteField, PastDateField, SelectField, YuanField
from recovery.web.forms import BaseForm, VersionedForm
from recovery.web.uploads import TEXT, XLSX, UploadField
from recovery.web.validators import Required, length_up_to


class TotalsFileForm(BaseForm):
    """A file of control totals."""

    file = UploadField(
        _("csv 或 xlsx 文件"),
        [Required()],
        kinds=(XLSX, TEXT),
        largest=20 * 1024 * 1024,
        help_text=_("第一行列名：日期、来源、项目、金额，可加 机构、凭证号。"),
    )


class TotalForm(BaseForm):
    """One control total, typed."""

    day = PastDateField(_("日期"), [Required()])
    source = SelectField(_("来源"), choices=list(SOURCES.items()))
    measure = SelectField(_("项目"), choices=list(MEASURES.items()))
    amount = YuanField(_("金额（元）"), [Required()])
    scope = LineField(_("机构代码"), [length_up_to(20)], help_text=_("空白表示全部机构。"))
    reference = LineField(_("凭证号"), [length_up_to(60)])


class DifferenceForm(VersionedForm):
    """Whose a difference is, why it is there, and how it is closed."""

    owner = LineField(_("负责人（用户名）"), [length_up_to(40)])
    cause = SelectField(_("原因"), choices=[("", _("尚未查明")), *CAUSES.items()])
    reason = NoteField(_("说明"), [length_up_to(500)])
    closing = SelectField(_("处理结果"), choices=[("", _("不关闭")), *CLOSINGS.items()])


class MonthForm(BaseForm):
    """The month to reconcile."""

    month = LineField(_("月份"), [Required()], help_text=_("如 2026-02。"))
    reason = NoteField(_("提交说明"), [Required(), length_up_to(300)])
