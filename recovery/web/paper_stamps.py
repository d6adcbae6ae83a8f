"""Small pages with one line each, to be laid over the pages of other PDFs: page numbers, stamps.

The lines are set by the same engine and font as every paper, so a character without a glyph is
refused here too.
"""

from collections.abc import Sequence

from markupsafe import escape

from recovery.web.paper_child import PREFIX

WIDTH, HEIGHT = 70, 7
"""Millimetres of one stamp."""

PER_JOB = 1000
"""Stamps that one child sets at a time."""

_STYLE = f"""
@font-face {{ font-family: "Noto Sans SC"; src: url("{PREFIX}vendor/NotoSansSC-Regular.ttf"); }}
@page {{ size: {WIDTH}mm {HEIGHT}mm; margin: 0; }}
html {{ font-family: "Noto Sans SC"; font-size: 8pt; color: #444; }}
body, p {{ margin: 0; }}
p {{ break-after: page; line-height: {HEIGHT}mm; white-space: nowrap; text-align: center; }}
p.framed {{ font-size: 9pt; color: #000; text-align: right; }}
p.framed span {{ background: #fff; border: .5pt solid #000; padding: .4mm 1.5mm; }}
"""


def page_numbers(total: int) -> list[str]:
    """Return papers whose pages say "x / y", a job for a child each."""
    return _papers([f"<p>{number} / {total}</p>" for number in range(1, total + 1)])


def framed(lines: Sequence[str]) -> list[str]:
    """Return papers whose pages hold one framed line each, a job for a child each."""
    return _papers([f'<p class="framed"><span>{escape(line)}</span></p>' for line in lines])


def _papers(rows: Sequence[str]) -> list[str]:
    head = f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><style>{_STYLE}</style>'
    return [head + "".join(rows[at : at + PER_JOB]) for at in range(0, len(rows), PER_JOB)]
