"""Who was exposed to an experiment, when first, and to which of its arms? The one place that says so; all results start from it.

An exposure is an event ``Experiment Viewed`` (what flag clients' tracking callbacks send, by Segment's words) or ``experiment.exposed``
(what the server tells: of its own evaluations, of flows that part people by chance, of campaigns with variants), with ``experiment_id``
and ``variation_id`` (or ``experimentId`` and ``variationId``). A design may name other events and properties, tell arms by their place,
and keep traits of the first exposure. A person counts once, from the first one on, as who they are now, however ids were merged since.
Whoever was seen in several arms is in none: ``SEVERAL``; whoever was seen only in arms that nobody defined: ``UNKNOWN``. Both are
counted, and neither is compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from uems.journeys import api as journeys
from uems.kernel.sql import Sql, ident, join, json_path

EXPOSED: Final = "experiment.exposed"
EVENTS: Final = ("Experiment Viewed", EXPOSED)
_OTHER_NAMES: Final = {"experiment_id": "experimentId", "variation_id": "variationId"}
"""As some clients write them."""
SEVERAL: Final = 254
UNKNOWN: Final = 255
INSTANT: Final = Sql("toUnixTimestamp64Milli(ts)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposures:
    """Which events say that somebody was exposed. arms: the keys; an arm may also be told by its place, 0 for the first.

    start, end: exposures in [start, end) count. traits: name → column of the event of the first exposure that is kept of it.
    entry: instead of exposures, whoever does this is in the first arm from then on; for looking back at days without an experiment.
    """

    experiment_id: str
    arms: Sequence[str]
    start: datetime
    end: datetime
    events: Sequence[str] = EVENTS
    id_property: str = "experiment_id"
    arm_property: str = "variation_id"
    traits: Mapping[str, journeys.Dimension] = field(default_factory=dict)
    entry: journeys.Step | None = None


def exposed_sql(query: journeys.Query, wanted: Exposures) -> Sql:
    """A subquery of everybody who was exposed: person, f (milliseconds of the first exposure), arm (UInt8), and each of the traits."""
    if wanted.entry is not None:
        rows = query.events_sql({"t": INSTANT}, query.step_sql(wanted.entry), wanted.start, wanted.end)
        return Sql(f"(SELECT person, min(t) AS f, toUInt8(0) AS arm FROM {rows} GROUP BY person)")
    names = query.bind(list(wanted.events), "Array(String)")
    asked = property_sql(wanted.id_property)
    codes = arm_codes(wanted.arms)
    words = query.bind(list(codes), "Array(String)")
    numbers = query.bind(list(codes.values()), "Array(UInt8)")
    told = property_sql(wanted.arm_property)
    where = Sql(f"event IN {names} AND {asked} = {query.bind(wanted.experiment_id, 'String')} AND {told} != ''")
    columns = {"t": INSTANT, "a": Sql(f"transform({told}, {words}, {numbers}, toUInt8({UNKNOWN}))")}
    columns |= {f"of_{name}": query.text_sql(dimension) for name, dimension in wanted.traits.items()}
    rows = query.events_sql(columns, where, wanted.start, wanted.end)
    # Of two exposures in one millisecond the one with the smaller text counts, so that the answer is the same each time. As one text,
    # the instant in front: comparing pairs takes three times as long.
    kept = [
        Sql(f", substring(min(concat(leftPad(toString(t), 15, '0'), {ident(f'of_{name}')})), 16) AS {ident(name)}")
        for name in wanted.traits
    ]
    arm = Sql(f"if(min(a) = max(a), min(a), toUInt8({SEVERAL}))")
    return Sql(f"(SELECT person, min(t) AS f, {arm} AS arm{join(Sql(''), kept)} FROM {rows} GROUP BY person)")


def property_sql(name: str) -> Sql:
    """A property that is a text or a whole number, as text, also under the other name that clients give it; "" for none."""
    found = Sql("''")
    for one in (_OTHER_NAMES[name], name) if name in _OTHER_NAMES else (name,):
        path = json_path(Sql("properties"), one)
        # The value is read once for both types, and all but the text is worked out only where there is no text: a third of the time.
        text, number = Sql(f"dynamicElement({path}, 'String')"), Sql(f"toString(dynamicElement({path}, 'Int64'))")
        found = Sql(f"if(isNotNull({text}), assumeNotNull({text}), ifNull({number}, {found}))")
    return found


def arm_codes(arms: Sequence[str]) -> dict[str, int]:
    """What an exposure may call an arm → its place: the key, or the place itself where no other arm has that for a key."""
    places = {str(place): place for place in range(len(arms))}
    return places | {arm: place for place, arm in enumerate(arms)}
