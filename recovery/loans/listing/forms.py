"""Forms of the loan list: pasted numbers, assignment, export."""

from sqlalchemy import select
from wtforms.validators import ValidationError

from recovery.access.models import Agency, UserAccount
from recovery.access.rights import roles_that_may
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.text import _
from recovery.loans.listing.pasted import MOST
from recovery.loans.listing.service import UNCHANGED
from recovery.web.fields import (
    LineField,
    NoteField,
    PasteField,
    RadioField,
    SelectField,
    TypeAheadField,
)
from recovery.web.forms import BaseForm
from recovery.web.validators import Blank, Required, length_up_to, typed_exactly

NOBODY = "nobody"
GIVEN = "given"
CONFIRMATION = _("导出个人信息")
CHOICES = ((UNCHANGED, _("不变")), (GIVEN, _("改为…")), (NOBODY, _("清空")))


def line_of(account: UserAccount) -> str:
    """Return a person as one line that begins with the user name."""
    return f"{account.username} {account.name}"


def owner_of_line(line: str) -> UserAccount | None:
    """Return the person of a typed line, if they may work loans."""
    name = line.split(" ")[0].lower()
    statement = select(UserAccount).where(
        UserAccount.username == name,
        UserAccount.ended_at.is_(None),
        UserAccount.role.in_([role.value for role in roles_that_may(Action.RECORD_CONTACT)]),
    )
    return db.session.scalars(statement).one_or_none()


def suggested_owners(typed: str, limit: int = 20) -> list[str]:
    """Return lines of people who may work loans and whose name holds what was typed."""
    account = UserAccount
    statement = (
        select(account)
        .where(
            account.username.startswith(typed.lower(), autoescape=True)
            | account.name.contains(typed, autoescape=True),
            account.ended_at.is_(None),
            account.role.in_([role.value for role in roles_that_may(Action.RECORD_CONTACT)]),
        )
        .order_by(account.username)
        .limit(limit)
    )
    return [line_of(row) for row in db.session.scalars(statement)]


def not_too_many(_form: object, field: PasteField) -> None:
    """Refuse more numbers than are looked up at once."""
    if field.data and len(field.data) > MOST:
        raise ValidationError(
            _("一次最多 {most} 个编号，现在有 {count} 个。", most=MOST, count=len(field.data))
        )


class PasteForm(BaseForm):
    """Many numbers at once."""

    numbers = PasteField(
        _("编号"),
        [Required(), not_too_many],
        help_text=_(
            "合同号、身份证号、电话、车牌或车架号，每行一个，或用逗号、空格分开。最多 {most} 个。",
            most=f"{MOST:,}",
        ),
    )


class AssignForm(BaseForm):
    """Who works the selected loans."""

    change_owner = RadioField(_("经办人"), choices=CHOICES, default=UNCHANGED)
    owner = TypeAheadField(
        _("新经办人"),
        [Blank()],
        source="loans.suggest_owners",
        find=owner_of_line,
        show=line_of,
        help_text=_("输入用户名或姓名。"),
    )
    change_agency = RadioField(_("委外机构"), choices=CHOICES, default=UNCHANGED)
    agency = TypeAheadField(
        _("新委外机构"),
        [Blank()],
        source="loans.suggest_agencies",
        find=lambda line: db.session.scalars(
            select(Agency).where(Agency.name == line)
        ).one_or_none(),
        show=lambda agency: agency.name,
    )


class ExportForm(BaseForm):
    """How the loans of a filter are exported."""

    file_format = SelectField(
        _("格式"), choices=[("xlsx", _("Excel 工作簿（xlsx）")), ("csv", _("文本表格（csv）"))]
    )
    masking = RadioField(
        _("个人信息"),
        choices=[
            ("masked", _("身份证号和电话只留尾号")),
            ("none", _("不含身份证号和电话")),
            ("clear", _("完整显示（需有权限并说明理由）")),
        ],
        default="masked",
    )
    reason = NoteField(
        _("理由"),
        [length_up_to(500)],
        help_text=_("完整显示个人信息时必填，会写入审计记录；删除个人信息时可以一并删除。"),
    )
    confirmation = LineField(
        _("确认"), help_text=_("完整显示个人信息时，请输入“{words}”。", words=CONFIRMATION)
    )

    def validate_reason(self, field: NoteField) -> None:
        """Ask why personal data is wanted in full."""
        if self.masking.data == "clear" and not field.data:
            raise ValidationError(_("请说明为什么需要完整的个人信息。"))

    def validate_confirmation(self, field: LineField) -> None:
        """Ask for the words that confirm it."""
        if self.masking.data == "clear":
            typed_exactly(CONFIRMATION)(self, field)
