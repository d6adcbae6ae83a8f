"""The page of exports for auditors: rights on a day, privileged acts, changes, versions."""

from tempfile import TemporaryFile

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from recovery.evidence.sampling.controls import KINDS, Asked, sheets_of
from recovery.evidence.sampling.sheets import write_workbook, write_zip
from recovery.kernel import clock
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.text import _
from recovery.web.fields import PastDateField, RadioField, SelectField
from recovery.web.forms import BaseForm
from recovery.web.people import current_actor, user_work
from recovery.web.rights import allowed
from recovery.web.uploads import XLSX, ZIP, as_attachment
from recovery.web.validators import Required

bp = Blueprint("controls", __name__, url_prefix="/evidence/controls")


class ControlsForm(BaseForm):
    """Which export, for which days, in which format."""

    kind = RadioField(
        _("内容"), choices=[(code, kind.label) for code, kind in KINDS.items()], default="rights"
    )
    first_day = PastDateField(_("第一日"), help_text=_("“某日的权限”只看最后一日。"))
    last_day = PastDateField(_("最后一日"), [Required()])
    file_format = SelectField(
        _("格式"),
        choices=[("xlsx", _("Excel 工作簿（xlsx）")), ("csv", _("文本表格（csv，zip）"))],
    )


@bp.route("/", methods=["GET", "POST"])
@allowed(Action.EXPORT_CONTROLS)
def index() -> ResponseReturnValue:
    """Choose an export; a POST sends it and records who took what."""
    form = ControlsForm()
    if not form.validate_on_submit():
        form.last_day.data = form.last_day.data or clock.today()
        page = render_template("evidence/sampling/controls.html", form=form, kinds=KINDS)
        return page, form.status
    kind, is_book = form.kind.data, form.file_format.data == "xlsx"
    last = form.last_day.data or clock.today()
    first = min(form.first_day.data or last.replace(month=1, day=1), last)
    with user_work() as work:
        work.record(Action.EXPORT_CONTROLS, None, kind=kind, first_day=first, last_day=last)
    sheets = sheets_of(kind, Asked(db.session(), current_actor(), first, last))
    file = TemporaryFile()  # noqa: SIM115 - the answer closes it when it is sent
    write = write_workbook if is_book else write_zip
    write(file, sheets)
    file.seek(0)
    made = XLSX if is_book else ZIP
    name = f"{kind}-{last:%Y%m%d}{made.suffixes[0]}"
    return as_attachment(file, name=name, media_type=made.media_type)
