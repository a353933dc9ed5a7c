"""Which picture stands for paths, RFM, attribution and intervals where there is room for one only? The largest flows, the grid, bars."""

from collections.abc import Mapping
from typing import Any, Final

from uems.kpis.dashboards.summary import SummaryLine, SummaryPicture, SummaryText, group_name, said

FLOWS: Final = 8
"""Links of paths that are drawn."""
CHANNELS: Final = 8
_SCORES: Final = (5, 4, 3, 2, 1)
_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
"""Signs that are the same in both languages."""


def flows(data: Mapping[str, Any]) -> SummaryPicture | None:
    """The links with the most paths, the largest first."""
    links = sorted(data["links"], key=lambda one: -one["paths"])[:FLOWS]
    if not links:
        return None
    ticks = [f"{_place(one['from'])} → {_place(one['to'])}" for one in links]
    line = SummaryLine(name=said("路径数", "Paths"), values=[one["paths"] for one in links])
    return SummaryPicture(kind="flows", ticks=ticks, days=False, unit="count", lines=[line])


def _place(name: str | None) -> str:
    return "…" if name is None else name


def rfm_grid(data: Mapping[str, Any], names: Mapping[str, SummaryText]) -> SummaryPicture | None:
    """How many people there are at each score: how lately from above, how often from the left; the best corner is above on the right."""
    if not data["people"]:
        return None
    at = {(one["r"], one["f"]): one for one in data["grid"]}
    frequencies = _SCORES[::-1]
    lines = [
        SummaryLine(
            name=said(f"R{recency}", f"R{recency}"),
            values=[at[recency, often]["people"] for often in frequencies],
            texts=[names[at[recency, often]["segment"]] for often in frequencies],
        )
        for recency in _SCORES
    ]
    return SummaryPicture(kind="heat", ticks=[f"F{often}" for often in frequencies], days=False, unit="people", lines=lines)


def credits(data: Mapping[str, Any], models: Mapping[str, tuple[str, str]]) -> SummaryPicture | None:
    """The conversions that each model gives each channel: a group of bars for a channel, a bar for a model."""
    channels = data["channels"][:CHANNELS]
    if not channels:
        return None
    names = [group_name(one["channel"]) for one in channels]
    lines = [
        SummaryLine(name=said(*models[model]), values=[one["models"][model]["conversions"] for one in channels]) for model in data["models"]
    ]
    return SummaryPicture(kind="bars", ticks=[one.en for one in names], words=names, days=False, unit="ratio", lines=lines)


def time_spread(data: Mapping[str, Any]) -> SummaryPicture | None:
    """How many intervals fell into each bin, from the first to the last that holds one; a tick is the lower edge of its bin."""
    counts = data["lines"][0]["histogram"] if data["lines"] else []
    held = [place for place, count in enumerate(counts) if count]
    if not held:
        return None
    shown = range(held[0], held[-1] + 1)
    ticks = [f"≥{edge}" if place == len(counts) - 1 else edge for place in shown for edge in [_edge(data["bins"][place])]]
    line = SummaryLine(name=said("间隔次数", "Intervals"), values=[counts[place] for place in shown])
    return SummaryPicture(kind="bars", ticks=ticks, days=False, unit="count", lines=[line])


def _edge(seconds: float) -> str:
    size, sign = next((one for one in _UNITS if seconds >= one[0]), _UNITS[-1])
    return f"{seconds / size:g} {sign}"
