"""How long is a token of a provider good for? Kept until shortly before its end, asked for by one at a time, dropped when refused."""

import hashlib
import threading
import time
from collections.abc import Callable
from typing import Final

from uems.outreach.channel import Refused

_EARLY_SECONDS: Final = 300.0
_MOST: Final = 1_000


class Tokens:
    """Tokens of this process, one for each set of credentials. Thread-safe."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, float]] = {}
        self._turn = threading.Lock()
        self._turns: dict[str, threading.Lock] = {}

    def get(self, credentials: tuple[str, ...], ask: Callable[[], tuple[str, float]]) -> str:
        """The token; ask: gives (token, seconds for which it is good). Raises ``Refused``, certain: no message has left the house."""
        key = _key(credentials)
        with self._turn:
            if len(self._turns) > _MOST:
                self._kept.clear()
                self._turns.clear()
            mine = self._turns.setdefault(key, threading.Lock())
        with mine:
            known = self._kept.get(key)
            if known is not None and time.monotonic() < known[1]:
                return known[0]
            try:
                token, seconds = ask()
            except Refused as refused:
                raise Refused(str(refused), permanent=False, wait_seconds=refused.wait_seconds) from refused
            self._kept[key] = (token, time.monotonic() + max(seconds - _EARLY_SECONDS, seconds / 2))
            return token

    def drop(self, credentials: tuple[str, ...], token: str) -> None:
        """Forget this token: the provider does not take it any more."""
        key = _key(credentials)
        with self._turn:
            if self._kept.get(key, ("", 0.0))[0] == token:
                del self._kept[key]


def _key(credentials: tuple[str, ...]) -> str:
    return hashlib.sha256("\0".join(credentials).encode()).hexdigest()
