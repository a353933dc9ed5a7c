"""Which steps lose people somewhere, beyond chance? Every step against every slice, tested together, corrected together.

Two kinds of test: did the share of a slice (or of everybody) fall from the period before (change), and is it lower than that of all
others (difference). The false discovery rate is held over all of them at once; only losses are reported, so what is told is at most
that rate wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from uems.journeys.bottleneck import statistics as st
from uems.journeys.bottleneck.model import EVERYBODY, Axis, FindingKind, Slice, Units

Table = npt.NDArray[np.int64]
"""Counts of one step: (slices, 4) as x1, n1, x0, n0: of those who entered now and before, how many went on, and how many there were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A test that says loss. place: of its slice in the table of its step."""

    kind: FindingKind
    step: int
    place: int
    z: float
    p: float
    q: float


def slices_of(axes: Sequence[Axis]) -> list[Slice]:
    """What is scanned, in the order of a table's rows: everybody, then each value of each axis; not "all others"."""
    return [EVERYBODY, *(Slice(axis=n, value=code) for n, axis in enumerate(axes) for code in range(len(axis.values)))]


def table_of(units: Units, axes: Sequence[Axis], chosen: npt.NDArray[np.bool_] | None = None) -> Table:
    """The counts of every slice, of all units or of the chosen ones."""
    now, onward, codes = units.now, units.onward, units.codes
    if chosen is not None:
        now, onward, codes = now[chosen], onward[chosen], codes[:, chosen]
    kind = now.astype(np.int64) * 2 + onward
    rows = [_quad(np.bincount(kind, minlength=4)[None, :])]
    for n, axis in enumerate(axes):
        size = len(axis.values) + 1
        found = np.bincount(codes[n].astype(np.int64) * 4 + kind, minlength=size * 4).reshape(size, 4)
        rows.append(_quad(found[:-1]))
    return np.concatenate(rows)


def _quad(counts: Table) -> Table:
    """(before and lost, before and on, now and lost, now and on) → (x1, n1, x0, n0)."""
    return np.stack([counts[:, 3], counts[:, 2] + counts[:, 3], counts[:, 1], counts[:, 0] + counts[:, 1]], axis=1)


def candidates(tables: Sequence[Table], rate: float, least: int) -> tuple[list[Candidate], int]:
    """(the losses that hold at this false discovery rate, how many tests were made). tables: one a step, slices alike."""
    kinds: list[FindingKind] = ["change", "difference"]
    found = []
    for step, table in enumerate(tables):
        for code, (sides, tested) in enumerate((_changes(table, least), _differences(table, least))):
            places = np.flatnonzero(tested)
            mine = [side[places] for side in sides]
            z, p = st.z_of(*mine), st.p_values(*mine)
            found.append(np.stack([np.full(len(places), code), np.full(len(places), step), places, z, p], axis=1))
    tests = np.concatenate(found) if found else np.zeros((0, 5))
    if not len(tests):
        return [], 0
    p = tests[:, 4]
    q = st.benjamini_hochberg(p)
    lost = np.flatnonzero((q <= rate) & (tests[:, 3] < 0))
    told = [
        Candidate(
            kind=kinds[int(tests[n, 0])],
            step=int(tests[n, 1]),
            place=int(tests[n, 2]),
            z=float(tests[n, 3]),
            p=float(p[n]),
            q=float(q[n]),
        )
        for n in lost
    ]
    return sorted(told, key=lambda one: (one.z, one.step, one.place)), len(tests)


_Sides = tuple[st.Counts, st.Counts, st.Counts, st.Counts]
"""x1, n1, x0, n0 of each slice, and of what it is compared with."""


def _changes(table: Table, least: int) -> tuple[_Sides, st.Flags]:
    x1, n1, x0, n0 = table.T
    tested = st.testable(x1, n1, x0, n0, least)
    # A slice that is nearly everybody asks the same question again.
    rest = (table[0, 1] + table[0, 3]) - (n1 + n0)
    tested[1:] &= rest[1:] >= least
    return (x1, n1, x0, n0), tested


def _differences(table: Table, least: int) -> tuple[_Sides, st.Flags]:
    x, n = table[:, 0], table[:, 1]
    rest_x, rest_n = x[0] - x, n[0] - n
    tested = st.testable(x, n, rest_x, rest_n, least)
    tested[0] = False
    return (x, n, rest_x, rest_n), tested
