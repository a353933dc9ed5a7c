"""How do the bytes of a text file become lines, whatever its compression, encoding and line ends?"""

import codecs
import io
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from uems.collect.files.model import Compression
from uems.kernel.errors import UemsError, invalid

BLOCK_BYTES = 1 << 20
LINE_CHARACTERS = 8 << 20
"""A longer line is no line of data: it is cut off and reported, so that a bomb cannot fill the memory."""

UNREADABLE = "\uffff"
"""Stands for bytes that the encoding does not know; U+FFFF is no character, so it cannot come from the file itself."""

ENCODINGS = ("auto", "utf-8", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk", "big5", "shift_jis", "euc-kr", "cp1252", "latin-1")


def _mark(error: UnicodeError) -> tuple[str, int]:
    if isinstance(error, UnicodeDecodeError):
        return UNREADABLE, error.end
    raise error


codecs.register_error("uems.mark", _mark)


def compression_of(path: Path) -> Compression:
    """By the first bytes; a name can lie."""
    with path.open("rb") as file:
        head = file.read(4)
    if head[:2] == b"\x1f\x8b":
        return "gzip"
    return "zstd" if head == b"\x28\xb5\x2f\xfd" else ""


def byte_blocks(path: Path, compression: Compression) -> Iterator[bytes]:
    """The decompressed bytes in blocks of up to ``BLOCK_BYTES``; raises ``file_unreadable`` where the compression is broken."""
    if not compression:
        with path.open("rb") as file:
            while block := file.read(BLOCK_BYTES):
                yield block
        return
    try:
        # Arrow's streams, unlike Python's own, notice that zstd data was cut off, and decompress without the interpreter's lock.
        with pa.OSFile(str(path)) as file, pa.CompressedInputStream(file, compression) as stream:
            while block := stream.read(BLOCK_BYTES):
                yield block
    except OSError as error:
        if error.errno is not None:
            raise
        message = f"The {compression} data is broken ({error}). Compress the file again and upload it."
        raise UemsError("file_unreadable", message, status=422) from error


def _is_encoding(data: bytes, encoding: str, *, whole: bool) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(data, final=whole)
    except UnicodeDecodeError:
        return None


def _by_marks(head: bytes) -> str | None:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(head) >= 4 and head.count(0) * 3 > len(head):  # mostly ASCII in two bytes each
        return "utf-16-be" if head[0] == 0 else "utf-16-le"
    return None


def detect_encoding(path: Path, compression: Compression) -> str:
    """The encoding of a text file, judged at the first block that is not plain ASCII."""
    for number, block in enumerate(byte_blocks(path, compression)):
        if number == 0 and (marked := _by_marks(block[:4096])):
            return marked
        if block.isascii():
            continue
        short = len(block) < BLOCK_BYTES
        # The block may begin inside a character, if an earlier one ended there; a newline is never inside one.
        start = block.find(b"\n") + 1 if number else 0
        if _is_encoding(block[start:], "utf-8", whole=short) is not None:
            return "utf-8"
        chinese = _is_encoding(block[start:], "gb18030", whole=short)
        if chinese is not None:
            beyond = [c for c in chinese[:200_000] if c > "\x7f"]
            common = sum("\u4e00" <= c <= "\u9fff" or "\u3000" <= c <= "\u303f" or "\uff00" <= c <= "\uffef" for c in beyond)
            if common * 2 >= len(beyond):
                return "gb18030"
        # A few broken bytes in a file that is UTF-8 otherwise: those rows are reported, the rest is read.
        marked_text = block[start:].decode("utf-8", "uems.mark")
        bad = marked_text.count(UNREADABLE)
        good = sum(c > "\x7f" for c in marked_text[:200_000]) - bad
        return "utf-8" if good > bad else "cp1252"
    return "utf-8"


def known_encoding(name: str) -> str:
    """``name`` as Python knows it; raises ``invalid`` for one it does not."""
    try:
        return codecs.lookup(name).name
    except LookupError as error:
        raise invalid("encoding", name, f"must be one of {', '.join(ENCODINGS)}.") from error


def text_blocks(path: Path, compression: Compression, encoding: str) -> Iterator[str]:
    """Text in blocks that end where a line ends. Unreadable bytes become ``UNREADABLE``; a line that is too long becomes that alone."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="uems.mark")
    rest: list[str] = []
    rest_length = 0
    skipping = False
    old_mac: bool | None = None

    def pieces() -> Iterator[str]:
        for block in byte_blocks(path, compression):
            yield decoder.decode(block)
        yield decoder.decode(b"", final=True)

    for piece in pieces():
        if old_mac is None and piece:
            old_mac = "\n" not in piece and "\r" in piece[:-1]
        text = piece.replace("\r", "\n") if old_mac else piece
        cut = text.rfind("\n") + 1
        if not cut:
            if not skipping:
                rest.append(text)
                rest_length += len(text)
            if rest_length > LINE_CHARACTERS:
                rest, rest_length, skipping = [], 0, True
            continue
        if skipping:
            first = text.find("\n") + 1
            head, skipping = UNREADABLE + "\n" + text[first:cut], False
        else:
            head = "".join(rest) + text[:cut]
        yield head
        rest, rest_length = [text[cut:]], len(text) - cut
    last = UNREADABLE if skipping else "".join(rest)
    if last:
        yield last


def lines_of(block: str) -> Iterator[str]:
    """The lines of a block with their ends; splits at line feeds only, unlike ``str.splitlines``."""
    return iter(io.StringIO(block, newline="\n"))
