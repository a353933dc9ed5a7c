"""Into which bucket does somebody fall, always the same one? For splits, holdouts and experiments.

GrowthBook's hash, version 2: ``fnv32a(str(fnv32a(seed + value))) % 10000 / 10000``, so that other tools that know a seed put the same
person into the same bucket. The seed is the name of the thing that splits; two things with different seeds split independently.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

_START: Final = 0x811C9DC5
_PRIME: Final = 0x01000193
_MASK: Final = 0xFFFFFFFF
_STEPS: Final = 10_000

Shares = npt.NDArray[np.float64]


def fnv32a(text: str, start: int = _START) -> int:
    """FNV-1a with 32 bits over the UTF-16 units of ``text``, as JavaScript sees it. start: to go on from an earlier part."""
    found = start
    # The bytes of plain text are its units, and come four times as fast: flags are hashed one person at a time.
    units = text.encode() if text.isascii() else np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16).tolist()
    for unit in units:
        found = ((found ^ unit) * _PRIME) & _MASK
    return found


def bucket(seed: str, value: str) -> float:
    """Where ``value`` falls in [0, 1), in steps of 1/10000."""
    return (fnv32a(str(fnv32a(value, fnv32a(seed)))) % _STEPS) / _STEPS


def buckets(seed: str, values: Sequence[int]) -> Shares:
    """``bucket(seed, str(value))`` of many numbers at once, each from 0 on. Shape (n,)."""
    return _scaled(_hashed(np.asarray(values, np.uint64), fnv32a(seed)))


def _scaled(first: npt.NDArray[np.uint64]) -> Shares:
    shares: Shares = (_hashed(first, _START) % np.uint64(_STEPS)).astype(np.float64) / _STEPS
    return shares


def _hashed(numbers: npt.NDArray[np.uint64], start: int) -> npt.NDArray[np.uint64]:
    """The hash of the decimal digits of each number."""
    # Digits are never the zero byte, which is what shorter ones are filled up with.
    digits = numbers.astype("S20").view(np.uint8).reshape(len(numbers), 20) if len(numbers) else np.zeros((0, 20), np.uint8)
    found = np.full(len(numbers), start, np.uint64)
    for place in range(20):
        column = digits[:, place].astype(np.uint64)
        used = column != 0
        if not used.any():
            break
        found = np.where(used, ((found ^ column) * np.uint64(_PRIME)) & np.uint64(_MASK), found)
    return found


def chosen(shares: Shares, weights: Sequence[float]) -> npt.NDArray[np.intp]:
    """Which of the parts each falls into. weights: any positive numbers, in the order of the parts; they need not add up to one."""
    edges = np.cumsum(np.asarray(weights, np.float64))
    return np.minimum(np.searchsorted(edges / edges[-1], shares, side="right"), len(weights) - 1)
