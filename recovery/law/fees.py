"""Court fees (诉讼费用): acceptance, its reductions and changes, and application fees.

Amounts are yuan; each fee is exact until it is rounded once, to the fen or as the court rounds.
Source: 诉讼费用交纳办法 (国务院令第481号), 民诉法解释 arts. 195, 199, 206.
"""

from decimal import Decimal
from typing import Literal, TypedDict

from recovery.kernel.money import ZERO, to_fen
from recovery.kernel.text import _
from recovery.law.errors import BadInput
from recovery.law.inputs import Yuan
from recovery.law.paper import Paper, decimal, rows, table, whole
from recovery.law.registry import rule
from recovery.law.results import Fee, TopUp


class ClaimIncrease(TypedDict):
    """The fees before and after an increase, and the difference to pay."""

    old_fee: Decimal
    new_fee: Decimal
    topup: Decimal


class Refund(TypedDict):
    """What the court pays back."""

    refund: Decimal


class FeeRange(TypedDict):
    """The lowest and highest fee in yuan."""

    min: Decimal
    max: Decimal


class Conversion(TypedDict):
    """What the change of procedure costs, when, and what comes back if it is not paid."""

    topup: Decimal
    pay_within_days_of_notice: int
    refund: Decimal


def scale(paper: Paper, name: str, amount: Decimal) -> Decimal:
    """Return the exact fee for `amount` yuan under the brackets of parameter `name`."""
    law = paper.table(name)
    fee = decimal(law["base"])
    paper.say(_("基础费用 {base} 元。", base=fee))
    brackets = [table(row) for row in rows(law["brackets"])]
    tops = [*(decimal(row["above"]) for row in brackets[1:]), amount]
    for bracket, top in zip(brackets, tops, strict=True):
        above, rate = decimal(bracket["above"]), decimal(bracket["rate"])
        part = min(amount, top) - above
        if part <= 0:
            break
        fee += part * rate
        paper.say(
            _(
                "超过 {above} 元的部分 {part} 元 × {rate}，累计 {fee} 元。",
                above=above,
                part=part,
                rate=rate,
                fee=fee,
            )
        )
    return fee


def acceptance(paper: Paper, amount: Decimal) -> Decimal:
    """Return the exact acceptance fee for a claim of `amount` yuan."""
    return scale(paper, "court_fee.acceptance", amount)


@rule("court_fee.acceptance")
def acceptance_fee(paper: Paper, *, amount: Yuan) -> Fee:
    """Fee to have a property claim of `amount` accepted (案件受理费).

    Several money heads are added up before (民诉法解释 art. 201). Source: 办法 art. 13(1).
    """
    return {"fee": paper.fee(acceptance(paper, amount))}


@rule("court_fee.appeal")
def appeal_fee(
    paper: Paper, *, first_instance_claim: Yuan, amount_contested_on_appeal: Yuan
) -> Fee:
    """Fee of an appeal, on the part of the judgment that is contested. Source: 办法 art. 17."""
    if amount_contested_on_appeal > first_instance_claim:
        raise BadInput("amount_contested_on_appeal", _("不得超过一审请求数额。"))
    paper.read("court_fee.appeal")
    paper.say(_("按不服一审判决部分的数额 {amount} 元计算。", amount=amount_contested_on_appeal))
    return {"fee": paper.fee(acceptance(paper, amount_contested_on_appeal))}


@rule("court_fee.reduced")
def reduced_fee(
    paper: Paper,
    *,
    amount: Yuan,
    procedure: Literal["ordinary", "summary"],
    closing: Literal["mediation", "withdrawal"] | None = None,
) -> Fee:
    """Acceptance fee after the reductions for procedure and way of closing: halved only once.

    Small claims run inside the summary procedure. Source: 办法 arts. 15, 16; 民诉法解释 art. 206.
    """
    exact = acceptance(paper, amount)
    reasons = []
    if procedure == "summary":
        reasons.append("court_fee.reduction.summary")
        paper.say(_("适用简易程序，减半交纳。"))
    if closing is not None:
        reasons.append("court_fee.reduction.closing")
        paper.say(_("以调解方式结案或者申请撤诉，减半交纳。"))
    shares = [paper.rate(reason) for reason in reasons]
    if len(shares) > 1:
        paper.read("court_fee.reduction.once")
        paper.say(_("只减半一次。"))
    return {"fee": paper.fee(exact * min(shares, default=Decimal(1)))}


@rule("court_fee.counterclaim_merged")
def merged_counterclaim_fee(paper: Paper, *, amount: Yuan) -> Fee:
    """Fee of a counterclaim of `amount` tried together with the claim. Source: 办法 art. 18."""
    exact = acceptance(paper, amount)
    paper.say(_("反诉合并审理，减半交纳。"))
    return {"fee": paper.fee(exact * paper.rate("court_fee.reduction.counterclaim"))}


@rule("court_fee.claim_increase_topup")
def claim_increase_topup(paper: Paper, *, old: Yuan, new: Yuan) -> ClaimIncrease:
    """What to pay on top when the claim grows from `old` to `new`. Source: 办法 art. 21(1)."""
    if new < old:
        raise BadInput("new", _("增加后的请求数额不得小于原请求数额。"))
    paper.read("court_fee.claim_change")
    old_fee = paper.fee(acceptance(paper, old))
    new_fee = paper.fee(acceptance(paper, new))
    paper.say(_("原应交 {old} 元，现应交 {new} 元，补交差额。", old=old_fee, new=new_fee))
    return {"old_fee": old_fee, "new_fee": new_fee, "topup": new_fee - old_fee}


@rule("court_fee.claim_decrease_refund")
def claim_decrease_refund(
    paper: Paper, *, old: Yuan, new: Yuan, before_end_of_court_investigation: bool
) -> Refund:
    """What comes back when the claim shrinks: nothing once court investigation has ended.

    Source: 办法 arts. 21(2), 35.
    """
    if new > old:
        raise BadInput("new", _("减少后的请求数额不得大于原请求数额。"))
    if not before_end_of_court_investigation:
        paper.read("court_fee.claim_change_late")
        paper.say(_("法庭调查终结后减少请求数额，减少部分的受理费不退。"))
        return {"refund": ZERO}
    paper.read("court_fee.claim_change")
    old_fee = paper.fee(acceptance(paper, old))
    new_fee = paper.fee(acceptance(paper, new))
    paper.say(_("原交 {old} 元，减少后应交 {new} 元，退还差额。", old=old_fee, new=new_fee))
    return {"refund": old_fee - new_fee}


@rule("court_fee.summary_to_ordinary_topup")
def summary_to_ordinary_topup(paper: Paper, *, amount: Yuan, paid: Yuan) -> Conversion:
    """What to pay when the summary becomes the ordinary procedure.

    If it is not paid in time the suit counts as withdrawn and `refund` comes back.
    Source: 民诉法解释 art. 199.
    """
    law = paper.table("court_fee.summary_to_ordinary")
    full = paper.fee(acceptance(paper, amount))
    refund = to_fen(paid * decimal(law["refund"]))
    paper.say(
        _(
            "普通程序应交 {full} 元，已交 {paid} 元，补交差额；逾期不交的，退还已交的一半。",
            full=full,
            paid=paid,
        )
    )
    return {
        "topup": to_fen(max(full - paid, ZERO)),
        "pay_within_days_of_notice": whole(law["days"]),
        "refund": refund,
    }


@rule("court_fee.payment_order")
def payment_order_fee(paper: Paper, *, amount: Yuan) -> Fee:
    """Fee of a payment order (支付令): a third of the acceptance fee. Source: 办法 art. 14(3)."""
    exact = acceptance(paper, amount)
    parts = paper.whole("court_fee.payment_order")
    paper.say(_("申请支付令，按受理费标准的 1/{parts} 交纳。", parts=parts))
    return {"fee": paper.fee(exact / parts)}


@rule("court_fee.payment_order_to_suit_topup")
def payment_order_to_suit_topup(
    paper: Paper, *, amount: Yuan, payment_order_fee_paid: Yuan
) -> TopUp:
    """What to pay when a payment order becomes a suit, in the ordinary procedure.

    “补交” is read as the difference. Source: 民诉法解释 art. 195; 办法 art. 36.
    """
    paper.read("court_fee.payment_order_to_suit")
    full = paper.fee(acceptance(paper, amount))
    paper.say(
        _(
            "案件受理费 {full} 元，扣除已交支付令申请费 {paid} 元。",
            full=full,
            paid=payment_order_fee_paid,
        )
    )
    return {"topup": to_fen(max(full - payment_order_fee_paid, ZERO))}


@rule("court_fee.payment_order_to_suit_topup.summary")
def payment_order_to_summary_suit_topup(
    paper: Paper, *, amount: Yuan, payment_order_fee_paid: Yuan
) -> TopUp:
    """What to pay when a payment order becomes a suit in the summary procedure, at half the fee."""
    paper.read("court_fee.payment_order_to_suit")
    half = paper.rate("court_fee.reduction.summary")
    full = paper.fee(acceptance(paper, amount) * half)
    paper.say(
        _(
            "转入简易程序，受理费减半：{full} 元，扣除已交支付令申请费 {paid} 元。",
            full=full,
            paid=payment_order_fee_paid,
        )
    )
    return {"topup": to_fen(max(full - payment_order_fee_paid, ZERO))}


@rule("court_fee.preservation")
def preservation_fee(paper: Paper, *, amount: Yuan) -> Fee:
    """Fee to preserve assets worth `amount` (0: no amount). Source: 办法 art. 14(2)."""
    exact = scale(paper, "court_fee.preservation", amount)
    cap = decimal(paper.table("court_fee.preservation")["cap"])
    if exact > cap:
        paper.say(_("最多不超过 {cap} 元。", cap=cap))
    return {"fee": paper.fee(min(exact, cap))}


@rule("court_fee.security_realization")
def security_realization_fee(paper: Paper, *, amount: Yuan) -> Fee:
    """Fee of a security realization proceeding (实现担保物权): what the court chosen has set.

    No national rate exists; without the court's own setting there is no law.
    Source: 民诉法解释 art. 204.
    """
    law = paper.table("court_fee.security_realization")
    if "per_item" in law:
        paper.say(_("该法院按件收取。"))
        return {"fee": paper.fee(decimal(law["per_item"]))}
    share = decimal(law["share_of_acceptance"])
    paper.say(_("该法院按受理费标准的 {share} 收取。", share=share))
    return {"fee": paper.fee(acceptance(paper, amount) * share)}


@rule("court_fee.jurisdiction_objection")
def jurisdiction_objection_fee(paper: Paper) -> FeeRange:
    """Bounds of the fee of a rejected jurisdiction objection. Source: 办法 art. 13(6)."""
    law = paper.table("court_fee.jurisdiction_objection")
    paper.say(_("当事人提出管辖权异议，异议不成立的，每件 {min} 元至 {max} 元。", **law))
    return {"min": to_fen(decimal(law["min"])), "max": to_fen(decimal(law["max"]))}


@rule("court_fee.enforcement")
def enforcement_fee(paper: Paper, *, amount: Yuan) -> Fee:
    """Fee of enforcing `amount`; collected after enforcement from the judgment debtor.

    Source: 办法 arts. 14(1), 20, 38.
    """
    exact = scale(paper, "court_fee.enforcement", amount)
    paper.say(_("执行后交纳，不预交，由被执行人负担。"))
    return {"fee": paper.fee(exact)}
