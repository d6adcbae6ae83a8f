"""One ID number under two names: two people, and neither name is lost."""

from dataclasses import replace

from flask import Flask
from sqlalchemy import select

from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.work import work_as
from recovery.loans.bulk import NewPerson, insert_loans
from recovery.loans.models import Loan, Person
from tests.books import overdue_loan

ID_NUMBER = "11010519491231002X"


def test_a_second_name_under_one_id_number_is_kept_apart(app: Flask) -> None:
    names = ("张三", "钱七", "张三")
    new = [
        replace(overdue_loan(number), borrower=NewPerson(name=name, id_number=ID_NUMBER))
        for number, name in enumerate(names, 1)
    ]
    with work_as(Actor.system("tests")) as work:
        insert_loans(work, new)
    loans = db.session.scalars(select(Loan).order_by(Loan.contract_no)).all()
    assert [loan.borrower_name for loan in loans] == list(names)
    assert len(db.session.scalars(select(Person)).all()) == 2
    assert loans[0].borrower_id == loans[2].borrower_id
