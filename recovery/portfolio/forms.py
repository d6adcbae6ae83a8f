"""Forms of packages."""

from recovery.kernel.text import _
from recovery.loans.labels import OWNER_KINDS
from recovery.portfolio.rules import DISPOSALS, SELLERS
from recovery.web.fields import LineField, NoteField, PastDateField, SelectField
from recovery.web.forms import BaseForm, VersionedForm
from recovery.web.validators import Required, length_up_to


class PackageForm(BaseForm):
    """What a person decides when starting a package from a selection of loans."""

    name = LineField(
        _("资产包名称"),
        [Required(), length_up_to(80)],
        help_text=_("例如：2026年第一期个人汽车贷款不良资产包。"),
    )
    disposal = SelectField(_("处置方式"), choices=list(DISPOSALS.items()))
    seller = SelectField(
        _("出让方权属"),
        choices=[(code, OWNER_KINDS[code]) for code in SELLERS],
        default="own_book",
        description=_("只有在基准日完全属于这一权属的债权才能入包。"),
    )


class FreezeForm(VersionedForm):
    """The day at which a package is frozen."""

    cut_off_date = PastDateField(
        _("交易基准日"),
        [Required()],
        help_text=_("债权金额、逾期天数和五级分类都计算到这一天；冻结后的还款不再影响资产包。"),
    )


class ExcludeForm(BaseForm):
    """Why a loan is left out."""

    reason = NoteField(_("剔除理由"), [Required(), length_up_to(200)])
