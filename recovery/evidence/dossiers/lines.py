"""The evidence list (证据目录) made from what was registered."""

from collections.abc import Mapping
from dataclasses import dataclass

from recovery.evidence.dossiers.contents import Contents
from recovery.kernel.text import Text, _
from recovery.loans.labels import DOCUMENT_KINDS

PURPOSES: dict[str, Text] = {
    "loan_contract": _("证明借款关系成立及利率、期限、违约责任等约定"),
    "mortgage_contract": _("证明抵押担保关系成立及担保范围"),
    "guarantee_contract": _("证明保证责任的方式、范围和期间"),
    "disbursement_proof": _("证明贷款已按约发放"),
    "repayment_schedule": _("证明各期还款日期和金额"),
    "statement": _("证明还款及欠款情况"),
    "mortgage_registration": _("证明抵押权已登记"),
    "registration_certificate": _("证明车辆权属及抵押登记"),
    "identity": _("证明债务人身份"),
    "demand": _("证明已向债务人催收"),
    "delivery_proof": _("证明文书已送达"),
    "acceleration_notice": _("证明贷款已提前到期"),
    "visit_report": _("证明上门催收情况"),
    "pleading": _("证明诉讼请求"),
    "court_paper": _("证明法院已作出的处理"),
    "other": _("证明相关事实"),
}

ORIGINS: dict[str, Text] = {
    "born_here": _("本系统生成"),
    "core_system": _("核心系统导入"),
    "scanned": _("纸质原件扫描"),
}


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """A line of the evidence list (证据目录)."""

    number: str
    name: Text | str
    source: Text
    form: Text
    pages: int
    purpose: Text
    fingerprint: str
    log_index: int | None
    path: str | None = None
    """Path of the original in the bag."""


def evidence_list(contents: Contents, pages: Mapping[str, int]) -> list[EvidenceLine]:
    """Return the evidence list: each original, then the registered transactions as one.

    `pages` gives the number of pages of each original by its SHA-256.
    """
    paths = {digest: path for path, digest in contents.originals.items()}
    lines = []
    for number, record in enumerate(contents.of_kind("file"), 1):
        kind, digest = record.fields.get("kind", "other"), record.fields["sha256"]
        lines.append(
            EvidenceLine(
                number=f"E{number:04d}",
                name=record.shown(contents.withheld).get("title", "")
                or DOCUMENT_KINDS.get(kind, Text(kind)),
                source=ORIGINS.get(record.fields.get("origin", ""), ORIGINS["born_here"]),
                form=_("电子数据"),
                pages=pages.get(digest, 1),
                purpose=PURPOSES.get(kind, PURPOSES["other"]),
                fingerprint=digest,
                log_index=record.entry.index,
                path=paths.get(digest),
            )
        )
    transactions = contents.of_kind("transaction")
    if transactions:
        lines.append(
            EvidenceLine(
                number=f"E{len(lines) + 1:04d}",
                name=_("贷款交易流水（{count} 笔登记记录）", count=len(transactions)),
                source=ORIGINS.get(transactions[0].fields.get("origin", ""), ORIGINS["born_here"]),
                form=_("电子数据"),
                pages=1,
                purpose=_("证明放款、还款及欠款的全部经过"),
                fingerprint=contents.ledger_fingerprint,
                log_index=transactions[-1].entry.index,
            )
        )
    return lines
