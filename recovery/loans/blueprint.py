"""The blueprint of the pages under /loans: the list, the loan page and their parts share it.

Modules of views add to it; `recovery.loans.register` imports them and then registers it.
"""

from flask import Blueprint

bp = Blueprint("loans", __name__, url_prefix="/loans")
