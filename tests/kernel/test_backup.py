"""Does a backup hold everything of one moment, and is anything but a whole backup refused?"""

import io
import json
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from sqlalchemy import text

from uems.kernel import backup
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.log import open_log
from uems.kernel.schema import Column, Migration, TableDef, ViewDef, migrate
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql
from uems.kernel.store import open_store
from uems.kernel.warehouse import open_warehouse

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
DAY, NUMBER = Column(name="day", type="Date"), Column(name="n", type="UInt64")
TABLES = [
    Migration(
        number=1,
        room="test",
        name="facts",
        steps=(
            TableDef(name="facts", columns=(DAY, NUMBER), order_by="n"),
            TableDef(name="sums", columns=(DAY, NUMBER), engine="SummingMergeTree", order_by="day"),
            ViewDef(name="sums_view", to="sums", source="facts", select=Sql("SELECT day, sum(n) AS n FROM facts GROUP BY day")),
        ),
    )
]


def open_house(home: Path) -> House:
    settings = Settings(home=home)
    store = open_store(settings)
    store.migrate()
    warehouse = open_warehouse(settings)
    migrate(warehouse, settings, TABLES)
    return House(settings=settings, warehouse=warehouse, store=store, log=open_log(settings, store))


def rows(first: int, count: int) -> pa.Table:
    return pa.table({"day": pa.array([NOW.date()] * count, pa.date32()), "n": pa.array(range(first, first + count), pa.uint64())})


def fill(house: House) -> None:
    for number in range(5):
        house.warehouse.insert("facts", rows(number * 100, 100), token=f"t{number}")
    house.log.append(0, b"waiting", 3).result()
    with house.store.write() as conn:
        conn.execute(text("INSERT INTO sequences (name, next_value) VALUES ('person', 42)"))
    (house.settings.home / "uploads").mkdir()
    (house.settings.home / "uploads" / "a.csv").write_text("id\n1\n")


def sums(house: House) -> list[dict[str, object]]:
    found = house.warehouse.query(Sql("SELECT (SELECT sum(n) FROM facts) AS facts, (SELECT sum(n) FROM sums) AS sums")).to_pylist()
    return [dict(row) for row in found]


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The archive of a small house, made while the house is open."""
    home = tmp_path_factory.mktemp("backup") / "old"
    house = open_house(home)
    try:
        fill(house)
        backup.snapshot(house, home / ".backup-1", NOW)
        # What happens after the snapshot must not be in it.
        house.warehouse.insert("facts", rows(10_000, 10), token="later")
        house.warehouse.execute(Sql("OPTIMIZE TABLE facts FINAL"))
        with house.store.write() as conn:
            conn.execute(text("UPDATE sequences SET next_value = 99 WHERE name = 'person'"))
        return b"".join(backup.archive(home / ".backup-1"))
    finally:
        house.close()


def test_a_restored_house_holds_what_the_old_one_held_at_that_moment(packed: bytes, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    manifest = backup.unpack(io.BytesIO(packed), tmp_path / "new", lambda done, total: seen.append((done, total)))
    assert manifest.created_at == NOW.isoformat()
    assert 0 < seen[0][0] <= seen[-1][0] <= manifest.bytes == seen[-1][1]
    assert (tmp_path / "new" / "uploads" / "a.csv").read_text() == "id\n1\n"
    house = open_house(tmp_path / "new")
    try:
        # 0 + 1 + ... + 499
        assert sums(house) == [{"facts": 124_750, "sums": 124_750}]
        with house.store.read() as conn:
            assert conn.execute(text("SELECT next_value FROM sequences WHERE name = 'person'")).scalar_one() == 42
        assert [(r.offset, r.body, r.events) for r in house.log.read(0, 0, 1000)] == [(1, b"waiting", 3)]
        # The tokens of past inserts came along: what is sent again is recognised, what is new is taken.
        house.warehouse.insert("facts", rows(400, 100), token="t4")
        assert sums(house) == [{"facts": 124_750, "sums": 124_750}]
        house.warehouse.insert("facts", rows(500, 1), token="t5")
        assert sums(house) == [{"facts": 125_250, "sums": 125_250}]
    finally:
        house.close()


def test_a_snapshot_needs_the_embedded_engines(tmp_path: Path) -> None:
    house = open_house(tmp_path / "home")
    try:

        class Elsewhere:
            engine = "clickhouse"

        far = House(settings=house.settings, warehouse=Elsewhere(), store=house.store, log=house.log)  # type: ignore[arg-type]
        with pytest.raises(UemsError, match="cluster guide"):
            backup.snapshot(far, tmp_path / "snapshot", NOW)
    finally:
        house.close()


def tar_of(*members: tuple[str, bytes, bytes]) -> bytes:
    """(name, type, content or link) as an archive."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, kind, content in members:
            info = tarfile.TarInfo(name)
            info.type = kind
            if kind == tarfile.REGTYPE:
                info.size = len(content)
            else:
                info.linkname = content.decode()
            tar.addfile(info, io.BytesIO(content) if kind == tarfile.REGTYPE else None)
    return out.getvalue()


def manifest(**changes: object) -> tuple[str, bytes, bytes]:
    said = {"format": 1, "version": "0", "created_at": "", "files": 0, "bytes": 0, **changes}
    return backup.MANIFEST, tarfile.REGTYPE, json.dumps(said).encode()


DONE = (backup.COMPLETE, tarfile.REGTYPE, b"")
HOSTILE: dict[str, bytes] = {
    "nothing": b"",
    "text": b"hello" * 1000,
    "another tar": tar_of(("etc/passwd", tarfile.REGTYPE, b"root")),
    "no end": tar_of(manifest()),
    "newer format": tar_of(manifest(format=2), DONE),
    "broken manifest": tar_of((backup.MANIFEST, tarfile.REGTYPE, b"{"), DONE),
    "path up": tar_of(manifest(), ("../escaped", tarfile.REGTYPE, b"x"), DONE),
    "absolute path": tar_of(manifest(), ("/escaped-uems", tarfile.REGTYPE, b"x"), DONE),
    "link out": tar_of(manifest(), ("a", tarfile.SYMTYPE, b"../.."), ("a/escaped", tarfile.REGTYPE, b"x"), DONE),
    "absolute link": tar_of(manifest(), ("a", tarfile.SYMTYPE, b"/etc"), DONE),
    "hard link": tar_of(manifest(), ("a", tarfile.LNKTYPE, b"/etc/passwd"), DONE),
    "device": tar_of(manifest(), ("a", tarfile.CHRTYPE, b""), DONE),
    "damaged store": tar_of(manifest(), ("store.db", tarfile.REGTYPE, b"x" * 5000), ("log.db", tarfile.REGTYPE, b""), DONE),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_anything_but_a_whole_backup_is_refused_and_writes_nothing_outside(name: str, tmp_path: Path) -> None:
    with pytest.raises(UemsError) as caught:
        backup.unpack(io.BytesIO(HOSTILE[name]), tmp_path / "inner" / "new")
    assert caught.value.code == "bad_backup"
    assert not list(tmp_path.rglob("escaped*"))
    assert not Path("/escaped-uems").exists()


def test_a_backup_that_was_cut_anywhere_is_refused(packed: bytes, tmp_path: Path) -> None:
    for number, part in enumerate((0.01, 0.3, 0.7, 0.98)):
        with pytest.raises(UemsError) as caught:
            backup.unpack(io.BytesIO(packed[: int(len(packed) * part)]), tmp_path / f"new{number}")
        assert caught.value.code == "bad_backup"
