"""Small loans and records for the tests of evidence."""

from datetime import date
from decimal import Decimal

from recovery.kernel.work import Work
from recovery.loans.models import Loan, Person

NIL = Decimal("0.00")


def make_loan(work: Work, contract_no: str = "HT-0001") -> Loan:
    """Return a loan that owes 80,000 yuan."""
    person = Person(row_uuid=contract_no.encode().ljust(16, b"0")[:16], name="王伟")
    work.add(person)
    return work.add(
        Loan(
            contract_no=contract_no,
            product="loan",
            borrower_id=person.id,
            borrower_name="王伟",
            disbursed_on=date(2024, 1, 5),
            disbursed_amount=Decimal("100000.00"),
            rate_per_year=Decimal("0.0688"),
            day_count="30/360",
            appropriation_order="costs,penalty,compound,interest,principal",
            repayment_method="equal_instalments",
            principal=Decimal("80000.00"),
            billed_interest=NIL,
            penalty_due=NIL,
            costs_due=NIL,
            balance=Decimal("80000.00"),
            paid_total=Decimal("20000.00"),
            stage="none",
            mortgage_state="registered",
            vehicle_state="with_debtor",
            guarantee="mortgage",
        )
    )


def small_pdf(words: str = "") -> bytes:
    """Return the smallest PDF that opens: one blank page, `words` in a comment."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"
    objects = (b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page)
    body = b"".join(b"%d 0 obj%bendobj\n" % numbered for numbered in enumerate(objects, 1))
    return b"%PDF-1.4\n% " + words.encode() + b"\n" + body + b"trailer<</Root 1 0 R>>\n%%EOF\n"
