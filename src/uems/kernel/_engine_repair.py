"""What must be put right before the embedded engine starts, when it was killed in the middle of an insert?

The engine writes into a table's log of insert tokens that a part is there, and then makes it appear. Killed between the two, it
believes after its next start that the part is stored, and passes over the very insert that would bring it: the rows would be missing
for ever. So whatever the log says of a part that no folder holds is taken out of it before the engine reads it.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

LATEST: Final = 5_000
"""Lines at the end of a log that are looked at: many times what can be under way at once."""


class _Part(NamedTuple):
    """A part by its name: partition_min_max_level, perhaps with a mutation behind it. Blocks are counted from min to max."""

    partition: str
    least: int
    most: int

    @staticmethod
    def of(name: str) -> "_Part | None":
        """None for a folder that is no part, such as one that was being written."""
        words = name.split("_")
        if len(words) not in (4, 5) or not all(word.isdecimal() for word in words[1:]):
            return None
        return _Part(words[0], int(words[1]), int(words[2]))


def forget_what_never_came(data: Path) -> int:
    """Take out of the logs of insert tokens what they say of parts that are not there; how many lines.

    data: the folder of the engine, which must not be running.
    """
    return sum(_mend(logs) for logs in data.glob("store/*/*/deduplication_logs"))


def _mend(logs: Path) -> int:
    files = sorted(logs.glob("deduplication_log_*.txt"), key=lambda file: int(file.stem.rpartition("_")[2]))
    there = [part for entry in os.scandir(logs.parent) if entry.is_dir() and (part := _Part.of(entry.name))]
    by_partition: dict[str, list[_Part]] = {}
    for part in there:
        by_partition.setdefault(part.partition, []).append(part)
    gone = 0
    for file in files[-2:]:
        lines = file.read_text("utf-8", errors="surrogateescape").splitlines(keepends=True)
        kept = lines[:-LATEST] + [line for line in lines[-LATEST:] if _holds(line, by_partition)]
        if len(kept) < len(lines):
            gone += len(lines) - len(kept)
            _replace(file, kept)
    return gone


def _holds(line: str, by_partition: dict[str, list[_Part]]) -> bool:
    """Whether a line may stay: it tells of a part that is there, alone or merged with others, or of one that was taken away."""
    words = line.split("\t")
    if len(words) != 3 or not line.endswith("\n"):
        return False  # the process ended while it was being written
    part = _Part.of(words[1])
    if words[0] != "1" or part is None:
        return True
    return any(one.least <= part.least and part.most <= one.most for one in by_partition.get(part.partition, ()))


def _replace(file: Path, lines: Iterable[str]) -> None:
    """All of it or nothing: the old log stands until the new one is on the disk."""
    fresh = file.with_suffix(".new")
    with fresh.open("w", encoding="utf-8", errors="surrogateescape") as out:
        out.writelines(lines)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
