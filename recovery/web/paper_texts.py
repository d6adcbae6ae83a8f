"""The texts that a paper prints, each with its place as a reader would name it."""

from collections.abc import Iterator
from html.parser import HTMLParser

from recovery.kernel.text import Text, _

SILENT = frozenset({"style", "script"})
HEADINGS = frozenset({"title", "h1", "h2", "h3", "caption"})


def texts_of(html: str) -> Iterator[tuple[Text | str, str]]:
    """Yield each text of a paper and where it stands: chapter, row and column, or field."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    yield from reader.texts


class _Reader(HTMLParser):
    """Follows headings, rows, columns and fields while it collects texts."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[tuple[Text | str, str]] = []
        self._open: list[str] = []
        self._chapter = self._field = self._first = ""
        self._columns: list[str] = []
        self._row = self._column = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where we are now."""
        self._open.append(tag)
        if tag in HEADINGS - {"caption"}:
            self._chapter = self._field = ""
        elif tag == "table":
            self._columns, self._row = [], 0
        elif tag == "tr":
            self._column, self._first = 0, ""
            self._row += "thead" not in self._open
        elif tag in {"td", "th"}:
            self._column += 1
            if "thead" in self._open:
                self._columns.append("")
        elif tag == "dt":
            self._field = ""

    def handle_endtag(self, tag: str) -> None:
        """Leave an element, and those in it that HTML leaves open."""
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Take a text with its place."""
        if SILENT.isdisjoint(self._open):
            self.texts.append((self._place(), data))
            self._learn(data.strip())

    def _learn(self, text: str) -> None:
        """Keep what names places: the heading, the column's head, the row's start, the field."""
        if not HEADINGS.isdisjoint(self._open):
            self._chapter += text
        elif "thead" in self._open and self._columns:
            self._columns[-1] += text
        elif "tr" in self._open and self._column == 1:
            self._first += text
        elif "dt" in self._open:
            self._field += text

    def _place(self) -> Text | str:
        if "td" in self._open and self._row:
            heads = self._columns[self._column - 1 : self._column] or [str(self._column)]
            return _(
                "“{chapter}”表格第 {row} 行（{first}）“{column}”栏",
                chapter=self._chapter,
                row=self._row,
                first=self._first,
                column=heads[0],
            )
        if "dd" in self._open:
            return _("“{chapter}”的“{field}”", chapter=self._chapter, field=self._field)
        return f"“{self._chapter}”" if self._chapter else _("正文")
