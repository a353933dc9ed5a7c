"""How is everything a home holds put into one file, and taken out of it again? For the embedded engines.

The caller keeps the pipeline still; then store, log and warehouse are taken at one point. Parts of the warehouse never change
once written, so they are hard-linked in no time; the archive (tar) is read from the links afterwards, while work goes on.
"""

import json
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO

import uems
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.sql import Sql

FORMAT = 1
MANIFEST, COMPLETE = "uems-backup.json", "uems-backup-complete"
_CHUNK = 1 << 20
_BLOCK = 512
# What belongs to one process or one machine, and what is taken by its own means.
_LEFT_OUT = {"lock", "server.json", "operator.key", "warehouse", "store.db", "log.db"}
_SIDE_FILES = ("-wal", "-shm", "-journal")
_PARTS = Sql("SELECT path FROM system.parts WHERE active AND database = currentDatabase()")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an archive says of itself. bytes: of all files, for progress."""

    format: int
    version: str
    created_at: str
    files: int
    bytes: int


def snapshot(house: House, folder: Path, now: datetime) -> Manifest:
    """Put everything of the home into the new ``folder``, which must be on the same disk. No event may be processed meanwhile.

    Raises ``backup_needs_embedded`` (409) where a database server holds the data.
    """
    if house.warehouse.engine != "chdb" or house.store.dialect != "sqlite":
        message = "This installation keeps its data in database servers. Back those up with their own tools; see the cluster guide."
        raise UemsError("backup_needs_embedded", message, status=409)
    home = house.settings.home.absolute()
    folder.mkdir(mode=0o700)
    # Nobody else changes the store while the warehouse is taken, so both are of one moment.
    with house.store.write():
        _link_warehouse(house, home / "warehouse" / "data", folder / "warehouse" / "data")
        _copy_database(Path(house.store.engine.url.database or home / "store.db"), folder / "store.db")
        # After the store: what the log has too much is recognised, what it had too little would be lost.
        _copy_database(home / "log.db", folder / "log.db")
    for path in sorted(home.iterdir()):
        if path.name not in _LEFT_OUT and not path.name.startswith(".") and not path.name.endswith(_SIDE_FILES):
            _link(path, folder / path.name)
    sizes = [path.stat().st_size for path in _files(folder) if not path.is_symlink()]
    manifest = Manifest(format=FORMAT, version=uems.__version__, created_at=now.isoformat(), files=len(sizes), bytes=sum(sizes))
    (folder / MANIFEST).write_text(json.dumps(asdict(manifest)), "utf-8")
    return manifest


def _link_warehouse(house: House, source: Path, target: Path) -> None:
    house.warehouse.execute(Sql("SYSTEM STOP MERGES"))
    try:
        active = {str(Path(path).resolve()) for path in house.warehouse.query(_PARTS).column("path").to_pylist()}
        for here, folders, names in os.walk(source):
            place = target / Path(here).relative_to(source)
            place.mkdir(parents=True, exist_ok=True)
            for name in list(folders):
                path = Path(here) / name
                if path.is_symlink():
                    (place / name).symlink_to(path.readlink())
                elif str(path.resolve()) in active:
                    shutil.copytree(path, place / name, copy_function=os.link)
                elif not _is_part(path) and name not in ("tmp", "shadow", "preprocessed_configs"):
                    continue
                folders.remove(name)
            for name in names:
                # Outside a part, files are written in place (the tokens of past inserts, definitions): a link would change with them.
                if name not in ("status", "uuid"):
                    _copy(Path(here) / name, place / name)
    finally:
        house.warehouse.execute(Sql("SYSTEM START MERGES"))


def _is_part(path: Path) -> bool:
    return (path / "columns.txt").exists() or path.name.startswith(("tmp_", "delete_tmp_"))


def _copy(source: Path, target: Path) -> None:
    if source.is_symlink():
        target.symlink_to(source.readlink())
    else:
        shutil.copy2(source, target)


def _link(source: Path, target: Path) -> None:
    with suppress(FileNotFoundError):  # a file that goes away meanwhile was temporary
        if source.is_dir() and not source.is_symlink():
            shutil.copytree(source, target, copy_function=os.link, symlinks=True)
        else:
            os.link(source, target, follow_symlinks=False)


def _copy_database(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def _files(folder: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(folder):
        yield from (Path(here) / name for name in sorted(names))
        for name in sorted(folders):
            path = Path(here) / name
            if path.is_symlink() or not any(path.iterdir()):
                yield path


def archive(folder: Path) -> Iterator[bytes]:
    """The tar archive of a snapshot, piece by piece. The manifest comes first, a mark that it is whole comes last."""
    yield from _member(folder, folder / MANIFEST)
    for path in _files(folder):
        if path != folder / MANIFEST:
            yield from _member(folder, path)
    end = tarfile.TarInfo(COMPLETE)
    yield end.tobuf(tarfile.PAX_FORMAT) + bytes(2 * _BLOCK)


def _member(folder: Path, path: Path) -> Iterator[bytes]:
    info = tarfile.TarInfo(str(path.relative_to(folder)))
    info.mode = 0o600
    if path.is_symlink():
        info.type, info.linkname = tarfile.SYMTYPE, str(path.readlink())
        yield info.tobuf(tarfile.PAX_FORMAT)
        return
    if path.is_dir():
        info.type, info.mode = tarfile.DIRTYPE, 0o700
        yield info.tobuf(tarfile.PAX_FORMAT)
        return
    with path.open("rb") as file:
        info.size = left = os.fstat(file.fileno()).st_size
        yield info.tobuf(tarfile.PAX_FORMAT)
        while left:
            piece = file.read(min(_CHUNK, left))
            if not piece:
                raise UemsError("backup_failed", f"{path.name} became shorter while it was read. Run the backup again.", status=500)
            left -= len(piece)
            yield piece
    yield bytes(-info.size % _BLOCK)


def unpack(stream: IO[bytes], folder: Path, on_bytes: Callable[[int, int], None] | None = None) -> Manifest:
    """Write what an archive holds into ``folder``, which is made. Raises ``bad_backup`` for anything but a whole archive of ours.

    on_bytes: hears how many bytes are done, of how many.
    """
    folder.mkdir(mode=0o700, parents=True)
    manifest: Manifest | None = None
    whole, done = False, 0
    try:
        with tarfile.open(fileobj=stream, mode="r|", bufsize=_CHUNK) as tar:
            for member in tar:
                if manifest is None:
                    manifest = _manifest(tar, member)
                elif member.name == COMPLETE:
                    whole = True
                else:
                    _extract(tar, member, folder)
                    done += member.size
                    if on_bytes:
                        on_bytes(done, manifest.bytes)
    except (tarfile.TarError, EOFError) as error:
        raise _bad(f"it cannot be read ({error})") from error
    if manifest is None or not whole:
        raise _bad("it ends early")
    for name in ("store.db", "log.db"):
        _check_database(folder / name)
    os.sync()
    return manifest


def _manifest(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Manifest:
    file = tar.extractfile(member) if member.name == MANIFEST and member.isreg() else None
    if file is None:
        raise _bad("it was not made by `uems backup`")
    try:
        found = Manifest(**json.loads(file.read(_CHUNK)))
    except (ValueError, TypeError) as error:
        raise _bad("its first entry cannot be read") from error
    if found.format != FORMAT:
        raise _bad(f"its format is {found.format} (UEMS {found.version}), and this version reads {FORMAT}")
    return found


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    name = PurePosixPath(member.name)
    if name.is_absolute() or ".." in name.parts or not name.parts:
        raise _bad(f"it holds a file outside its folder ({member.name[:80]!r})")
    path = folder / name
    if not path.parent.resolve().is_relative_to(folder.resolve()):
        raise _bad(f"it holds a file behind a link ({member.name[:80]!r})")
    path.parent.mkdir(parents=True, exist_ok=True)
    if member.isdir():
        path.mkdir(exist_ok=True)
    elif member.issym():
        if not (path.parent / member.linkname).resolve().is_relative_to(folder.resolve()):
            raise _bad(f"it holds a link that leads outside ({member.name[:80]!r})")
        path.symlink_to(member.linkname)
    elif member.isreg():
        source = tar.extractfile(member)
        assert source is not None
        with path.open("xb") as target:
            shutil.copyfileobj(source, target, _CHUNK)
    else:
        raise _bad(f"it holds something that is neither file nor folder ({member.name[:80]!r})")


def _check_database(path: Path) -> None:
    try:
        with closing(sqlite3.connect(path)) as conn:
            answer = conn.execute("PRAGMA quick_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise _bad(f"{path.name} in it is damaged ({error})") from error
    if answer != "ok":
        raise _bad(f"{path.name} in it is damaged ({answer})")


def _bad(why: str) -> UemsError:
    return UemsError("bad_backup", f"This is no usable backup: {why}. Nothing was changed; use another file.", status=422)
