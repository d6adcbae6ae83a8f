"""What the audit events of evidence's own records say: codes in words, table by table."""

from collections.abc import Iterator, Mapping

from recovery.evidence.dossiers.disclosure import NAMES as PRESETS
from recovery.evidence.dossiers.words import FIELDS, label_of
from recovery.evidence.exhibits.checklist import case_types
from recovery.evidence.exhibits.words import CHANGES
from recovery.evidence.intake.labels import ACTS
from recovery.evidence.keeping.labels import RESOLUTIONS, STATES, WHAT
from recovery.evidence.sampling import labels as sampling
from recovery.evidence.totals.rules import CAUSES, CLOSINGS
from recovery.kernel.links import ChangeWords, change_words
from recovery.kernel.text import Text, _

SAMPLE_STEPS: dict[str, Text] = {
    "population": _("设定总体"),
    "fixed": _("总体已固定"),
    "seed": _("输入种子"),
    "drawn": _("已抽样"),
    "failed": _("未成功"),
    "letters": _("制作询证函"),
    "conclusion": _("出具结论"),
}
HOLD_STATES: dict[str, Text] = {"set": _("设置"), "released": _("解除")}
RESTORED_FROM: dict[str, Text] = {
    "upload": _("上传的副本"),
    "copy": _("第二份存储"),
    "file": _("服务器上的文件"),
}
LIST_CHANGES = CHANGES | {"signed": _("填写签署栏"), "submitted": _("提交")}
RECONCILIATION_STATES: dict[str, Text] = {"drafted": _("已编制"), "signed": _("已签署")}
PERSONAL: dict[str, Text] = {"name, address": _("姓名、地址")}


def _names(states: Mapping[str, tuple[Text, str]]) -> dict[str, Text]:
    """Return the names of states that also carry the meaning of their badge."""
    return {code: name for code, (name, _meaning) in states.items()}


class _FieldNames(Mapping[str, Text]):
    """The fields of registered records in words: those of several people have endless names."""

    def __getitem__(self, name: str) -> Text:
        found = label_of(name)
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(FIELDS)

    def __len__(self) -> int:
        return len(FIELDS)


def words() -> dict[str, ChangeWords]:
    """Return the words of each table."""
    case_names = {code: case.title for code, case in case_types().items()}
    erasure = {"state": _names(STATES) | {"replayed": _("恢复后重新执行")}, "fields": _FieldNames()}
    return {
        "audit_sample": ChangeWords(
            codes={
                "step": SAMPLE_STEPS,
                "letter": _names(sampling.LETTER_STATES),
                "method": sampling.METHODS,
                "personal_data": PERSONAL,
            }
        ),
        "control_difference": ChangeWords(codes={"cause": CAUSES, "closing": CLOSINGS}),
        "dossier": ChangeWords(codes={"preset": PRESETS}),
        "erasure": ChangeWords(codes=erasure, lists=frozenset({"fields"})),
        "evidence_list": ChangeWords(codes={"change": LIST_CHANGES, "case_type": case_names}),
        "fixity_finding": ChangeWords(
            codes={"what": WHAT, "resolution": RESOLUTIONS, "source": RESTORED_FROM}
        ),
        "legal_hold": ChangeWords(codes={"state": HOLD_STATES}),
        "paper_original": ChangeWords(codes={"act": ACTS}),
        "reconciliation": ChangeWords(codes={"state": RECONCILIATION_STATES}),
    }


def register() -> None:
    """Let the audit log speak of evidence."""
    for table, said in words().items():
        change_words.put(table, said)
