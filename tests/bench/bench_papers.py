"""Papers: a long table in parts against one call of the engine, and many dossiers at once.

Both sides set the same HTML. Memory is the largest that this process and its children held.
"""

import multiprocessing
import resource
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from recovery.web import long_papers, paper_child, papers
from tests.bench import ROOT, Bench, Benchmark

CSS = (ROOT / "templates" / "documents" / "paper.css").read_text("utf-8")
FONTS = "".join(
    f'@font-face {{ font-family: "Noto Sans SC"; font-weight: {weight}; '
    f'src: url("{paper_child.PREFIX}vendor/NotoSansSC-{name}.ttf"); }}'
    for name, weight in (("Regular", 400), ("Bold", 700))
)
PARTED = "@page { @bottom-center { content: none; } }"
SMALL = ".tight td, .tight th { font-size: 7.5pt; padding: .7mm 1mm; }"
HEADS = ("序号", "起息日", "事项", "金额", "本金", "利息", "罚息", "费用", "登记")
WIDTHS = '<col class="c12"><col class="c17"><col class="c17">' + '<col class="c17">' * 5 + "<col>"
ROWS_PER_PAGE = 45
WORKERS = 2
SHARE = 5
"""The engine alone sets a fifth of the papers: they are all alike, and take minutes."""


def shell(style: str, body: str) -> str:
    """Return a paper with the product's style."""
    style = f"{FONTS}{CSS}{SMALL}{style}"
    return f'<!doctype html><html lang="zh-CN"><style>{style}</style><title>对账单</title>{body}'


def table(rows: range) -> str:
    """Return ledger rows as the dossier prints them."""
    heads = "".join(f"<th>{head}</th>" for head in HEADS)
    return (
        f'<table class="tight fixed"><colgroup>{WIDTHS}</colgroup><thead><tr>{heads}</tr></thead>'
        f"<tbody>{''.join(map(row, rows))}</tbody></table>"
    )


def row(number: int) -> str:
    """Return one row: its number, day, kind, five amounts, index and commitment."""
    amount = f'<td class="number">{number * 37 % 1_000_000 / 100:,.2f}</td>'
    digest = f"{number * 6_364_136_223_846_793_005 % 16**12:012x}"
    return (
        f'<tr><td class="number">{number}</td><td>2024-03-{number % 28 + 1:02}</td><td>还款</td>'
        f'{amount * 5}<td class="digest">{number} · {digest}</td></tr>'
    )


def alone(html: str) -> bytes:
    """Set a paper by one call of the engine."""
    from recovery.web import paper_engine

    return paper_engine.render(html)


def timed_alone(html: str) -> float:
    """Return the seconds of one call, fonts and engine already loaded."""
    alone(shell("", "<p>预热"))
    start = time.perf_counter()
    alone(html)
    return time.perf_counter() - start


def in_processes(act: Callable[[Any], Any], inputs: Sequence[Any], workers: int) -> list[Any]:
    """Return what `act` gives for each input, in processes of their own."""
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        return pool.map(act, inputs, chunksize=1)


def long_table(bench: Bench) -> None:
    """1,000 pages of table in parts; one call with 100 pages, extrapolated by rows."""
    pages, sample = (200, 50) if bench.quick else (1000, 100)
    rows = range(pages * ROWS_PER_PAGE)
    [spent] = in_processes(timed_alone, [shell("", table(rows[: sample * ROWS_PER_PAGE]))], 1)
    baseline = spent * pages / sample
    parts = [
        shell(PARTED, f'<h2 id="p{at}">流水</h2>{table(rows[at : at + long_papers.ROWS])}')
        for at in range(0, len(rows), long_papers.ROWS)
    ]
    with most_memory() as most:
        start = time.perf_counter()
        made = long_papers.joined_paper(lambda places: shell(PARTED, "<h1>对账单"), parts)
        ours = time.perf_counter() - start
    note = f"{made.pages} pages, {made.pages / ours:.1f} pages/s, {len(made.data) / 1e6:.1f} MB"
    bench.report(
        f"{pages} table pages in parts, time", ratio=ours / baseline, target=0.5, note=note
    )
    held = most[0] / 1e9
    bench.report("their memory, GB", ratio=held, target=1.0, note="all processes together")


def dossiers(bench: Bench) -> None:
    """200 papers of 12 pages through the product's two children; the engine alone with a share."""
    count = 20 if bench.quick else 200
    htmls = [dossier(number) for number in range(count)]
    papers.pdf_of(shell("", "<p>预热"))
    start = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as pool:
        made = list(pool.map(papers.pdf_of, htmls))
    ours = time.perf_counter() - start
    baseline = sum_alone(htmls[: count // SHARE]) * SHARE
    note = (
        f"{count / ours:.2f} against {count / baseline:.2f} a second, {len(made[0]) / 1e3:.0f} kB"
    )
    name = f"{count} dossiers of 12 pages, time"
    bench.report(name, ratio=ours / baseline, target=1.4, note=note)


def dossier(number: int) -> str:
    """Return a paper of 12 pages: words, then ledger."""
    words = "<p>贷款人与借款人签订汽车消费贷款合同，约定按月还款。</p>" * 60
    first = number * 10 * ROWS_PER_PAGE
    return shell("", f"<h1>证据卷宗 {number}</h1>{words}{table(range(first, first + 450))}")


def sum_alone(htmls: Sequence[str]) -> float:
    """Return the seconds that two processes take for all, engine and fonts loaded before."""
    with multiprocessing.get_context("spawn").Pool(WORKERS) as pool:
        pool.map(alone, [shell("", "<p>预热")] * WORKERS, chunksize=1)
        start = time.perf_counter()
        pool.map(alone, htmls, chunksize=1)
        return time.perf_counter() - start


@contextmanager
def most_memory() -> Iterator[list[int]]:
    """Give the most octets that the children hold, and this process beyond what it held before.

    Benchmarks that ran before have left theirs behind.
    """
    most, over = [0], threading.Event()
    before = resident("self")

    def watch() -> None:
        while not over.wait(0.1):
            held = resident("self") - before + sum(map(resident, map(str, children())))
            most[0] = max(most[0], held)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield most
    finally:
        over.set()
        thread.join()


def children() -> list[int]:
    """Return the processes that this one started and that still run."""
    return [child.pid for child in multiprocessing.active_children() if child.pid is not None]


def resident(process: str) -> int:
    """Return the octets of memory that a process holds; none when it has ended."""
    try:
        text = Path(f"/proc/{process}/statm").read_text("ascii")
    except OSError:
        return 0
    return int(text.split()[1]) * resource.getpagesize()


BENCHES: list[Benchmark] = [long_table, dossiers]
