"""How does a test get a disk that is full or read-only? A small tmpfs, where the system lets us mount one."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """A file system of its own at ``path``."""

    path: Path

    def make_read_only(self) -> None:
        _run("mount", "-o", "remount,ro", str(self.path))

    def make_writable(self) -> None:
        _run("mount", "-o", "remount,rw", str(self.path))

    def fill(self, leave_bytes: int) -> Path:
        """Write one file that takes all but ``leave_bytes``; delete it to make room again."""
        filler = self.path / "filler"
        block = b"\0" * 4096
        with filler.open("wb", buffering=0) as out:
            try:
                while True:
                    out.write(block)
            except OSError:
                out.truncate(max(0, out.tell() - leave_bytes))
        return filler


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Disk]:
    """16 MB; skips where mounting is not allowed (it needs root)."""
    path = tmp_path / "disk"
    path.mkdir()
    try:
        _run("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(path))
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"cannot mount a small tmpfs here: {error}")
    try:
        yield Disk(path=path)
    finally:
        _run("umount", "-l", str(path))
