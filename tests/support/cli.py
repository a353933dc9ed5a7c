"""How do tests run the command line? As an operator would: the real script, in a process and a home of its own."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

START_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        assert self.code == 0, self.err
        return json.loads(self.out)


@dataclass(slots=True, kw_only=True)
class Uems:
    """The command ``uems`` on one home."""

    home: Path
    env: Mapping[str, str] = field(default_factory=dict)
    program: tuple[str, ...] = ("-m", "uems.cli")

    def _env(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("UEMS_")}
        return {**clean, "UEMS_HOME": str(self.home), **self.env}

    def run(self, *arguments: str, timeout: float = 120) -> Ran:
        done = subprocess.run(
            [sys.executable, *self.program, *arguments], env=self._env(), capture_output=True, text=True, timeout=timeout, check=False
        )
        return Ran(code=done.returncode, out=done.stdout, err=done.stderr)

    def serve(self, *arguments: str) -> "Server":
        """A server on a free port, ready to answer."""
        return self.start("serve", "--port", "0", *arguments)

    def start(self, *arguments: str) -> "Server":
        """A command that serves, once it answers."""
        log = self.home.with_name(f"{self.home.name}.log")
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as out:
            command = [sys.executable, *self.program, *arguments]
            process = subprocess.Popen(command, env=self._env(), stdout=out, stderr=out, cwd=self.home.parent)
        server = Server(process=process, home=self.home, log=log)
        server.wait_ready()
        return server


@dataclass(slots=True, kw_only=True)
class Server:
    """A running ``uems serve``."""

    process: subprocess.Popen[bytes]
    home: Path
    log: Path
    url: str = ""
    token: str = ""

    def wait_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.log.read_text()}")
            try:
                said = json.loads((self.home / "server.json").read_text())
                if said["pid"] == self.process.pid:
                    with urllib.request.urlopen(f"{said['url']}/healthz", timeout=5) as answer:
                        assert answer.status == 200
                    self.url, self.token = said["url"], said["token"]
                    return
            except (OSError, ValueError):
                pass
            time.sleep(0.05)
        self.kill()
        raise AssertionError(f"the server did not answer:\n{self.log.read_text()}")

    def stop(self, number: int = signal.SIGTERM, timeout: float = 30) -> int:
        """Ask it to end; its exit code."""
        self.process.send_signal(number)
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
