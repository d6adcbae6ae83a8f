"""What a sample comes to: how far it is examined, exceptions by kind, and what is projected."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from recovery.evidence.sampling.models import AuditSample, SampleItem
from recovery.evidence.sampling.projection import (
    Examined,
    Projection,
    Stratum,
    by_difference,
    by_ratio,
    by_taint,
)
from recovery.kernel.money import ZERO


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The state of a sample's examination and, once something is examined, its projections."""

    drawn: int
    examined: int
    exceptions: dict[str, int]
    sampled_value: Decimal
    projections: tuple[Projection, ...]
    tolerable: Decimal | None

    @property
    def is_complete(self) -> bool:
        """Whether every item was examined; until then a projection is provisional."""
        return self.drawn == self.examined

    def is_within(self, projection: Projection) -> bool | None:
        """Return whether both limits stay within the tolerable; None where one is not known."""
        if self.tolerable is None or projection.limit is None or projection.lower_limit is None:
            return None
        return max(projection.limit, projection.lower_limit) <= self.tolerable


def evaluate(sample: AuditSample, items: Sequence[SampleItem]) -> Evaluation:
    """Return the evaluation of a sample that was drawn."""
    done = [item for item in items if item.examined is not None]
    return Evaluation(
        drawn=len(items),
        examined=len(done),
        exceptions=dict(Counter(item.exception for item in done if item.exception)),
        sampled_value=sum((item.value for item in items), ZERO),
        projections=_projections(sample, done) if done else (),
        tolerable=sample.tolerable,
    )


def _projections(sample: AuditSample, done: Sequence[SampleItem]) -> tuple[Projection, ...]:
    confidence = Decimal(sample.confidence or "0.95")
    found = [
        Examined(item.value, item.examined, item.stratum, item.is_certain)
        for item in done
        if item.examined is not None
    ]
    if sample.method == "mus":
        return (by_taint(found, sample.interval or ZERO, confidence),)
    strata = [Stratum(int(count), Decimal(str(value))) for count, value in sample.strata]
    return (by_difference(found, strata, confidence), by_ratio(found, strata, confidence))
