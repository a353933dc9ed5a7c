"""Do the bytes of a text file become the same lines, whatever its compression, encoding and line ends?"""

import gzip
from pathlib import Path

import pytest
import zstandard

from uems.collect.files import text
from uems.collect.files.reader import ReadOptions, inspect, read
from uems.collect.files.text import UNREADABLE, compression_of, detect_encoding, lines_of, text_blocks
from uems.kernel.errors import UemsError

CONTENT = "用户ID,商品,金额\n" + "".join(f"u{i},手机壳 “薄”,{i}.50\n" for i in range(500))


def lines(path: Path) -> list[str]:
    compression = compression_of(path)
    return [line for block in text_blocks(path, compression, detect_encoding(path, compression)) for line in lines_of(block)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gbk", "gb18030"])
def test_the_encoding_of_chinese_text_is_recognised(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(CONTENT.encode(encoding))
    assert "".join(lines(path)) == CONTENT


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_recognised_by_its_ascii(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("id,name\n1,Anna\n2,Bo\n".encode(encoding))
    assert lines(path) == ["id,name\n", "1,Anna\n", "2,Bo\n"]


def test_western_european_text_is_not_taken_for_chinese(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    content = "name;city\nMüller;Köln\nFrançois;Orléans\nÅsa;Malmö\n" * 30
    path.write_bytes(content.encode("cp1252"))
    assert "".join(lines(path)) == content


def test_the_encoding_is_found_when_the_first_megabyte_is_ascii(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    content = "id,name\n" + "1,plain\n" * 200_000 + "2,手机\n"
    path.write_bytes(content.encode("gbk"))
    assert detect_encoding(path, "") == "gb18030"
    assert lines(path)[-1] == "2,手机\n"


def test_a_few_broken_bytes_do_not_make_a_file_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(CONTENT.encode() + b"u9,\xff\xfe,1\n" + "u10,好,1\n".encode())
    found = lines(path)
    assert found[-1] == "u10,好,1\n"
    assert found[-2].count(UNREADABLE) == 2


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: zstandard.ZstdCompressor().compress(data)])
def test_compressed_files_are_recognised_by_their_bytes_even_in_several_members(tmp_path: Path, pack) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "a.txt"
    half = len(CONTENT) // 2
    path.write_bytes(pack(CONTENT[:half].encode()) + pack(CONTENT[half:].encode()))
    assert "".join(lines(path)) == CONTENT


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: zstandard.ZstdCompressor().compress(data)])
def test_a_compressed_file_that_was_cut_off_is_an_error_that_says_so(tmp_path: Path, pack) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "a.csv.gz"
    path.write_bytes(pack("".join(f"{i},{i * 7}\n" for i in range(300_000)).encode())[:-20])
    with pytest.raises(UemsError) as caught:
        inspect(path)
    assert caught.value.code == "file_unreadable"


def test_line_ends_of_every_system_are_read(tmp_path: Path) -> None:
    for number, end in enumerate(("\n", "\r\n", "\r")):
        path = tmp_path / f"{number}.csv"
        path.write_bytes(end.join(["id,name", "1,a", "2,b"]).encode())
        table = next(iter(read(path, inspect(path)))).table
        assert table.to_pylist() == [{"id": "1", "name": "a"}, {"id": "2", "name": "b"}]


def test_a_line_without_an_end_does_not_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "LINE_CHARACTERS", 3_000_000)
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"id,name\n1,a\n2," + b"x" * 20_000_000 + b"\n3,c\n"))
    chunks = list(read(path, inspect(path)))
    assert [row["id"] for chunk in chunks for row in chunk.table.to_pylist()] == ["1", "3"]
    assert [(p.row, p.what) for chunk in chunks for p in chunk.problems] == [(2, "wrong_width")]


def test_an_encoding_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(UemsError, match="must be one of"):
        inspect(path, ReadOptions(encoding="klingon"))
