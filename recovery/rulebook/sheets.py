"""The four worksheets of counsel: fees, periods, interest and limitation from one set of facts.

Each asks for a few facts and answers every rule that follows from them, so that what belongs
together stands together; each line leads to its rule with the facts filled in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from recovery.kernel.text import Text, _
from recovery.law.inputs import outer_name
from recovery.law.registry import RULES
from recovery.rulebook.calculator_forms import CalculatorForm, make_field


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule on a worksheet: which fact fills which of its inputs."""

    rule: str
    facts: Mapping[str, str]
    """Input of the rule → fact of the sheet."""

    fixed: Mapping[str, object] = field(default_factory=dict)
    note: Text | str = ""
    """What the fixed inputs say, in words."""

    def question(self, facts: Mapping[str, object]) -> dict[str, object] | None:
        """Return the inputs of the rule; None where a fact that it needs is unknown."""
        given = {name: facts[fact] for name, fact in self.facts.items() if fact in facts}
        needed = {outer_name(one.name) for one in RULES[self.rule].inputs if not one.optional}
        if not needed <= {*given, *self.fixed} or (self.facts and not given):
            return None
        return {**given, **self.fixed}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet: its facts (`name` → the rule whose input of that name it is) and entries."""

    name: str
    title: Text
    intro: Text
    facts: Mapping[str, str]
    entries: tuple[Entry, ...]
    optional: frozenset[str] = frozenset()


AMOUNT = {"amount": "amount"}

FEES = Sheet(
    "fees",
    _("诉讼费用计算"),
    _("填写标的额，一次得出受理、上诉、保全、支付令和执行的费用。"),
    {"amount": "court_fee.acceptance"},
    (
        Entry("court_fee.acceptance", AMOUNT),
        Entry("court_fee.reduced", AMOUNT, {"procedure": "summary"}, _("简易程序或小额诉讼")),
        Entry(
            "court_fee.reduced",
            AMOUNT,
            {"procedure": "ordinary", "closing": "mediation"},
            _("普通程序，调解或撤诉结案"),
        ),
        Entry(
            "court_fee.appeal",
            {"first_instance_claim": "amount", "amount_contested_on_appeal": "amount"},
            note=_("全部不服"),
        ),
        Entry("court_fee.counterclaim_merged", AMOUNT),
        Entry("court_fee.payment_order", AMOUNT),
        Entry("court_fee.preservation", AMOUNT, note=_("按标的额全额保全")),
        Entry("court_fee.enforcement", AMOUNT),
        Entry("court_fee.security_realization", AMOUNT),
    ),
)

INTEREST = Sheet(
    "interest",
    _("利息计算"),
    _("填写本金、利率和起止日，一次得出利息、罚息和加倍部分债务利息。"),
    {
        "principal": "interest.actual_days",
        "annual_rate": "interest.actual_days",
        "uplift": "interest.penalty",
        "from": "interest.actual_days",
        "to": "interest.actual_days",
    },
    (
        Entry(
            "interest.actual_days",
            {"principal": "principal", "annual_rate": "annual_rate", "from": "from", "to": "to"},
        ),
        Entry(
            "interest.actual_years",
            {"principal": "principal", "annual_rate": "annual_rate", "from": "from", "to": "to"},
        ),
        Entry("interest.penalty_rate", {"contract_rate": "annual_rate", "uplift": "uplift"}),
        Entry(
            "interest.penalty",
            {
                "overdue_principal": "principal",
                "contract_rate": "annual_rate",
                "uplift": "uplift",
                "from": "from",
                "to": "to",
            },
        ),
        Entry(
            "interest.doubled.dates",
            {"base": "principal", "performance_period_end": "from", "paid": "to"},
            note=_("以本金为基数，起日为履行期最后一日，止日为付款日"),
        ),
    ),
    frozenset({"uplift"}),
)

LIMITATION = Sheet(
    "limitation",
    _("时效与申请执行期间计算"),
    _("填写已知的日期，得出诉讼时效、保证期间和申请执行期间。"),
    {
        "last_instalment_due": "limitation.civil",
        "demand_reached_debtor": "limitation.civil",
        "acceleration_arrived": "acceleration.dates",
        "last_day_of_performance_period": "limitation.enforcement_application",
    },
    (
        Entry(
            "limitation.civil",
            {
                "last_instalment_due": "last_instalment_due",
                "demand_reached_debtor": "demand_reached_debtor",
            },
        ),
        Entry("guarantee.period", {"principal_due": "last_instalment_due"}),
        Entry(
            "limitation.guarantee_debt",
            {"starts": "demand_reached_debtor"},
            {"mode": "joint"},
            _("连带责任保证，催收到达保证人"),
        ),
        Entry(
            "acceleration.dates",
            {
                "last_instalment_due": "last_instalment_due",
                "acceleration_arrived": "acceleration_arrived",
            },
        ),
        Entry(
            "limitation.enforcement_application",
            {"last_day_of_performance_period": "last_day_of_performance_period"},
        ),
    ),
    frozenset(
        {
            "last_instalment_due",
            "demand_reached_debtor",
            "acceleration_arrived",
            "last_day_of_performance_period",
        }
    ),
)


def _periods() -> Sheet:
    """Return the sheet of every statutory period that runs from one day."""
    rules = [rule for rule, one in RULES.items() if [i.name for i in one.inputs] == ["trigger"]]
    return Sheet(
        "periods",
        _("法定期限计算"),
        _("填写收到、送达或受理之日，列出自该日起算的各项法定期限；只看与该事件有关的一项。"),
        {"trigger": "deadline.answer"},
        tuple(Entry(rule, {"trigger": "trigger"}) for rule in sorted(rules)),
    )


@cache
def sheets() -> Mapping[str, Sheet]:
    """Return the worksheets by name."""
    return {sheet.name: sheet for sheet in (FEES, _periods(), INTEREST, LIMITATION)}


@cache
def form_of_sheet(name: str) -> type[CalculatorForm]:
    """Return the form of a worksheet: its facts."""
    sheet, fields = sheets()[name], {}
    for fact, rule in sheet.facts.items():
        kind = next(one.kind for one in RULES[rule].inputs if outer_name(one.name) == fact)
        fields[fact] = make_field(rule, fact, kind, optional=fact in sheet.optional)
    return type("SheetForm", (CalculatorForm,), fields)
