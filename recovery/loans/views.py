"""Pages of one loan: overview, timeline, money, papers, and the parts of other features."""

from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from recovery.access.audit_words import people_of
from recovery.kernel import clock, links, text
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.text import _
from recovery.loans import labels, queries, timeline
from recovery.loans.blueprint import bp
from recovery.loans.columns import (
    CLAIM_LINES,
    DOCUMENTS,
    FACTS,
    HISTORY,
    LEDGER,
    MONTHS,
    OWNERS,
    SCHEDULE,
)
from recovery.loans.concessions import KINDS, waiting_concessions
from recovery.loans.documents import store
from recovery.loans.history import changes_of
from recovery.loans.page import (
    LoanPage,
    find_loan,
    loan_page,
    masked_personal,
    next_actions,
)
from recovery.loans.reversals import may_be_reversed
from recovery.loans.rules.ceiling import ceiling_of
from recovery.loans.rules.claim import HEADS
from recovery.loans.statement import statement_of
from recovery.rulebook.service import current_book
from recovery.web.addresses import url_if
from recovery.web.display import Clock
from recovery.web.language import LANGUAGES, current_language, reading
from recovery.web.long_papers import print_in_parts
from recovery.web.people import current_scope
from recovery.web.reading import Unreadable, read_day
from recovery.web.rights import allowed, may
from recovery.web.uploads import PDF, as_attachment

NEWEST = 8
"""Events that the overview shows; the timeline shows `timeline.MOST`."""

ICONS = {
    "payment": "cash",
    "recovery": "cash",
    "sale_proceeds": "car",
    "disbursement": "building-bank",
    "opening": "flag",
    "fee": "receipt",
    "cost": "receipt",
    "court_cost": "gavel",
    "penalty": "currency-yuan",
    "waiver": "minus",
    "write_off": "archive",
    "adjustment": "adjustments",
    "reversal": "arrow-back-up",
    "document": "file",
    "file": "gavel",
    "contact": "phone-call",
    "evidence": "fingerprint",
    "package": "package",
}


@bp.get("/<int:loan_id>")
@allowed(Action.VIEW_LOANS)
def show(loan_id: int) -> ResponseReturnValue:
    """Show the overview of a loan."""
    page = _page(loan_id)
    events = timeline.of_loan(db.session(), loan_id, current_scope(), NEWEST)
    return _render("loans/show.html", page, "overview", events=events, icons=ICONS, labels=labels)


@bp.get("/<int:loan_id>/timeline")
@allowed(Action.VIEW_LOANS)
def show_timeline(loan_id: int) -> ResponseReturnValue:
    """Show everything that happened to a loan, the newest first."""
    page = _page(loan_id)
    events = timeline.of_loan(db.session(), loan_id, current_scope(), timeline.MOST)
    return _render("loans/timeline.html", page, "timeline", events=events, icons=ICONS)


@bp.get("/<int:loan_id>/money")
@allowed(Action.VIEW_LOANS)
def money(loan_id: int) -> ResponseReturnValue:
    """Show the claim on any day, the schedule and the ledger of a loan."""
    page = _page(loan_id)
    session = db.session()
    entries = queries.ledger_of(session, loan_id)
    undone = {entry.reverses_id for entry in entries if entry.reverses_id is not None}
    return _render(
        "loans/money.html",
        page,
        "money",
        on=_asked_day(),
        ledger=LEDGER,
        entries=entries,
        undone=undone,
        reversible={
            entry.id for entry in entries if may_be_reversed(entry) and entry.id not in undone
        },
        schedule=SCHEDULE,
        lines=queries.instalments_of(session, loan_id),
        month_columns=MONTHS,
        months=queries.months_of(session, loan_id),
        fact_columns=FACTS,
        facts_found=queries.facts_of(session, loan_id),
        **_claim_values(page, _asked_day()),
    )


@bp.get("/<int:loan_id>/claim")
@allowed(Action.VIEW_LOANS)
def claim(loan_id: int) -> ResponseReturnValue:
    """Answer the claim on the day `on` as a fragment, while the day is chosen."""
    page = _page(loan_id)
    values = _claim_values(page, _asked_day())
    return render_template("loans/_claim.html", loan=page.loan, **values)


@bp.get("/<int:loan_id>/statement.pdf")
@allowed(Action.VIEW_LOANS)
def statement(loan_id: int) -> ResponseReturnValue:
    """Print the statement of a loan up to the day `on`, in Chinese or English."""
    loan = find_loan(db.session(), loan_id, current_scope())
    asked = request.args.get("language", current_language())
    language = asked if asked in LANGUAGES else "zh"
    day = _printed_day()
    with reading(language):
        told = statement_of(db.session(), loan, day)
        printed = print_in_parts(
            "documents/loans/statement.html",
            {"ledger": told.rows},
            statement=told,
            labels=labels,
            heads=labels.HEADS,
            printed_on=clock.today(),
            number=loan.contract_no,
        )
    name = f"{loan.contract_no}-{day:%Y%m%d}.pdf"
    return as_attachment(printed.data, name=name, media_type=PDF.media_type)


@bp.get("/<int:loan_id>/papers")
@allowed(Action.VIEW_LOANS)
def papers(loan_id: int) -> ResponseReturnValue:
    """List the documents of a loan."""
    page = _page(loan_id)
    documents = queries.newest_documents_of(db.session(), loan_id)
    return _render("loans/papers.html", page, "papers", columns=DOCUMENTS, documents=documents)


@bp.get("/<int:loan_id>/papers/<int:document_id>")
@allowed(Action.VIEW_EVIDENCE)
def download_paper(loan_id: int, document_id: int) -> ResponseReturnValue:
    """Send a document's bytes as they came."""
    loan = find_loan(db.session(), loan_id, current_scope())
    document = queries.document_of(db.session(), loan.id, document_id)
    content = store().open(document.sha256)
    return as_attachment(content, name=document.file_name, media_type=document.media_type)


@bp.get("/<int:loan_id>/history")
@allowed(Action.VIEW_LOAN_HISTORY)
def history(loan_id: int) -> ResponseReturnValue:
    """Show who changed what of a loan, the newest first."""
    page = _page(loan_id)
    events = queries.history_of(db.session(), loan_id)
    return _render(
        "loans/history.html",
        page,
        "history",
        columns=HISTORY,
        events=events,
        changes_of=changes_of,
        people=people_of(db.session(), events),
    )


@bp.get("/<int:loan_id>/part/<name>")
@allowed(Action.VIEW_LOANS)
def part(loan_id: int, name: str) -> ResponseReturnValue:
    """Show the tab of a feature above; its content is loaded by its own request."""
    if name not in links.loan_tabs or not may(links.loan_tabs.get(name).action):
        raise NotFound
    tab = links.loan_tabs.get(name)
    content_url = url_for(tab.endpoint, loan_id=loan_id)
    return _render("loans/part.html", _page(loan_id), name, tab=tab, content_url=content_url)


@bp.get("/by-number/<path:contract_no>")
@allowed(Action.VIEW_LOANS)
def by_number(contract_no: str) -> ResponseReturnValue:
    """Go to the loan of a contract number."""
    loan_id = queries.loan_numbered(db.session(), contract_no, current_scope())
    return redirect(url_for(".show", loan_id=loan_id))


def _page(loan_id: int) -> LoanPage:
    return loan_page(db.session(), loan_id, current_scope(), clock.today())


def _render(template: str, page: LoanPage, current: str, **values: Any) -> str:
    """Return a page of the loan with its header, tabs and right column."""
    offered = next_actions(db.session(), page.loan, page.today, current_scope())
    acts = [one for one in offered if may(one.action)]
    owners = queries.owners_of(db.session(), page.loan.id)
    return render_template(
        template,
        page=page,
        loan=page.loan,
        tabs=_tabs(page.loan.id, current),
        next_acts=acts,
        clocks=[Clock(one.label, one.due) for one in acts if one.due is not None],
        concession_kinds=KINDS,
        waiting=waiting_concessions(db.session(), page.loan.id),
        owner_columns=OWNERS,
        owners=owners,
        party_roles=labels.PARTY_ROLES,
        owner_kinds=labels.OWNER_KINDS,
        guarantee_modes=labels.GUARANTEE_MODES,
        masked_personal=masked_personal,
        breadcrumbs=[(_("贷款"), url_if("loans.index")), (page.loan.contract_no, None)],
        **values,
    )


def _tabs(loan_id: int, current: str) -> list[tuple[text.Text, str, bool]]:
    """Return the tabs: ours, then those of features above that this person may see."""
    own = (
        ("overview", _("概览"), "loans.show"),
        ("timeline", _("时间线"), "loans.show_timeline"),
        ("money", _("资金"), "loans.money"),
        ("papers", _("文件"), "loans.papers"),
    )
    tabs = [
        (label, url_for(endpoint, loan_id=loan_id), name == current)
        for name, label, endpoint in own
    ]
    tabs += [
        (tab.label, url_for("loans.part", loan_id=loan_id, name=name), name == current)
        for name, tab in links.loan_tabs.items()
        if may(tab.action)
    ]
    if may(Action.VIEW_LOAN_HISTORY):
        here = url_for("loans.history", loan_id=loan_id)
        tabs.append((_("修改历史"), here, current == "history"))
    return tabs


def _asked_day() -> date:
    """Return the day that `on` asks for, today where it asks for none or cannot be read."""
    asked = request.args.get("on", "")
    try:
        return read_day(asked) if asked.strip() else clock.today()
    except Unreadable:
        return clock.today()


def _printed_day() -> date:
    """Return the day that `on` asks for, today where it asks for none.

    Raises:
        NotFound: what it asks for is no day; a paper of another day would mislead.
    """
    asked = request.args.get("on", "").strip()
    try:
        return read_day(asked) if asked else clock.today()
    except Unreadable as error:
        raise NotFound(_("“{typed}”不是日期，没有可打印的对账单。", typed=asked[:40])) from error


def _claim_values(page: LoanPage, on: date) -> dict[str, Any]:
    """Return the claim on the day `on` with its heads, each with its lines."""
    if on < page.loan.disbursed_on:
        raise RuleViolation(
            _("日期 {day} 早于放款日 {first}。", day=on, first=page.loan.disbursed_on)
        )
    found = queries.claim_from(page.loan, page.book, on)
    heads = [(labels.HEADS[head], getattr(found, head), found.of(head)) for head in HEADS]
    return {
        "claim": found,
        "ceiling": ceiling_of(current_book(), page.book.postings, found),
        "heads": heads,
        "claim_lines": CLAIM_LINES,
        "entry_kinds": labels.ENTRY_KINDS,
        "day_counts": labels.DAY_COUNTS,
        "languages": LANGUAGES,
    }
