"""What runs in the child process that opens strangers' files: their pages counted."""

from io import BytesIO


def count(media_type: str, data: bytes) -> int | None:
    """Return the pages of a PDF or picture; None where it cannot be read."""
    return _of_pdf(data) if media_type == "application/pdf" else _of_picture(data)


def _of_pdf(data: bytes) -> int | None:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        return None
    try:
        return len(document) or None
    finally:
        document.close()


def _of_picture(data: bytes) -> int | None:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(data)) as picture:
            return int(getattr(picture, "n_frames", 1))
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        return None
