"""How long do the ties and the ladder of a million people take? Ninety days of events, scored, judged, written as tags, and placed."""

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from bench.rows import Row
from bench.segments import NOW
from uems import app
from uems.access import api as access
from uems.access.api import Caller, Workspaces
from uems.identity.api import Resolver
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.kernel.sql import Param, Sql
from uems.superusers import api as superusers

_EVENTS_EACH: Final = 20
_PORTION: Final = 1_000_000
_PEOPLE_A_STATEMENT: Final = 10_000
WANTED_SECONDS: Final = 60.0

# Half a year; some people come often and some once; messages are sent to them, and some orders are paid back.
_FILL: Final = Sql(
    "INSERT INTO events (workspace_id, person_id, node_id, type, event, ts, day, received_at, message_id, user_id, active,"
    " channel, revenue_minor, currency, properties, log_offset, log_index)"
    " SELECT {workspace:UInt32}, toUInt64(1 + floor({people:UInt64} * pow((cityHash64(n) % 1000000) / 1000000., 2))) AS p, p, 'track',"
    " ['Product Viewed', 'Product Viewed', 'Product Viewed', 'Product Added', 'Products Searched', 'Order Completed', 'Order Refunded',"
    " 'Coupon Redeemed', 'message.sent', 'Product Reviewed'][1 + cityHash64(n, 1) % 10] AS e,"
    " toDateTime64({end:DateTime64(3, 'UTC')}, 3, 'UTC') - toIntervalMillisecond(cityHash64(n, 2) % 17280000000) AS t, toDate(t), t,"
    " concat('fill-', toString(n)), concat('user-', toString(p)), e != 'message.sent', 'server',"
    " multiIf(e = 'Order Completed', toInt64(500 + cityHash64(n, 3) % 20000), e = 'Order Refunded', -500, NULL),"
    " if(e IN ('Order Completed', 'Order Refunded'), 'USD', ''),"
    " concat('{\"category\":\"c', toString(cityHash64(n, 4) % 20), '\"}')::JSON, {first:UInt64}, toUInt32(number)"
    " FROM (SELECT number, number + {first:UInt64} AS n FROM numbers({portion:UInt64}))"
)


def ties_case(people: int) -> Callable[[], list[Row]]:
    """The first night, with months of the past, the night after it, and the ladder."""

    def measure() -> list[Row]:
        with tempfile.TemporaryDirectory(prefix="uems-bench-") as folder:
            house = app.build(Settings(home=Path(folder)))
            try:
                return _measured(house, _filled(house, people), people)
            finally:
                house.close()

    return measure


def _measured(house: House, scope: Scope, people: int) -> list[Row]:
    began = time.perf_counter()
    first = superusers.make_ties(house, scope, superusers.TieSettings(), None, NOW, _silent)
    whole = time.perf_counter() - began
    began = time.perf_counter()
    superusers.make_ties(house, scope, superusers.TieSettings(), first, NOW + timedelta(days=1), _silent)
    again = time.perf_counter() - began
    began = time.perf_counter()
    superusers.make_ladder(house, scope, superusers.LadderSettings(), NOW + timedelta(days=1), _silent)
    ladder = time.perf_counter() - began
    # What is wanted is of a million people.
    wanted = WANTED_SECONDS * people / 1_000_000
    note = f"{first['people']:,} seen within the window"
    return [
        Row(what=f"ties, {people:,} people, the first night", figure=f"{whole:.1f} s", wanted="as it comes", met=None, note=note),
        Row(
            what=f"ties and ladder, {people:,} people, every night",
            figure=f"{again + ladder:.1f} s",
            wanted=f"< {wanted:.0f} s",
            met=again + ladder < wanted,
            note=f"ties {again:.1f} s, ladder {ladder:.1f} s",
        ),
    ]


def _silent(step: str, progress: float) -> None:
    """Nobody looks on."""


def _filled(house: House, people: int) -> Scope:
    caller = Caller(actor=access.operator(), now=datetime.now(UTC))
    made = access.create_workspace(house.store, caller, slug="ties", name="Ties", zone="UTC", currency="USD")
    scope = Workspaces(house.store).scope(made.workspace_id)
    assert scope is not None
    resolver = Resolver(house.store, house.warehouse)
    for start in range(0, people, _PEOPLE_A_STATEMENT):
        pairs = [(f"user-{n + 1}", "") for n in range(start, min(people, start + _PEOPLE_A_STATEMENT))]
        resolver.resolve(scope, pairs, [], NOW)
    resolver.flush(NOW)
    for first in range(0, people * _EVENTS_EACH, _PORTION):
        portion = min(_PORTION, people * _EVENTS_EACH - first)
        params: dict[str, Param] = {"workspace": scope.workspace_id, "people": people, "end": NOW, "first": first, "portion": portion}
        house.warehouse.execute(_FILL, params)
    return scope
