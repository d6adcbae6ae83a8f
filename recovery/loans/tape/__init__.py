"""Import of a loan tape (资产明细表): read as text, cast by our own rules, staged, then applied."""

from flask import Flask


def register(app: Flask) -> None:
    """Register the jobs of the import."""
    from recovery.loans.tape import jobs

    assert jobs.KINDS_OF_JOBS
