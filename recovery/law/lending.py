"""Limits on terms, extensions, disposal and small claims; the weighted figures of a package.

Source: 汽车贷款管理办法 art. 6; 个人贷款管理办法; 民法典 art. 416; 财金〔2005〕53号.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypedDict

from recovery.kernel.money import to_fen
from recovery.kernel.text import _
from recovery.law.errors import BadInput
from recovery.law.inputs import Count, Positive, Yuan
from recovery.law.paper import Paper, decimal, period, table, whole
from recovery.law.registry import rule
from recovery.law.results import Allowed


class SuperPriority(TypedDict):
    """Whether the purchase-money mortgage ranks before others."""

    super_priority: bool


class Disposal(TypedDict):
    """The day by which the asset must be disposed of."""

    dispose_by: date


class Weighted(TypedDict):
    """Totals of a package, and its days overdue weighted by principal and interest."""

    loan_count: int
    unpaid_principal: Decimal
    unpaid_interest: Decimal
    unpaid_total: Decimal
    weighted_by_principal_interest: Decimal


class SmallClaims(TypedDict):
    """How the small-claims procedure can come about."""

    mode: Literal["by_agreement", "mandatory", "not_available"]


class LoanLimit(TypedDict):
    """The most that may be lent, in yuan."""

    max_loan: Decimal


class Listing(TypedDict):
    """Whether a listing falls within the pilot."""

    within_pilot: bool


class Publication(TypedDict):
    """The latest day of publication."""

    publish_by: date


class Retention(TypedDict):
    """The last day of keeping."""

    keep_until: date


@dataclass(frozen=True, slots=True)
class PackagedLoan:
    """A loan of a package: unpaid yuan and days overdue at the cut-off date."""

    principal: Yuan
    interest: Yuan
    days: Count


@rule("auto_loan.max_term_incl_extension")
def auto_loan_term(
    paper: Paper,
    *,
    type_: Literal["dealer", "new", "used"],
    original_months: Positive,
    extension_months: Count,
) -> Allowed:
    """Whether an auto loan's term with its extension stays within the longest allowed."""
    most = whole(paper.table("auto_loan.max_term")[type_])
    total = original_months + extension_months
    paper.say(_("含展期共 {total} 个月，最长 {most} 个月。", total=total, most=most))
    return {"allowed": total <= most}


@rule("auto_loan.pmsi_10_days")
def purchase_money_priority(paper: Paper, *, delivered: date, registered: date) -> SuperPriority:
    """Whether a mortgage for the price was registered in time to rank first (价款优先权)."""
    nominal = paper.count(delivered, paper.period("auto_loan.pmsi"))
    last = paper.roll(nominal, "civil_period.rolling")
    paper.nominal, paper.rolled = nominal, last
    paper.say(_("{day} 办理抵押登记。", day=registered))
    return {"super_priority": registered <= last}


@rule("extension.personal_loan_le_1y")
def personal_loan_extension(
    paper: Paper, *, original_months: Positive, cumulative_extension_months: Count
) -> Allowed:
    """Whether the extensions of a personal loan of up to a year stay within its original term."""
    most = paper.whole("extension.personal_loan")
    if original_months > most:
        raise BadInput("original_months", _("本规则只适用于 {most} 个月以内的贷款。", most=most))
    paper.say(
        _(
            "累计展期 {extension} 个月，原期限 {original} 个月。",
            extension=cumulative_extension_months,
            original=original_months,
        )
    )
    return {"allowed": cumulative_extension_months <= original_months}


@rule("extension.personal_loan_over_1y")
def long_personal_loan_extension(
    paper: Paper,
    *,
    original_months: Positive,
    cumulative_extension_months: Count,
    product_maximum_months: Positive,
) -> Allowed:
    """Whether a personal loan of over a year stays, extended, within its product's longest term."""
    least = paper.whole("extension.personal_loan_over_1y")
    if original_months <= least:
        raise BadInput("original_months", _("本规则只适用于超过 {most} 个月的贷款。", most=least))
    total = original_months + cumulative_extension_months
    paper.say(
        _("含展期共 {total} 个月，产品最长 {most} 个月。", total=total, most=product_maximum_months)
    )
    return {"allowed": total <= product_maximum_months}


def _dispose(paper: Paper, kind: str, acquired: date) -> Disposal:
    length = period(paper.table("foreclosed_asset.disposal")[kind])
    return {"dispose_by": paper.count(acquired, length)}


@rule("foreclosed_asset.disposal")
def foreclosed_asset_disposal(
    paper: Paper, *, type_: Literal["movable"], acquired: date
) -> Disposal:
    """Day by which a movable taken for debt must be disposed of: a year; it never rolls."""
    return _dispose(paper, type_, acquired)


@rule("foreclosed_asset.disposal.real_property_or_equity")
def foreclosed_real_property_disposal(
    paper: Paper, *, type_: Literal["real_property", "equity"], acquired: date
) -> Disposal:
    """Day by which real property or equity taken for debt must be disposed of: two years."""
    return _dispose(paper, type_, acquired)


@rule("small_claims.eligible")
def small_claims(paper: Paper, *, amount: Yuan, province_wage: Yuan) -> SmallClaims:
    """How a money claim of `amount` can be a small claim, from the province's yearly wage.

    Where the province publishes its thresholds, they prevail: `small_claims.published`.
    Source: 民事诉讼法 art. 165.
    """
    if province_wage <= 0:
        raise BadInput("province_wage", _("须大于零。"))
    law = paper.table("small_claims.limits")
    half, twice = (decimal(law[name]) * province_wage for name in ("mandatory", "by_agreement"))
    return {"mode": small_claims_mode(paper, amount, half, twice)}


def small_claims_mode(
    paper: Paper, amount: Decimal, mandatory: Decimal, by_agreement: Decimal
) -> Literal["by_agreement", "mandatory", "not_available"]:
    """Return how a claim of `amount` can be a small claim, both limits inclusive."""
    paper.say(
        _(
            "强制适用上限 {mandatory} 元，约定适用上限 {by_agreement} 元，均含本数。",
            mandatory=mandatory,
            by_agreement=by_agreement,
        )
    )
    if amount <= mandatory:
        return "mandatory"
    return "by_agreement" if amount <= by_agreement else "not_available"


@rule("package.weighted_overdue_days")
def weighted_overdue_days(paper: Paper, *, loans: tuple[PackagedLoan, ...]) -> Weighted:
    """Totals of a package and its mean days overdue, weighted by unpaid principal and interest."""
    paper.read("package.weight")
    principal = sum((loan.principal for loan in loans), Decimal(0))
    interest = sum((loan.interest for loan in loans), Decimal(0))
    total = principal + interest
    if not total:
        raise BadInput("loans", _("未偿本息合计为零，无法加权。"))
    weighted = sum((loan.principal + loan.interest) * loan.days for loan in loans) / total
    paper.say(_("以未偿本息 {total} 元为权数。", total=total))
    return {
        "loan_count": len(loans),
        "unpaid_principal": to_fen(principal),
        "unpaid_interest": to_fen(interest),
        "unpaid_total": to_fen(total),
        "weighted_by_principal_interest": to_fen(weighted),
    }


@rule("auto_loan.max_ltv")
def largest_auto_loan(
    paper: Paper,
    *,
    type_: Literal["commercial", "commercial_new_energy", "used"],
    price: Yuan,
    list_price_or_appraisal: Yuan,
) -> LoanLimit:
    """The most that may be lent on a vehicle, of the lower of its price and its appraisal.

    For self-use the lender sets the share itself.
    """
    share = decimal(paper.table("auto_loan.max_ltv")[type_])
    paper.read("auto_loan.price_base")
    base = min(price, list_price_or_appraisal)
    paper.say(_("车价取较低者 {base} 元，最高发放比例 {share}。", base=base, share=share))
    return {"max_loan": to_fen(base * share)}


@rule("small_claims.published")
def small_claims_as_published(
    paper: Paper, *, province: str, year: Positive, amount: Yuan
) -> SmallClaims:
    """How a money claim can be a small claim, by the thresholds that the province published."""
    published = paper.table("small_claims.published")
    if province not in published:
        raise BadInput("province", _("没有已录入的公布标准。"))
    years = table(published[province])
    if str(year) not in years:
        raise BadInput("year", _("没有已录入的公布标准。"))
    law = table(years[str(year)])
    mandatory, by_agreement = decimal(law["mandatory"]), decimal(law["by_agreement"])
    return {"mode": small_claims_mode(paper, amount, mandatory, by_agreement)}


@rule("package.pilot")
def package_pilot(paper: Paper, *, listing_date: date) -> Listing:
    """Whether an NPL transfer listed on the day falls within the pilot, which has an end."""
    end = date.fromisoformat(paper.text("package.pilot"))
    paper.say(_("试点至 {end} 止。", end=end))
    return {"within_pilot": listing_date <= end}


@rule("package.publication")
def package_publication(
    paper: Paper, *, bidding_day: date, solicitation_stood_15_working_days: bool
) -> Publication:
    """Latest day to publish a package before bidding, counted back in working days."""
    kind = "after_solicitation" if solicitation_stood_15_working_days else "ordinary"
    days = whole(paper.table("package.publication")[kind])
    publish_by = paper.book.calendar.subtract_working_days(bidding_day, days)
    paper.say(
        _(
            "竞价日 {day} 前至少 {count} 个工作日，不晚于 {by}。",
            day=bidding_day,
            count=days,
            by=publish_by,
        )
    )
    paper.note_year(publish_by)
    paper.note_year(bidding_day)
    return {"publish_by": publish_by}


@rule("retention.until")
def retention(
    paper: Paper,
    *,
    kind: Literal["auction_data", "collection_records", "negative_credit", "privacy_assessment"],
    starts: date,
) -> Retention:
    """Until when records of a kind are kept (or, for negative credit, may be shown)."""
    return {"keep_until": paper.count(starts, paper.period(f"retention.{kind}"))}
