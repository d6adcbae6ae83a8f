"""Forms of custody: an original comes in, is moved, lent, taken back, handed over; stocktakes."""

from recovery.evidence.intake.labels import CONDITIONS, ORIGINAL_KINDS
from recovery.kernel.text import _
from recovery.web.fields import CountField, DateField, LineField, NoteField, SelectField
from recovery.web.forms import BaseForm, VersionedForm
from recovery.web.validators import Blank, Required, length_up_to


class OriginalForm(BaseForm):
    """An original that comes in."""

    kind = SelectField(_("种类"), choices=list(ORIGINAL_KINDS.items()))
    title = LineField(_("名称"), [Required(), length_up_to(120)])
    page_count = CountField(_("页数"), [Blank()], help_text=_("钥匙等没有页数的留空。"))
    seal_no = LineField(_("封签号"), [Blank(), length_up_to(40)])
    condition = SelectField(_("状况"), choices=list(CONDITIONS.items()))
    place = LineField(
        _("存放位置"), [Required(), length_up_to(60)], help_text=_("例如：档案室 A 柜 3 层。")
    )
    received_from = LineField(_("从谁处接收"), [Blank(), length_up_to(60)])
    barcode = LineField(
        _("条码"), [Blank(), length_up_to(40)], help_text=_("已有条码可扫入；留空则自动编号。")
    )


class MoveForm(VersionedForm):
    """An original goes to another place."""

    place = LineField(_("新的存放位置"), [Required(), length_up_to(60)])
    reason = LineField(_("原因"), [Blank(), length_up_to(120)])


class LendForm(VersionedForm):
    """An original is lent."""

    to_holder = LineField(_("借给谁"), [Required(), length_up_to(60)])
    due_on = DateField(_("归还期限"), [Required()])
    reason = LineField(_("用途"), [Required(), length_up_to(120)])


class ReturnForm(VersionedForm):
    """A lent original comes back."""

    condition = SelectField(_("归还时的状况"), choices=list(CONDITIONS.items()))
    page_count = CountField(_("页数"), [Blank()], help_text=_("有变化时填写。"))
    seal_no = LineField(_("封签号"), [Blank(), length_up_to(40)])
    place = LineField(_("存放位置"), [Blank(), length_up_to(60)], help_text=_("留空则放回原处。"))
    reason = LineField(_("说明"), [Blank(), length_up_to(120)])


class HandOverForm(VersionedForm):
    """An original leaves for good."""

    to_holder = LineField(_("移交给谁"), [Required(), length_up_to(60)])
    reason = LineField(_("原因"), [Required(), length_up_to(120)])


class AttestForm(BaseForm):
    """A second person compared the scan with the original."""

    pages = CountField(_("逐页核对的页数"), [Required()])


class LinkForm(BaseForm):
    """Which document is the scan of an original."""

    document = SelectField(_("扫描件"), coerce=int, choices=[])


class OpenStocktakeForm(BaseForm):
    """Which place is counted."""

    place = SelectField(_("盘点位置"), choices=[])


class CountForm(BaseForm):
    """Barcodes that were found."""

    barcodes = NoteField(
        _("条码"),
        [Required()],
        help_text=_("用扫码枪逐个扫入，或整批粘贴；以空格、逗号或换行分隔。"),
    )
