"""Forms of what is otherwise imported: the floor of the class, and figures of the accountants."""

from datetime import date

from flask import request, url_for
from flask.typing import ResponseReturnValue

from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.text import Text, _
from recovery.kernel.work import Work
from recovery.loans import forms, queries, service
from recovery.loans.accounting import NAMES, Figures, figures_of, record_figures
from recovery.loans.blueprint import bp
from recovery.loans.form_page import asked_loan, loan_form
from recovery.loans.models import Loan
from recovery.web.reading import Unreadable, read_day
from recovery.web.rights import allowed


@bp.route("/<int:loan_id>/class-floor", methods=["GET", "POST"])
@allowed(Action.CHANGE_LOAN)
def change_class_floor(loan_id: int) -> ResponseReturnValue:
    """Set or lift the class below which the loan may not be put because of an event."""
    loan = asked_loan(loan_id)
    form = forms.ClassFloorForm(data={"floor": loan.class_floor or ""})
    form.show_version(loan.version)

    def book(work: Work) -> Text:
        work.get_version(Loan, loan_id, form.seen)
        service.set_class_floor(work, loan_id, form.floor.data or None, reason=form.reason.data)
        return _("五级分类下限已更新。")

    return loan_form(
        loan_id,
        form,
        book,
        heading=_("五级分类下限"),
        submit=_("保存下限"),
        done_url=url_for(".show", loan_id=loan_id),
        explained=_("重组、违约等事件后，分类在观察期内不得高于下限；按逾期天数的下限自动计算。"),
        on_refusal=lambda: form.compare_with(*_floor_now(loan_id)),
    )


def _floor_now(loan_id: int) -> tuple[int, dict[str, object]]:
    """Return the version of the loan and its floor as they stand."""
    loan = asked_loan(loan_id)
    return loan.version, {"floor": loan.class_floor or ""}


@bp.route("/<int:loan_id>/accounting/new", methods=["GET", "POST"])
@allowed(Action.CHANGE_LOAN)
def record_accounting(loan_id: int) -> ResponseReturnValue:
    """Record figures of the accountants on a day, or correct those of the day `as_of`."""
    loan = asked_loan(loan_id)
    form = forms.AccountingForm(data=_known_figures(loan))
    form.show_version(loan.version)

    def book(work: Work) -> Text:
        assert form.as_of.data is not None
        as_of, reason = form.as_of.data, form.reason.data
        record_figures(work, loan_id, form.seen, as_of, figures=_figures(form), reason=reason)
        return _("{day} 的会计数据已保存。", day=as_of)

    return loan_form(
        loan_id,
        form,
        book,
        heading=_("会计数据"),
        submit=_("保存会计数据"),
        explained=_("取自总账，不在此计算；同一日期再次填写即为更正，原值保留在修改历史。"),
        on_refusal=lambda: form.compare_with(asked_loan(loan_id).version, {}),
    )


def _known_figures(loan: Loan) -> dict[str, object]:
    """Return the figures recorded for the day that `as_of` asks for, as the form begins."""
    day = _asked_day()
    fact = next((one for one in queries.facts_of(db.session(), loan.id) if one.as_of == day), None)
    if fact is None:
        return {"as_of": day} if day else {}
    known = figures_of(fact)
    stage = "" if known.ifrs9_stage is None else str(known.ifrs9_stage)
    values: dict[str, object] = {name: getattr(known, name) for name in NAMES}
    return {**values, "ifrs9_stage": stage, "as_of": fact.as_of}


def _asked_day() -> date | None:
    try:
        return read_day(request.args.get("as_of", ""))
    except Unreadable:
        return None


def _figures(form: forms.AccountingForm) -> Figures:
    """Return what was typed; blank is unknown."""
    stage = form.ifrs9_stage.data
    return Figures(
        gross_carrying_amount=form.gross_carrying_amount.data,
        allowance=form.allowance.data,
        ifrs9_stage=int(stage) if stage else None,
        effective_rate_per_year=form.effective_rate_per_year.data,
        written_off_on=form.written_off_on.data,
    )
