"""What a child process of `papers` does for `blackout`: foreign files are read only there."""

from collections.abc import Iterator, Sequence
from io import BytesIO

import pypdfium2
from PIL import Image, ImageDraw, ImageFont, ImageOps

from recovery.web.paper_child import STATIC

Box = tuple[int, float, float, float, float]
"""Page from 1; left, top, width and height in percent of the page."""

SCALE = 150 / 72
"""Points to pixels: 150 to the inch."""

MOST_PIXELS = 40_000_000
BAND = 28
"""Pixels above each page for the line that says what it is."""

FONT = STATIC / "vendor" / "NotoSansSC-Regular.ttf"
UNREADABLE = (
    pypdfium2.PdfiumError,
    Image.DecompressionBombError,
    OSError,
    EOFError,
    ValueError,
    SyntaxError,
)


def count_pages(data: bytes) -> int:
    """Return the pages of a PDF or frames of a picture; 0: it is neither, or cannot be read."""
    try:
        if data.startswith(b"%PDF-"):
            return len(pypdfium2.PdfDocument(data))
        next(_frames(data, 1))
        return _frame_count(Image.open(BytesIO(data)))
    except UNREADABLE:
        return 0


def picture(data: bytes, number: int) -> bytes | None:
    """Return a page as PNG; None where there is none."""
    try:
        page = next(_pages(data, max(number, 1)))
    except (StopIteration, *UNREADABLE):
        return None
    out = BytesIO()
    page.save(out, "PNG")
    return out.getvalue()


def blacked_out(data: bytes, boxes: Sequence[Box], words: str) -> bytes | None:
    """Return the pages as pictures in a PDF, boxes drawn over them, `words` above each."""
    try:
        pages = [
            _marked(_covered(page, [box for box in boxes if box[0] == number]), words)
            for number, page in enumerate(_pages(data), 1)
        ]
    except UNREADABLE:
        return None
    out = BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=150, quality=85)
    return out.getvalue()


def _pages(data: bytes, first: int = 1) -> Iterator[Image.Image]:
    """Yield the pages from `first` on as pictures."""
    if not data.startswith(b"%PDF-"):
        yield from _frames(data, first)
        return
    document = pypdfium2.PdfDocument(data)
    for place in range(first - 1, len(document)):
        page = document[place]
        width, height = page.get_size()
        most = (MOST_PIXELS / (width * height)) ** 0.5
        yield page.render(scale=min(SCALE, most)).to_pil().convert("RGB")


def _frames(data: bytes, first: int) -> Iterator[Image.Image]:
    """Yield the frames of a picture from `first` on: a scan as TIFF has one for each sheet."""
    image = Image.open(BytesIO(data))
    for place in range(first - 1, _frame_count(image)):
        image.seek(place)
        if image.width * image.height > MOST_PIXELS:
            raise Image.DecompressionBombError("too many pixels")
        yield ImageOps.exif_transpose(image).convert("RGB")


def _frame_count(image: Image.Image) -> int:
    count: int = getattr(image, "n_frames", 1)
    return count


def _covered(page: Image.Image, boxes: Sequence[Box]) -> Image.Image:
    draw = ImageDraw.Draw(page)
    for _page, left, top, width, height in boxes:
        corner = (page.width * left / 100, page.height * top / 100)
        other = (page.width * (left + width) / 100, page.height * (top + height) / 100)
        draw.rectangle((*corner, *other), fill="black")
    return page


def _marked(page: Image.Image, words: str) -> Image.Image:
    sheet = Image.new("RGB", (page.width, page.height + BAND), "white")
    sheet.paste(page, (0, BAND))
    size = max(8, min(18, page.width // 60))
    ImageDraw.Draw(sheet).text((8, 3), words, fill="black", font=ImageFont.truetype(FONT, size))
    return sheet
