"""Registered values as people read them: codes in words, moments as in Shanghai, amounts and rates.

What is registered stays as it is; these are for pages, never for what is hashed.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal

from recovery.access.labels import action_label
from recovery.access.lists import STATUSES
from recovery.evidence.dossiers.disclosure import NAMES
from recovery.evidence.exhibits.checklist import case_types
from recovery.evidence.intake.labels import CONDITIONS, ORIGINAL_KINDS, RECEIPT_KINDS
from recovery.kernel import links
from recovery.kernel.text import Listed, Text, _
from recovery.loans.labels import (
    DAY_COUNTS,
    DOCUMENT_KINDS,
    ENTRY_KINDS,
    GUARANTEE_MODES,
    GUARANTEES,
    HEADS,
    MORTGAGE_STATES,
    OWNER_KINDS,
    PARTY_ROLES,
    PRODUCTS,
)
from recovery.web.display import file_size, moment, rate, yuan

ORIGINS: dict[str, Text] = {
    "born_here": _("本系统生成"),
    "core_system": _("核心系统导入"),
    "tape": _("核心系统导入"),
    "scanned": _("纸质原件扫描"),
}

CODES: dict[str, Mapping[str, Text]] = {
    "condition": CONDITIONS | {"new": _("新车"), "used": _("二手车")},
    "day_count": DAY_COUNTS,
    "decision": {code: name for code, (name, _meaning) in STATUSES.items()},
    "guarantee": GUARANTEES,
    "guarantee_mode": GUARANTEE_MODES,
    "kind": ENTRY_KINDS | DOCUMENT_KINDS | ORIGINAL_KINDS | RECEIPT_KINDS,
    "language": {"zh": _("中文"), "en": _("英文")},
    "mortgage_state": MORTGAGE_STATES,
    "origin": ORIGINS,
    "preset": NAMES,
    "product": PRODUCTS,
    "repayment_method": {
        "equal_instalments": _("等额本息"),
        "equal_principal": _("等额本金"),
        "interest_first": _("先息后本"),
        "simple_interest": _("等额本息（按日计息）"),
    },
    "role": PARTY_ROLES,
    "seller": OWNER_KINDS,
}
"""Field → what its codes are called."""

LISTS: dict[str, tuple[str, ...]] = {
    "stages": ("stage", "from", "to"),
    "procedures": ("procedure",),
    "outcomes": ("outcome",),
    "disposals": ("disposal",),
}
"""Closed list of a kind of subject above → the fields that hold its codes."""

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
AMOUNT = re.compile(r"-?\d+\.\d\d")
RATE = re.compile(r"\d+(\.\d+)?")


def value_of(name: str, text: str) -> Text | str:
    """Return the value of a registered field in words."""
    last = name.rpartition(".")[2]
    if text in (codes := _codes(last)):
        return codes[text]
    if last in READ:
        return READ[last](text)
    if MOMENT.fullmatch(text):
        return moment(datetime.fromisoformat(text))
    if last.endswith("rate_per_year") and RATE.fullmatch(text):
        return rate(Decimal(text))
    return yuan(Decimal(text)) if AMOUNT.fullmatch(text) else text


def _codes(name: str) -> Mapping[str, Text]:
    """Return the codes of a field; some lists are of features above."""
    if name in CODES:
        return CODES[name]
    if name in links.field_codes:
        return links.field_codes.get(name)
    for _code, kind in links.dossier_subjects.items():
        for listed, names in LISTS.items():
            if name in names and listed in kind.words:
                codes: Mapping[str, Text] = kind.words[listed]
                return codes
    return {}


def _order(text: str) -> Text | str:
    heads = text.split(",")
    if not set(heads) <= set(HEADS):
        return text
    return Text("{heads}", {"heads": Listed(tuple(HEADS[head] for head in heads))})


def _approval(text: str) -> Text | str:
    return links.approval_kinds.get(text).label if text in links.approval_kinds else text


def _case_type(text: str) -> Text | str:
    found = case_types().get(text)
    return str(found.title) if found else text


def _size(text: str) -> Text | str:
    return file_size(int(text)) if text.isdecimal() else text


READ: dict[str, Callable[[str], Text | str]] = {
    "appropriation_order": _order,
    "case_type": _case_type,
    "event": action_label,
    "kind": _approval,
    "size": _size,
}
"""Fields whose words stand in no list of codes."""
