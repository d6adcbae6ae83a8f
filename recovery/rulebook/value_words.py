"""Values of parameters in words: periods, shares, bands and codes, as a lawyer reads them."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from recovery.kernel.text import Text, _
from recovery.law.parameters import Value, standard_parameters
from recovery.rulebook.values import read_value
from recovery.web.display import rate

SHARES = ("share", "per year")
"""How the units of shares begin; a share is read as per cent."""

SHARE_NAMES = frozenset({"rate", "refund", "share_of_acceptance"})
BANDS: dict[str, Text] = {
    "above": _("超过 {step} 元的部分：{value}"),
    "over": _("逾期超过 {step} 天：{value}"),
}
"""Name under which a band says where it begins → how the band reads."""

PERIODS: dict[str, Text] = {
    "days": _("{count} 日"),
    "months": _("{count} 个月"),
    "years": _("{count} 年"),
}

NAMES: dict[str, Text] = {
    "answer_max_days": _("答辩期最长（日）"),
    "bank_deposit": _("银行存款"),
    "base": _("基本收费（元）"),
    "brackets": _("分段"),
    "by_agreement": _("约定适用上限"),
    "cap": _("最高（元）"),
    "commercial": _("商用车"),
    "commercial_new_energy": _("新能源商用车"),
    "days": _("天数"),
    "dealer": _("汽车经销商"),
    "equity": _("股权"),
    "every_months": _("每隔（月）"),
    "extension": _("延长"),
    "from": _("自"),
    "general": _("一般保证"),
    "joint": _("连带责任保证"),
    "least": _("最低"),
    "mandatory": _("强制适用上限"),
    "max": _("最高"),
    "max_days": _("最长（日）"),
    "min": _("最低"),
    "min_days": _("最短（日）"),
    "most": _("最高"),
    "movable": _("动产"),
    "movable_vehicle": _("车辆等动产"),
    "new": _("新车"),
    "non_performing": _("不良"),
    "ordinary": _("普通程序"),
    "after_solicitation": _("征询意向之后"),
    "other_property_right": _("其他财产权"),
    "per_item": _("每件（元）"),
    "performing": _("非不良"),
    "periods": _("还款期数"),
    "real_property": _("不动产"),
    "refund": _("退还比例"),
    "second_instance_new_evidence": _("二审新证据"),
    "share_of_acceptance": _("占受理费"),
    "small_claims": _("小额诉讼"),
    "summary": _("简易程序"),
    "to": _("至次日"),
    "used": _("二手车"),
    "years": _("年数"),
}
"""What the fields of values are called."""

NAMES_IN: dict[tuple[str, str], Text] = {("package.publication", "ordinary"): _("通常")}
"""Parameter and field → what the field is called there."""

CODES: dict[str, Text] = {
    "normal": _("正常"),
    "special_mention": _("关注"),
    "substandard": _("次级"),
    "doubtful": _("可疑"),
    "loss": _("损失"),
    "fen": _("算到分"),
    "yuan": _("算到元"),
    "general": _("一般保证"),
    "joint": _("连带责任保证"),
    "suit_or_arbitration_against_debtor": _("对债务人起诉或申请仲裁"),
    "demand_on_guarantor": _("请求保证人承担保证责任"),
    "payment_minus_expiry": _("清偿日减届满日"),
    "next_day_to_day_before": _("届满次日至清偿前一日"),
    "both_ends": _("首尾两日均计入"),
    "each": _("每期分别起算"),
    "last": _("自最后一期起算"),
    "principal_and_interest": _("未偿本息"),
    "costs": _("费用"),
    "interest": _("利息"),
    "principal": _("本金"),
    "due": _("先到期的"),
    "least_secured": _("担保最少的"),
    "heavier": _("负担较重的"),
    "older": _("先发生的"),
    "pro_rata": _("按比例"),
}


def value_text(unit: str, value: Value, name: str = "") -> Text | str:
    """Return a value of a parameter of this `unit` on one line, as a reader says it."""
    return str(_("；")).join(str(line) for line in value_lines(unit, value, name))


def written_text(name: str, written: str | None) -> Text | str | None:
    """Return a value of the parameter `name`, as TOML wrote it, in words; None: there is none."""
    if written is None:
        return None
    return value_text(standard_parameters()[name].unit, read_value(written), name)


def value_lines(unit: str, value: Value, name: str = "") -> list[Text | str]:
    """Return a value of the parameter `name` in words: a line for each field or band of it."""
    if isinstance(value, Mapping):
        return _parts(unit, value, name)
    if isinstance(value, tuple):
        if all(isinstance(item, str) for item in value):
            return [" → ".join(str(_scalar(unit, item)) for item in value)]
        return [line for item in value for line in value_lines(unit, item, name)]
    return [_scalar(unit, value)]


def _parts(unit: str, value: Mapping[str, Value], name: str) -> list[Text | str]:
    if len(value) == 1:
        [(length, count)] = value.items()
        if length in PERIODS and isinstance(count, int):
            return [replace(PERIODS[length], values={"count": count})]
    step = next((one for one in BANDS if one in value), None)
    if step is not None and len(value) == 2:
        [(other, least)] = [(key, item) for key, item in value.items() if key != step]
        filled: dict[str, object] = {
            "step": _scalar("", value[step]),
            "value": _scalar(_unit_of(unit, other), least),
        }
        return [replace(BANDS[step], values=filled)]
    lines: list[Text | str] = []
    for key, item in value.items():
        inner = value_lines(_unit_of(unit, key), item, name)
        label = NAMES_IN.get((name, key), NAMES.get(key, key))
        if isinstance(item, tuple) and len(inner) > 1:
            lines += inner
        else:
            said = str(_("，")).join(str(one) for one in inner)
            lines.append(_("{name}：{value}", name=label, value=said))
    return lines


def _unit_of(unit: str, name: str) -> str:
    """Return the unit of the field `name`; of bands only what they charge is a share."""
    if name in SHARE_NAMES:
        return "share"
    return "" if ";" in unit else unit


def _scalar(unit: str, value: Value) -> Text | str:
    if isinstance(value, bool):
        return _("适用") if value else _("不适用")
    if isinstance(value, str):
        return CODES.get(value, value)
    if isinstance(value, int | Decimal):
        return rate(Decimal(value)) if unit.startswith(SHARES) else f"{value:,}"
    return str(value)
