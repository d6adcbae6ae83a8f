"""Forms of sign-in and of one's own account."""

from wtforms import PasswordField
from wtforms.validators import ValidationError

from recovery.access import rules
from recovery.kernel.text import _
from recovery.web.fields import LineField
from recovery.web.forms import BaseForm
from recovery.web.validators import Required, length_up_to

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
    """A new password of one's own."""

    current = PasswordField(_("现密码"), [Required()], render_kw=CURRENT)
    new = PasswordField(
        _("新密码"), [Required()], description=rules.password_policy(), render_kw=NEW
    )
    again = PasswordField(_("再次输入新密码"), [Required()], render_kw=NEW)

    def validate_again(self, field: PasswordField) -> None:
        """Refuse when the two differ."""
        if field.data != self.new.data:
            raise ValidationError(_("两次输入的新密码不一致。"))


class ConfirmWithPasswordForm(BaseForm):
    """An act on one's own account that the password confirms."""

    password = PasswordField(_("现密码"), [Required()], render_kw=CURRENT)
