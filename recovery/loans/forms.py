"""Forms of the loan page."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from wtforms import BooleanField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from recovery.kernel import clock
from recovery.kernel.text import Text, _
from recovery.loans import labels
from recovery.loans.parties import ROLES
from recovery.loans.service import Booking
from recovery.web.fields import (
    CountField,
    DateField,
    LineField,
    NoteField,
    PastDateField,
    RateField,
    YuanField,
)
from recovery.web.forms import BaseForm, VersionedForm
from recovery.web.uploads import UploadsField
from recovery.web.validators import (
    Blank,
    Check,
    Required,
    above_zero,
    length_up_to,
    not_negative,
    typed_exactly,
)

ORIGINS = {
    "scanned": _("纸质原件扫描"),
    "born_here": _("电子原件"),
    "core_system": _("从其他系统取得"),
}
RECEIPTS = {
    "payment": _("借款人还款"),
    "recovery": _("清收回款（扣划、代偿、执行款）"),
    "sale_proceeds": _("车辆处置价款"),
}
CHARGES = {
    "cost": _("实现债权的费用（律师费、拖车费等）"),
    "court_cost": _("法院收取的费用（诉讼费、保全费；不计入诉讼标的额）"),
    "fee": _("合同约定的手续费"),
    "penalty": _("违约金"),
}
CONDITIONS = {"new": _("新车"), "used": _("二手车")}
LONGEST_TEXT = 500
PHONE = re.compile(r"\+?[\d ()-]{7,}((转|x|ext\.?|#) ?\d{1,6})?")
ACCOUNT = re.compile(r"[\dA-Za-z -]{6,}")
PAPER_OF_IDENTITY = re.compile(r"[\dA-Za-z()-]{5,}")


def written_as(shape: re.Pattern[str], what: Text) -> Check:
    """Return a check that refuses a text that is not `what`, whose shape is known."""

    def check(form: Any, field: Any) -> None:
        if field.data and not shape.fullmatch(unicodedata.normalize("NFKC", field.data)):
            raise ValidationError(
                _("“{typed}”不是{what}，请核对。", typed=field.data[:40], what=what)
            )

    return check


def a_year(form: Any, field: Any) -> None:
    """Refuse a year in which no car was made, or that is far ahead."""
    last = clock.today().year + 1
    if field.data is not None and not 1900 <= field.data <= last:
        raise ValidationError(
            _("{field}须在 1900 年至 {last} 年之间。", field=field.label.text, last=last)
        )


A_PHONE = written_as(PHONE, _("电话号码"))
AN_ACCOUNT = written_as(ACCOUNT, _("账号"))
AN_IDENTITY = written_as(PAPER_OF_IDENTITY, _("证件号码"))


def choices(named: Mapping[str, Any]) -> list[SelectChoice]:
    """Return a closed list as the choices of a field."""
    return [SelectChoice(value, label) for value, label in named.items()]


class BookingForm(BaseForm):
    """What every transaction is booked with."""

    amount = YuanField(_("金额"), [Required(), above_zero], help_text=_("可写 1.2万。"))
    value_date = PastDateField(
        _("起息日"), [Required()], help_text=_("款项实际到账或费用实际发生的日期。")
    )
    reference = LineField(_("流水号"), [Blank(), length_up_to(80)])
    description = NoteField(_("摘要"), [Blank(), length_up_to(LONGEST_TEXT)])

    not_repeated = BooleanField(_("确认不是重复入账"))

    offers_tick = False
    """Whether the tick is shown: once the ledger holds a row that looks the same."""

    def booking(self) -> Booking:
        """Return what was filled in."""
        assert self.amount.data is not None
        assert self.value_date.data is not None
        return Booking(
            amount=self.amount.data,
            value_date=self.value_date.data,
            reference=self.reference.data or None,
            description=self.description.data or None,
        )


class ReceiptForm(BookingForm):
    """Money that came in."""

    kind = RadioField(
        _("款项性质"),
        choices=choices(RECEIPTS),
        default="payment",
    )


class ChargeForm(BookingForm):
    """A charge to the borrower."""

    kind = RadioField(
        _("类别"),
        choices=choices(CHARGES),
        default="cost",
    )


class ReversalForm(BaseForm):
    """Why a transaction is taken back."""

    reason = NoteField(_("冲正原因"), [Required(), length_up_to(LONGEST_TEXT)])


class CollateralForm(VersionedForm):
    """The car and its mortgage."""

    mortgage_state = SelectField(_("抵押登记"), choices=choices(labels.MORTGAGE_STATES))
    mortgage_registered_on = PastDateField(_("抵押登记日期"), [Blank()])
    mortgage_certificate_no = LineField(_("登记证书编号"), [Blank(), length_up_to(80)])
    state = SelectField(_("车辆状态"), choices=choices(labels.VEHICLE_STATES))
    last_seen_on = PastDateField(_("最后发现日期"), [Blank()])
    last_place = NoteField(
        _("最后发现地点"),
        [Blank(), length_up_to(200)],
        help_text=_("个人信息，加密保存，不在此显示；留空则保持不变。"),
    )
    vin = LineField(_("车辆识别代号（VIN）"), [Blank(), length_up_to(20)])
    plate = LineField(_("号牌"), [Blank(), length_up_to(12)])
    engine_no = LineField(_("发动机号"), [Blank(), length_up_to(40)])
    make = LineField(_("品牌"), [Blank(), length_up_to(60)])
    model = LineField(_("型号"), [Blank(), length_up_to(60)])
    model_year = CountField(_("年款"), [Blank(), a_year])
    condition = SelectField(_("购入时"), choices=choices(CONDITIONS))
    value = YuanField(_("购入价或评估价"), [Blank(), not_negative])


class PartyForm(BaseForm):
    """A co-borrower or guarantor."""

    role = RadioField(
        _("身份"),
        choices=choices({name: labels.PARTY_ROLES[name] for name in ROLES}),
        default="guarantor",
    )
    name = LineField(_("姓名或名称"), [Required(), length_up_to(80)])
    id_number = LineField(_("证件号码"), [Blank(), length_up_to(30), AN_IDENTITY])
    phone = LineField(_("电话"), [Blank(), length_up_to(30), A_PHONE])
    address = NoteField(_("地址"), [Blank(), length_up_to(200)])
    guarantee_mode = SelectField(_("保证方式"), choices=choices({"": "—"} | labels.GUARANTEE_MODES))
    guarantee_last_day = DateField(
        _("约定的保证期间最后一日"),
        [Blank()],
        help_text=_("合同未约定或约定不明的留空（六个月，民法典第六百九十二条）。"),
    )


class ContactForm(BaseForm):
    """How a person is reached; blank leaves it as it is."""

    phone = LineField(_("电话"), [Blank(), length_up_to(30), A_PHONE])
    address = NoteField(_("地址"), [Blank(), length_up_to(200)])
    bank_account = LineField(_("还款账号"), [Blank(), length_up_to(40), AN_ACCOUNT])


class OwnershipForm(BaseForm):
    """Who owns the claim from a day on."""

    owner_kind = SelectField(_("权属"), choices=choices(labels.OWNER_KINDS))
    owner_name = LineField(_("名称"), [Blank(), length_up_to(120)])
    share = RateField(_("份额"), [Required()])
    since = PastDateField(_("起始日"), [Required()])


class PapersForm(BaseForm):
    """Documents to add, several at once."""

    kind = SelectField(
        _("文件类型"),
        [Required()],
        choices=choices({"": _("请选择")} | labels.DOCUMENT_KINDS),
    )
    origin = SelectField(_("来源"), choices=choices(ORIGINS))
    title = LineField(
        _("标题"), [Blank(), length_up_to(120)], help_text=_("留空则使用各自的文件名。")
    )
    files = UploadsField(
        _("文件"),
        [Required()],
        help_text=_("可一次选择多个，每个不超过 100 MB。"),
    )


class ClassFloorForm(VersionedForm):
    """The class below which a loan may not be put."""

    floor = SelectField(_("下限"), choices=choices({"": _("不设下限")} | labels.CLASSES))
    reason = NoteField(_("理由"), [Required(), length_up_to(LONGEST_TEXT)])


class AccountingForm(VersionedForm):
    """Figures of the general ledger on a day; blank is unknown."""

    as_of = PastDateField(_("日期"), [Required()])
    gross_carrying_amount = YuanField(_("账面总额"), [Blank(), not_negative])
    allowance = YuanField(_("减值准备"), [Blank(), not_negative])
    ifrs9_stage = SelectField(
        _("减值阶段"), choices=choices({"": "—", "1": _("一"), "2": _("二"), "3": _("三")})
    )
    effective_rate_per_year = RateField(_("实际利率"), [Blank()])
    written_off_on = PastDateField(_("核销日"), [Blank()])
    reason = NoteField(_("理由"), [Required(), length_up_to(LONGEST_TEXT)])


class AccelerateForm(BaseForm):
    """The day on which the whole principal fell due early."""

    on = PastDateField(
        _("提前到期日"),
        [Required()],
        help_text=_("提前到期通知到达借款人之日，或起诉状副本送达之日。"),
    )
    confirmation = LineField(
        _("请输入“提前到期”以确认"), [Required(), typed_exactly(_("提前到期"))]
    )


class WaiverForm(BaseForm):
    """What is proposed to be waived of each head."""

    on = PastDateField(_("减免基准日"), [Required()])
    penalty = YuanField(_("罚息"), [Blank(), not_negative])
    compound = YuanField(_("复利"), [Blank(), not_negative])
    interest = YuanField(_("利息"), [Blank(), not_negative])
    costs = YuanField(_("费用"), [Blank(), not_negative])
    principal = YuanField(_("本金"), [Blank(), not_negative])
    reason = NoteField(_("减免理由"), [Required(), length_up_to(LONGEST_TEXT)])


class WriteOffForm(BaseForm):
    """A write-off that is proposed."""

    on = PastDateField(_("核销日"), [Required()])
    reason = NoteField(_("核销依据"), [Required(), length_up_to(LONGEST_TEXT)])


class ReasonForm(BaseForm):
    """A reason, for what is audited."""

    reason = LineField(_("理由"), [Required(), length_up_to(LONGEST_TEXT)])
