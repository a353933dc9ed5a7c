"""How does a long list of ids come in? Millions of rows with repetitions and strangers: uploaded, matched, asked by a condition."""

import json
import statistics
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench import server
from bench.rows import Row
from bench.segments import ago, filled

_JUNK = 1_000
_PORTION = 1 << 20


def list_case(rows: int, people: int) -> Callable[[], list[Row]]:
    """The figures for a file of so many rows where so many people are known."""

    def measure() -> list[Row]:
        with tempfile.TemporaryDirectory(prefix="uems-bench-") as folder:
            home = Path(folder) / "home"
            with filled(home, 2 * people, people):
                pass  # one process has the home: the server comes after
            wanted = write(Path(folder) / "ids.csv", rows, people)
            with server.serving(home) as target:
                return measured(target, Path(folder) / "ids.csv", wanted)

    return measure


def write(path: Path, rows: int, people: int) -> dict[str, int]:
    """A file in which everybody known comes as often as fits three fifths, strangers twice, and some rows are no id; its true summary."""
    known = np.resize(np.arange(1, people + 1), rows * 3 // 5)
    strangers = np.resize(np.arange(1, (rows - len(known) - _JUNK) // 2 + 1), rows - len(known) - _JUNK)
    every = np.concatenate([known, -strangers, np.zeros(_JUNK, np.int64)])
    np.random.default_rng(7).shuffle(every)
    with path.open("w") as file:
        file.write("user_id\n")
        for start in range(0, len(every), 100_000):
            part = every[start : start + 100_000].tolist()
            file.writelines(f"user-{n}\n" if n > 0 else f"stranger-{-n}\n" if n else "null\n" for n in part)
    matched, unknown = min(people, len(known)), len(np.unique(strangers))
    distinct = matched + unknown
    return {
        "rows": rows,
        "invalid": _JUNK,
        "duplicates": rows - _JUNK - distinct,
        "distinct": distinct,
        "matched": matched,
        "unknown": unknown,
        "people": matched,
    }


def measured(target: server.Server, path: Path, wanted: dict[str, int]) -> list[Row]:
    """Upload, wait for the summary, ask for those on the list."""
    list_id = target.post("lists", {"name": "bench", "kind": "user_id"})["list_id"]
    condition: dict[str, Any] = {"and": [{"list": {"id": list_id}}, {"did": {"events": ["Order Completed"], "within": ago(90)}}]}
    target.post("segments/preview", {"condition": condition})  # what loads once is loaded
    memory = _Watch(target)
    start = time.perf_counter()
    upload = _send(target, list_id, path)
    sent = time.perf_counter() - start
    while True:
        job = target.get(f"lists/{list_id}/uploads/{upload}")
        if job["state"] in ("done", "failed", "cancelled"):
            break
        time.sleep(0.2)
    took = time.perf_counter() - start
    memory.stop()
    report = job.get("report") or {}
    right = job["state"] == "done" and all(report.get(name) == count for name, count in wanted.items())
    asked = []
    for _ in range(5):
        start = time.perf_counter()
        target.post("segments/preview", {"condition": condition})
        asked.append(time.perf_counter() - start)
    size = f"{wanted['rows']:,} rows, {wanted['matched']:,} known"
    note = ", ".join(f"{name} {report.get(name, '?'):,}" for name in ("rows", "invalid", "duplicates", "matched", "unknown") if report)
    return [
        Row(what=f"list of {size}: sent", figure=f"{sent:.1f} s", wanted="", met=None),
        Row(what=f"list of {size}: in force", figure=f"{took:.0f} s", wanted="< 120 s", met=took < 120),
        Row(what="its summary is exact", figure="yes" if right else "no", wanted="yes", met=right, note=note or str(job.get("error"))),
        Row(what="memory meanwhile", figure=f"+{memory.growth:.0f} MB", wanted="< 400 MB", met=memory.growth < 400, note=memory.note()),
        Row(
            what="preview of the list and a purchase",
            figure=f"{statistics.median(asked):.2f} s",
            wanted="< 1 s",
            met=statistics.median(asked) < 1,
        ),
    ]


def _send(target: server.Server, list_id: int, path: Path) -> str:
    with path.open("rb") as file:
        request = urllib.request.Request(
            f"{target.url}/api/workspaces/bench/lists/{list_id}/uploads?name=ids.csv",
            data=iter(lambda: file.read(_PORTION), b""),
            headers={
                "authorization": f"Bearer {target.token}",
                "content-type": "application/octet-stream",
                "content-length": str(path.stat().st_size),
            },
        )
        with urllib.request.urlopen(request, timeout=300) as answer:
            found: str = json.load(answer)["upload_id"]
            return found


class _Watch:
    """The memory of the server while something goes on."""

    def __init__(self, target: server.Server) -> None:
        self._target = target
        self._before = self._most = target.megabytes()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._ending.wait(0.2):
            self._most = max(self._most, self._target.megabytes())

    def stop(self) -> None:
        self._ending.set()
        self._thread.join()

    @property
    def growth(self) -> float:
        return self._most - self._before

    def note(self) -> str:
        return f"{self._before:.0f} MB before, at most {self._most:.0f} MB"
