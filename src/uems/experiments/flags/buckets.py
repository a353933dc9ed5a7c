"""Which part of a split does somebody fall into? Hashes, ranges, weights and namespaces as flag clients compute them.

Hash version 2 is the kernel's: ``fnv32a(str(fnv32a(seed + value))) % 10000 / 10000``. Version 1, older and coarser, is only understood:
nothing that is made here uses it.
"""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from uems.experiments.flags.js_values import text_of
from uems.kernel.bucketing import fnv32a

Range: TypeAlias = Sequence[float]
"""From the first number on, to just below the second."""
Hash: TypeAlias = Callable[[str], float]
_TENTH: Final = 10_000


def hash_of(seed: str, version: int) -> Hash | None:
    """A function from a value to its place in [0, 1); None for a version that does not exist."""
    if version == 2:
        start = fnv32a(seed)
        return lambda value: (fnv32a(str(fnv32a(value, start))) % _TENTH) / _TENTH
    if version == 1:
        return lambda value: (fnv32a(value + seed) % 1000) / 1000
    return None


def hashable(value: object) -> str:
    """The text that is hashed for the value of an attribute; "" where nobody can be told from another: missing, empty, 0 or false."""
    if isinstance(value, str):
        return value
    return text_of(value) if isinstance(value, int | float) and value else ""


def equal_weights(parts: int) -> list[float]:
    """One each, together 1."""
    return [1 / parts] * parts if parts > 0 else []


def ranges_of(parts: int, coverage: float = 1.0, weights: Sequence[float] | None = None) -> list[tuple[float, float]]:
    """The range of each part: they begin where their weights say, and each is filled up to ``coverage`` of its width.

    Weights that are not one a part, or do not add up to 1 within a hundredth, count as equal ones, as in every client.
    """
    covered = min(max(coverage, 0.0), 1.0)
    shares = list(weights) if weights is not None else equal_weights(parts)
    if len(shares) != parts or not 0.99 <= sum(shares) <= 1.01:
        shares = equal_weights(parts)
    found, start = [], 0.0
    for share in shares:
        found.append((start, start + covered * share))
        start += share
    return found


def in_range(place: float, one: Range) -> bool:
    return one[0] <= place < one[1]


def choose(place: float, ranges: Sequence[Range]) -> int:
    """Which range holds ``place``; -1 for none."""
    for number, (low, high) in enumerate(ranges):
        if low <= place < high:
            return number
    return -1


def in_namespace(value: str, namespace: Sequence[object]) -> bool:
    """Whether the value falls into its part of a namespace of version 1: ``[name, from, to]``."""
    name, low, high = namespace
    assert isinstance(low, int | float)
    assert isinstance(high, int | float)
    return low <= (fnv32a(f"{value}__{name}") % 1000) / 1000 < high


def forced_in_address(key: str, url: str, parts: int) -> int | None:
    """The arm that the address asks for with ``?<key>=<number>``; None when it asks for none of them."""
    search = url.split("?")[1] if "?" in url else ""
    for pair in search.partition("#")[0].split("&"):
        name, _, value = pair.partition("=")
        if name == key:
            digits = value[: len(value) - len(value.lstrip("0123456789"))]
            return int(digits) if digits and int(digits) < parts else None
    return None
