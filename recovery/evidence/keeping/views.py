from flask import Blueprint

bp = Blueprint("keeping", __name__, url_prefix="/evidence/keeping")
