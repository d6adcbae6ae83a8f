"""Drawing: the same list and seed give the same sample, by the script that ships with it."""

import ast
import csv
import hashlib
import hmac
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.evidence.sampling import draw as script
from recovery.evidence.sampling.draw import Bad, Pick, Plan, Population, Row

SCRIPT = Path(script.__file__)

VALUES = st.lists(st.integers(-5_000, 900_000), min_size=1, max_size=80)
SEEDS = st.text(min_size=1, max_size=12).map(str.strip).filter(bool)


class Listed(Population):
    """A population in memory."""

    def __init__(self, values: list[int]) -> None:
        super().__init__("")
        self.listed = [Row(3 * n + 1, f"HT-{n}", fen) for n, fen in enumerate(values)]

    def rows(self):
        yield from self.listed


def plan(population: Population, method: str, **more: object) -> Plan:
    given = {"seed": "8127 3344", "size": 10} | more
    return Plan(method=method, digest=population.digest(), **given)  # type: ignore[arg-type]


def ids(picks: list[Pick]) -> list[int]:
    return [pick.row.id for pick in picks]


@given(VALUES, SEEDS, st.integers(1, 90))
def test_a_random_sample_is_the_rows_of_the_lowest_scores(
    values: list[int], seed: str, size: int
) -> None:
    population = Listed(values)
    picks = script.draw(plan(population, "random", seed=seed, size=size), population)
    digest = hashlib.sha256(
        b"".join(f"{row.id},{script.yuan_of(row.fen)}\n".encode() for row in population.listed)
    ).hexdigest()

    def score(row: Row) -> bytes:
        message = f"recovery-sample-1\n{digest}\n{row.id}".encode()
        return hmac.digest(seed.encode(), message, "sha256")

    assert ids(picks) == [row.id for row in sorted(population.listed, key=score)[:size]]


@given(VALUES, SEEDS, st.integers(1, 40))
def test_a_monetary_sample_holds_every_row_of_an_interval_or_more(
    values: list[int], seed: str, size: int
) -> None:
    population = Listed(values)
    asked = plan(population, "mus", seed=seed, size=size)
    if population.positive == 0:
        with pytest.raises(Bad):
            script.draw(asked, population)
        return
    interval = script.interval_of(asked, population.positive)
    picks = script.draw(asked, population)
    assert {row.id for row in population.listed if row.fen >= interval} <= set(ids(picks))
    assert {pick.row.id for pick in picks if pick.certain} == {
        row.id for row in population.listed if row.fen >= interval
    }
    assert all(pick.row.fen > 0 for pick in picks)
    assert ids(picks) == sorted(set(ids(picks)))
    start = script.start_of(asked, interval)
    points = len(range(start, population.positive + 1, interval))
    assert sum(pick.hits for pick in picks) == points


@given(VALUES, SEEDS, st.sampled_from(["by_count", "by_value"]), st.integers(1, 90))
def test_strata_give_what_they_were_allotted_and_no_more_than_they_have(
    values: list[int], seed: str, allocation: str, size: int
) -> None:
    population, bounds = Listed(values), (0, 100_000, 400_000)
    asked = plan(
        population, "stratified", seed=seed, size=size, bounds=bounds, allocation=allocation
    )
    numbers = script.numbers_of(asked, population)
    counts = [0] * 4
    for row in population.listed:
        counts[script.stratum_of(row.fen, bounds)] += 1
    picks = script.draw(asked, population)
    assert [sum(1 for p in picks if p.stratum == place) for place in range(4)] == list(numbers)
    assert all(number <= count for number, count in zip(numbers, counts, strict=True))
    assert all(number or not count for number, count in zip(numbers, counts, strict=True))
    used = sum(1 for count in counts if count)
    assert sum(numbers) == max(min(size, len(values)), used)
    for pick in picks:
        assert script.stratum_of(pick.row.fen, bounds) == pick.stratum
        assert pick.certain == (numbers[pick.stratum] == counts[pick.stratum])


@given(VALUES, st.sampled_from(["random", "mus", "stratified"]))
def test_a_sample_is_part_of_its_population_and_the_seed_alone_decides_it(
    values: list[int], method: str
) -> None:
    population = Listed([abs(value) + 1 for value in values])
    asked = plan(population, method, size=5, bounds=(50_000,), allocation="by_count")
    first, again = script.draw(asked, population), script.draw(asked, population)
    assert first == again
    assert {pick.row for pick in first} <= set(population.listed)
    assert len(set(ids(first))) == len(first)


def test_another_seed_draws_other_rows() -> None:
    population = Listed(list(range(1, 2001)))
    drawn = {
        seed: ids(script.draw(plan(population, "random", seed=seed), population))
        for seed in ("1", "2")
    }
    assert set(drawn["1"]) != set(drawn["2"])


def test_every_row_is_drawn_about_as_often_as_any_other() -> None:
    population, seen = Listed([100] * 20), [0] * 20
    for seed in range(2000):
        for pick in script.draw(plan(population, "random", seed=str(seed), size=5), population):
            seen[(pick.row.id - 1) // 3] += 1
    # 500 expected; five standard deviations are 97.
    assert all(400 < count < 600 for count in seen), seen


def test_shares_by_hand() -> None:
    # One each, then 7 more by 50, 30, 20: 3.5, 2.1, 1.4 → 3, 2, 1 and the last by remainder .5.
    assert script.shared(10, (50, 30, 20), (50, 30, 20)) == (5, 3, 2)
    assert script.shared(10, (50, 30, 20), (2, 30, 20)) == (2, 5, 3)
    assert script.shared(3, (1, 1, 98), (1, 1, 98)) == (1, 1, 1)
    assert script.shared(9, (0, 5), (0, 5)) == (0, 5)


def test_monetary_points_by_hand() -> None:
    # Running totals 40, 100, 100, 250, 260; interval 260 // 4 = 65.
    population = Listed([40, 60, -5, 150, 10])
    asked = plan(population, "mus", size=4)
    start = script.start_of(asked, 65)
    points = [start, start + 65, start + 130, start + 195]
    ends = {1: (0, 40), 4: (40, 100), 10: (100, 250), 13: (250, 260)}
    expected = {
        row: sum(1 for point in points if low < point <= high and point <= 260)
        for row, (low, high) in ends.items()
    }
    picks = script.draw(asked, population)
    assert {p.row.id: p.hits for p in picks} == {r: n for r, n in expected.items() if n}
    assert [p.row.id for p in picks if p.certain] == [10]


def test_a_population_that_was_changed_after_it_was_fixed_is_refused() -> None:
    population = Listed([100, 200, 300])
    asked = plan(population, "random")
    with pytest.raises(Bad):
        script.draw(asked, Listed([100, 200, 301]))


def written(folder: Path, population: Listed, asked: Plan) -> str:
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(("id", "reference", "value"))
    for row in population.listed:
        writer.writerow((row.id, row.reference, script.yuan_of(row.fen)))
    (folder / "population.csv").write_text(out.getvalue(), "utf-8")
    (folder / "plan.json").write_text(script.plan_text(asked), "utf-8")
    return script.sample_text(script.draw(asked, population))


def run(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", str(SCRIPT), str(folder), *more]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("method", ["random", "stratified", "mus"])
def test_the_script_alone_draws_the_same_sample(tmp_path: Path, method: str) -> None:
    population = Listed([(37 * n * n) % 90_001 + 1 for n in range(500)])
    asked = plan(population, method, size=25, bounds=(30_000, 60_000), allocation="by_value")
    expected = written(tmp_path, population, asked)
    answer = run(tmp_path)
    assert (answer.returncode, answer.stdout) == (0, expected)
    (tmp_path / "sample.csv").write_text(expected, "utf-8", newline="")
    assert run(tmp_path).returncode == 0
    assert run(tmp_path, "--seed", "another").returncode == 1


def test_the_script_says_what_it_cannot_draw_from(tmp_path: Path) -> None:
    assert run(tmp_path).returncode == 2
    population = Listed([100, 200])
    written(tmp_path, population, plan(population, "random"))
    path = tmp_path / "population.csv"
    path.write_text(path.read_text().replace("2.00", "2.01"))
    answer = run(tmp_path)
    assert answer.returncode == 2
    assert "not the one that the plan names" in answer.stderr


def test_the_script_is_written_in_the_python_of_2019() -> None:
    tree = ast.parse(SCRIPT.read_text("utf-8"), feature_version=(3, 8))
    modules = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names]
        )
        if name
    }
    assert modules <= sys.stdlib_module_names | {"__future__"}
    assert "random" not in modules
