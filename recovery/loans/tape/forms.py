"""Forms of the import: the files, and the settings beside the columns."""

from recovery.kernel.text import _
from recovery.web.fields import LineField, PastDateField, SelectField
from recovery.web.forms import BaseForm, VersionedForm
from recovery.web.uploads import MEGABYTE, TEXT, XLSX, ZIP, UploadField
from recovery.web.validators import Required, length_up_to

TAPES = (XLSX, TEXT, ZIP)
LARGEST = 300 * MEGABYTE


class UploadForm(BaseForm):
    """The files of a tape."""

    tape = UploadField(
        _("资产明细表"),
        [Required()],
        kinds=TAPES,
        largest=LARGEST,
        help_text=_("csv（UTF-8 或 GB18030）或 xlsx；可以有标题行、合并表头和合计行。"),
    )
    payments = UploadField(
        _("逐月还款表（仅 ABS-EE）"),
        kinds=TAPES,
        largest=LARGEST,
        help_text=_("ABS-EE 两文件形式的第二个文件，每笔贷款每月一行。"),
    )


class MappingForm(BaseForm):
    """What is chosen beside the columns: layout to start from, day of the balances, name."""

    base = SelectField(_("套用版式"), description=_("换一个版式会重新对应全部列。"))
    as_of = PastDateField(
        _("数据日期"), help_text=_("余额截至哪一天；表中有数据日期列时以列为准，空白为今天。")
    )
    save_as = LineField(
        _("保存为版式"),
        [length_up_to(40)],
        help_text=_("填写名称后保存，下次同一机构的表格自动套用；空白为不保存。"),
    )


class LayoutForm(VersionedForm):
    """The editor of a layout; its lines are fields of the page, one for each field of a tape."""


class CopyLayoutForm(BaseForm):
    """The name of a layout that begins as a copy."""

    name = LineField(_("新版式的名称"), [Required(), length_up_to(40)])
