"""How do tests run the command line? As an operator would: the real command, in a process and a home of its own."""

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO, Any

START_SECONDS = 60.0
MODULE = ("-m", "uems.cli")
"""What is run as a fork of a process that has read all its modules; see forking.py."""


class Forked:
    """A command that runs as a fork; speaks as ``subprocess.Popen`` does."""

    def __init__(self, pid: int, ended: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._ended: int | None = ended
        self._turn = threading.Lock()

    def poll(self) -> int | None:
        return self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("uems", timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _look(self, timeout: float | None) -> int | None:
        ended = self._ended
        if ended is not None and _told(ended, timeout):
            with self._turn:  # several threads may wait
                if self._ended is not None:
                    told = os.read(ended, 16)
                    os.close(ended)
                    self._ended = None
                    assert told, "the process that forks has ended"
                    self.returncode = int(told)
        return self.returncode


def _told(descriptor: int, timeout: float | None) -> bool:
    """Whether there is anything to read within so many seconds."""
    ear = select.poll()  # select itself knows no descriptor above 1,023
    ear.register(descriptor, select.POLLIN)
    return bool(ear.poll(None if timeout is None else timeout * 1000))


Process = subprocess.Popen[bytes] | Forked


class Forks:
    """Starts commands as forks of one process, which ends with this one."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        number = theirs.fileno()
        clean = {name: value for name, value in os.environ.items() if not name.startswith("UEMS_")}
        command = [sys.executable, "-m", "tests.support.forking", str(number)]
        root = Path(__file__).parents[2]
        self._process = subprocess.Popen(command, pass_fds=[number], stdin=subprocess.DEVNULL, cwd=root, env=clean)
        theirs.close()
        self._turn = threading.Lock()
        atexit.register(self.close)

    def start(self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, out: IO[bytes], err: IO[bytes]) -> Forked:
        told = json.dumps({"arguments": arguments, "environment": dict(environment), "folder": str(folder)}).encode()
        ended, ends = os.pipe()
        with self._turn:
            socket.send_fds(self._line, [told], [out.fileno(), err.fileno(), ends])
            os.close(ends)
            return Forked(int(self._line.recv(64)), ended)

    def close(self) -> None:
        self._line.close()
        self._process.wait()


@cache
def _forks() -> Forks:
    return Forks()


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
    program: tuple[str, ...] = MODULE
    alone: bool = False
    """Whether it starts as a program of its own, with all that Python does at its start."""

    def _env(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("UEMS_")}
        return {**clean, "UEMS_HOME": str(self.home), **self.env}

    def run(self, *arguments: str, timeout: float = 120) -> Ran:
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process = self._process(arguments, Path.cwd(), out, err)
            try:
                code = process.wait(timeout)
            finally:
                process.kill()
            out.seek(0)
            err.seek(0)
            return Ran(code=code, out=out.read().decode(), err=err.read().decode())

    def _process(self, arguments: Sequence[str], folder: Path, out: IO[bytes], err: IO[bytes]) -> Process:
        if self.program == MODULE and not self.alone:
            return _forks().start(arguments, self._env(), folder, out, err)
        command = [sys.executable, *self.program, *arguments]
        return subprocess.Popen(command, env=self._env(), stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=folder)

    def serve(self, *arguments: str) -> "Server":
        """A server on a free port, ready to answer."""
        return self.start("serve", "--port", "0", *arguments)

    def start(self, *arguments: str) -> "Server":
        """A command that serves, once it answers."""
        log = self.home.with_name(f"{self.home.name}.log")
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as out:
            process = self._process(arguments, self.home.parent, out, out)
        server = Server(process=process, home=self.home, log=log)
        server.wait_ready()
        return server


@dataclass(slots=True, kw_only=True)
class Server:
    """A running ``uems serve``."""

    process: Process
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
