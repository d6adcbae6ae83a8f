"""Files for the tests of intake: small PDFs, pictures, archives, some of them hostile."""

from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pikepdf
from PIL import Image

SPACE = b"q Q"


def pdf(text: str = "one", *, pages: int = 1, script: bool = False) -> bytes:
    """Return a PDF with `text` on its first page (ASCII, Helvetica)."""
    made = pikepdf.new()
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
    )
    for number in range(pages):
        content = f"BT /F1 12 Tf 40 700 Td ({text} {number}) Tj ET".encode()
        made.pages.append(
            pikepdf.Page(
                made.make_indirect(
                    pikepdf.Dictionary(
                        Type=pikepdf.Name.Page,
                        MediaBox=[0, 0, 595, 842],
                        Contents=made.make_stream(content),
                        Resources=pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font)),
                    )
                )
            )
        )
    if script:
        made.Root.OpenAction = pikepdf.Dictionary(
            S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)")
        )
    return saved(made)


def saved(made: pikepdf.Pdf, **settings: Any) -> bytes:
    """Return the bytes of a PDF."""
    out = BytesIO()
    made.save(out, deterministic_id=True, **settings)
    return out.getvalue()


def picture(form: str = "JPEG", color: str = "white", size: tuple[int, int] = (300, 400)) -> bytes:
    """Return a picture of one color."""
    out = BytesIO()
    Image.new("RGB", size, color).save(out, form)
    return out.getvalue()


def archive(members: dict[str, bytes], compression: int = ZIP_DEFLATED) -> BytesIO:
    """Return a zip file."""
    out = BytesIO()
    with ZipFile(out, "w", compression) as file:
        for name, data in members.items():
            file.writestr(name, data)
    out.seek(0)
    return out
