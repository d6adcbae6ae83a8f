"""Forms of the law's administrator. Each ends in a request that a second person decides."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

from wtforms import BooleanField

from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import Text, _
from recovery.law.calendar import Calendar
from recovery.law.parameters import Value, Version
from recovery.rulebook.calculator_forms import CourtField
from recovery.rulebook.day_fields import DaysField, WorkedDaysField
from recovery.rulebook.drafts import NewValue, NewYear, Source
from recovery.rulebook.rules import YearDays
from recovery.rulebook.values import write_value
from recovery.web.fields import (
    CountField,
    DateField,
    LineField,
    NoteField,
    RateField,
    ReadField,
    SelectField,
    YuanField,
)
from recovery.web.forms import BaseForm
from recovery.web.validators import Blank, Required, length_up_to

MARKS: tuple[tuple[str, Text], ...] = (
    ("V", _("V 已核对条文原文")),
    ("S", _("S 二手资料")),
    ("U", _("U 凭记忆，未核对")),
)
PLACE_KINDS = (("court", _("法院")), ("province", _("省份")))


T = TypeVar("T")

LONGEST_REASON = 500


def filled(field: ReadField[T]) -> T:
    """Return what a required field holds, once the form was validated."""
    assert field.data is not None, f"{field.name} is required"
    return field.data


class ReasonForm(BaseForm):
    """Why a change is asked for: what a confirmation needs, and every other form ends with."""

    reason = NoteField(
        _("申请理由"),
        [Required(), length_up_to(LONGEST_REASON)],
        help_text=_("审批人会看到，并随变更永久保存；请勿写个人信息。"),
    )


class SourceForm(BaseForm):
    """A value's first day, and what it rests on."""

    since = DateField(
        _("施行日期"), [Required()], help_text=_("自这一天起适用，以前的日期不受影响。")
    )
    instrument = LineField(_("依据文件"), [Required()])
    article = LineField(_("条款"), [Blank()])
    edition = LineField(_("版本或文号"), [Blank()])
    mark = SelectField(_("来源标记"), [Required()], choices=MARKS)
    is_confirmed = BooleanField(_("我已核对，可视为已确认"))
    reason = NoteField(
        _("申请理由"),
        [Required(), length_up_to(LONGEST_REASON)],
        help_text=_("审批人会看到，并随变更永久保存；请勿写个人信息。"),
    )

    def toml(self) -> str:
        """Return the value that was entered, as TOML."""
        raise NotImplementedError

    def new_value(self, parameter: str) -> NewValue:
        """Return what was entered as a value of `parameter`."""
        source = Source(
            self.instrument.data or "",
            self.article.data or "",
            self.edition.data or "",
            self.mark.data,
        )
        return NewValue(parameter, filled(self.since), self.toml(), source, self.is_confirmed.data)


class VersionForm(SourceForm):
    """A new version of any parameter, its value written as in the parameter's file."""

    value = NoteField(
        _("数值"),
        [Required()],
        help_text=_("数字直接写（24% 写 0.24），文字加双引号，结构与现行版本一致。"),
    )

    def toml(self) -> str:
        """Return the value as typed."""
        return str(self.value.data)

    def begin_with(self, version: Version | None) -> None:
        """Show the value and the instrument of `version`, to be changed."""
        if version is None:
            return
        self.value.data = write_value(version.value)
        self.instrument.data = version.instrument
        self.article.data = version.article
        self.edition.data = version.edition


class SettingForm(SourceForm):
    """What one court or province does; the value's own field is added by each kind."""

    place_kind = SelectField(_("适用于"), [Required()], choices=PLACE_KINDS)
    place_name = CourtField(
        _("名称"),
        [Required()],
        help_text=_("法院写全称，与案件的受理法院一致；省份写简称，如 上海。"),
    )

    @property
    def place(self) -> str:
        """The place as the law book names it."""
        return f"{self.place_kind.data}:{self.place_name.data or ''}"


class RoundingForm(SettingForm):
    """How a court rounds its fees."""

    unit = SelectField(
        _("取整方式"), [Required()], choices=(("yuan", _("四舍五入到元")), ("fen", _("到分")))
    )

    def toml(self) -> str:
        """Return the word of the choice."""
        return write_value(str(self.unit.data))


class RealizationFeeForm(SettingForm):
    """What a court charges for the realization of security: by item, or a share."""

    per_item = YuanField(_("按件收取"), [Blank()], help_text=_("与下一项只填一项。"))
    share = RateField(_("按受理费的比例收取"), [Blank()])

    def toml(self) -> str:
        """Return the one of both that was filled in.

        Raises:
            RuleViolation: none or both were.
        """
        if (self.per_item.data is None) == (self.share.data is None):
            raise RuleViolation(_("按件和按比例，请填写其中一项。"))
        if self.share.data is not None:
            return write_value({"share_of_acceptance": self.share.data})
        return write_value({"per_item": filled(self.per_item)})


class SmallClaimsForm(SourceForm):
    """The thresholds of the small-claims procedure that a province published for a year.

    They join the table of all provinces, which rules read by province and year.
    """

    province = LineField(_("省份"), [Required()], help_text=_("写简称，如 上海。"))
    year = CountField(_("年度"), [Required()])
    mandatory = YuanField(_("应当适用的上限"), [Required()])
    by_agreement = YuanField(_("可以约定适用的上限"), [Required()])
    standing: Value = MappingProxyType({})
    """The table as it stands on the first day, set by the view."""

    def toml(self) -> str:
        """Return the table with the thresholds of this province and year."""
        provinces = dict(self.standing) if isinstance(self.standing, Mapping) else {}
        known = provinces.get(str(self.province.data))
        years = dict(known) if isinstance(known, Mapping) else {}
        years[str(self.year.data)] = {
            "mandatory": filled(self.mandatory),
            "by_agreement": filled(self.by_agreement),
        }
        return write_value({**provinces, str(self.province.data): years})


class CapForm(SettingForm):
    """The ceiling of all charges that a court or province applies."""

    rate = RateField(_("综合费率年利率上限"), [Required()])

    def toml(self) -> str:
        """Return the rate."""
        return write_value(filled(self.rate))


class ConventionForm(SettingForm):
    """How a court counts the days of doubled interest."""

    convention = SelectField(
        _("加倍利息天数算法"),
        [Required()],
        choices=(
            ("payment_minus_expiry", _("付款日计入，届满日不计")),
            ("next_day_to_day_before", _("次日起算，付款日不计")),
            ("both_ends", _("两头都算")),
        ),
    )

    def toml(self) -> str:
        """Return the word of the choice."""
        return write_value(str(self.convention.data))


class OtherSettingForm(SettingForm):
    """Any other parameter, its value written as in the parameter's file."""

    value = NoteField(_("数值"), [Required()], help_text=_("结构与全国标准一致。"))

    def toml(self) -> str:
        """Return the value as typed."""
        return str(self.value.data)


LOCAL_FORMS: dict[str, type[SourceForm]] = {
    "small_claims.published": SmallClaimsForm,
    "court_fee.security_realization": RealizationFeeForm,
    "court_fee.rounding": RoundingForm,
    "interest.cap.financial_loan": CapForm,
    "interest.doubled.day_convention": ConventionForm,
}
"""Parameters that courts and provinces set, each with fields of its own."""


class YearForm(BaseForm):
    """The arrangement of a year's rest days, as the State Council's notice gives it."""

    year = CountField(_("年度"), [Required()])
    rest = DaysField(
        _("放假日期"),
        [Required()],
        help_text=_("照通知填写各段假期，含其中的周末；每行一段，如 2027-02-05 至 2027-02-12。"),
    )
    working = WorkedDaysField(_("调休上班的周末"), [Blank()], help_text=_("每行一天，没有可空白。"))
    stated_days_off = CountField(
        _("通知写明的放假总天数"), [Required()], help_text=_("各段“共×天”相加，用于核对录入。")
    )
    notice = LineField(_("通知名称和文号"), [Required()])
    is_checked = BooleanField(
        _("天数与法定节假日不平衡，已与通知逐日核对"),
        description=_("跨年的安排会不平衡，属正常；平衡时不必勾选。"),
    )
    reason = NoteField(
        _("申请理由"),
        [Required(), length_up_to(LONGEST_REASON)],
        help_text=_("审批人会看到，并随变更永久保存；请勿写个人信息。"),
    )

    def begin_with(self, calendar: Calendar, year: int) -> None:
        """Show what is known of `year`, to be corrected; the name of the notice of a new one."""
        self.year.data = year
        if year in calendar.years:
            self.rest.data = tuple(sorted(d for d in calendar.rest_weekdays if d.year == year))
            self.working.data = tuple(
                sorted(d for d in calendar.working_weekends if d.year == year)
            )
        self.notice.data = str(_("国务院办公厅关于{year}年部分节假日安排的通知", year=year))

    def new_year(self) -> NewYear:
        """Return what was entered."""
        return NewYear(
            year=filled(self.year),
            days=YearDays(self.rest.data or (), self.working.data or ()),
            notice=self.notice.data or "",
            stated_days_off=filled(self.stated_days_off),
            is_checked=self.is_checked.data,
        )
