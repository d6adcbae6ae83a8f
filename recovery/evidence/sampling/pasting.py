"""Many results at once, pasted from a spreadsheet: all of them are taken, or none."""

from recovery.evidence.sampling.labels import EXCEPTIONS
from recovery.evidence.sampling.readers import sample_for_change
from recovery.evidence.sampling.service import Result, items_of, record_result
from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.web.reading import Unreadable, read_count, read_yuan

MOST_LINES = 5_000


def read_results(text: str) -> list[tuple[int, Result]]:
    """Return place and result of each line: place, examined, kind of exception, reason.

    Raises:
        RuleViolation: naming the first line that cannot be read.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        raise RuleViolation(_("一次最多 {most} 行。", most=MOST_LINES))
    return [_read(number, line) for number, line in enumerate(lines, 1)]


def _read(number: int, line: str) -> tuple[int, Result]:
    cells = [cell.strip() for cell in (line.split("\t") if "\t" in line else _split(line))]
    try:
        place, examined = read_count(cells[0]), read_yuan(cells[1])
    except (IndexError, Unreadable) as error:
        raise RuleViolation(_("第 {number} 行看不懂：{line}", number=number, line=line)) from error
    kind = _kind(number, cells[2]) if len(cells) > 2 and cells[2] else None
    return place, Result(examined, kind, cells[3] if len(cells) > 3 else "")


def _split(line: str) -> list[str]:
    """Return the cells of a line with commas, Chinese ones too; the reason may hold more."""
    return line.replace("，", ",").split(",", 3)


def _kind(number: int, typed: str) -> str:
    """Return the code of an exception by its code or its name."""
    codes = {str(name): code for code, name in EXCEPTIONS.items()}
    code = codes.get(typed, typed)
    if code not in EXCEPTIONS:
        raise RuleViolation(_("第 {number} 行：没有“{kind}”这种例外。", number=number, kind=typed))
    return code


def record_results(work: Work, sample_id: int, text: str) -> int:
    """Record every line that says something new; return how many.

    Raises:
        RuleViolation: a line cannot be read, is refused, or contradicts what is recorded already
            (by a colleague, perhaps); nothing is recorded then.
    """
    sample = sample_for_change(work, sample_id)
    known = {
        item.place: (item.examined, item.exception, item.reason or "")
        for item in items_of(work.session, sample.id)
        if item.examined is not None
    }
    count, changed = 0, []
    for place, one in read_results(text):
        said = (one.examined, one.exception, one.reason)
        if place not in known:
            record_result(work, sample.id, place, one)
            known[place], count = said, count + 1
        elif known[place] != said:
            changed.append(str(place))
    if changed:
        raise RuleViolation(
            _("第 {places} 项已登记过别的结果，请打开该项更正。", places="、".join(changed))
        )
    return count
