"""What sets one segment apart from another, or from everybody else? What is more, or less, common in it, and by how much.

Everything that is counted is tested, and the p-values are corrected together. Effects are given beside them: with a million
people the smallest difference is no chance, and still not worth a word.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

import numpy as np

from uems.kernel.errors import UemsError, invalid
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.segments.model import Segment
from uems.segments.understanding import statistics
from uems.segments.understanding.evidence import Evidence, Kind, Share, Sums
from uems.segments.understanding.overlap import in_use

TestName: TypeAlias = Literal["two_proportions", "fisher", "welch"]
MAX_DAYS: Final = 800


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """people: of whom it was asked: all of the side, or those who have a number. count: how many have it; mean and deviation:
    of the number; None for the other kind of finding.
    """

    people: int
    count: int | None = None
    mean: float | None = None
    deviation: float | None = None

    @property
    def share(self) -> float | None:
        return None if self.count is None else self.count / self.people


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was counted on both sides.

    kind: event (did it), activity (a number of what they did), tag or trait. value: decoded; None for having any value, and for
    numbers. is_item: the value is one item of lists. difference: of shares or of means, a less b. effect: Cohen's h of shares,
    the standardised difference of means. log_odds: of shares. q: p corrected for everything that was tested.
    """

    kind: Kind
    name: str
    value: object
    is_item: bool
    a: Side
    b: Side
    difference: float
    effect: float
    log_odds: float | None
    test: TestName
    p: float
    q: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """findings: the strongest effect first, those that may be chance (q of 0.05 and more) behind all others.

    other: None for everybody who is not in the segment. both: people in both segments, who are on neither side. tested: how many
    things were tested, of which ``findings`` may show only the first.
    """

    one: Segment
    other: Segment | None
    sizes: tuple[int, int]
    both: int
    first_day: date
    last_day: date
    tested: int
    findings: tuple[Finding, ...]


def compare(house: House, scope: Scope, key: str, other_key: str | None, first: date, last: date, *, limit: int = 200) -> Comparison:
    """The segment against another one, or against the rest; events and activity of the business days ``first`` to ``last``.

    Raises ``not_found``, ``invalid``, ``segment_archived``, and ``nothing_to_compare`` (409) where a side has nobody.
    """
    if first > last or last - first > timedelta(days=MAX_DAYS):
        raise invalid("first_day", first.isoformat(), f"must be on or before last_day, {last}, and at most {MAX_DAYS} days before it.")
    if key == other_key:
        raise invalid("other", key, "is the segment itself; name another one, or none for everybody else.")
    one = in_use(house, scope, key)
    other = in_use(house, scope, other_key) if other_key is not None else None
    evidence = Evidence(house, scope, one.segment_id, other.segment_id if other else None)
    sizes = evidence.sizes()
    if not all(sizes):
        who = f"Nobody is in {key}" if not sizes[0] else f"Nobody is in {other_key}" if other_key else f"Everybody is in {key}"
        raise UemsError("nothing_to_compare", f"{who} alone, so there is nothing to compare.", status=409)
    (tag_shares, tag_sums), (trait_shares, trait_sums) = evidence.tags(), evidence.traits()
    shares = [*evidence.events(first, last), *tag_shares, *trait_shares]
    sums = [*evidence.activity(first, last, sizes), *tag_sums, *trait_sums]
    findings = conclude(shares, sums, sizes)
    both = one.size - sizes[0] if other else 0
    return Comparison(
        one=one,
        other=other,
        sizes=sizes,
        both=max(both, 0),
        first_day=first,
        last_day=last,
        tested=len(findings),
        findings=tuple(findings[:limit]),
    )


def conclude(shares: Sequence[Share], sums: Sequence[Sums], sizes: tuple[int, int]) -> list[Finding]:
    """All findings in their order. A share that is all or nothing on both sides, and a mean without two values, is no test."""
    shares = [one for one in shares if 0 < one.a + one.b < sum(sizes)]
    sums = [one for one in sums if one.a[0] >= 2 and one.b[0] >= 2 and not _constant(one)]
    found = [*_of_shares(shares, sizes), *_of_sums(sums)]
    corrected = statistics.benjamini_hochberg(np.array([one.p for one in found], np.float64))
    done = [replace(one, q=float(q)) for one, q in zip(found, corrected, strict=True)]
    return sorted(done, key=lambda one: (one.q >= 0.05, -abs(one.effect), one.q, one.kind, one.name, json.dumps(one.value)))


def _of_shares(shares: Sequence[Share], sizes: tuple[int, int]) -> list[Finding]:
    if not shares:
        return []
    a, b = (np.array([getattr(one, side) for one in shares], np.int64) for side in ("a", "b"))
    na, nb = (np.full(len(shares), size, np.int64) for size in sizes)
    small = statistics.needs_fisher(a, na, b, nb)
    p = statistics.two_proportions(a, na, b, nb)
    for n in np.flatnonzero(small):
        p[n] = statistics.fisher_exact(int(a[n]), sizes[0], int(b[n]), sizes[1])
    effect, odds = statistics.cohens_h(a / na, b / nb), statistics.log_odds(a, na, b, nb)
    return [
        Finding(
            kind=one.kind,
            name=one.name,
            value=json.loads(one.value) if one.value else None,
            is_item=one.is_item,
            a=Side(people=sizes[0], count=one.a),
            b=Side(people=sizes[1], count=one.b),
            difference=one.a / sizes[0] - one.b / sizes[1],
            effect=float(effect[n]),
            log_odds=float(odds[n]),
            test="fisher" if small[n] else "two_proportions",
            p=float(p[n]),
            q=1.0,
        )
        for n, one in enumerate(shares)
    ]


def _of_sums(sums: Sequence[Sums]) -> list[Finding]:
    if not sums:
        return []
    (na, ma, va), (nb, mb, vb) = (_moments([getattr(one, side) for one in sums]) for side in ("a", "b"))
    p = statistics.welch(ma, va, na, mb, vb, nb)
    effect = statistics.standardised_difference(ma, va, mb, vb)
    return [
        Finding(
            kind=one.kind,
            name=one.name,
            value=None,
            is_item=False,
            a=Side(people=int(na[n]), mean=float(ma[n]), deviation=float(np.sqrt(va[n]))),
            b=Side(people=int(nb[n]), mean=float(mb[n]), deviation=float(np.sqrt(vb[n]))),
            difference=float(ma[n] - mb[n]),
            effect=float(effect[n]),
            log_odds=None,
            test="welch",
            p=float(p[n]),
            q=1.0,
        )
        for n, one in enumerate(sums)
    ]


def _moments(sums: Sequence[tuple[int, float, float]]) -> tuple[statistics.Counts, statistics.Floats, statistics.Floats]:
    """(how many, mean, variance of the sample) of each."""
    size = np.array([n for n, _, _ in sums], np.int64)
    total, squares = (np.array([one[place] for one in sums], np.float64) for place in (1, 2))
    mean = total / size
    variance = np.maximum(squares - total * mean, 0.0) / (size - 1)
    # What is left of equal numbers after rounding is no variance.
    return size, mean, np.where(variance > 1e-12 * (squares / size), variance, 0.0)


def _constant(one: Sums) -> bool:
    """Whether everybody on both sides has the same number: there is no difference to test."""
    (_, mean, variance) = _moments([one.a, one.b])
    return not variance.any() and mean[0] == mean[1]
