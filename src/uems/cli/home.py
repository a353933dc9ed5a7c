"""Who is using this home folder, and where does its server answer?

One process owns the embedded data. ``lock`` is held (flock) by that process for as long as it lives and names it;
``server.json`` says where a running server answers. Both are worthless after a crash, so neither is trusted unchecked.
"""

import fcntl
import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from uems.kernel.errors import UemsError
from uems.kernel.settings import Settings

LOCK, SERVER = "lock", "server.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A server as it described itself. url: where this machine reaches it. instance: what ``/healthz`` must answer.

    token: proves the operator to it; the file is readable by the owner of the home only.
    """

    pid: int
    url: str
    instance: str
    token: str
    role: str
    version: str
    started_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The process that holds the lock. what: the command it runs."""

    pid: int
    what: str


def make_home(home: Path) -> None:
    """The home folder, readable by its owner only. Raises ``home_unusable``."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
            raise PermissionError(13, "Permission denied")
    except OSError as error:
        message = f"The home folder {home} cannot be used ({error.strerror}). Choose another with UEMS_HOME, or run as its owner."
        raise UemsError("home_unusable", message, status=500) from error


def is_exclusive(settings: Settings) -> bool:
    """Whether only one process may work on this home: the embedded warehouse and SQLite belong to one process."""
    return settings.warehouse_url.startswith("chdb:") or settings.store_url.startswith("sqlite:")


class Claim:
    """The right to open the home's data, held until ``release`` or the end of the process."""

    def __init__(self, file: IO[str] | None) -> None:
        self._file = file

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def claim(settings: Settings, what: str, *, wait_seconds: float, on_wait: Callable[[Owner], None] | None = None) -> Claim:
    """Take the home for this process, waiting up to ``wait_seconds`` for another to end.

    what: this command, shown to whoever waits. on_wait: called once with the owner when there is need to wait.
    Raises ``home_in_use`` (409) that names the owner.
    """
    make_home(settings.home)
    if not is_exclusive(settings):
        return Claim(None)
    path = settings.home / LOCK
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
    deadline, told = time.monotonic() + wait_seconds, False
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            owner = lock_owner(settings.home)
            if time.monotonic() >= deadline:
                file.close()
                raise in_use(settings.home, owner) from None
            if on_wait is not None and not told and owner is not None:
                on_wait(owner)
                told = True
            time.sleep(0.05)
    file.seek(0)
    file.truncate()
    json.dump(asdict(Owner(pid=os.getpid(), what=what)), file)
    file.flush()
    return Claim(file)


def lock_owner(home: Path) -> Owner | None:
    """Who wrote the lock last; None when nobody did. Says nothing of whether it still holds it."""
    try:
        found = json.loads((home / LOCK).read_text("utf-8"))
        return Owner(pid=int(found["pid"]), what=str(found["what"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def in_use(home: Path, owner: Owner | None) -> UemsError:
    """The refusal that names the process."""
    who = f"`{owner.what}` (process {owner.pid})" if owner else "another process"
    return UemsError(
        "home_in_use",
        f"{home.absolute()} is in use by {who}. Stop it, or choose another folder with UEMS_HOME.",
        status=409,
        details={"pid": owner.pid, "what": owner.what} if owner else {},
    )


def write_server(home: Path, running: Running) -> None:
    """Say where this server answers; replaced whole, so that no reader sees half of it."""
    path = home / SERVER
    aside = path.with_name(f".{SERVER}.{os.getpid()}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(asdict(running), file, indent=2)
    aside.replace(path)


def read_server(home: Path) -> Running | None:
    """What the last server said of itself; None when there is nothing usable."""
    try:
        return Running(**json.loads((home / SERVER).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def forget_server(home: Path, instance: str) -> None:
    """Take back what ``write_server`` said, unless another server has spoken since."""
    found = read_server(home)
    if found is not None and found.instance == instance:
        (home / SERVER).unlink(missing_ok=True)


def is_alive(pid: int) -> bool:
    """Whether a process of this number exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
