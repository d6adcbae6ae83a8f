"""Pictures as pages of a PDF, pixel for pixel: JPEG and plain PNG data are taken as they are."""

import array
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pikepdf import Array, Dictionary, Name, Pdf, Stream
from PIL import Image, ImageSequence

Image.MAX_IMAGE_PIXELS = 150_000_000
"""Of more than twice as many Pillow refuses to read the picture."""

MOST_FRAMES = 2_000
A4 = (595.276, 841.890)
MARGIN = 28.0
LARGEST = 17 * 72.0
"""Points of the longer side above which a stated resolution is not believed: cameras say 72."""

SPACES = {1: Name.DeviceGray, 3: Name.DeviceRGB, 4: Name.DeviceCMYK}
PROFILES = {b"GRAY": 1, b"RGB ": 3, b"CMYK": 4}
PNG_CHANNELS = {0: 1, 2: 3, 3: 1}

TURNS: dict[int, tuple[int, int, int, int, int, int]] = {
    1: (1, 0, 0, 1, 0, 0),
    2: (-1, 0, 0, 1, 1, 0),
    3: (-1, 0, 0, -1, 1, 1),
    4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1),
    7: (0, 1, 1, 0, 0, 0),
    8: (0, 1, -1, 0, 1, 0),
}
"""How a unit square is turned for each orientation that a camera notes (Exif 0x0112)."""


@dataclass(frozen=True, slots=True)
class Pixels:
    """A picture as a PDF holds it."""

    data: bytes
    space: Any
    bits: int = 8
    filter: Any = Name.FlateDecode
    extra: dict[str, Any] = field(default_factory=dict)


def add_image(pdf: Pdf, path: Path) -> None:
    """Append every frame of the picture at `path` as a page.

    Raises:
        OSError, ValueError, Image.DecompressionBombError: it cannot be read.
    """
    with Image.open(path) as image:
        if getattr(image, "n_frames", 1) > MOST_FRAMES:
            raise ValueError("too many frames")
        for frame in ImageSequence.Iterator(image):
            _add_page(pdf, frame, _pixels(pdf, frame, path))


def _add_page(pdf: Pdf, image: Any, pixels: Pixels) -> None:
    drawn = Stream(
        pdf,
        pixels.data,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=image.width,
        Height=image.height,
        BitsPerComponent=pixels.bits,
        ColorSpace=pixels.space,
        Filter=pixels.filter,
        **pixels.extra,
    )
    turn = int(image.getexif().get(0x0112, 1))
    (width, height), (x, y, wide, high) = _layout(image, turn)
    a, b, c, d, e, f = TURNS.get(turn, TURNS[1])
    turned = f"{a} {b} {c} {d} {e} {f} cm"
    draw = f"q {wide:.3f} 0 0 {high:.3f} {x:.3f} {y:.3f} cm {turned} /Im0 Do Q\n"
    page = pdf.add_blank_page(page_size=(width, height))
    page.obj.Resources = Dictionary(XObject=Dictionary(Im0=drawn))
    page.obj.Contents = Stream(pdf, draw.encode())


def _layout(image: Any, turn: int) -> tuple[tuple[float, float], tuple[float, float, float, float]]:
    """Return the page's size, and place and size of the picture on it, in points."""
    wide, high = float(image.width), float(image.height)
    across, down = (float(one or 0) for one in image.info.get("dpi", (0, 0)))
    if min(across, down) >= 50:
        wide, high = wide * 72 / across, high * 72 / down
        believed = max(wide, high) <= LARGEST
    else:
        believed = False
    if turn in {5, 6, 7, 8}:
        wide, high = high, wide
    if believed:
        return (wide, high), (0, 0, wide, high)
    width, height = A4 if high >= wide else A4[::-1]
    scale = min((width - 2 * MARGIN) / wide, (height - 2 * MARGIN) / high)
    wide, high = wide * scale, high * scale
    return (width, height), ((width - wide) / 2, (height - high) / 2, wide, high)


def _pixels(pdf: Pdf, image: Any, path: Path) -> Pixels:
    profile = image.info.get("icc_profile")
    if image.format == "JPEG" and image.mode in {"L", "RGB", "CMYK"}:
        return _jpeg(pdf, image, path.read_bytes(), profile)
    if image.format == "PNG":
        plain = _png(pdf, path.read_bytes(), profile)
        if plain is not None:
            return plain
    return _decoded(pdf, image, profile)


def _jpeg(pdf: Pdf, image: Any, data: bytes, profile: bytes | None) -> Pixels:
    extra: dict[str, Any] = {}
    if image.mode == "CMYK" and "adobe" in image.info:
        extra["Decode"] = Array([1, 0] * 4)  # Adobe writes CMYK the other way round
    space = _space(pdf, len(image.getbands()), profile)
    return Pixels(data, space, 8, Name.DCTDecode, extra)


def _png(pdf: Pdf, data: bytes, profile: bytes | None) -> Pixels | None:
    """Return a PNG's own compressed samples; None where a PDF cannot take them as they are."""
    chunks = list(_chunks(data))
    head = dict(chunks)[b"IHDR"]
    bits, colour, interlaced = head[8], head[9], head[12]
    if interlaced or colour not in PNG_CHANNELS or any(kind == b"tRNS" for kind, _ in chunks):
        return None
    channels = PNG_CHANNELS[colour]
    space = _space(pdf, channels, profile)
    if colour == 3:
        palette = dict(chunks)[b"PLTE"]
        base = _space(pdf, 3, profile)
        space = Array([Name.Indexed, base, len(palette) // 3 - 1, Stream(pdf, palette)])
    predictor = Dictionary(
        Predictor=15,
        Colors=channels,
        BitsPerComponent=bits,
        Columns=int.from_bytes(head[:4], "big"),
    )
    samples = b"".join(body for kind, body in chunks if kind == b"IDAT")
    return Pixels(samples, space, bits, extra={"DecodeParms": predictor})


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 8
    while place + 8 <= len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        yield data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        place += length + 12


def _decoded(pdf: Pdf, image: Any, profile: bytes | None) -> Pixels:
    """Return the samples of any other picture, compressed without loss."""
    extra: dict[str, Any] = {}
    if image.mode in {"LA", "RGBA", "PA"} or "transparency" in image.info:
        image = image.convert("RGBA")
        extra["SMask"] = _mask(pdf, image.getchannel("A"))
        image = image.convert("RGB")
    if image.mode.startswith("I;16"):
        return Pixels(zlib.compress(_sixteen(image)), _space(pdf, 1, profile), 16)
    if image.mode not in {"1", "L", "RGB", "CMYK"}:
        image = image.convert("RGB")
    space = _space(pdf, len(image.getbands()), profile)
    bits = 1 if image.mode == "1" else 8
    return Pixels(zlib.compress(image.tobytes()), space, bits, extra=extra)


def _mask(pdf: Pdf, alpha: Any) -> Stream:
    return Stream(
        pdf,
        zlib.compress(alpha.tobytes()),
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=alpha.width,
        Height=alpha.height,
        BitsPerComponent=8,
        ColorSpace=Name.DeviceGray,
        Filter=Name.FlateDecode,
    )


def _sixteen(image: Any) -> bytes:
    """Return 16-bit samples with the high octet first, as a PDF wants them."""
    samples = array.array("H", image.tobytes())
    high_first = image.mode.endswith("B") or (image.mode.endswith("N") and sys.byteorder == "big")
    if not high_first:
        samples.byteswap()
    return samples.tobytes()


def _space(pdf: Pdf, channels: int, profile: bytes | None) -> Any:
    """Return the colour space: the picture's own profile where it fits."""
    if profile and PROFILES.get(profile[16:20]) == channels:
        return Array([Name.ICCBased, Stream(pdf, profile, N=channels)])
    return SPACES[channels]
