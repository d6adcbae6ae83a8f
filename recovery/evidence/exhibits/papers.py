"""An evidence list on paper: PDF and Word, in Chinese or English; the printed ledger."""

from datetime import date
from io import BytesIO
from pathlib import Path

from docxtpl import DocxTemplate
from sqlalchemy.orm import Session

from recovery.evidence.exhibits.checklist import case_types
from recovery.evidence.exhibits.content import LineView, ListView
from recovery.evidence.exhibits.subjects import Subject
from recovery.kernel.text import Text, _
from recovery.loans import labels
from recovery.loans.labels import HEADS
from recovery.loans.models import Loan
from recovery.loans.statement import statement_of
from recovery.web.display import UNKNOWN, long_day
from recovery.web.language import reading
from recovery.web.long_papers import print_in_parts
from recovery.web.papers import render_paper

WORD = Path(__file__).parent / "evidence_list.docx"
"""Our own Word template; `tools/evidence_list_template.py` writes it."""

COLUMNS: dict[str, Text] = {
    "number": _("证据编号"),
    "name": _("证据名称"),
    "source": _("证据来源"),
    "form": _("原件或复印件"),
    "copies": _("份数"),
    "pages": _("页数"),
    "purpose": _("证明对象和内容"),
    "range": _("页码"),
    "registration": _("指纹（SHA-256）与日志序号"),
}
"""The columns of the paper, in their order."""


def list_pdf(view: ListView, subject: Subject, language: str) -> bytes:
    """Return a list as PDF/A.

    Raises:
        RuleViolation: a character cannot be printed.
    """
    with reading(language):
        return render_paper(
            "documents/evidence/exhibits/evidence_list.html",
            list=view,
            heads=COLUMNS,
            facts=facts_of(view, subject),
            signature=signature_of(view),
            group_title=group_title,
            registration=registration_of,
            number=file_stem(view, subject),
            fingerprint=view.digest()[:16],
        )


def list_docx(view: ListView, subject: Subject, language: str) -> bytes:
    """Return a list as a Word document, for a court that asks for one; same texts as the PDF."""
    with reading(language):
        document = DocxTemplate(WORD)
        document.render(_values(view, subject), autoescape=True)
        buffer = BytesIO()
        document.save(buffer)
        return buffer.getvalue()


def _values(view: ListView, subject: Subject) -> dict[str, object]:
    return {
        "title": str(_("证据目录")),
        "subject": str(subject.title),
        "facts": [f"{label}{_('：')}{value}" for label, value in facts_of(view, subject)],
        "heads": {name: str(head) for name, head in COLUMNS.items()},
        "groups": [
            {
                "title": str(group_title(group.number, group.title)),
                "lines": [_cells(line) for line in group.lines],
            }
            for group in view.groups
        ],
        "signature": [f"{label}{_('：')}{value}" for label, value in signature_of(view)],
        "footer": f"{file_stem(view, subject)}　{view.digest()[:16]}",
    }


def _cells(line: LineView) -> dict[str, str]:
    return {
        "number": line.number,
        "name": str(line.name),
        "source": str(line.source),
        "form": str(line.form_name),
        "copies": str(line.copies),
        "pages": UNKNOWN if line.pages is None else str(line.pages),
        "purpose": str(line.purpose),
        "range": UNKNOWN if line.range is None else str(line.range),
        "registration": registration_of(line),
    }


def group_title(number: int, title: Text) -> Text:
    """Return what stands over a group."""
    return _("第 {number} 组　{title}", number=number, title=title)


def registration_of(line: LineView) -> str:
    """Return fingerprint and log index of a line as the paper says them."""
    if line.fingerprint is None:
        return str(_("纸质，未存电子副本"))
    place = str(_("待登记")) if line.log_index is None else f"No. {line.log_index}"
    return f"{line.fingerprint} · {place}"


def facts_of(view: ListView, subject: Subject) -> list[tuple[Text, str]]:
    """Return what stands above the table."""
    facts = [(_("案件类型"), str(case_types()[view.case_type].title))]
    if subject.case_number:
        facts.append((_("案号"), subject.case_number))
    facts.append((_("合同编号"), subject.loan.contract_no))
    facts.append((_("债务人"), subject.loan.borrower_name or UNKNOWN))
    counted = _("共 {lines} 项，{pages} 页", lines=len(view.lines), pages=view.total_pages)
    facts.append((_("证据"), str(counted)))
    state = _("草稿，尚未提交") if view.submitted_at is None else _("已提交")
    facts.append((_("版本"), str(_("第 {number} 版", number=view.number))))
    facts.append((_("状态"), str(state)))
    return facts


def signature_of(view: ListView) -> list[tuple[Text, str]]:
    """Return the lines of the signature block."""
    blank = "＿" * 8
    return [
        (_("提交人（签名或盖章）"), view.submitter or blank),
        (_("委托诉讼代理人"), view.agent or UNKNOWN),
        (_("受理法院"), view.court or blank),
        (_("提交日期"), long_day(view.submitted_on) if view.submitted_on else blank),
        (_("提交份数"), str(view.copies)),
    ]


def file_stem(view: ListView, subject: Subject) -> str:
    """Return the number that the paper carries and its file is called by."""
    return f"{subject.loan.contract_no}-EL{view.id}-{view.number}"


def statement_pdf(session: Session, loan_id: int, on: date) -> bytes:
    """Return the printed ledger of a loan up to the day `on`, in Chinese."""
    loan = session.get_one(Loan, loan_id)
    told = statement_of(session, loan, on)
    with reading("zh"):
        return print_in_parts(
            "documents/loans/statement.html",
            {"ledger": told.rows},
            statement=told,
            labels=labels,
            heads=HEADS,
            printed_on=on,
            number=loan.contract_no,
        ).data
