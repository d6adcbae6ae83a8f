"""Forms of litigation files."""

from recovery.kernel.text import _
from recovery.litigation.rules import FOLLOWING, PROCEDURES, STAGES
from recovery.rulebook.calculator_forms import CourtField
from recovery.web.fields import DateField, LineField, NoteField, PastDateField, SelectField
from recovery.web.forms import BaseForm, VersionedForm
from recovery.web.validators import Required, length_up_to


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
    case_number = LineField(_("案号"), [length_up_to(60)])
    reason = NoteField(
        _("理由"), [length_up_to(500)], help_text=_("不按通常顺序变更阶段时必须填写。")
    )

    def offer(self, current: str) -> None:
        """List the usual next stages first."""
        usual = [(code, STAGES[code]) for code in FOLLOWING[current]]
        others = [
            (code, _("{stage}（需写明理由）", stage=label))
            for code, label in STAGES.items()
            if code not in FOLLOWING[current] and code != current
        ]
        self.stage.choices = usual + others
