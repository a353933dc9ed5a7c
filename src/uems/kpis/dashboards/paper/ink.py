"""How does text get onto a page? In two fonts that every reader of PDF has: one for Latin letters and digits, one for Chinese."""

from collections.abc import Iterator
from typing import Final

from reportlab.lib.colors import Color, HexColor
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

# Not embedded: readers bring a font for it, so that a paper of many pages stays at some kilobytes.
CHINESE: Final = "STSong-Light"
LATIN: Final = "Helvetica"
BOLD: Final = "Helvetica-Bold"
INK: Final = HexColor("#1b2430")
FAINT: Final = HexColor("#6b7785")
RULE: Final = HexColor("#dfe4ea")
GOOD: Final = HexColor("#1a7f4b")
BAD: Final = HexColor("#b93a32")
SERIES: Final = tuple(HexColor(one) for one in ("#2f6fde", "#17a2a2", "#e08a1e", "#9b59d0", "#5b8c3a", "#8794a3"))
_OUTSIDE_BMP: Final = 0xFFFF

pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))


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
            yield (BOLD if bold else LATIN) if latin else CHINESE, run
            run = ""
        run, latin = run + shown, mine
    if run:
        yield (BOLD if bold else LATIN) if latin else CHINESE, run


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
