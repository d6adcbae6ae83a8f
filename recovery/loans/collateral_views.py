"""Forms of the car that secures a loan."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.text import _
from recovery.loans import collateral, queries
from recovery.loans.blueprint import bp
from recovery.loans.collateral import (
    Collateral,
    add_collateral,
    change_collateral,
    collateral_of,
    end_collateral,
    place_known,
)
from recovery.loans.forms import CollateralForm, ReasonForm
from recovery.loans.models import Vehicle
from recovery.loans.page import find_loan
from recovery.web.people import current_scope, user_work
from recovery.web.rights import allowed


@bp.route("/<int:loan_id>/collateral", methods=["GET", "POST"])
@allowed(Action.CHANGE_COLLATERAL)
def edit_collateral(loan_id: int) -> ResponseReturnValue:
    """Add the car of a loan, or change what is known of it."""
    loan = find_loan(db.session(), loan_id, current_scope())
    vehicle = queries.vehicle_of(db.session(), loan.id)
    form = CollateralForm(obj=vehicle)
    if not form.last_place.raw_data:
        # Sealed: shown for a reason and audited, so never in a field for editing.
        form.last_place.data = ""
    form.show_version(vehicle.version if vehicle else 0)
    if form.validate_on_submit():
        with form.refusal_shown():
            with user_work() as work:
                if vehicle is None:
                    add_collateral(work, loan.id, _read(form, None))
                else:
                    change_collateral(work, vehicle.id, form.seen, _read(form, vehicle))
            flash(str(_("抵押车辆信息已保存。")), "success")
            return redirect(url_for(".show", loan_id=loan_id))
        vehicle = queries.vehicle_of(db.session(), loan_id)
        if vehicle is not None:
            known = collateral_of(vehicle)
            shown = [name for name in Collateral.__slots__ if name != "last_place"]
            form.compare_with(vehicle.version, {name: getattr(known, name) for name in shown})
    page = render_template(
        "loans/form.html",
        form=form,
        loan=loan,
        heading=_("抵押车辆"),
        submit=_("保存"),
        cancel_url=url_for(".show", loan_id=loan_id),
        breadcrumbs=[(loan.contract_no, url_for(".show", loan_id=loan_id)), (_("抵押车辆"), None)],
    )
    return page, form.status


@bp.post("/<int:loan_id>/collateral/end")
@allowed(Action.CHANGE_COLLATERAL)
def finish_collateral(loan_id: int) -> ResponseReturnValue:
    """End the car's securing of the loan today."""
    loan = find_loan(db.session(), loan_id, current_scope())
    vehicle = queries.vehicle_of(db.session(), loan.id)
    if vehicle is not None:
        with user_work() as work:
            end_collateral(work, vehicle.id, vehicle.version, work.today)
        flash(str(_("已登记抵押解除。记录保留。")), "success")
    return redirect(url_for(".show", loan_id=loan_id))


@bp.route("/<int:loan_id>/collateral/place", methods=["GET", "POST"])
@allowed(Action.UNMASK_PERSONAL_DATA)
def unmask_place(loan_id: int) -> ResponseReturnValue:
    """Ask for a reason, then show where the car was last seen; recorded in the audit log."""
    loan = find_loan(db.session(), loan_id, current_scope())
    place_known(db.session(), loan.id)
    form, value = ReasonForm(), None
    if form.validate_on_submit():
        with form.refusal_shown(), user_work() as work:
            value = collateral.unmask_place(work, loan_id, form.reason.data)
    page = "loans/_unmask.html" if request.headers.get("HX-Request") else "loans/unmask.html"
    values = {"form": form, "value": value, "address": url_for(".unmask_place", loan_id=loan_id)}
    return render_template(page, loan=loan, **values), form.status


def _read(form: CollateralForm, vehicle: Vehicle | None) -> Collateral:
    """Return what was filled in; blank is unknown, but leaves the place of `vehicle` as it is."""
    values: dict[str, Any] = {name: form[name].data or None for name in Collateral.__slots__}
    if vehicle is not None and values["last_place"] is None:
        values["last_place"] = vehicle.last_place
    return Collateral(**values)
