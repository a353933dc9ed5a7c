"""What is said of one place of a map: how many touch it, go on, stay and leave? Sums over parts of the people, which add up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from uems.journeys.reports._arrays import firsts
from uems.journeys.reports._touches import Rows, Touches, people_of

Of: TypeAlias = Literal["people", "onward", "lost", "onward_stage", "lost_stage", "visited", "ended", "dwelled"]
_NONE: Final[Rows] = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A touchpoint, a stage, or the whole map, by the bits of its touchpoints. to, to_stage: where people go on to; 0: nowhere."""

    bits: int
    to: int = 0
    to_stage: int = 0
    has_visits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """series: (events, people) of each bucket, shape (2, buckets). onward, onward_stage: milliseconds of each person who went on.
    dwell: milliseconds of each touch of which it is known; dwelled: their people."""

    events: int
    people: int
    series: npt.NDArray[np.int64]
    onward: Rows
    onward_stage: Rows
    visits: int
    visited: int
    ended: int
    ended_people: int
    dwell: Rows
    dwelled: int


def figures(touches: Touches, place: Place, edges: Rows) -> Figures:
    """Of some people. edges: the first instant of each bucket, in milliseconds."""
    rows = touches.rows(place.bits)
    visits = touches.visits(place.bits) if place.has_visits else _NONE
    ended = touches.ended(place.bits) if place.has_visits else _NONE
    stayed, dwell = touches.dwell(place.bits) if place.has_visits else (_NONE, _NONE)
    return Figures(
        events=len(rows),
        people=len(people_of(touches, rows)),
        series=_series(touches, rows, edges),
        onward=_taken(touches, place.bits, place.to),
        onward_stage=_taken(touches, place.bits, place.to_stage),
        visits=len(visits),
        visited=len(people_of(touches, visits)),
        ended=len(ended),
        ended_people=len(people_of(touches, ended)),
        dwell=dwell,
        dwelled=len(people_of(touches, stayed)),
    )


def _taken(touches: Touches, bits: int, to: int) -> Rows:
    if not to:
        return _NONE
    rows, after = touches.onward(bits, to)
    return np.asarray(touches.at[after] - touches.at[rows], np.int64)


def bucket_of_rows(touches: Touches, rows: Rows, edges: Rows) -> Rows:
    """The place of each touch's bucket."""
    return np.searchsorted(edges, touches.at[rows], "right") - 1


def _series(touches: Touches, rows: Rows, edges: Rows) -> npt.NDArray[np.int64]:
    place = bucket_of_rows(touches, rows, edges)
    events = np.bincount(place, minlength=len(edges))
    # Rows are in order of person and time, so a person's rows of one bucket stand side by side.
    each = firsts(touches.person[rows].astype(np.int64) * len(edges) + place) if len(rows) else rows
    return np.stack([events, np.bincount(place[each], minlength=len(edges))])


def added(parts: Sequence[Figures]) -> Figures:
    """The figures of all people together; every person is in one part."""
    return Figures(
        events=sum(one.events for one in parts),
        people=sum(one.people for one in parts),
        series=np.sum([one.series for one in parts], axis=0),
        onward=np.concatenate([one.onward for one in parts]),
        onward_stage=np.concatenate([one.onward_stage for one in parts]),
        visits=sum(one.visits for one in parts),
        visited=sum(one.visited for one in parts),
        ended=sum(one.ended for one in parts),
        ended_people=sum(one.ended_people for one in parts),
        dwell=np.concatenate([one.dwell for one in parts]),
        dwelled=sum(one.dwelled for one in parts),
    )


def people_behind(touches: Touches, place: Place, of: Of, bucket: int | None, edges: Rows) -> npt.NDArray[np.uint64]:
    """Whom a figure counts, of some people: sorted, each once."""
    if of in ("people", "lost", "lost_stage"):
        rows = touches.rows(place.bits)
        if bucket is not None:
            rows = rows[bucket_of_rows(touches, rows, edges) == bucket]
        found = people_of(touches, rows)
        if of == "people":
            return found
        gone = people_of(touches, touches.onward(place.bits, place.to if of == "lost" else place.to_stage)[0])
        return np.setdiff1d(found, gone, assume_unique=True)
    if of in ("onward", "onward_stage"):
        return people_of(touches, touches.onward(place.bits, place.to if of == "onward" else place.to_stage)[0])
    rows = {"visited": touches.visits, "ended": touches.ended}[of](place.bits) if of != "dwelled" else touches.dwell(place.bits)[0]
    return people_of(touches, rows)


def shown(place: Place, found: Figures, buckets: Sequence[str]) -> dict[str, Any]:
    """The figures as JSON; a rate, median or average of nothing is null."""
    told: dict[str, Any] = {
        "people": found.people,
        "events": found.events,
        "onward": _onward(found.people, found.onward) if place.to else None,
        "onward_stage": _onward(found.people, found.onward_stage) if place.to_stage else None,
        "series": [
            {"bucket": bucket, "events": int(events), "people": int(people)}
            for bucket, events, people in zip(buckets, *found.series.tolist(), strict=True)
        ],
    }
    if place.has_visits:
        told["visits"] = {
            "visits": found.visits,
            "people": found.visited,
            "ended": found.ended,
            "ended_people": found.ended_people,
            "bounce_rate": found.ended / found.visits if found.visits else None,
        }
        told["dwell"] = {
            "touches": len(found.dwell),
            "people": found.dwelled,
            "median_seconds": _median(found.dwell),
            "average_seconds": float(found.dwell.mean()) / 1000 if len(found.dwell) else None,
        }
        told["sentiment"] = {"value": None, "reason": "not_measured"}
    return told


def _onward(people: int, taken: Rows) -> dict[str, Any]:
    share = len(taken) / people if people else None
    return {"people": len(taken), "lost": people - len(taken), "conversion": share, "median_seconds": _median(taken)}


def _median(ms: Rows) -> float | None:
    return float(np.median(ms)) / 1000 if len(ms) else None
