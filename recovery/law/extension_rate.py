"""The rate of an extended loan, by the bracket that its whole term falls into.

Source: 人民币利率管理规定 art. 24.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import TypedDict

from recovery.kernel.text import _
from recovery.law.errors import BadInput
from recovery.law.inputs import Positive, Rate
from recovery.law.paper import Paper
from recovery.law.registry import rule


@dataclass(frozen=True, slots=True)
class ListedRate:
    """What the lender lists on the day of extension for terms of up to so many months."""

    up_to_months: Positive
    annual_rate: Rate


class ExtensionRate(TypedDict):
    """The rate from the day of extension on, and whether the whole term reaches a new bracket."""

    cumulative_months: int
    new_bracket: bool
    annual_rate: Decimal


@rule("extension.interest_rate")
def extension_rate(
    paper: Paper,
    *,
    original_months: Positive,
    cumulative_extension_months: Positive,
    listed_rates: tuple[ListedRate, ...],
) -> ExtensionRate:
    """The rate of a loan from the day of its extension on.

    The terms are added up. A whole term that reaches a new bracket takes the rate listed for that
    bracket on the day of extension, else the one listed that day for the bracket of before.
    """
    paper.read("extension.interest_rate")
    total = original_months + cumulative_extension_months
    before, after = bracket(listed_rates, original_months), bracket(listed_rates, total)
    reached = after.up_to_months != before.up_to_months
    paper.say(
        _(
            "原期限 {original} 个月，累计展期 {extension} 个月，合计 {total} 个月。",
            original=original_months,
            extension=cumulative_extension_months,
            total=total,
        )
    )
    taken = {"most": after.up_to_months, "rate": after.annual_rate}
    if reached:
        paper.say(_("达到新的期限档次（{most} 个月以内），按展期日该档次利率 {rate}。", **taken))
    else:
        paper.say(_("未达到新的期限档次，按展期日原档次（{most} 个月以内）利率 {rate}。", **taken))
    return {"cumulative_months": total, "new_bracket": reached, "annual_rate": after.annual_rate}


def bracket(listed: tuple[ListedRate, ...], months: int) -> ListedRate:
    """Return the shortest bracket that holds a term of `months`.

    Raises:
        BadInput: two rates for one bracket, or none for so long a term.
    """
    ends = [one.up_to_months for one in listed]
    if len(set(ends)) != len(ends):
        raise BadInput("listed_rates", _("同一档次有两个利率。"))
    reaching = [one for one in listed if one.up_to_months >= months]
    if not reaching:
        raise BadInput("listed_rates", _("没有 {months} 个月的档次。", months=months))
    return min(reaching, key=lambda one: one.up_to_months)
