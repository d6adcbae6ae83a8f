"""Forms of intake: the delivery, a row of it, scans, receipts of third parties."""

from wtforms import BooleanField, MultipleFileField

from recovery.evidence.intake.labels import RECEIPT_KINDS
from recovery.evidence.intake.rules import DEFAULT_RULE
from recovery.kernel.text import _
from recovery.loans.labels import DOCUMENT_KINDS
from recovery.web.fields import DateField, LineField, PastDateField, SelectField
from recovery.web.forms import BaseForm
from recovery.web.uploads import (
    EVIDENCE,
    JPEG,
    PAPERS,
    PDF,
    PNG,
    TAPES,
    TIFF,
    UploadField,
    UploadsField,
)
from recovery.web.validators import Blank, Required, length_up_to

ORIGINS = (
    ("scanned", _("纸质原件扫描")),
    ("born_here", _("本系统生成")),
    ("core_system", _("核心系统导入")),
)


class IntakeForm(BaseForm):
    """A delivery: the files, how their names are read, an index where there is one."""

    files = MultipleFileField(
        _("文件或压缩包"),
        description=_("可一次选择或拖入多个文件，也可放一个 zip；每个文件不超过 100 MB。"),
    )
    rule = LineField(
        _("命名规则"),
        [length_up_to(80)],
        default=DEFAULT_RULE,
        help_text=_(
            "可用：合同编号、类型、标题、日期、页数、来源；之间用符号隔开。有索引表时不看文件名。"
        ),
    )
    index = UploadField(
        _("索引表"),
        [Blank()],
        kinds=TAPES,
        help_text=_("csv 或 xlsx，列：文件名、合同编号、类型、标题、日期、页数、来源。"),
    )


class RowForm(BaseForm):
    """What one file of a delivery is, said by a person."""

    contract_no = LineField(_("合同编号"), [Required(), length_up_to(64)])
    kind = SelectField(_("文件类型"), choices=list(DOCUMENT_KINDS.items()))
    title = LineField(_("标题"), [Required(), length_up_to(120)])
    dated = DateField(_("文件日期"), [Blank()])
    origin = SelectField(_("来源"), choices=ORIGINS)
    is_new_version = BooleanField(_("作为同名旧文件的新版本"), default=True)


class ScanForm(BaseForm):
    """Pictures that become one document."""

    kind = SelectField(_("文件类型"), choices=list(DOCUMENT_KINDS.items()))
    title = LineField(_("标题"), [Required(), length_up_to(120)])
    pages = UploadsField(
        _("图片或 PDF"),
        [Required()],
        kinds=(JPEG, PNG, TIFF, PDF),
        help_text=_("按选择的先后排列，下一步可以调整顺序。"),
    )


class ReceiptForm(BaseForm):
    """What a third party certified about a document."""

    kind = SelectField(_("出具方"), choices=list(RECEIPT_KINDS.items()))
    issuer = LineField(_("出具机构"), [Required(), length_up_to(80)])
    number = LineField(_("凭证编号"), [Required(), length_up_to(120)])
    issued_on = PastDateField(_("出具日期"), [Required()])
    file = UploadField(
        _("凭证文件"), [Required()], kinds=(*PAPERS, *(k for k in EVIDENCE if k not in PAPERS))
    )
