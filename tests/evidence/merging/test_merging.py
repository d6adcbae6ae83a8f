"""Originals become one stamped PDF that looks like them and acts like none of them."""

import io
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import Image, ImageChops, ImageStat

from recovery.evidence.merging.service import Merged, Original, merge_originals
from recovery.web.papers import pdf_of
from tests.web.test_papers import HEAD, words


def script() -> Dictionary:
    """Return an action that runs a script; each file needs its own."""
    return Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


@pytest.fixture(scope="module")
def contract() -> bytes:
    """Return a contract of two pages."""
    return pdf_of(f"{HEAD}<p style='break-after: page'>借款合同第一页<p>借款合同第二页")


@pytest.fixture
def folder(tmp_path: Path, contract: bytes) -> Path:
    """Return a folder with originals of every sort."""
    (tmp_path / "contract.pdf").write_bytes(contract)
    _hostile(tmp_path / "hostile.pdf", contract)
    with pikepdf.open(io.BytesIO(contract)) as pdf:
        pdf.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(owner="a", user="b"))
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7\n" + b"nothing" * 50)
    (tmp_path / "notes.txt").write_text("通话记录", "utf-8")
    scan = Image.effect_noise((300, 200), 60)
    scan.convert("RGB").save(tmp_path / "photo.jpg", quality=80)
    scan.save(tmp_path / "scan.png", dpi=(150, 150))
    frames = [scan.convert("1"), scan.convert("1").rotate(180)]
    frames[0].save(tmp_path / "fax.tiff", save_all=True, append_images=frames[1:])
    return tmp_path


def _hostile(path: Path, contract: bytes) -> None:
    """Write a PDF that would run scripts and programs when it is opened, and is turned."""
    with pikepdf.open(io.BytesIO(contract)) as pdf:
        page = pdf.pages[0].obj
        launch = Dictionary(S=Name.Launch, F=String("calc.exe"))
        link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=launch)
        page.Annots = Array([pdf.make_indirect(link)])
        page.AA = Dictionary(O=script())
        page.Rotate = 90
        pdf.Root.OpenAction = script()
        names = Array([String("x"), pdf.make_indirect(script())])
        pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=names))
        pdf.save(path)


def merge(folder: Path, *names: str) -> tuple[Merged, Path]:
    """Return what was merged of the files named, and where."""
    originals = [
        Original(f"E{number:04d}", name, folder / name) for number, name in enumerate(names, 1)
    ]
    out = folder / "merged.pdf"
    return merge_originals(out, originals), out


def test_originals_stand_in_list_order_with_number_and_continuous_pages(folder: Path) -> None:
    merged, out = merge(folder, "photo.jpg", "contract.pdf", "fax.tiff")
    assert merged.pages == 5
    assert merged.ranges == {"E0001": (1, 1), "E0002": (2, 3), "E0003": (4, 5)}
    said = words(out.read_bytes())
    stamps = ["E0001 · 1 / 5", "E0002 · 2 / 5", "E0002 · 3 / 5", "E0003 · 4 / 5", "E0003 · 5 / 5"]
    assert [stamp in said for stamp in stamps] == [True] * 5
    assert "借款合同第二页" in said
    with pikepdf.open(out) as pdf, pdf.open_outline() as outline:
        assert [line.title for line in outline.root] == [
            "E0001 photo.jpg",
            "E0002 contract.pdf",
            "E0003 fax.tiff",
        ]


def test_what_cannot_be_merged_is_named_with_the_reason(folder: Path) -> None:
    merged, out = merge(folder, "locked.pdf", "contract.pdf", "broken.pdf", "notes.txt")
    assert merged.ranges == {"E0002": (1, 2)}
    assert {number: str(why) for number, why in merged.omitted.items()} == {
        "E0001": "文件已加密，未合并",
        "E0003": "文件损坏或无法读取，未合并",
        "E0004": "不是 PDF 或图片，未合并",
    }
    assert "E0002 · 2 / 2" in words(out.read_bytes())


def test_where_nothing_can_be_merged_there_is_no_file(folder: Path) -> None:
    merged, out = merge(folder, "notes.txt", "broken.pdf")
    assert (merged.pages, out.exists()) == (0, False)


def test_nothing_in_the_merged_file_acts(folder: Path) -> None:
    _merged, out = merge(folder, "hostile.pdf")
    with pikepdf.open(out) as pdf:
        keys = {"/JS", "/JavaScript", "/AA", "/OpenAction", "/A", "/Annots", "/AcroForm", "/Launch"}
        for one in pdf.objects:
            if isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
                assert not keys & set(one.keys())
                assert one.get("/S") not in {Name.JavaScript, Name.Launch}


def test_a_page_that_is_turned_bears_its_stamp_at_the_upper_right_as_seen(folder: Path) -> None:
    _merged, out = merge(folder, "hostile.pdf")
    document = pypdfium2.PdfDocument(out)
    for page in document:
        width, height = page.get_size()
        seen = page.render(scale=1).to_pil().convert("L")
        corner = seen.crop((int(width) - 80, 0, int(width), 45))
        below = seen.crop((int(width) - 60, int(height) - 60, int(width), int(height)))
        assert corner.getextrema()[0] < 100, "the stamp is here"
        assert below.getextrema()[0] > 200, "and not elsewhere"


@pytest.mark.parametrize("name", ["scan.png", "fax.tiff", "photo.jpg"])
def test_a_picture_keeps_every_pixel(folder: Path, name: str) -> None:
    _merged, out = merge(folder, name)
    with pikepdf.open(out) as pdf:
        raw = pikepdf.PdfImage(pdf.pages[0].Resources.XObject.Im0).as_pil_image()
    with Image.open(folder / name) as original:
        assert raw.convert("RGB").tobytes() == original.convert("RGB").tobytes()


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "RGB", "I;16", "CMYK"])
def test_pictures_of_every_kind_look_as_before(tmp_path: Path, mode: str) -> None:
    ramp = Image.linear_gradient("L").resize((64, 64))
    image = Image.new("I;16", (64, 64), 40_000) if mode == "I;16" else ramp.convert(mode)
    name = "picture.tiff" if mode in {"CMYK", "I;16"} else "picture.png"
    image.save(tmp_path / name, dpi=(72, 72))
    _merged, out = merge(tmp_path, name)
    drawn = pypdfium2.PdfDocument(out)[0].render(scale=1).to_pil().convert("L")
    if mode == "I;16":
        expected = Image.new("L", (64, 64), 40_000 >> 8)
    else:
        expected = image.convert("RGB").convert("L")
    below_the_stamp = (0, 40, 64, 64)
    difference = ImageChops.difference(drawn.crop(below_the_stamp), expected.crop(below_the_stamp))
    assert ImageStat.Stat(difference).mean[0] < 12


def test_the_same_files_give_the_same_bytes(folder: Path) -> None:
    first = merge(folder, "contract.pdf", "scan.png")[1].read_bytes()
    assert merge(folder, "contract.pdf", "scan.png")[1].read_bytes() == first
