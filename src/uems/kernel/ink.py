"""How does text get onto a page? Latin letters and digits in a font that every reader of PDF has, Chinese in one that goes with the paper.

The letters that a paper uses of a TrueType font on this machine are put into it, some tens of kilobytes, so that it prints anywhere.
Where there is no such font, readers bring their own: most do, and some printers and previews do not. No font is shipped: one with
all of Chinese weighs as much as the rest of the package. ReportLab takes TrueType outlines only, so Noto Sans CJK will not do.
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

from reportlab.lib.colors import Color, HexColor
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas

_OF_READERS: Final = "STSong-Light"
_EMBEDDED: Final = "UemsChinese"
_KNOWN: Final = tuple(
    Path("/usr/share/fonts") / one
    for one in (
        "truetype/wqy/wqy-microhei.ttc",
        "wqy-microhei/wqy-microhei.ttc",
        "truetype/wqy/wqy-zenhei.ttc",
        "wqy-zenhei/wqy-zenhei.ttc",
        "truetype/droid/DroidSansFallbackFull.ttf",
        "truetype/droid/DroidSansFallback.ttf",
    )
)
"""Where Debian, Ubuntu, Fedora and Alpine keep the free ones with TrueType outlines: WenQuanYi and Droid Sans Fallback (Apache 2.0)."""
LATIN: Final = "Helvetica"
BOLD: Final = "Helvetica-Bold"
INK: Final = HexColor("#1b2430")
FAINT: Final = HexColor("#6b7785")
RULE: Final = HexColor("#dfe4ea")
GOOD: Final = HexColor("#1a7f4b")
BAD: Final = HexColor("#b93a32")
SERIES: Final = tuple(HexColor(one) for one in ("#2f6fde", "#17a2a2", "#e08a1e", "#9b59d0", "#5b8c3a", "#8794a3", "#c2557a"))
_OUTSIDE_BMP: Final = 0xFFFF


@lru_cache(maxsize=1)
def chinese() -> str:
    """The name of the font for Chinese: the first of the known ones that this machine has, else the one of readers."""
    for path in _KNOWN:
        if path.is_file() and (name := embed(path)):
            return name
    pdfmetrics.registerFont(UnicodeCIDFont(_OF_READERS))
    return _OF_READERS


def embed(path: Path) -> str | None:
    """Take the letters of this font into papers from now on; its name, or None if it cannot be used."""
    try:
        pdfmetrics.registerFont(TTFont(_EMBEDDED, str(path)))
    except (TTFError, OSError):
        return None
    return _EMBEDDED


def _latin(char: str) -> bool:
    try:
        char.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return char >= " "


def _runs(text: str, *, bold: bool) -> Iterator[tuple[str, str]]:
    """(font, letters) in order. What neither font has, such as emoji, becomes a small square of the Chinese one."""
    run, latin = "", True
    for char in text:
        shown = "□" if ord(char) > _OUTSIDE_BMP else " " if char < " " else char
        mine = _latin(shown)
        if run and mine != latin:
            yield (BOLD if bold else LATIN) if latin else chinese(), run
            run = ""
        run, latin = run + shown, mine
    if run:
        yield (BOLD if bold else LATIN) if latin else chinese(), run


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """In points."""
    return float(sum(pdfmetrics.stringWidth(run, font, size) for font, run in _runs(text, bold=bold)))


def write(
    canvas: Canvas, x: float, y: float, text: str, size: float, *, color: Color = INK, bold: bool = False, right: bool = False
) -> None:
    """One line of text whose foot stands at (x, y); ``right``: it ends there."""
    at = x - width_of(text, size, bold=bold) if right else x
    canvas.setFillColor(color)
    for font, run in _runs(text, bold=bold):
        canvas.setFont(font, size)
        canvas.drawString(at, y, run)
        at += pdfmetrics.stringWidth(run, font, size)


def cut(text: str, size: float, width: float, *, bold: bool = False) -> str:
    """The text, or as much of it as fits, with an ellipsis."""
    if width_of(text, size, bold=bold) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width_of(text[:middle] + "…", size, bold=bold) <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…"


def wrapped(text: str, size: float, width: float) -> list[str]:
    """Lines that fit: broken at spaces, within Chinese anywhere, and within a word that is wider than the line."""
    found: list[str] = []
    for paragraph in text.splitlines() or [""]:
        line = ""
        for piece in _pieces(paragraph):
            if line and width_of(line + piece, size) > width:
                found.append(line.rstrip())
                line = ""
            line = line + piece if line else piece.lstrip() or piece
            while width_of(line, size) > width and len(line) > 1:
                fits = max(1, next(n for n in range(len(line), 0, -1) if n == 1 or width_of(line[:n], size) <= width))
                found.append(line[:fits])
                line = line[fits:]
        found.append(line.rstrip())
    return found


def _pieces(paragraph: str) -> Iterator[str]:
    """Words with the space behind them, and single letters of what is not written with spaces."""
    word = ""
    for char in paragraph:
        if not _latin(char):
            if word:
                yield word
            yield char
            word = ""
            continue
        word += char
        if char == " ":
            yield word
            word = ""
    if word:
        yield word
