"""Run the benchmarks: `python -m tests.bench [--quick] [WORD…]`."""

import sys
import time
from importlib import import_module
from pathlib import Path

from tests.bench import Bench, Benchmark


def collect(words: list[str]) -> list[Benchmark]:
    """Return the benchmarks whose name, or whose module's name, holds one of `words`."""
    found: list[Benchmark] = []
    for path in sorted(Path(__file__).parent.glob("bench_*.py")):
        module = import_module(f"tests.bench.{path.stem}")
        benches: list[Benchmark] = module.BENCHES
        for bench in benches:
            name = f"{path.stem} {bench.__name__}"
            if not words or any(word in name for word in words):
                found.append(bench)
    return found


def main(arguments: list[str]) -> int:
    """Run them one after the other; 1 when one falls short or there is none."""
    words = [word for word in arguments if not word.startswith("-")]
    bench = Bench(quick="--quick" in arguments)
    start = time.monotonic()
    chosen = collect(words)
    for benchmark in chosen:
        benchmark(bench)
    short = bench.results.count(False)
    minutes = (time.monotonic() - start) / 60
    print(f"{len(bench.results)} figures, {short} short, in {minutes:.1f} min")
    return 0 if bench.results and not short else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
