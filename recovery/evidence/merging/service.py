"""Merges originals into `data/merged.pdf`: in list order, stamped, numbered through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from recovery.evidence.merging import child
from recovery.evidence.merging.child import Source, Taken
from recovery.kernel.text import Text, _
from recovery.web import paper_stamps
from recovery.web.papers import SECONDS, in_child, submit, too_large_refused
from recovery.web.uploads import JPEG, PDF, PNG, TIFF, kind_of

FAULTS: dict[str, Text] = {
    "encrypted": _("文件已加密，未合并"),
    "broken": _("文件损坏或无法读取，未合并"),
    "kind": _("不是 PDF 或图片，未合并"),
}
PICTURES = (PNG, JPEG, TIFF)


@dataclass(frozen=True, slots=True)
class Original:
    """An original of the evidence list, as a file on this machine."""

    evidence: str
    """Its number: E0001."""

    title: str
    path: Path


@dataclass(frozen=True, slots=True)
class Merged:
    """What was merged."""

    pages: int
    ranges: Mapping[str, tuple[int, int]]
    """Evidence number → first and last page in the merged file, from 1."""

    omitted: Mapping[str, Text]
    """Evidence number → why it is not in the merged file."""


def merge_originals(out: Path, originals: Sequence[Original]) -> Merged:
    """Write the merged copy of `originals` to `out`; the same files give the same bytes.

    Nothing that acts is taken over: scripts, launch actions, links, forms (their look is kept).
    When no original can be merged, no file is written and `pages` is 0.

    Raises:
        RuleViolation: too large for the limits of memory and time.
    """
    sources = list(map(_source, originals))
    known = [source for source in sources if source is not None]
    with TemporaryDirectory() as folder, too_large_refused():
        plain = str(Path(folder) / "plain.pdf")
        taken = in_child(child.collect, plain, known).result(timeout=SECONDS) if known else []
        merged = _merged(originals, taken)
        if merged.pages:
            stamps = [submit(html) for html in paper_stamps.framed(_stamps(merged))]
            lines = [each.result(timeout=SECONDS) for each in stamps]
            in_child(child.stamp, plain, str(out), lines).result(timeout=SECONDS)
    return merged


def _source(original: Original) -> Source | None:
    with original.path.open("rb") as file:
        kind = kind_of(file)
    if kind is not PDF and kind not in PICTURES:
        return None
    return Source(original.evidence, original.title, str(original.path), kind is PDF)


def _merged(originals: Sequence[Original], taken: Sequence[Taken]) -> Merged:
    ranges: dict[str, tuple[int, int]] = {}
    found = {one.evidence: one for one in taken}
    omitted: dict[str, Text] = {}
    page = 0
    for original in originals:
        one = found.get(original.evidence, Taken(original.evidence, fault="kind"))
        if one.pages:
            ranges[original.evidence] = (page + 1, page + one.pages)
            page += one.pages
        else:
            omitted[original.evidence] = FAULTS[one.fault]
    return Merged(page, ranges, omitted)


def _stamps(merged: Merged) -> list[str]:
    return [
        f"{evidence} · {page} / {merged.pages}"
        for evidence, (first, last) in merged.ranges.items()
        for page in range(first, last + 1)
    ]
