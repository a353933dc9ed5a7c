"""Is this the password? argon2id with parameters of the OWASP Password Storage Cheat Sheet, rehashed when they change.

An unknown account costs the same time as a wrong password, so the answer does not tell which accounts exist.
"""

import secrets
import threading
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from uems.kernel.errors import UemsError, invalid

MIN_LENGTH = 10
MAX_LENGTH = 1000

# 46 MiB, one pass, one lane: as strong as the cheat sheet's other choices, and about 50 ms of one core on a small server.
_HASHER = PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1)
# Unbounded, a burst of logins would take the memory of the whole machine.
_AT_ONCE = threading.BoundedSemaphore(4)
_WAIT_SECONDS = 10.0
# Letters and digits that nobody confuses when copying from a terminal.
_ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_nobody: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """rehash: a new hash to store because the parameters changed since the old one was made; None when it is current."""

    right: bool
    rehash: str | None = None


def check_password(password: str) -> str:
    """``password`` itself when it may be used; raises ``invalid`` without repeating it."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise invalid("password", f"{len(password)} characters long", f"must have {MIN_LENGTH} to {MAX_LENGTH} characters.")
    return password


def new_password() -> str:
    """A generated password of 119 random bits, in four groups."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))
    return "-".join(groups)


def hash_password(password: str) -> str:
    """The text to store: algorithm, parameters, salt and hash."""
    with _turn():
        return _HASHER.hash(password)


def verify_password(password: str, stored: str | None) -> Verdict:
    """Whether ``password`` made ``stored``. None (an unknown account) takes as long and is always wrong."""
    against = stored if stored is not None else _hash_of_nobody()
    with _turn():
        try:
            _HASHER.verify(against, password)
        except (VerificationError, InvalidHashError):
            return Verdict(right=False)
        if stored is None:
            return Verdict(right=False)
        stale = _HASHER.check_needs_rehash(stored)
        return Verdict(right=True, rehash=_HASHER.hash(password) if stale else None)


class _turn:
    """A place among the few that may hash at once; raises ``busy`` (503) after ten seconds in the queue."""

    def __enter__(self) -> None:
        if not _AT_ONCE.acquire(timeout=_WAIT_SECONDS):
            raise UemsError("busy", "Too many logins at once. Try again.", status=503, details={"retry_after_seconds": 5})

    def __exit__(self, *_: object) -> None:
        _AT_ONCE.release()


def _hash_of_nobody() -> str:
    global _nobody
    if _nobody is None:
        _nobody = _HASHER.hash(secrets.token_urlsafe(32))
    return _nobody
