"""Small things that numpy does slowly."""

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

N = TypeVar("N", bound=np.integer)
Counts = npt.NDArray[np.int64]
"""So many of each."""


def different(values: npt.NDArray[N]) -> npt.NDArray[N]:
    """Each value once, sorted: as ``np.unique``, which goes through a hash table and takes ten times as long."""
    if not len(values):
        return values.copy()
    ordered = np.sort(values, kind="stable")
    keep = np.ones(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=keep[1:])
    return ordered[keep]


def firsts(keys: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """The places at which a run of equal keys begins."""
    opens = np.ones(len(keys), np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=opens[1:])
    return np.flatnonzero(opens)


def numbered(keys: npt.NDArray[np.int64], size: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The different keys, sorted, and the place of each key among them; all keys are below ``size``, which is not large."""
    known = np.flatnonzero(np.bincount(keys, minlength=size))
    places = np.zeros(size, np.int64)
    places[known] = np.arange(len(known))
    return known, places[keys]
