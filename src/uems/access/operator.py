"""How does the command line prove itself to a running server? By a key in the home folder that only its owner can read.

Whoever may read the home folder may read the databases in it, so this gives nobody more than they have. The key never leaves
the machine; in a cluster every machine has its own.
"""

import os
from pathlib import Path

from uems.access.model import Actor
from uems.access.permissions import ALL
from uems.kernel.errors import UemsError
from uems.kernel.ids import new_token

FILE = "operator.key"


def operator_token(home: Path) -> str:
    """The key of this home, made on first use (mode 0600). Safe when several processes start at once."""
    path = home / FILE
    try:
        if not path.exists():
            _make(path)
        return path.read_text().strip()
    except OSError as error:
        raise UemsError(
            "home_unusable", f"{path} cannot be used ({error.strerror}). Run as the user who owns the home folder.", status=500
        ) from error


def _make(path: Path) -> None:
    # Written aside and linked into place: nobody ever reads half a key, and of two starters one wins.
    path.parent.mkdir(parents=True, exist_ok=True)
    token = new_token("uop")
    aside = path.with_name(f".{FILE}.{os.getpid()}.{token[-8:]}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(token + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(aside, path)
        except FileExistsError:
            return
    finally:
        aside.unlink()


def operator(address: str = "") -> Actor:
    """Whoever sits at the machine: may do everything, in every workspace."""
    return Actor(kind="operator", actor_id="operator", label="operator", account_id=None, address=address, role="owner", permissions=ALL)
