"""What a run over a tape comes to: counts, sums, differences by field, problems."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from recovery.kernel.job_rows import pack_text
from recovery.kernel.money import ZERO
from recovery.loans.tape.casting import Problem
from recovery.loans.tape.deciding import CREATED, REJECTED, UNCHANGED, UPDATED, Decision

SHOWN = 200
"""Problems and differences that are kept as examples."""

SUMS = ("disbursed_amount", "principal", "billed_interest", "penalty_due", "costs_due")


@dataclass(slots=True)
class Findings:
    """Running totals of a run; amounts in yuan."""

    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys((CREATED, UPDATED, UNCHANGED, REJECTED), 0)
    )
    sums: dict[str, Decimal] = field(default_factory=dict)
    """Amounts that accepted rows state, by field."""

    expected: dict[str, Decimal] = field(default_factory=dict)
    """What must be found in the book afterwards, by head."""

    fields: dict[str, int] = field(default_factory=dict)
    """Field → rows in which it differs from the book."""

    examples: list[dict[str, Any]] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    problem_count: int = 0
    reporting_rows: int = 0

    @property
    def rows(self) -> int:
        """Rows that were decided."""
        return sum(self.counts.values())

    def add(self, decisions: Sequence[Decision]) -> None:
        """Count decisions in."""
        for one in decisions:
            self.counts[one.outcome] += 1
            if one.outcome != REJECTED:
                self.reporting_rows += sum(month.rows for month in one.months)
                self._sum(one)
            if one.shown:
                self._differ(one)
            if one.problems:
                self._trouble(one)

    def _sum(self, one: Decision) -> None:
        """Add the amounts of an accepted row."""
        for name in SUMS:
            amount = one.pending.row.values.get(name)
            if isinstance(amount, Decimal):
                self.sums[name] = self.sums.get(name, ZERO) + amount
        self._expect(f"{one.outcome}.principal", one.principal)
        if one.new is not None:
            self._expect("created.disbursed_amount", one.new.disbursed_amount)

    def _expect(self, head: str, amount: Decimal) -> None:
        self.expected[head] = self.expected.get(head, ZERO) + amount

    def _differ(self, one: Decision) -> None:
        """Count the fields that differ; keep the first loans as examples."""
        for shown in one.shown:
            name = "month_end" if shown.startswith("month_end.") else shown
            self.fields[name] = self.fields.get(name, 0) + 1
        if len(self.examples) < SHOWN:
            changes = {name: list(change) for name, change in one.shown.items()}
            self.examples.append({"contract_no": one.contract_no, "changes": changes})

    def _trouble(self, one: Decision) -> None:
        """Keep the first problems as examples; refusals push doubts out."""
        self.problem_count += len(one.problems)
        self.problems += [packed_problem(problem) for problem in one.problems]
        if len(self.problems) > 2 * SHOWN:
            self._trim()

    def _trim(self) -> None:
        self.problems = first_problems(self.problems)

    def packed(self) -> dict[str, Any]:
        """Return the findings as JSON, sums as texts."""
        self._trim()
        return {
            "rows": self.rows,
            "counts": self.counts,
            "reporting_rows": self.reporting_rows,
            "sums": texts(self.sums),
            "expected": texts(self.expected),
            "fields": dict(sorted(self.fields.items(), key=lambda pair: -pair[1])),
            "examples": self.examples,
            "problems": self.problems,
            "problem_count": self.problem_count,
        }


def first_problems(problems: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the problems that are kept as examples: refusals first, then doubts, by row."""
    return sorted(problems, key=lambda one: (not one["rejects"], one["row"]))[:SHOWN]


def texts(amounts: dict[str, Decimal]) -> dict[str, str]:
    """Return amounts as texts with two decimals."""
    return {name: f"{amount:.2f}" for name, amount in amounts.items()}


def packed_problem(problem: Problem) -> dict[str, Any]:
    """Return a problem as JSON; its reason stays translatable."""
    return {
        "row": problem.row,
        "column": problem.column,
        "reason": pack_text(problem.reason),
        "rejects": problem.rejects,
    }
