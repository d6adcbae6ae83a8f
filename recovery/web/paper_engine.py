"""WeasyPrint behind its limits; runs in a child process of `papers`, without Flask."""

import re
from functools import lru_cache
from hashlib import sha256
from typing import Any

from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from recovery.web.paper_child import PREFIX, STATIC

TYPES = {".css": "text/css", ".ttf": "font/ttf", ".svg": "image/svg+xml"}

FACES = re.compile(r"@font-face\s*\{[^}]*\}")


class OwnFiles(URLFetcher):  # type: ignore[misc]
    """Gives out the program's own styles and fonts, and nothing else."""

    def fetch(self, url: str, headers: Any = None) -> Any:
        """Return the file that `recovery:/static/…` names; an error leaves it out of the paper."""
        path = (STATIC / url.removeprefix(PREFIX)).resolve()
        if not url.startswith(PREFIX) or not path.is_relative_to(STATIC.resolve()):
            raise ValueError(f"a paper may not fetch {url[:80]}")
        headers = {"Content-Type": TYPES[path.suffix]}
        return URLFetcherResponse(url, body=path.read_bytes(), headers=headers)


def render(html: str) -> bytes:
    """Return `html` as PDF/A-3b, identified by its own digest."""
    document = HTML(string=html, base_url=PREFIX, url_fetcher=OwnFiles())
    data: bytes = document.write_pdf(
        pdf_variant="pdf/a-3b",
        pdf_identifier=sha256(html.encode()).digest()[:16],
        font_config=_fonts("".join(FACES.findall(html))),
        presentational_hints=False,
    )
    return data


@lru_cache(maxsize=4)
def _fonts(_faces: str) -> Any:
    """Return the loaded fonts of papers with these rules; those of others must not be among them.

    The engine names a font by the family that it was first loaded for.
    """
    return FontConfiguration()
