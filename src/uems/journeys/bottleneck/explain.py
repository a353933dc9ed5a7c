"""Of many losses at one step, which are the thing itself and which only show it? And what should make a reader careful?

A broken payment on phones shows on phones, in the browsers of phones, and for everybody. The strongest is taken as the thing itself;
whatever is gone once its people are left out is an echo of it. This only takes findings away, so the false discovery rate holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from uems.journeys.bottleneck import statistics as st
from uems.journeys.bottleneck.model import Axis, Finding, Side, Slice, Units, Warning
from uems.journeys.bottleneck.scan import Candidate, Table, slices_of

STANDS = 0.05
"""What is left of a loss without the people of a stronger one must be at least so unlikely by chance to be one of its own; divided by
the number of losses that are asked (Bonferroni), since one in twenty would stay by chance."""
MIXED = 0.5
"""A part of the mix of at least this share of the difference is warned of."""
COMPARABLE = 0.5
"""Where two sides share less of the values of an axis, as the channel and the browser do, it is another name for the slice."""
FEW, FEW_ONWARD = 200, 10
_MOST = 20
"""Findings of one step and kind."""


@dataclass(slots=True, kw_only=True)
class _Told:
    """Findings of one step and kind while echoes are gathered. union: everybody of the slices found so far."""

    leaders: list[Candidate] = field(default_factory=list)
    echoes: list[list[Slice]] = field(default_factory=list)
    union: npt.NDArray[np.bool_]


def conclude(
    found: Sequence[Candidate], units: Sequence[Units], tables: Sequence[Table], axes: Sequence[Axis], least: int
) -> list[Finding]:
    """The findings, those worth most first. found: the strongest first."""
    slices = slices_of(axes)
    findings: list[Finding] = []
    for step in sorted({one.step for one in found}):
        mine, table = units[step], tables[step]
        changed = _grouped([one for one in found if one.step == step and one.kind == "change"], mine, table, slices, least)
        fresh = [one for one in found if one.step == step and one.kind == "difference"]
        # What was no difference before the change is a consequence of it.
        if changed.leaders:
            led = {one.place for one in changed.leaders}
            echoes = [one for one in fresh if one.place in led or not _was_there(table, one.place, STANDS / len(fresh))]
            known = led | {slices.index(echo) for gathered in changed.echoes for echo in gathered}
            changed.echoes[0] += [slices[one.place] for one in echoes if one.place not in known]
            fresh = [one for one in fresh if one not in echoes]
        differs = _grouped(fresh, mine, table, slices, least)
        for group in (changed, differs):
            for leader, others in zip(group.leaders, group.echoes, strict=True):
                findings.append(_finding(leader, others, mine, table, axes, slices, least))
    return sorted(findings, key=lambda one: (-one.worth_minor, -one.recoverable, one.step, one.z))


def _was_there(table: Table, place: int, stands: float) -> bool:
    """Whether the slice was lower than all others in the period before already."""
    x, n = table[place, 2:3], table[place, 3:4]
    z = st.z_of(x, n, table[0, 2:3] - x, table[0, 3:4] - n)
    return bool(z[0] < 0 and st.two_sided(z)[0] <= stands)


def _grouped(found: Sequence[Candidate], units: Units, table: Table, slices: Sequence[Slice], least: int) -> _Told:
    told = _Told(union=np.zeros(len(units), np.bool_))
    for one in found:
        if not told.leaders:
            told.leaders.append(one)
            told.echoes.append([])
        elif slices[one.place] not in [slices[leader.place] for leader in told.leaders]:
            by = _echo_of(one, told, units, table, slices, least, STANDS / len(found))
            if by is not None:
                told.echoes[by].append(slices[one.place])
                continue
            if len(told.leaders) >= _MOST:
                continue
            told.leaders.append(one)
            told.echoes.append([])
        if slices[one.place].axis is not None:
            told.union |= member(units, slices[one.place])
    return told


def _echo_of(one: Candidate, told: _Told, units: Units, table: Table, slices: Sequence[Slice], least: int, stands: float) -> int | None:
    """The leader of which a loss is an echo; None for one that stands by itself. stands: below this p what is left does."""
    everybody = next((n for n, leader in enumerate(told.leaders) if slices[leader.place].axis is None), None)
    if everybody is not None and one.kind == "change":
        mine = table[one.place]
        z = st.z_of_changes(tuple(mine.tolist()), tuple((table[0] - mine).tolist()))
        if z >= 0 or st.two_sided(z) > stands:
            return everybody
    left = ~told.union
    counts = _counts(units, member(units, slices[one.place]) & left)
    if one.kind == "difference":
        rest = _counts(units, ~member(units, slices[one.place]) & left)
        counts = np.array([counts[0], counts[1], rest[0], rest[1]])
    x1, n1, x0, n0 = (counts[n : n + 1] for n in range(4))
    z1, fair = st.z_of(x1, n1, x0, n0), st.testable(x1, n1, x0, n0, least)
    if fair[0] and z1[0] < 0 and st.two_sided(z1)[0] <= stands:
        return None
    return _nearest(one, told, units, slices)


def _nearest(one: Candidate, told: _Told, units: Units, slices: Sequence[Slice]) -> int:
    """Of the leaders the one that shares most people with it."""
    mine = member(units, slices[one.place])
    shared = [int((mine & member(units, slices[leader.place])).sum()) for leader in told.leaders]
    return int(np.argmax(shared))


def member(units: Units, one: Slice) -> npt.NDArray[np.bool_]:
    """Which units are of the slice."""
    if one.axis is None:
        return np.ones(len(units), np.bool_)
    return np.asarray(units.codes[one.axis] == one.value)


def _counts(units: Units, chosen: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """x1, n1, x0, n0 of the chosen units."""
    now, onward = units.now[chosen], units.onward[chosen]
    return np.array([int((now & onward).sum()), int(now.sum()), int((~now & onward).sum()), int((~now).sum())])


def _finding(
    one: Candidate, echoes: Sequence[Slice], units: Units, table: Table, axes: Sequence[Axis], slices: Sequence[Slice], least: int
) -> Finding:
    where = slices[one.place]
    x1, n1, x0, n0 = (int(value) for value in table[one.place])
    if one.kind == "difference":
        x0, n0 = int(table[0, 0]) - x1, int(table[0, 1]) - n1
    a, b = Side(people=n1, onward=x1), Side(people=n0, onward=x0)
    warnings = [Warning(code="small_sample")] if min(n1, n0) < FEW or min(x1, x0, n1 - x1, n0 - x0) < FEW_ONWARD else []
    warnings += _confounders(one, where, units, axes, a.rate - b.rate, least)
    return Finding(
        kind=one.kind,
        step=one.step,
        slice=where,
        a=a,
        b=b,
        interval=st.difference_interval(x1, n1, x0, n0),
        z=one.z,
        p=one.p,
        q=one.q,
        minor=_worth(units, member(units, where)),
        warnings=tuple(warnings),
        echoes=tuple(echoes),
    )


def _worth(units: Units, mine: npt.NDArray[np.bool_]) -> float | None:
    """What a passage brings in on average: of the slice, or of everybody where it has few passages; None of none."""
    passed = units.minor[mine & units.onward]
    if len(passed) < FEW_ONWARD:
        passed = units.minor[units.onward]
    return float(passed.mean()) if len(passed) else None


def _confounders(one: Candidate, where: Slice, units: Units, axes: Sequence[Axis], whole: float, least: int) -> list[Warning]:
    """Axes over whose values the difference is of the mix, or turns round."""
    mine = member(units, where)
    side_a, side_b = (mine & units.now, mine & ~units.now) if one.kind == "change" else (mine & units.now, ~mine & units.now)
    found: list[Warning] = []
    for n, axis in enumerate(axes):
        if n == where.axis:
            continue
        size = len(axis.values) + 1
        codes = units.codes[n]
        counts = [np.bincount(codes[chosen], minlength=size) for side in (side_a, side_b) for chosen in (side & units.onward, side)]
        parts = st.parts(counts[0], counts[1], counts[2], counts[3], least)
        if parts.shared < COMPARABLE:
            continue
        if parts.reversed:
            found.append(Warning(code="simpson", axis=n, rate=parts.rate, mix=parts.mix))
        elif whole and parts.mix / whole >= MIXED:
            found.append(Warning(code="mix_shift", axis=n, rate=parts.rate, mix=parts.mix))
    return sorted(found, key=lambda warning: warning.mix)[:3]
