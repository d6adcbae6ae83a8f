"""How a synthetic loan went: how many instalments were paid, and how long it has been overdue."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Story:
    """A way a loan can go. `days` is the range of days past due of its first unpaid instalment.

    A negative range is days until the next one falls due; of a loan that ended, days since then.
    """

    name: str
    weight: int
    days: tuple[int, int]
    paid: tuple[int, int] = (1, 40)
    stages: tuple[tuple[str, int], ...] = (("none", 1),)
    vehicles: tuple[tuple[str, int], ...] = (("with_debtor", 9), ("unknown", 1))

    @property
    def ended(self) -> bool:
        """Whether nothing is owed any more."""
        return self.name in {"paid_off", "prepaid"}

    @property
    def in_default(self) -> bool:
        """Whether it has been overdue for longer than collection by phone usually takes."""
        return not self.ended and self.days[0] > 90


FOUND = (("with_debtor", 5), ("located", 3), ("missing", 2), ("unknown", 2), ("impounded", 1))

STORIES = (
    Story("current", 700, (-27, -1)),
    Story("paid_off", 140, (20, 900)),
    Story("prepaid", 100, (20, 900), (6, 30)),
    Story("cured", 60, (-27, -1), (8, 40)),
    Story("early_arrears", 150, (1, 30)),
    Story("arrears", 170, (31, 90)),
    Story(
        "substandard",
        220,
        (91, 270),
        (2, 30),
        (("none", 70), ("suing", 20), ("mediated", 5), ("arbitrating", 3), ("other", 2)),
        FOUND,
    ),
    Story(
        "doubtful",
        120,
        (271, 360),
        (2, 30),
        (
            ("none", 40),
            ("suing", 25),
            ("judged", 15),
            ("sued", 10),
            ("arbitrated", 5),
            ("mediated", 5),
        ),
        FOUND,
    ),
    Story(
        "loss",
        200,
        (361, 900),
        (2, 24),
        (
            ("none", 25),
            ("judged", 15),
            ("enforcing", 25),
            ("round_terminated", 20),
            ("enforcement_withdrawn", 3),
            ("enforcement_suspended", 5),
            ("enforcement_terminated", 5),
            ("mediated", 2),
        ),
        FOUND,
    ),
    Story(
        "written_off",
        80,
        (721, 1300),
        (2, 16),
        (("none", 30), ("enforcing", 20), ("round_terminated", 45), ("enforcement_terminated", 5)),
        (("missing", 6), ("unknown", 3), ("with_debtor", 1)),
    ),
    Story(
        "car_sold",
        60,
        (240, 700),
        (4, 24),
        (("none", 30), ("judged", 20), ("enforcing", 40), ("round_terminated", 10)),
        (("sold", 1),),
    ),
    Story(
        "car_repossessed",
        40,
        (120, 400),
        (4, 24),
        (("none", 60), ("suing", 20), ("mediated", 20)),
        (("repossessed", 3), ("impounded", 1)),
    ),
)

MONTHS = (24, 36, 36, 36, 48, 60, 60)
LONGEST = 60
"""Months that the book goes back."""


@dataclass(frozen=True, slots=True)
class Course:
    """One loan's course: its term, instalments paid, and days since the first unpaid was due."""

    story: Story
    months: int
    paid: int
    days: int


def course(random: Random) -> Course:
    """Return how a loan went."""
    story = random.choices(STORIES, [one.weight for one in STORIES])[0]
    days = random.randint(*story.days)
    room = LONGEST - 1 - max(days, 0) // 30
    if story.name == "paid_off":
        months = random.choice([term for term in MONTHS if term <= room] or [min(MONTHS)])
        return Course(story, months, months, days)
    months = random.choice(MONTHS)
    most = min(story.paid[1], months - 1, room)
    return Course(story, months, random.randint(min(story.paid[0], most), most), days)
