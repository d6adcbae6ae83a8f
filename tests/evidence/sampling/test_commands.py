"""`recovery evidence sample`: sizes, and drawing a package again."""

import json
from pathlib import Path

import pytest

from recovery.cli import main
from recovery.evidence.sampling import draw as script
from tests.evidence.sampling.test_draw import Listed, plan, written


def test_a_size_is_computed(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--value", "1000000", "--tolerable", "50000", "--expected", "15000", "--json"]
    assert main(["evidence", "sample", "size", *asked]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["size"], said["factor"]) == (120, "5.9902")


def test_a_package_is_drawn_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    population = Listed([100, 200, 300, 400])
    expected = written(tmp_path, population, plan(population, "random", size=2))
    assert main(["evidence", "sample", "draw", str(tmp_path)]) == 0
    assert capsys.readouterr().out == expected
    (tmp_path / "sample.csv").write_text(expected.replace("2,", "3,"), "utf-8")
    assert main(["evidence", "sample", "draw", str(tmp_path)]) == 1
    assert script.HEAD[0] in capsys.readouterr().out
