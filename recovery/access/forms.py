"""Forms of sign-in, of one's own account, and of administration."""

from typing import Any

from wtforms import PasswordField
from wtforms.validators import ValidationError

from recovery.access import queries, rules
from recovery.access.authority import EVERY_KIND
from recovery.access.lists import limited_kinds
from recovery.access.rights import ROLE_NAMES, Role
from recovery.kernel.db import db
from recovery.kernel.text import _
from recovery.web.fields import (
    CountField,
    DateField,
    LineField,
    NoteField,
    PasteField,
    SelectField,
    TypeAheadField,
    YuanField,
)
from recovery.web.forms import BaseForm, VersionedForm
from recovery.web.validators import Blank, Required, length_up_to, not_negative

CURRENT = {"autocomplete": "current-password"}
NEW = {"autocomplete": "new-password"}


class SignInForm(BaseForm):
    """Name and password."""

    username = LineField(
        _("用户名"),
        [Required(), length_up_to(100)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(_("密码"), [Required()], render_kw=CURRENT)


class CodeForm(BaseForm):
    """The second factor, or a recovery code in its place."""

    code = LineField(
        _("动态口令"),
        [Required(), length_up_to(40)],
        help_text=_("认证器上的 6 位数字；手机不在身边时，可用一个恢复码。"),
        render_kw={"autocomplete": "one-time-code"},
    )


class PasswordForm(BaseForm):
    """A new password of one's own. The names say `password`, so that no page shows it again."""

    current_password = PasswordField(_("现密码"), [Required()], render_kw=CURRENT)
    new_password = PasswordField(
        _("新密码"), [Required()], description=rules.password_policy(), render_kw=NEW
    )
    password_again = PasswordField(_("再次输入新密码"), [Required()], render_kw=NEW)

    def validate_password_again(self, field: PasswordField) -> None:
        """Refuse when the two differ."""
        if field.data != self.new_password.data:
            raise ValidationError(_("两次输入的新密码不一致。"))


class ConfirmWithPasswordForm(BaseForm):
    """An act on one's own account that the password confirms."""

    password = PasswordField(_("现密码"), [Required()], render_kw=CURRENT)


ROLES = [(role.value, ROLE_NAMES[role]) for role in Role]
LANGUAGES = [("zh", "中文"), ("en", "English")]


class PlaceFields(VersionedForm):
    """What places a person: name, role, and the branch or agency."""

    name = LineField(_("姓名"), [Required(), length_up_to(60)])
    role = SelectField(_("角色"), [Required()], choices=ROLES)
    branch = TypeAheadField(
        _("所属机构"),
        [Blank()],
        source="people.suggest_branches",
        find=lambda line: queries.branch_of_line(db.session(), line),
        show=queries.line_of_branch,
        help_text=_("法务和催收人员必填；审批人和资产经理留空即为全部机构。"),
    )
    agency = TypeAheadField(
        _("委外机构"),
        [Blank()],
        source="people.suggest_agencies",
        find=lambda line: queries.agency_named(db.session(), line),
        show=lambda agency: agency.name,
        help_text=_("仅委外机构人员填写。"),
    )


class NewPersonForm(PlaceFields):
    """A new account."""

    username = LineField(
        _("用户名"), [Required(), length_up_to(40)], help_text=_("登录用，建立后不能修改。")
    )
    language = SelectField(_("语言"), choices=LANGUAGES, default="zh")


class TokenForm(BaseForm):
    """A token with which a program acts in the name of an account."""

    program = LineField(
        _("程序的名称"), [Required(), length_up_to(80)], help_text=_("如 核心系统放款登记。")
    )
    username = LineField(
        _("账户（用户名）"),
        [Required(), length_up_to(40)],
        help_text=_("程序以这个账户的权限办理；请为程序单独建立账户。"),
    )
    days = CountField(_("有效天数"), [Required()], default=365)


class LimitForm(BaseForm):
    """Up to which amount an approver decides."""

    kind = SelectField(_("事项"), [Required()])
    amount = YuanField(_("审批额度"), [Required(), not_negative])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(EVERY_KIND, _("全部事项")), *limited_kinds()]


class EngagementForm(BaseForm):
    """What an external auditor may read, and when."""

    purpose = LineField(_("审计事由"), [Required(), length_up_to(200)])
    first_day = DateField(_("第一日"), [Required()])
    last_day = DateField(_("最后一日"), [Required()], help_text=_("含当日。"))
    branches = PasteField(_("机构编号"), [Blank()], help_text=_("一行一个。"))
    packages = PasteField(_("资产包序号"), [Blank()], help_text=_("一行一个，只填数字。"))


class BranchForm(BaseForm):
    """A new branch."""

    code = LineField(_("机构编号"), [Required(), length_up_to(20)])
    name = LineField(_("机构名称"), [Required(), length_up_to(60)])


class NameForm(BaseForm):
    """The name of an agency, or another name of a branch."""

    name = LineField(_("名称"), [Required(), length_up_to(60)])


class DecideForm(BaseForm):
    """A decision on exactly what is shown above it."""

    reason = NoteField(_("意见"), [length_up_to(1000)], help_text=_("同意时可不填；不同意时必填。"))


class DelegationForm(BaseForm):
    """Who decides while one is away."""

    delegate = SelectField(_("受托人"), [Required()], coerce=int)
    first_day = DateField(_("第一日"), [Required()])
    last_day = DateField(_("最后一日"), [Required()], help_text=_("含当日。"))
    reason = LineField(_("事由"), [Required(), length_up_to(200)])
