"""Judicial auction (司法拍卖): prices, deposit, notice, debt-for-asset settlement, proceeds.

Source: 网络司法拍卖规定 arts. 10, 12, 17, 26; 拍卖变卖规定 arts. 6, 16, 24, 32;
确定财产处置参考价规定 art. 13.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, TypedDict

from recovery.kernel.money import ZERO, to_fen
from recovery.kernel.text import _
from recovery.law.errors import BadInput
from recovery.law.inputs import Yuan
from recovery.law.paper import Paper, decimal, whole
from recovery.law.periods import before
from recovery.law.registry import rule
from recovery.law.results import MinStart


class DepositRange(TypedDict):
    """Bounds of the deposit in yuan."""

    min: Decimal
    max: Decimal


class InKind(TypedDict):
    """What the asset pays off, and what stays owed, in yuan."""

    debt_offset: Decimal
    residual_debt: Decimal


class InKindTopUp(TypedDict):
    """What the creditor pays when the asset is worth more than the claim, in yuan."""

    creditor_pays_difference: Decimal


class ReferencePrice(TypedDict):
    """The reference price in yuan."""

    reference_price: Decimal


class NoSurplus(TypedDict):
    """Whether the creditor must be asked, for how long, and what the reserve must then exceed."""

    must_notify_creditor: bool
    creditor_may_request_within_days: int
    new_reserve_must_exceed: Decimal


class Notice(TypedDict):
    """The latest day of the announcement."""

    announce_no_later_than: date


class SecondNotice(TypedDict):
    """The latest day of the second auction, and of its announcement."""

    second_must_be_by: date
    announce_no_later_than: date


class Proceeds(TypedDict):
    """Where the price goes, and what the mortgagee is still owed, in yuan."""

    to_mortgagee: Decimal
    deficiency: Decimal
    to_debtor: Decimal


class SaleFloor(TypedDict):
    """The lowest price of a sale in yuan."""

    min_sale_price: Decimal


class Validity(TypedDict):
    """The last day on which a price may be used."""

    valid_until: date


@rule("auction.reserve_first")
def first_reserve(paper: Paper, *, appraised: Yuan) -> MinStart:
    """Lowest reserve price (起拍价) of a first online auction. Source: 网络司法拍卖规定 art. 10."""
    share = paper.rate("auction.reserve_first")
    paper.say(_("不低于评估价的 {share}。", share=share))
    return {"min_start": to_fen(appraised * share)}


@rule("auction.reserve_second")
def second_reserve(paper: Paper, *, first_start: Yuan) -> MinStart:
    """Lowest reserve price of a second auction: at most a fifth less. Source: art. 26."""
    share = paper.rate("auction.reserve_second")
    paper.say(_("不低于一拍起拍价的 {share}。", share=share))
    return {"min_start": to_fen(first_start * share)}


@rule("auction.deposit_range")
def deposit_range(paper: Paper, *, start: Yuan) -> DepositRange:
    """Bounds of the bidders' deposit (保证金). Source: 网络司法拍卖规定 art. 17."""
    law = paper.table("auction.deposit")
    least, most = decimal(law["min"]), decimal(law["max"])
    paper.say(_("起拍价的 {least} 至 {most}。", least=least, most=most))
    return {"min": to_fen(start * least), "max": to_fen(start * most)}


@rule("auction.in_kind_price")
def in_kind_price(paper: Paper, *, failed_auction_reserve: Yuan, creditor_claim: Yuan) -> InKind:
    """What a creditor taking the asset after a failed auction sets off: its reserve price."""
    paper.read("auction.in_kind")
    offset = min(failed_auction_reserve, creditor_claim)
    paper.say(_("以该次拍卖的保留价 {price} 元抵债。", price=failed_auction_reserve))
    return {"debt_offset": to_fen(offset), "residual_debt": to_fen(creditor_claim - offset)}


@rule("auction.in_kind_topup")
def in_kind_topup(
    paper: Paper, *, failed_auction_reserve: Yuan, creditor_claim: Yuan
) -> InKindTopUp:
    """What the creditor pays where the reserve price exceeds its claim. Source: art. 16."""
    paper.read("auction.in_kind")
    paper.say(_("保留价高于债权的，由债权人补交差额。"))
    return {"creditor_pays_difference": to_fen(max(failed_auction_reserve - creditor_claim, ZERO))}


@rule("auction.network_price_inquiry")
def network_price_inquiry(paper: Paper, *, platform_results: tuple[Yuan, ...]) -> ReferencePrice:
    """Reference price from online inquiries: their mean. Source: 处置参考价规定 art. 13."""
    paper.read("auction.network_price_inquiry")
    mean = sum(platform_results, Decimal(0)) / len(platform_results)
    paper.say(_("{count} 个平台结果的平均值。", count=len(platform_results)))
    return {"reference_price": to_fen(mean)}


@rule("auction.no_surplus_check")
def no_surplus_check(paper: Paper, *, reserve: Yuan, prior_claims_and_costs: Yuan) -> NoSurplus:
    """Whether a sale at the reserve price would leave the applicant nothing. Source: art. 6."""
    days = paper.whole("auction.no_surplus")
    none_left = reserve <= prior_claims_and_costs
    if none_left:
        paper.say(
            _(
                "按保留价清偿优先债权和费用后无剩余可能，应通知申请执行人，{days} 日内可申请继续。",
                days=days,
            )
        )
    else:
        paper.say(_("按保留价清偿优先债权和费用后仍有剩余可能。"))
    return {
        "must_notify_creditor": none_left,
        "creditor_may_request_within_days": days,
        "new_reserve_must_exceed": to_fen(prior_claims_and_costs),
    }


def _announce(paper: Paper, name: str, kind: str, auction_day: date) -> date:
    days = whole(paper.table(name)[kind])
    latest = before(auction_day, days)
    paper.say(
        _(
            "拍卖日 {auction} 前 {days} 日为 {latest}，倒数期间不顺延。",
            auction=auction_day,
            days=days,
            latest=latest,
        )
    )
    return latest


@rule("auction.notice_first", dated_by="auction_date")
def first_notice(
    paper: Paper, *, type_: Literal["movable", "real_property"], auction_date: date
) -> Notice:
    """Latest day to announce a first auction; `real_property` also for other rights. Art. 12."""
    return {"announce_no_later_than": _announce(paper, "auction.notice_first", type_, auction_date)}


def _second_notice(paper: Paper, kind: str, first_failed: date, second_date: date) -> SecondNotice:
    if second_date < first_failed:
        raise BadInput("second_date", _("不得早于一拍流拍之日。"))
    within = paper.whole("auction.second_within")
    by = first_failed + timedelta(days=within)
    paper.say(_("一拍流拍后 {days} 日内再次拍卖，至 {by}。", days=within, by=by))
    if second_date > by:
        paper.say(_("拟定的 {day} 已超过该期限。", day=second_date))
    announce = _announce(paper, "auction.notice_second", kind, second_date)
    return {"second_must_be_by": by, "announce_no_later_than": announce}


@rule("auction.notice_second")
def second_notice(
    paper: Paper, *, type_: Literal["movable"], first_failed: date, second_date: date
) -> SecondNotice:
    """Latest days of a second auction of movables and of its announcement. Source: art. 26."""
    return _second_notice(paper, type_, first_failed, second_date)


@rule("auction.notice_second.real_property")
def second_notice_of_real_property(
    paper: Paper, *, first_failed: date, second_date: date
) -> SecondNotice:
    """Latest days of a second auction of real property or rights, and of its announcement."""
    return _second_notice(paper, "real_property", first_failed, second_date)


@rule("auction.proceeds")
def proceeds(
    paper: Paper, *, price: Yuan, costs: Yuan, registered_mortgage_claim: Yuan
) -> Proceeds:
    """Split an auction price: costs, the registered mortgagee, then the debtor.

    Source: 民诉法解释 art. 508; 民法典 arts. 413, 414.
    """
    paper.read("auction.proceeds")
    paper.read("auction.proceeds.mortgage")
    net = max(price - costs, ZERO)
    to_mortgagee = min(net, registered_mortgage_claim)
    paper.say(
        _(
            "价款 {price} 元扣除费用 {costs} 元，余 {net} 元先清偿抵押债权。",
            price=price,
            costs=costs,
            net=net,
        )
    )
    return {
        "to_mortgagee": to_fen(to_mortgagee),
        "deficiency": to_fen(registered_mortgage_claim - to_mortgagee),
        "to_debtor": to_fen(net - to_mortgagee),
    }


@rule("sale.floor_offline")
def offline_sale_floor(paper: Paper, *, appraised: Yuan) -> SaleFloor:
    """Lowest price of an offline sale (变卖): half the appraisal. Source: 拍卖变卖规定 art. 32."""
    share = paper.rate("sale.floor_offline")
    paper.say(_("不低于评估价的 {share}。", share=share))
    return {"min_sale_price": to_fen(appraised * share)}


@rule("auction.reference_price_validity")
def reference_price_validity(paper: Paper, *, fixed_on: date) -> Validity:
    """Longest that a reference price may be used: a year; it never rolls."""
    return {"valid_until": paper.count(fixed_on, paper.period("auction.reference_price_validity"))}
