"""What do overlap, comparison, distribution and movement look like over HTTP?"""

from datetime import date, datetime
from math import isfinite
from typing import Any

from uems.kernel.edge import Body
from uems.segments.model import Segment, State
from uems.segments.understanding.comparison import Comparison, Finding, Side, TestName
from uems.segments.understanding.distribution import Distribution, Numbers, Of
from uems.segments.understanding.evidence import Kind
from uems.segments.understanding.movement import Basis, Movement
from uems.segments.understanding.overlap import Overlap


class NamedSegment(Body):
    """A segment in an answer. state: while it is building, its members are those of before."""

    key: str
    name: str
    state: State
    size: int

    @staticmethod
    def of(one: Segment, size: int | None = None) -> "NamedSegment":
        return NamedSegment(key=one.key, name=one.name, state=one.state, size=one.size if size is None else size)


class CombinationBody(Body):
    """People who are in exactly these segments, and in no other of those asked for."""

    segments: list[str]
    size: int


class OverlapBody(Body):
    """combinations: the largest first; with ``nowhere`` they add up to ``total``, everybody there is."""

    segments: list[NamedSegment]
    combinations: list[CombinationBody]
    nowhere: int
    total: int
    asked_at: datetime

    @staticmethod
    def of(found: Overlap, now: datetime) -> "OverlapBody":
        return OverlapBody(
            segments=[NamedSegment.of(one, size) for one, size in zip(found.segments, found.sizes, strict=True)],
            combinations=[CombinationBody(segments=list(one.keys), size=one.size) for one in found.combinations],
            nowhere=found.nowhere,
            total=found.total,
            asked_at=now,
        )


class SideBody(Body):
    """count of people have it (share), or so many people have a number with this mean and standard deviation."""

    people: int
    count: int | None
    share: float | None
    mean: float | None
    deviation: float | None

    @staticmethod
    def of(side: Side) -> "SideBody":
        return SideBody(people=side.people, count=side.count, share=side.share, mean=side.mean, deviation=side.deviation)


class FindingBody(Body):
    """One thing that was counted on both sides.

    effect: Cohen's h of shares, the standardised difference of means; null where neither side varies and the means differ.
    log_odds: of shares. q: p corrected for all that was tested (Benjamini and Hochberg). condition: who has it, to make a segment
    of; null for numbers.
    """

    kind: Kind
    name: str
    value: Any
    is_item: bool
    a: SideBody
    b: SideBody
    difference: float
    effect: float | None
    log_odds: float | None
    test: TestName
    p: float
    q: float
    condition: dict[str, Any] | None

    @staticmethod
    def of(one: Finding, first: date, last: date) -> "FindingBody":
        return FindingBody(
            kind=one.kind,
            name=one.name,
            value=one.value,
            is_item=one.is_item,
            a=SideBody.of(one.a),
            b=SideBody.of(one.b),
            difference=one.difference,
            effect=one.effect if isfinite(one.effect) else None,
            log_odds=one.log_odds,
            test=one.test,
            p=one.p,
            q=one.q,
            condition=_condition(one, first, last),
        )


def _condition(one: Finding, first: date, last: date) -> dict[str, Any] | None:
    if one.test == "welch":
        return None
    if one.kind == "event":
        within = {"op": "between", "value": [first.isoformat(), last.isoformat()]}
        return {"did": {"events": [one.name], "within": within}}
    if one.value is None:
        return {one.kind: {"name": one.name, "op": "is_set"}}
    return {one.kind: {"name": one.name, "op": "list_contains" if one.is_item else "equals", "value": one.value}}


class ComparisonBody(Body):
    """a: the segment; b: the other one, or everybody else. both: people of both segments, who are on neither side.

    findings: the strongest first, those that may be chance (q of 0.05 and more) last. tested: how many there are in all.
    """

    segment: NamedSegment
    other: NamedSegment | None
    people_a: int
    people_b: int
    both: int
    first_day: date
    last_day: date
    zone: str
    tested: int
    findings: list[FindingBody]

    @staticmethod
    def of(found: Comparison, zone: str) -> "ComparisonBody":
        return ComparisonBody(
            segment=NamedSegment.of(found.one),
            other=NamedSegment.of(found.other) if found.other else None,
            people_a=found.sizes[0],
            people_b=found.sizes[1],
            both=found.both,
            first_day=found.first_day,
            last_day=found.last_day,
            zone=zone,
            tested=found.tested,
            findings=[FindingBody.of(one, found.first_day, found.last_day) for one in found.findings],
        )


class ValueBody(Body):
    value: Any
    people: int


class BinBody(Body):
    """From ``low`` on, below ``high``; in the last bin ``high`` is in too."""

    low: float
    high: float
    people: int


class NumbersBody(Body):
    """Of those who have a number."""

    people: int
    mean: float
    deviation: float | None
    low: float
    p5: float
    p25: float
    median: float
    p75: float
    p95: float
    high: float
    bins: list[BinBody]

    @staticmethod
    def of(one: Numbers) -> "NumbersBody":
        bins = [BinBody(low=each.low, high=each.high, people=each.people) for each in one.bins]
        return NumbersBody(
            people=one.people,
            mean=one.mean,
            deviation=one.deviation,
            low=one.low,
            p5=one.p5,
            p25=one.p25,
            median=one.median,
            p75=one.p75,
            p95=one.p95,
            high=one.high,
            bins=bins,
        )


class DistributionBody(Body):
    """known of people have a value. values: the most frequent of ``distinct`` different ones; items of lists one by one."""

    of: Of
    name: str
    segment: NamedSegment | None
    people: int
    known: int
    distinct: int
    values: list[ValueBody]
    numbers: NumbersBody | None

    @staticmethod
    def of_found(found: Distribution) -> "DistributionBody":
        return DistributionBody(
            of=found.of,
            name=found.name,
            segment=NamedSegment.of(found.segment) if found.segment else None,
            people=found.people,
            known=found.known,
            distinct=found.distinct,
            values=[ValueBody(value=one.value, people=one.people) for one in found.values],
            numbers=NumbersBody.of(found.numbers) if found.numbers else None,
        )


class FlowBody(Body):
    """So many people were in ``source`` at moment number ``step`` (from 0) and in ``target`` at the next; "" is nowhere."""

    step: int
    source: str
    target: str
    people: int


class MovementBody(Body):
    """moments: the starts of the weeks and the end. sizes: at each moment, state → people. basis: "recorded" as it happened, or
    "computed" by the definition of today from what had happened by then.
    """

    moments: list[datetime]
    states: list[str]
    sizes: list[dict[str, int]]
    flows: list[FlowBody]
    basis: Basis
    zone: str

    @staticmethod
    def of(found: Movement, zone: str) -> "MovementBody":
        return MovementBody(
            moments=list(found.moments),
            states=list(found.states),
            sizes=list(found.sizes),
            flows=[FlowBody(step=one.step, source=one.source, target=one.target, people=one.people) for one in found.flows],
            basis=found.basis,
            zone=zone,
        )
