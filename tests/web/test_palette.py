"""The colours of charts are told apart by people of any colour vision, on both grounds.

Colour vision deficiency is simulated after Machado, Oliveira and Fernandes (2009), severity 1.
"""

import re
from itertools import combinations

import numpy as np
import pytest

from recovery.web.assets import FOLDER
from recovery.web.chart_svg import INKS

VISIONS = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
         [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
         [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
         [0.004733, 0.691367, 0.303900]]
    ),
}  # fmt: skip
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = TO_XYZ @ np.ones(3)
GROUNDS = {"LIGHT": "#ffffff", "DARK": "#182230"}
ALWAYS_TOGETHER = 4
"""The first colours: charts rarely hold more series, and the rest also differ in dashes."""


def palette(name: str) -> list[str]:
    """Return a palette of charts.js."""
    found = re.search(
        rf"const {name} = \[(.*?)\]", (FOLDER / "js" / "charts.js").read_text("utf-8")
    )
    assert found is not None
    return re.findall(r"#[0-9a-f]{6}", found[1])


def linear(colour: str) -> np.ndarray:
    """Return a colour as linear light, 0 to 1."""
    parts = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(light: np.ndarray) -> np.ndarray:
    """Return linear light in CIE L*a*b*."""
    ratio = TO_XYZ @ np.clip(light, 0, 1) / WHITE
    root = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG."""
    first, second = sorted(float(TO_XYZ[1] @ linear(colour)) for colour in (one, other))
    return (second + 0.05) / (first + 0.05)


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("name", ["LIGHT", "DARK"])
def test_colours_that_stand_together_differ_for_every_vision(name: str, vision: str) -> None:
    seen = [lab(VISIONS[vision] @ linear(colour)) for colour in palette(name)[:ALWAYS_TOGETHER]]
    nearest = min(float(np.linalg.norm(one - other)) for one, other in combinations(seen, 2))
    assert nearest > 18


@pytest.mark.parametrize("name", ["LIGHT", "DARK"])
def test_every_colour_stands_out_from_its_ground(name: str) -> None:
    assert min(contrast(colour, GROUNDS[name]) for colour in palette(name)) >= 3


def test_papers_are_drawn_in_the_colours_of_the_screen() -> None:
    assert list(INKS) == palette("LIGHT")[: len(INKS)]
