"""Which people, as bits? One row of 64-bit words a set, bit p of it for person p; any set algebra is one operation of numpy.

People are dense integers, so two million of them are 250 kB a set. Sets come from the engine as states of ``groupBitmap``,
which are Roaring bitmaps, or from rows.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
"""shape (..., words)."""

_CHUNK = 1024
"""Words of one Roaring container: 65,536 people."""
_NO_RUNS, _RUNS = 12_346, 12_347
_NO_OFFSETS_BELOW = 4


def count(words: Words) -> int:
    return int(np.bitwise_count(words).sum(dtype=np.int64))


def counts(words: Words) -> npt.NDArray[np.int64]:
    """The sizes of the sets of a matrix."""
    return np.asarray(np.bitwise_count(words).sum(axis=-1, dtype=np.int64))


def members(words: Words) -> npt.NDArray[np.uint64]:
    """The people of one set, sorted."""
    return np.flatnonzero(flags(words)).astype(np.uint64)


def flags(words: Words) -> npt.NDArray[np.bool_]:
    """One set as a flag a person: shape (64 × words,)."""
    return np.unpackbits(words.view(np.uint8), bitorder="little").view(np.bool_)


def sums(sets: Words) -> npt.NDArray[np.uint16]:
    """In how many sets of a matrix each person is: shape (64 × words,)."""
    # Binary numbers, digit by digit, 64 people at a time: row n of ``digits`` is the digit 2^n of everybody.
    digits: list[Words] = []
    for one in sets:
        carry = one
        for place, digit in enumerate(digits):
            digits[place], carry = digit ^ carry, digit & carry
        if len(digits) < 16 and carry.any():
            digits.append(carry)
    numbers = np.zeros(sets.shape[1] * 64, np.uint16)
    for place, digit in enumerate(digits):
        numbers += flags(digit).astype(np.uint16) << np.uint16(place)
    return numbers


def from_flags(chosen: npt.NDArray[np.bool_]) -> Words:
    """The other way round; the length is rounded up to whole containers."""
    size = -(-len(chosen) // (_CHUNK * 64)) * _CHUNK * 64
    whole = np.zeros(size, np.bool_)
    whole[: len(chosen)] = chosen
    return np.packbits(whole, bitorder="little").view(np.uint64)


def from_people(people: npt.NDArray[Any], size: int = 0) -> Words:
    """The set of these people, in any order; at least ``size`` words long."""
    top = max(int(people.max()) + 1 if len(people) else 0, size * 64)
    chosen = np.zeros(top, np.bool_)
    chosen[people] = True
    return from_flags(chosen)


def matrix(sets: Sequence[Words], words: int = 0) -> Words:
    """The sets as rows of one matrix, of ``words`` or as long as the longest needs."""
    width = max([words, _CHUNK, *(len(one) for one in sets)])
    whole = np.zeros((len(sets), width), np.uint64)
    for row, one in zip(whole, sets, strict=True):
        row[: len(one)] = one
    return whole


def from_state(state: bytes) -> Words:
    """The set in a state of ``groupBitmap`` over 64-bit numbers, as the engine writes it.

    Up to 32 members are a list; more are a Roaring bitmap in its portable format, with the upper 32 bits in front of each part.
    Source: the RoaringFormatSpec, and ClickHouse's RoaringBitmapWithSmallSet.
    """
    if state[0] == 0:
        return from_people(np.frombuffer(state, "<u8", state[1], 2))
    start = 2
    while state[start - 1] & 128:  # the length of what follows, seven bits a byte
        start += 1
    [parts] = np.frombuffer(state, "<u8", 1, start)
    start += 8
    found: dict[int, Words] = {}
    for _ in range(int(parts)):
        [upper] = np.frombuffer(state, "<u4", 1, start)
        start = _read_part(state, start + 4, int(upper) << 16, found)
    whole = np.zeros(((max(found) + 1) if found else 1, _CHUNK), np.uint64)
    for place, words in found.items():
        whole[place] = words
    return whole.reshape(-1)


def _read_part(state: bytes, start: int, base: int, found: dict[int, Words]) -> int:
    """Read one 32-bit bitmap into containers; gives the place after it."""
    [cookie] = np.frombuffer(state, "<u4", 1, start)
    runs = int(cookie) & 0xFFFF == _RUNS
    if runs:
        size, at = (int(cookie) >> 16) + 1, start + 4
        marks = np.unpackbits(np.frombuffer(state, np.uint8, -(-size // 8), at), bitorder="little")
        at += -(-size // 8)
    else:
        assert int(cookie) == _NO_RUNS, "not a Roaring bitmap"
        size, at = int(np.frombuffer(state, "<u4", 1, start + 4)[0]), start + 8
        marks = np.zeros(size, np.uint8)
    heads = np.frombuffer(state, "<u2", 2 * size, at).reshape(-1, 2)
    at += 4 * size
    if not runs or size >= _NO_OFFSETS_BELOW:
        at += 4 * size
    for (key, less), run in zip(heads.tolist(), marks.tolist(), strict=False):
        words, at = _container(state, at, less + 1, bool(run))
        found[base + key] = words
    return at


def _container(state: bytes, at: int, size: int, run: bool) -> tuple[Words, int]:
    if not run and size > 4096:
        return np.frombuffer(state, "<u8", _CHUNK, at), at + 8 * _CHUNK
    chosen = np.zeros(_CHUNK * 64, np.bool_)
    if not run:
        chosen[np.frombuffer(state, "<u2", size, at)] = True
        return np.packbits(chosen, bitorder="little").view(np.uint64), at + 2 * size
    [pieces] = np.frombuffer(state, "<u2", 1, at)
    for first, more in np.frombuffer(state, "<u2", 2 * int(pieces), at + 2).reshape(-1, 2).tolist():
        chosen[first : first + more + 1] = True
    return np.packbits(chosen, bitorder="little").view(np.uint64), at + 2 + 4 * int(pieces)
