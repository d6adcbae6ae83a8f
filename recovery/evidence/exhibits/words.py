"""The closed lists of evidence lists, and texts that are shown in the reader's language."""

from dataclasses import dataclass

from recovery.kernel.text import Text, _
from recovery.loans.labels import DOCUMENT_KINDS
from recovery.web.language import current_language

FORMS: dict[str, Text] = {
    "original": _("原件"),
    "copy": _("复印件"),
    "electronic": _("电子数据"),
}
"""Original or copy (原件、复印件)."""

RECORD = "record"
"""Kind of a line about a registered record that has no file."""

CHANGES: dict[str, Text] = {
    "started": _("建立目录"),
    "proposed": _("采用建议"),
    "added": _("加入证据"),
    "removed": _("移除证据"),
    "moved": _("调整顺序"),
    "corrected": _("修改证据"),
    "grouped": _("调整分组"),
    "restored": _("恢复到先前状态"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Word(Text):
    """A text kept in both languages; `str()` is the reader's."""

    english: str = ""

    def __str__(self) -> str:
        return self.english if current_language() == "en" else self.key


def kind_name(kind: str) -> Text:
    """Return what a document of this kind is called."""
    return DOCUMENT_KINDS.get(kind, DOCUMENT_KINDS["other"])
