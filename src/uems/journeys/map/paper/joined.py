"""What of an answer is drawn? The numbers of every stage and touchpoint, those of the stretch before, and the scale of the picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Onward:
    """Who went on to ``to``, and who did not. seconds: the median."""

    to: str
    people: int
    lost: int
    share: float | None
    seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A stage or a touchpoint. before: its people of the stretch before. series: its people by day, week or month."""

    key: str
    name: str
    people: int
    before: int | None
    onward: Onward | None
    series: Sequence[int]
    channels: Sequence[str] = ()
    dwell_seconds: float | None = None
    bounce: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One stage with its touchpoints."""

    stage: Place
    points: Sequence[Place]


def columns_of(data: Mapping[str, Any]) -> list[Column]:
    """The answer of the report ``journey_map``, stage by stage."""
    past: dict[str, int] = {}
    for stage in (data["previous"] or {"stages": []})["stages"]:
        past |= {stage["key"]: stage["people"], **{point["key"]: point["people"] for point in stage["touchpoints"]}}

    def place(numbers: Mapping[str, Any]) -> Place:
        key = numbers["key"]
        dwell, visits = numbers.get("dwell"), numbers.get("visits")
        return Place(
            key=key,
            name=numbers["name"],
            people=numbers["people"],
            before=past.get(key),
            onward=_onward(numbers["onward"]),
            series=[one["people"] for one in numbers["series"]],
            channels=numbers.get("channels", ()),
            dwell_seconds=dwell["median_seconds"] if dwell else None,
            bounce=visits["bounce_rate"] if visits else None,
        )

    stages = data["period"]["stages"]
    return [Column(stage=place(stage), points=[place(point) for point in stage["touchpoints"]]) for stage in stages]


def _onward(told: Mapping[str, Any] | None) -> Onward | None:
    if told is None or told["to"] is None:
        return None
    return Onward(to=told["to"], people=told["people"], lost=told["lost"], share=told["conversion"], seconds=told["median_seconds"])


def most(columns: Sequence[Column]) -> int:
    """The most people that any bar or band of the river stands for."""
    return max([0, *(one.stage.people for one in columns), *(one.stage.onward.people for one in columns if one.stage.onward)])
