"""What the bounded child does with a PDF: looks for what would run, reads its text, joins pages.

Imports nothing of the program's: the child starts quickly and knows no key and no database.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

MOST_OBJECTS = 300_000
MOST_PAGES = 3_000
MOST_TEXT = 200_000
"""Characters of text that are kept of one document."""

ACTIVE = ("/JavaScript", "/JS", "/Launch", "/RichMedia", "/ImportData", "/SubmitForm")
DPI_WITHOUT = 150
"""Resolution taken for a picture that says none."""

A4_LONG = 842.0
A4_SHORT = 595.0


@dataclass(frozen=True, slots=True)
class Looked:
    """What a first look at a PDF told; `fault`: `damaged`, `blank`, `locked`, `active` or blank."""

    pages: int
    fault: str = ""


def look(data: bytes) -> Looked:
    """Return how many pages a PDF has, and what keeps it from being taken."""
    import pikepdf

    try:
        with pikepdf.open(BytesIO(data)) as pdf:
            fault = "active" if _is_active(pdf) else ""
            return Looked(len(pdf.pages), fault if len(pdf.pages) else fault or "blank")
    except pikepdf.PasswordError:
        return Looked(0, "locked")
    except (pikepdf.PdfError, ValueError, RecursionError):
        return Looked(0, "damaged")


def _is_active(pdf: Any) -> bool:
    """Return whether anything in the file would run, start a program or send data."""
    import pikepdf

    for count, one in enumerate(pdf.objects):
        if count > MOST_OBJECTS:
            return True
        if isinstance(one, pikepdf.Dictionary | pikepdf.Stream) and _acts(one, 0):
            return True
    return False


def _acts(one: Any, depth: int) -> bool:
    """Return whether a dictionary, or one written inside it, is or holds such an action."""
    import pikepdf

    for key, value in one.items():
        if key in {"/JS", "/JavaScript", "/RichMedia"}:
            return True
        if key == "/S" and isinstance(value, pikepdf.Name) and str(value) in ACTIVE:
            return True
        inline = isinstance(value, pikepdf.Dictionary) and not value.is_indirect
        if inline and depth < 8 and _acts(value, depth + 1):
            return True
    return False


def text_of(data: bytes) -> str:
    """Return the text of the pages of a PDF, cut where it is very long."""
    import pypdfium2

    parts, length = [], 0
    document = pypdfium2.PdfDocument(data)
    try:
        for number in range(min(len(document), MOST_PAGES)):
            page = document[number]
            words = page.get_textpage()
            parts.append(words.get_text_bounded())
            words.close()
            page.close()
            length += len(parts[-1])
            if length > MOST_TEXT:
                break
    finally:
        document.close()
    return "\n".join(parts)[:MOST_TEXT]


def joined(files: list[tuple[str, bytes]]) -> bytes:
    """Return pictures and PDFs, given as type and bytes, as one PDF in their order.

    JPEG pictures keep their own bytes. The same files give the same PDF.

    Raises:
        ValueError: one cannot be read; the sentence holds its place, from 1.
    """
    import pikepdf

    result = pikepdf.new()
    for place, (media_type, data) in enumerate(files, 1):
        try:
            for page in _pages_of(media_type, data):
                with pikepdf.open(BytesIO(page)) as source:
                    result.pages.extend(source.pages)
        except (pikepdf.PdfError, OSError, ValueError, SyntaxError) as error:
            raise ValueError(str(place)) from error
    out = BytesIO()
    result.save(out, deterministic_id=True)
    return out.getvalue()


def _pages_of(media_type: str, data: bytes) -> Iterator[bytes]:
    """Yield the pages of one file as PDFs; of a PDF itself."""
    if media_type == "application/pdf":
        yield data
        return
    from PIL import Image, ImageOps, ImageSequence

    Image.MAX_IMAGE_PIXELS = 200_000_000
    with Image.open(BytesIO(data)) as picture:
        for frame in ImageSequence.Iterator(picture):
            upright = ImageOps.exif_transpose(frame)
            turned = upright.size != frame.size
            kept = data if picture.format == "JPEG" and not turned and _plain(picture) else None
            yield _page(upright, kept)


def _plain(picture: Any) -> bool:
    """Return whether a JPEG can stand in a PDF as it is."""
    return picture.mode in {"RGB", "L"} and picture.getexif().get(0x0112, 1) == 1


def _page(picture: Any, jpeg: bytes | None) -> bytes:
    """Return one picture as a PDF of one page of the size it was scanned at, A4 at most."""
    import pikepdf

    if jpeg is None:
        out = BytesIO()
        picture.convert("L" if picture.mode in {"1", "L"} else "RGB").save(
            out, "JPEG", quality=92, subsampling=0
        )
        jpeg = out.getvalue()
    width, height = _size(picture)
    pdf = pikepdf.new()
    gray = picture.mode in {"1", "L"}
    image = pikepdf.Stream(
        pdf,
        jpeg,
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=picture.width,
        Height=picture.height,
        ColorSpace=pikepdf.Name.DeviceGray if gray else pikepdf.Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
    content = f"q {width:.2f} 0 0 {height:.2f} 0 0 cm /Im Do Q".encode()
    page = pikepdf.Dictionary(
        Type=pikepdf.Name.Page,
        MediaBox=[0, 0, round(width, 2), round(height, 2)],
        Contents=pdf.make_stream(content),
        Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=image)),
    )
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
    out = BytesIO()
    pdf.save(out, deterministic_id=True)
    return out.getvalue()


def _size(picture: Any) -> tuple[float, float]:
    """Return the page in points: as the picture says, made smaller to fit A4."""
    dpi = picture.info.get("dpi") or (DPI_WITHOUT, DPI_WITHOUT)
    across, down = (float(one) if float(one) > 30 else DPI_WITHOUT for one in dpi)
    width, height = picture.width * 72 / across, picture.height * 72 / down
    limits = (A4_LONG, A4_SHORT) if width > height else (A4_SHORT, A4_LONG)
    scale = min(1.0, limits[0] / width, limits[1] / height)
    return width * scale, height * scale


SMALL = 240
"""Longer side of a small picture, in pixels."""


def thumbnail(media_type: str, data: bytes) -> bytes:
    """Return a small PNG of a picture, or of the first page of a PDF.

    Raises:
        ValueError: it cannot be read.
    """
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = 200_000_000
    try:
        if media_type == "application/pdf":
            import pypdfium2

            document = pypdfium2.PdfDocument(data)
            picture = document[0].render(scale=0.5).to_pil()
            document.close()
        else:
            picture = ImageOps.exif_transpose(Image.open(BytesIO(data)))
        picture.thumbnail((SMALL, SMALL))
        out = BytesIO()
        picture.convert("RGB").save(out, "PNG")
    except (OSError, SyntaxError, RuntimeError, Image.DecompressionBombError) as error:
        raise ValueError("unreadable") from error
    return out.getvalue()
