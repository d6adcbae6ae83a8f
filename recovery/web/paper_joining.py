"""Joining the parts of a long paper into one PDF/A-3b; runs in a child process of `papers`.

The first part gives the document: metadata, output intent, language. Of the others come the
pages, the outline and the named places; fonts and colour profiles that are equal are kept once.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from hashlib import sha256
from io import BytesIO
from itertools import chain, count
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, OutlineItem, Pdf, Stream, String

from recovery.web.paper_child import PLACE, Measured

SHARED = ("/Font", "/ColorSpace", "/ExtGState", "/Pattern", "/Shading")
BOTTOM = 30.0
"""Points from the lower edge of a page to the middle of its number."""


def measure(data: bytes) -> Measured:
    """Return a paper with its pages and named places."""
    with pikepdf.open(BytesIO(data)) as pdf:
        numbers = _numbers(pdf)
        places = {name: numbers[dest[0].objgen] for name, dest in _destinations(pdf)}
        return Measured(data, len(pdf.pages), places)


def join(parts: Sequence[bytes], numbers: Sequence[bytes]) -> bytes:
    """Return the parts as one PDF; `numbers` have one small page with "x / y" for each page."""
    with pikepdf.open(BytesIO(parts[0])) as whole, ExitStack() as stack:
        destinations = dict(_destinations(whole))
        with whole.open_outline() as outline:
            for part in parts[1:]:
                with pikepdf.open(BytesIO(part)) as more:
                    _append(whole, outline.root, destinations, more)
        _write_destinations(whole, destinations)
        stamps = [stack.enter_context(pikepdf.open(BytesIO(each))) for each in numbers]
        for page, stamp in zip(whole.pages, chain(*(each.pages for each in stamps)), strict=True):
            overlay(whole, page, stamp, bottom_centre(page, stamp))
        _lead_to_places(whole)
        share_equal_resources(whole)
        out = BytesIO()
        whole.save(out, deterministic_id=True)
        return out.getvalue()


def overlay(pdf: Pdf, page: pikepdf.Page, stamp: pikepdf.Page, place: pikepdf.Rectangle) -> None:
    """Draw `stamp` over a page of `pdf`; what the page itself draws is closed off before."""
    resources = Dictionary(dict(page.resources.items()))
    objects = Dictionary(dict(resources.get("/XObject", Dictionary()).items()))
    name = next(name for number in count() if (name := f"/Stamp{number}") not in objects)
    objects[name] = drawn = pdf.copy_foreign(stamp.as_form_xobject())
    resources.XObject, page.obj.Resources = objects, resources
    draw = page.calc_form_xobject_placement(drawn, Name(name), place)
    page.contents_add(b"q\n", prepend=True)
    page.contents_add(b"\nQ\n" + draw)


def bottom_centre(page: pikepdf.Page, stamp: pikepdf.Page) -> pikepdf.Rectangle:
    """Return where a page's number goes: in the middle of its lower margin."""
    left, bottom, right, _top = (float(edge) for edge in page.trimbox)
    width, height = (float(edge) for edge in stamp.mediabox[2:])
    middle, low = (left + right) / 2, bottom + BOTTOM - height / 2
    return pikepdf.Rectangle(middle - width / 2, low, middle + width / 2, low + height)


def share_equal_resources(pdf: Pdf) -> None:
    """Let pages share fonts, colour profiles and the like that are equal, byte for byte."""
    known: dict[bytes, Any] = {}
    digests: dict[tuple[int, int], bytes] = {}
    done: set[tuple[int, int]] = set()
    for page in pdf.pages:
        for kind in SHARED:
            table = page.obj.Resources.get(kind)
            if table is None or (table.is_indirect and table.objgen in done):
                continue
            done.add(table.objgen)
            if not isinstance(table, Dictionary):
                continue
            for name, value in list(table.items()):
                if isinstance(value, pikepdf.Object):
                    table[name] = known.setdefault(_digest(value, digests), value)


def _digest(value: Any, digests: dict[tuple[int, int], bytes]) -> bytes:
    """Return a digest of an object with everything that it leads to; fonts lead to no page."""
    if not isinstance(value, pikepdf.Object):
        return sha256(repr(value).encode()).digest()
    if value.is_indirect and value.objgen in digests:
        return digests[value.objgen]
    total = sha256(type(value).__name__.encode())
    if isinstance(value, Stream):
        total.update(value.read_raw_bytes())
    if isinstance(value, Dictionary | Stream):
        for name, inner in sorted(value.items()):
            total.update(name.encode() + b"\0" + _digest(inner, digests))
    elif isinstance(value, Array):
        for inner in value:
            total.update(_digest(inner, digests))
    else:
        total.update(value.unparse())
    if value.is_indirect:
        digests[value.objgen] = total.digest()
    return total.digest()


def _append(
    whole: Pdf, outline: list[OutlineItem], destinations: dict[str, Any], more: Pdf
) -> None:
    """Add the pages of a part, and what it names, to the whole."""
    before, numbers = len(whole.pages), _numbers(more)
    found = [(name, numbers[dest[0].objgen], dest) for name, dest in _destinations(more)]
    with more.open_outline() as theirs:
        items = [_moved(item, numbers, before) for item in theirs.root]
    whole.pages.extend(more.pages)
    for name, number, dest in found:
        place = [whole.pages[before + number - 1].obj, Name.XYZ, *map(float, list(dest)[2:])]
        destinations.setdefault(name, Array(place))
    (outline[0].children if len(outline) == 1 else outline).extend(items)


def _moved(item: OutlineItem, numbers: Mapping[tuple[int, int], int], before: int) -> OutlineItem:
    """Return a line of a part's outline that leads to the page's place in the whole."""
    dest: Any = item.destination
    dest = list(dest)
    page = before + numbers[dest[0].objgen] - 1
    moved = OutlineItem(item.title, page, "XYZ", left=float(dest[2]), top=float(dest[3]), zoom=0)
    moved.children.extend(_moved(child, numbers, before) for child in item.children)
    return moved


def _numbers(pdf: Pdf) -> dict[tuple[int, int], int]:
    return {page.obj.objgen: number for number, page in enumerate(pdf.pages, 1)}


def _destinations(pdf: Pdf) -> Iterator[tuple[str, Any]]:
    """Yield the named places of a paper; the engine writes them as one flat list."""
    names: Any = pdf.Root.get("/Names", Dictionary())
    flat = list(names.get("/Dests", Dictionary()).get("/Names", []))
    for name, dest in zip(flat[::2], flat[1::2], strict=True):
        yield str(name), dest


def _write_destinations(pdf: Pdf, destinations: Mapping[str, Any]) -> None:
    """Write the names in the order of their bytes, as viewers look them up."""
    flat: list[Any] = []
    for name in sorted(destinations, key=lambda name: bytes(String(name))):
        flat += [String(name), destinations[name]]
    names = pdf.Root.get("/Names", Dictionary())
    names.Dests = Dictionary(Names=Array(flat))
    pdf.Root.Names = names


def _lead_to_places(pdf: Pdf) -> None:
    """Turn links between parts into links inside the whole."""
    for page in pdf.pages:
        for annotation in page.obj.get("/Annots", []):
            address = str(annotation.get("/A", Dictionary()).get("/URI", ""))
            if address.startswith(PLACE):
                del annotation.A
                annotation.Dest = String(address.removeprefix(PLACE))
