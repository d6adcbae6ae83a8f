"""Forms of the records of collection. A record is corrected with the form it was entered with."""

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import BooleanField

from recovery.collection import labels
from recovery.collection.models import CollectionRecord
from recovery.evidence.keeping.forms import MultiCheckboxField
from recovery.kernel import clock
from recovery.kernel.text import Text, _
from recovery.loans.documents import KeptFile
from recovery.loans.models import Document, Person
from recovery.web.fields import (
    CountField,
    DateField,
    LineField,
    MomentField,
    NoteField,
    PastDateField,
    RadioField,
    SelectField,
    YuanField,
)
from recovery.web.forms import BaseForm
from recovery.web.uploads import UploadField
from recovery.web.validators import Blank, Required, above_zero, length_up_to

LONGEST = 500
THIRD_PARTY = "third_party"


def pairs(codes: Mapping[str, Text]) -> list[tuple[str, Text]]:
    """Return a closed list as the choices of a field."""
    return list(codes.items())


LAST = ("remark", "document", "paper", "reason")


class EntryForm(BaseForm):
    """What every record is entered with; the fields of a kind stand before these."""

    remark = NoteField(_("备注"), [Blank(), length_up_to(LONGEST)])
    document = SelectField(_("已有文件"), default="")
    paper = UploadField(
        _("上传文件"), help_text=_("录音、照片或文件；将作为贷款文件加入并登记存证。")
    )
    reason = NoteField(_("更正理由"), [Required(), length_up_to(LONGEST)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in LAST:
            self._fields[name] = self._fields.pop(name)

    def offer(self, people: Iterable[tuple[Person, str]], documents: Iterable[Document]) -> None:
        """List the people and the documents of the loan."""
        papers = [(str(one.id), one.title) for one in documents]
        self.document.choices = [("", "—"), *papers]
        known = [(str(person.id), self._called(person, role)) for person, role in people]
        if "person" in self:
            others = [(THIRD_PARTY, labels.CONTACTED[THIRD_PARTY])]
            self["person"].choices = [*known, *others]
        if "signers" in self:
            self["signers"].choices = known

    @staticmethod
    def _called(person: Person, role: str) -> Text:
        who = labels.CONTACTED[role]
        return _("{role} {name}", role=who, name=person.name or "—")

    def for_new(self) -> None:
        """Ask for no reason: nothing is corrected."""
        del self["reason"]

    def show(self, old: CollectionRecord) -> None:
        """Fill in what the record to be corrected says; its personal data stay out of sight."""
        for one in self:
            if hasattr(old, one.name) and one.name not in ("document", "person", "address"):
                one.data = getattr(old, one.name)
        if "person" in self:
            self["person"].data = str(old.person_id or THIRD_PARTY)
        if "on" in self:
            self["on"].data = old.happened_on
        if "signers" in self:
            self["signers"].data = [str(number) for number in self["signers"].data]
        self.document.data = str(old.document_id or "")

    def values(self, *names: str) -> dict[str, Any]:
        """Return fields by name; what was left blank is None."""
        return {name: None if self[name].data == "" else self[name].data for name in names}

    def entered(self, kept: KeptFile | None, old: CollectionRecord | None) -> dict[str, Any]:
        """Return what every record is entered with; an address left blank is the old one's."""
        person = self["person"].data if "person" in self else THIRD_PARTY
        typed = self["address"].data if "address" in self else None
        return {
            "person_id": None if person == THIRD_PARTY else int(person),
            "address": typed or (old.address if old else None),
            "remark": self.remark.data or None,
            "document_id": int(self.document.data) if self.document.data else None,
            "paper": kept,
            "corrects_id": old.id if old else None,
            "reason": (self.reason.data or "") if "reason" in self else "",
        }


PERSONAL = _("个人信息，加密保存；更正时留空则保持不变。")


class ContactForm(EntryForm):
    """A contact with somebody."""

    at = MomentField(_("时间"), [Required()])
    person = SelectField(_("联系对象"))
    channel = SelectField(_("联系方式"), choices=pairs(labels.CHANNELS), default="call")
    direction = RadioField(_("方向"), choices=pairs(labels.DIRECTIONS), default="outbound")
    address = LineField(_("号码或地址"), [Blank(), length_up_to(200)], help_text=PERSONAL)
    outcome = SelectField(_("结果"), choices=pairs(labels.CONTACT_OUTCOMES))
    is_recorded = BooleanField(_("有录音"))
    has_consent = BooleanField(_("对方同意或约定在此时段联系"))
    promised_amount = YuanField(_("承诺还款金额"), [Blank(), above_zero])
    promised_on = DateField(_("承诺还款日期"), [Blank()])


class DemandForm(EntryForm):
    """A demand that was sent."""

    on = PastDateField(_("发函日期"), [Required()])
    person = SelectField(_("发给"))
    means = SelectField(_("发送方式"), choices=pairs(labels.MEANS))
    waybill_no = LineField(_("邮件号"), [Blank(), length_up_to(60)])
    address = LineField(_("送达地址或号码"), [Required(), length_up_to(200)], help_text=PERSONAL)
    address_basis = SelectField(_("地址来源"), choices=pairs(labels.ADDRESS_BASES))
    amount = YuanField(
        _("催收金额"),
        [Blank(), above_zero],
        help_text=_("留空则为发函当日已到期的债权；当日债权的各项随函登记。"),
    )


class DeliveryForm(EntryForm):
    """What became of a demand."""

    on = PastDateField(_("日期"), [Required()])
    outcome = SelectField(_("送达结果"), choices=pairs(labels.DELIVERY_OUTCOMES))
    proof = SelectField(_("凭证"), choices=pairs(labels.PROOFS))


class VisitForm(EntryForm):
    """The report of a field visit."""

    at = MomentField(_("时间"), [Required()])
    person = SelectField(_("拜访对象"))
    address = LineField(_("地点"), [Required(), length_up_to(200)], help_text=PERSONAL)
    visitors = LineField(
        _("外访人员"),
        [Required(), length_up_to(200)],
        help_text=_("至少一人，通常两人；用顿号分开。"),
    )
    met = SelectField(_("见到何人"), choices=pairs(labels.MET))
    vehicle = SelectField(_("车辆"), choices=pairs(labels.VEHICLE), default="not_looked_for")
    mileage = CountField(_("里程（公里）"), [Blank()])
    outcome = SelectField(_("结果"), choices=pairs(labels.VISIT_OUTCOMES))
    has_consent = BooleanField(_("对方同意或约定在此时段上门"))


class AgreementForm(EntryForm):
    """What was agreed; its document is required."""

    on = PastDateField(_("签署日期"), [Required()])
    agreement_kind = SelectField(_("协议种类"), choices=pairs(labels.AGREEMENT_KINDS))
    new_last_due_on = DateField(_("新的最后到期日"), [Blank()], help_text=_("展期必须填写。"))
    amount = YuanField(_("协议金额"), [Blank(), above_zero])
    terms = NoteField(
        _("协议内容"),
        [Required(), length_up_to(2000)],
        help_text=_("还款日期、每期金额等，照协议原文填写。"),
    )
    signers = MultiCheckboxField(_("签署人"), [Required()])
    guarantor_consent = SelectField(_("保证人书面同意"), choices=pairs(labels.CONSENTS))


class ReasonForm(BaseForm):
    """Why a record is taken back, or a number is looked at."""

    reason = NoteField(_("理由"), [Required(), length_up_to(LONGEST)])


def begin(form: EntryForm) -> None:
    """Propose this moment, or today."""
    if "at" in form:
        form["at"].data = clock.now()
    if "on" in form:
        form["on"].data = clock.today()
