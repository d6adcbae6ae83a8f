"""Pure rules of intake: names read by a rule, kinds by their labels, numbers of people masked."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

DEFAULT_RULE = "合同编号_类型_标题.pdf"

PARTS = {
    "合同编号": "contract_no",
    "类型": "kind",
    "标题": "title",
    "日期": "dated",
    "页数": "pages",
    "来源": "origin",
}
"""Words of a naming rule → what stands in their place."""

ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}$")

KIND_ALIASES = {
    "合同": "loan_contract",
    "贷款合同": "loan_contract",
    "登记证书": "registration_certificate",
    "机动车登记证": "registration_certificate",
    "抵押登记": "mortgage_registration",
    "身份证": "identity",
    "流水": "statement",
    "判决书": "court_paper",
    "起诉状": "pleading",
}
"""What people call kinds beside their labels."""

ORIGIN_ALIASES = {
    "电子": "born_here",
    "本系统生成": "born_here",
    "核心系统": "core_system",
    "扫描": "scanned",
    "扫描件": "scanned",
    "纸质原件扫描": "scanned",
}


def folded(text: str) -> str:
    """Return a text as it is compared: one form of each character, small, without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


@dataclass(frozen=True, slots=True)
class NamingRule:
    """A rule such as `合同编号_类型_标题.pdf`, ready to read names."""

    text: str
    pattern: re.Pattern[str]

    def read(self, file_name: str) -> dict[str, str] | None:
        """Return the parts that a file's name says; None where it does not follow the rule."""
        stem = ENDING.sub("", unicodedata.normalize("NFC", file_name))
        found = self.pattern.fullmatch(stem)
        return found and {name: text.strip() for name, text in found.groupdict().items()}


def naming_rule(text: str) -> NamingRule | None:
    """Return the rule that `text` writes; None when it names no contract or a part twice."""
    stem = ENDING.sub("", unicodedata.normalize("NFC", text.strip()))
    words = re.split(f"({'|'.join(PARTS)})", stem)
    named = [PARTS[word] for word in words if word in PARTS]
    if "contract_no" not in named or len(named) != len(set(named)):
        return None
    if any(not words[at] for at in range(2, len(words) - 1, 2)):
        return None  # nothing parts two words: where one ends could not be told
    pieces = [
        f"(?P<{PARTS[word]}>.+{'?' if PARTS[word] != 'title' else ''})"
        if word in PARTS
        else re.escape(word)
        for word in words
    ]
    return NamingRule(text.strip(), re.compile("".join(pieces)))


def seen_only(text: str) -> str:
    """Return a text without the characters that nobody sees and that may turn the others round."""
    return "".join(one for one in text if unicodedata.category(one)[0] != "C")


def code_named(typed: str, labels: Mapping[str, str], aliases: Mapping[str, str]) -> str | None:
    """Return the code that `typed` means: a code, a label or an alias; None for none of them."""
    known = {folded(code): code for code in labels}
    known |= {folded(name): code for name, code in aliases.items()}
    known |= {folded(label): code for code, label in labels.items()}
    return known.get(folded(typed))


LONG_NUMBER = re.compile(r"(?<![0-9A-Za-z])\d(?:[ \-\u00a0]?\d){9,29}[Xx]?(?![0-9A-Za-z])")
"""ID numbers (15 or 18), mobile and account numbers, however they are spaced."""

AREA_NUMBER = re.compile(r"(?<!\d)0\d{2,3}[-— ]\d{7,8}(?!\d)")
"""Telephone numbers of the fixed network."""


def masked_text(text: str) -> str:
    """Return `text` with the numbers of people replaced by dots and their last four characters.

    Full-width digits count as digits.
    """
    plain = unicodedata.normalize("NFKC", text)
    return AREA_NUMBER.sub(_dots, LONG_NUMBER.sub(_dots, plain))


def _dots(found: re.Match[str]) -> str:
    return f"••••{found[0][-4:]}"


def checked_order(typed: list[str], pages: list[int]) -> list[int]:
    """Return the ids of `pages` in the order typed; those not named follow as they were."""
    named = [int(one) for one in typed if one.isdecimal()]
    known = [one for one in dict.fromkeys(named) if one in pages]
    return known + [one for one in pages if one not in known]
