"""The five-category class (五级分类) of a loan: the worst of the lender's, days, and events."""

from dataclasses import dataclass

CLASSES = ("normal", "special_mention", "substandard", "doubtful", "loss")
"""Best first."""


@dataclass(frozen=True, slots=True)
class AssetClass:
    """A class with the three it is the worst of; None: that one says nothing."""

    name: str
    assigned: str | None
    by_days: str
    by_events: str | None

    @property
    def reason(self) -> str:
        """What decides: `assigned`, `by_days` or `by_events`; the lender's own where equal."""
        if self.assigned == self.name:
            return "assigned"
        return "by_days" if self.by_days == self.name else "by_events"


def worst(*names: str | None) -> str:
    """Return the worst of the classes given; `normal` where none is."""
    return max((name for name in names if name), key=CLASSES.index, default=CLASSES[0])


def asset_class(assigned: str | None, by_days: str, by_events: str | None) -> AssetClass:
    """Return the class of a loan; floors raise what the lender assigned, never lower it."""
    return AssetClass(worst(assigned, by_days, by_events), assigned, by_days, by_events)
