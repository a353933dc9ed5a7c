"""How does a benchmark run the system? As an operator does: the real command, a home of its own, a port that is free."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil


@dataclass(slots=True, kw_only=True)
class Server:
    """A running server with the workspace "bench"."""

    home: Path
    process: psutil.Popen
    url: str
    token: str
    ready_seconds: float
    write_key: str = ""

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def get(self, path: str) -> Any:
        request = urllib.request.Request(f"{self.url}/api/workspaces/bench/{path}", headers={"authorization": f"Bearer {self.token}"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def post(self, path: str, body: object) -> Any:
        request = urllib.request.Request(
            f"{self.url}/api/workspaces/bench/{path}",
            data=json.dumps(body).encode(),
            headers={"authorization": f"Bearer {self.token}", "content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)

    def megabytes(self) -> float:
        """Resident memory of the server and of the processes that it started."""
        return sum(float(one.memory_info().rss) for one in (self.process, *self.process.children(recursive=True))) / 1e6


def command(home: Path, *arguments: str) -> str:
    """Run ``uems`` on the home and give what it printed."""
    done = subprocess.run([sys.executable, "-m", "uems.cli", *arguments], env=_env(home), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"uems {' '.join(arguments)} failed:\n{done.stderr}")
    return done.stdout


def _env(home: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("UEMS_")}
    return {**kept, "UEMS_HOME": str(home), "UEMS_LOG_LEVEL": "warning"}


@contextlib.contextmanager
def serving(home: Path, role: str = "all") -> Iterator[Server]:
    """A server on the home for as long as the block runs."""
    start = time.perf_counter()
    log = (home.parent / f"{home.name}.log").open("ab")
    process = psutil.Popen(
        [sys.executable, "-m", "uems.cli", "serve", "--port", "0", "--role", role], env=_env(home), stdout=log, stderr=log
    )
    try:
        yield _wait(home, process, start)
    finally:
        process.terminate()
        try:
            process.wait(60)
        except psutil.TimeoutExpired:
            process.kill()
        log.close()


def _wait(home: Path, process: psutil.Popen, start: float) -> Server:
    while time.perf_counter() - start < 120:
        if process.poll() is not None:
            raise SystemExit(f"the server ended; see {home.parent / f'{home.name}.log'}")
        try:
            said = json.loads((home / "server.json").read_text())
            if said["pid"] == process.pid:
                with urllib.request.urlopen(f"{said['url']}/healthz", timeout=5):
                    return Server(
                        home=home, process=process, url=said["url"], token=said["token"], ready_seconds=time.perf_counter() - start
                    )
        except (OSError, ValueError):
            pass
        time.sleep(0.02)
    raise SystemExit("the server did not answer in two minutes")


@contextlib.contextmanager
def workspace(role: str = "all") -> Iterator[Server]:
    """A fresh home with the workspace "bench" and a write key, served; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="uems-bench-") as folder:
        home = Path(folder) / "home"
        command(home, "init", "--workspace", "bench", "--zone", "America/New_York", "--currency", "USD")
        key = json.loads(command(home, "key", "create", "--kind", "write", "--workspace", "bench", "--format", "json"))["token"]
        with serving(home, role) as server:
            server.write_key = key
            yield server
