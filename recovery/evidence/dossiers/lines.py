"""The evidence list (证据目录) of a dossier: the one that was submitted, else made by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from recovery.evidence.dossiers.contents import Contents
from recovery.evidence.dossiers.records import Registered
from recovery.evidence.dossiers.values import ORIGINS
from recovery.evidence.exhibits.content import LineView, ListView
from recovery.evidence.exhibits.queries import list_for
from recovery.evidence.merging.service import Merged
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
    "contact_record": _("证明与债务人的联系及催收"),
    "visit_report": _("证明上门催收情况"),
    "extension_agreement": _("证明双方约定展期及债务人对债务的确认"),
    "pleading": _("证明诉讼请求"),
    "court_paper": _("证明法院已作出的处理"),
    "other": _("证明相关事实"),
}


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """A line of the evidence list."""

    number: str
    """Group and place, `1-2`."""

    file: str | None
    """Number of the original in the bag, `E0001`; None: it is no file, or is not disclosed."""

    name: Text | str
    source: Text | str
    form: Text | str
    copies: int | None
    pages: int | None
    purpose: Text | str
    range: Text | str
    """Pages in the merged file, or where in the paper it stands itself; blank: nowhere."""

    fingerprint: str | None
    log_index: int | None
    chapter: str = ""
    """Place of the chapter that prints it whole; blank: it is on the list alone."""

    @property
    def mark(self) -> str:
        """Name of its place in the paper."""
        return self.file or f"line-{self.number}"


@dataclass(frozen=True, slots=True)
class EvidenceGroup:
    """Lines under one title."""

    title: Text | str
    lines: tuple[EvidenceLine, ...]


@dataclass(frozen=True, slots=True)
class Attached:
    """What is known of the originals that go into the bag."""

    pages: Mapping[str, int]
    """Pages of each by its SHA-256."""

    merged: Merged

    def range_of(self, number: str | None) -> str:
        """Return the pages of an original in the merged file: `3-8`; blank: it is not there."""
        first, last = self.merged.ranges.get(number or "", (None, None))
        if first is None:
            return ""
        return str(first) if first == last else f"{first}-{last}"


def evidence_list(session: Session, contents: Contents, attached: Attached) -> list[EvidenceGroup]:
    """Return the groups of the evidence list.

    A list that was submitted before the head was signed is taken as it is; what is registered
    and not on it follows in a group of its own.
    """
    agreed = _agreed(session, contents)
    paths = {digest: path for path, digest in contents.originals.items()}
    groups = [
        EvidenceGroup(
            group.title, tuple(_listed(line, contents, paths, attached) for line in group.lines)
        )
        for group in (agreed.groups if agreed else ())
    ]
    named = {line.fingerprint for line in (agreed.lines if agreed else ())}
    others = [one for one in contents.of_kind("file") if one.fields.get("sha256") not in named]
    own = [*_files(contents, others, paths, attached), *_ledger(contents)]
    if own:
        title = _("其他已登记的证据") if agreed else _("已登记的证据")
        groups.append(EvidenceGroup(title, tuple(_numbered(own, len(groups) + 1))))
    return groups


def _agreed(session: Session, contents: Contents) -> ListView | None:
    """Return the list that was submitted for the subject, else for its loan.

    A list names everything; to who is not shown names and titles, none is given.
    """
    if contents.disclosure.hides("title", "file"):
        return None
    subject = contents.basis.subject
    return list_for(session, subject.table, subject.id, by=contents.basis.at) or list_for(
        session, "loan", contents.loan_id, by=contents.basis.at
    )


def ordered_digests(session: Session, contents: Contents) -> list[str]:
    """Return the files of the evidence list in its order, each once."""
    agreed = _agreed(session, contents)
    listed = [line.fingerprint for line in (agreed.lines if agreed else ()) if line.fingerprint]
    rest = [record.fields.get("sha256", "") for record in contents.of_kind("file")]
    return list(dict.fromkeys((*listed, *rest)))


def _listed(
    line: LineView, contents: Contents, paths: Mapping[str, str], attached: Attached
) -> EvidenceLine:
    index, file = line.log_index, number_in(paths.get(line.fingerprint or "", "")) or None
    covered = index is not None and index < contents.basis.checkpoint.size
    return EvidenceLine(
        number=line.number,
        file=file,
        name=line.name,
        source=line.source,
        form=line.form_name,
        copies=line.copies,
        pages=line.pages,
        purpose=line.purpose,
        range=attached.range_of(file),
        fingerprint=line.fingerprint,
        log_index=index if covered else None,
    )


def _files(
    contents: Contents,
    files: Sequence[Registered],
    paths: Mapping[str, str],
    attached: Attached,
) -> list[EvidenceLine]:
    lines = []
    for record in files:
        fields = record.shown(contents.disclosure)
        kind, digest = fields.get("kind", "other"), fields.get("sha256", "")
        file = number_in(paths.get(digest, "")) or None
        lines.append(
            EvidenceLine(
                number="",
                file=file,
                name=fields.get("title") or DOCUMENT_KINDS.get(kind, Text(kind)),
                source=ORIGINS.get(fields.get("origin", ""), ORIGINS["born_here"]),
                form=_("电子数据"),
                copies=1,
                pages=attached.pages.get(digest),
                purpose=PURPOSES.get(kind, PURPOSES["other"]),
                range=attached.range_of(file),
                fingerprint=digest or None,
                log_index=record.entry.index,
            )
        )
    return lines


def _ledger(contents: Contents) -> list[EvidenceLine]:
    transactions = contents.of_kind("transaction")
    if not transactions:
        return []
    origins = {one.shown(contents.disclosure).get("origin", "") for one in transactions}
    source = ORIGINS.get(next(iter(origins)), ORIGINS["born_here"])
    return [
        EvidenceLine(
            number="",
            file=None,
            name=_("贷款交易流水（{count} 笔登记记录）", count=len(transactions)),
            source=source if len(origins) == 1 else _("核心系统导入及本系统生成"),
            form=_("电子数据"),
            copies=1,
            pages=None,
            purpose=_("证明放款、还款及欠款的全部经过"),
            range=_("见交易流水"),
            fingerprint=contents.ledger_fingerprint,
            log_index=transactions[-1].entry.index,
            chapter="ledger",
        )
    ]


def _numbered(lines: Sequence[EvidenceLine], group: int) -> list[EvidenceLine]:
    return [replace(line, number=f"{group}-{place}") for place, line in enumerate(lines, 1)]


def number_in(path: str) -> str:
    """Return the number of an original by its path: E0001."""
    return path.rpartition("/")[2].partition(".")[0]
