"""Does Chinese on paper bring its letters along where this machine has a font for them, and is it still there where it has none?"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import reportlab
from pypdf import PdfReader
from reportlab.pdfgen.canvas import Canvas

from uems.kernel import ink

VERA = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
"""A free TrueType font that is always here; it has no Chinese, but is put into a paper as those that have it are."""


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    """The font is looked for once a process."""
    ink.chinese.cache_clear()
    yield
    ink.chinese.cache_clear()


def fonts_of(text: str) -> dict[str, bool]:
    """The fonts of a page with this text, and whether the letters of each are in the file."""
    body = BytesIO()
    canvas = Canvas(body)
    ink.write(canvas, 72, 700, text, 12)
    canvas.save()
    [page] = PdfReader(body).pages
    assert "".join(page.extract_text().split()) == text.replace(" ", "")
    found = {}
    held: Any = page["/Resources"]
    for one in held["/Font"].values():
        font = one.get_object()
        told = font.get("/FontDescriptor", {}).get_object() if "/FontDescriptor" in font else {}
        found[str(font["/BaseFont"]).split("+")[-1].lstrip("/")] = "/FontFile2" in told
    return found


def test_the_letters_of_a_font_on_this_machine_go_into_the_paper(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "outlines.ttc"
    broken.write_bytes(b"OTTO" + bytes(64))
    monkeypatch.setattr(ink, "_KNOWN", (tmp_path / "none.ttf", broken, VERA))
    fonts = fonts_of("Daily ≈")
    assert [(name, held) for name, held in fonts.items() if "Helvetica" not in name] == [("BitstreamVeraSans-Roman", True)]


def test_without_such_a_font_readers_bring_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ink, "_KNOWN", ())
    fonts = fonts_of("每日看板 Daily")
    assert ("STSong-Light" in fonts, True in fonts.values()) == (True, False)


@pytest.mark.skipif(not any(path.is_file() for path in ink._KNOWN), reason="no TrueType font with Chinese letters here")
def test_chinese_is_embedded_where_it_can_be() -> None:
    assert True in fonts_of("每日看板").values()
