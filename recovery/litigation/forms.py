"""Forms of litigation files."""

from datetime import date

from recovery.kernel import clock
from recovery.kernel.text import _
from recovery.law.courts import places_of
from recovery.litigation import figures
from recovery.litigation.rules import FOLLOWING, PROCEDURES, STAGES
from recovery.rulebook.calculator_forms import CourtField
from recovery.rulebook.service import current_book
from recovery.web.fields import DateField, LineField, NoteField, PastDateField, SelectField
from recovery.web.forms import BaseForm, VersionedForm
from recovery.web.validators import Blank, Required, length_up_to


class OpenFileForm(BaseForm):
    """What a person decides when opening a file; fee and limitation follow from it."""

    court = CourtField(
        _("受理法院"),
        [Required(), length_up_to(60)],
        help_text=_("法院全称，例如：上海市浦东新区人民法院。"),
    )
    procedure = SelectField(_("诉讼程序"), choices=list(PROCEDURES.items()), default="summary")
    claim_day = DateField(
        _("债权计算日"), [Required()], help_text=_("起诉金额计算到这一天，通常是提交立案的日期。")
    )
    remark = NoteField(_("备注"), [length_up_to(500)])


class StageForm(VersionedForm):
    """A step of a file to another stage."""

    stage = SelectField(_("进入阶段"), choices=list(STAGES.items()), validate_choice=False)
    happened_on = PastDateField(
        _("发生日期"),
        [Required()],
        help_text=_("文书送达、收到通知或裁判生效的日期；期限从这一天起算。"),
    )
    performed_until = DateField(
        _("履行期最后一日"),
        [Blank()],
        help_text=_(
            "进入“判决生效”或“已调解”时填写裁判文书确定的履行期间届满日，申请执行期间从这一天起算；"
            "文书没有规定履行期间的留空，从生效日起算。"
        ),
    )
    case_number = LineField(_("案号"), [length_up_to(60)])
    reason = NoteField(
        _("理由"), [length_up_to(500)], help_text=_("不按通常顺序变更阶段时必须填写。")
    )

    def propose(self, served: date | None, court: str) -> None:
        """Fill in when a judgment served on `served` takes effect, and a usual last day to perform.

        Both can be changed: the court and its paper decide. A day still to come is left blank.
        """
        if served is None:
            return
        today = clock.today()
        found = figures.expected(current_book().at(*places_of(court)), served, today)
        if found.effective_on <= today:
            self.happened_on.data = found.effective_on
            self.performed_until.data = found.performed_until

    def offer(self, current: str) -> None:
        """List the usual next stages first."""
        usual = [(code, STAGES[code]) for code in FOLLOWING[current]]
        others = [
            (code, _("{stage}（需写明理由）", stage=label))
            for code, label in STAGES.items()
            if code not in FOLLOWING[current] and code != current
        ]
        self.stage.choices = usual + others


class ReasonForm(VersionedForm):
    """Why a deadline was missed, or why what was recorded of it is corrected."""

    reason = NoteField(_("理由"), [Required(), length_up_to(500)])
