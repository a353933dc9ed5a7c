"""Which shop do the reports look at? Ninety days of visits, made by the engine from nothing but numbers, so the same each time.

A visit takes one way through the shop: a page, then as far down the six steps as this visitor goes, with looking around between.
A fifth of the people make three quarters of the visits; a third were there before the first day, the others come day by day, and
all come less often as time passes. Since ``BROKEN_SINCE`` half of those who get to the payment in Safari on a phone are stuck.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Final

from uems.identity.api import Resolver
from uems.journeys.rebuild import BEGINNING, rebuild
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql

ZONE: Final = "America/New_York"
FIRST, LAST = date(2026, 1, 1), date(2026, 3, 31)
NOW: Final = datetime(2026, 4, 1, 12, tzinfo=UTC)
BROKEN_SINCE: Final = date(2026, 3, 10)
STEPS: Final = ("Page Viewed", "Product Viewed", "Product Added", "Checkout Started", "Payment Entered", "Order Completed")
EVENTS_A_VISIT: Final = 8
"""On average; the number of events is a multiple of 64."""
_PORTION: Final = 2_000_000
_PEOPLE_A_STATEMENT: Final = 10_000

_START, _END = "toDateTime64('2026-01-01 05:00:00', 3, 'UTC')", "toDateTime64('2026-04-01 04:00:00', 3, 'UTC')"
_SPAN_MS: Final = (90 * 24 - 1) * 3_600_000
"""The clocks went forward in March."""


def _hash(number: int) -> str:
    return f"cityHash64(v, {number})"


def _share(number: int, of: str = "v") -> str:
    """A number from 0 to 1, one for each visit (or person)."""
    return f"(bitShiftRight(cityHash64({of}, {number}), 11) / 9007199254740992.)"


def _one_of(names: tuple[str, ...], number: int, of: str) -> str:
    """One of the names, the first ones more often."""
    return f"[{', '.join(repr(name) for name in names)}][1 + toUInt32(floor({len(names)} * pow({_share(number, of)}, 2)))]"


_COUNTRIES = ("US", "CN", "DE", "GB", "FR", "JP", "BR", "IN", "CA", "AU")
_LOCALES = ("en-US", "zh-CN", "de-DE", "en-GB", "fr-FR", "ja-JP", "pt-BR", "en-IN", "en-CA", "en-AU")
_SOURCES = ("google", "newsletter", "facebook", "wechat", "partner", "tiktok", "bing", "xiaohongshu", "reddit", "podcast")
_ELSE = (
    *["Page Viewed"] * 7,
    *["Product Viewed"] * 3,
    *["Page Scrolled"] * 3,
    *["Search Used"] * 3,
    *["Review Read", "Coupon Viewed", "Video Played", "Wishlist Added"],
)

# Once a visit: whose it is, when, how long, how far. The `WITH` of one level may not use what the same level names, hence the levels.
_VISITS: Final = (
    "SELECT *, if(slow AND depth >= 4 AND begins >= {broken:DateTime64(3, 'UTC')} AND cityHash64(v, 20) % 2 = 0, 3, depth) AS goes FROM ("
    f"SELECT *, least(multiIf({_share(4)} < 0.28, 0, {_share(4)} < 0.68, 1, {_share(4)} < 0.85, 2, {_share(4)} < 0.92, 3,"
    f" {_share(4)} < 0.94, 4, 5), long - 1) AS depth,"
    f" {_START} + toIntervalMillisecond(toInt64(came + ({_SPAN_MS} - 3600000 - came) * pow({_share(3)}, 1.3))) AS begins,"
    " device = 'mobile' AND browser = 'Safari' AS slow FROM ("
    "SELECT *, greatest(0., (p / {people:UInt64} - 0.35) / 0.65) * 88 * 86400000 AS came,"
    f" if({_hash(5)} % 8 = 0, ['mobile', 'desktop', 'tablet'][1 + {_hash(6)} % 3], {_one_of(('mobile', 'desktop', 'tablet'), 7, 'p')})"
    " AS device,"
    " multiIf(device = 'desktop', ['Windows', 'macOS'][1 + cityHash64(p, 8) % 2], ['Android', 'iOS'][1 + cityHash64(p, 8) % 2]) AS os,"
    " if(os IN ('iOS', 'macOS'), 'Safari', ['Chrome', 'Edge', 'Firefox'][1 + cityHash64(p, 9) % 3]) AS browser"
    " FROM (SELECT v, [1, 2, 4, 5, 8, 10, 14, 20][1 + v % 8] AS long,"
    f" toUInt64(if({_hash(1)} % 4 != 0, 5 * (1 + floor(intDiv({{people:UInt64}}, 5) * pow({_share(2)}, 1.3))),"
    f" 1 + floor({{people:UInt64}} * pow({_share(2)}, 1.1)))) AS p"
    " FROM (SELECT number + {first:UInt64} AS v FROM numbers({visits:UInt64})))))"
)

_FILL: Final = Sql(
    "INSERT INTO events (workspace_id, person_id, node_id, type, event, ts, day, received_at, message_id, user_id, session_hint, active,"
    " channel, url, path, title, referrer, utm_source, utm_medium, utm_campaign, utm_term, utm_content, device, os, browser, country,"
    " locale, library, revenue_minor, currency, properties, log_offset, log_index)"
    " SELECT {workspace:UInt32}, p, p, if(e = 'Page Viewed', 'page', 'track'), e, t, toDate(t, {zone:String}), t,"
    " concat('m-', toString(v), '-', toString(i)), concat('user-', toString(p)), concat('s-', toString(v)), true,"
    " if(device = 'desktop', 'web', if(cityHash64(p, 10) % 3 = 0, 'mobile', 'web')),"
    " concat('https://shop.example', place), place, concat('Shop ', place),"
    " if(i = 0 AND utm = '', ['', 'https://www.google.com/', 'https://news.example/a'][1 + cityHash64(v, 11) % 3], ''),"
    " utm, if(utm = '', '', ['cpc', 'email', 'social'][1 + cityHash64(v, 12) % 3]),"
    " if(utm = '', '', concat('campaign-', toString(cityHash64(v, 13) % 12))),"
    " if(utm = '', '', ['', 'shoes', 'gifts', 'sale'][1 + cityHash64(v, 14) % 4]),"
    " if(utm = '', '', ['a', 'b', 'c'][1 + cityHash64(v, 15) % 3]),"
    f" device, os, browser, {_one_of(_COUNTRIES, 16, 'p')}, {_one_of(_LOCALES, 16, 'p')}, ['uems-js', 'uems-ios'][1 + (os = 'iOS')],"
    " if(e = 'Order Completed', toInt64(500 + cityHash64(v, i, 17) % 20000), NULL), if(e = 'Order Completed', 'USD', ''),"
    " if(e IN ('Page Viewed', 'Page Scrolled', 'Search Used'), '{}',"
    ' concat(\'{"category":"c\', toString(cityHash64(v, 18) % 10),'
    " '\",\"variant\":\"', ['a', 'b'][1 + cityHash64(p, 19) % 2],"
    " '\",\"band\":\"', ['low', 'middle', 'high'][1 + cityHash64(v, i, 21) % 3], '\"}'))::JSON, v * 32 + i, 0"
    " FROM (SELECT *, begins + toIntervalMillisecond(i * 25000 + cityHash64(v, i, 22) % 20000) AS t,"
    " intDiv(i * (goes + 1), long) AS stage, intDiv((toInt32(i) - 1) * (goes + 1), long) AS earlier,"
    f" if({_share(23)} < 0.4, {_one_of(_SOURCES, 24, 'v')}, '') AS utm,"
    f" multiIf(i = 0, 'Page Viewed', stage > earlier, [{', '.join(repr(name) for name in STEPS)}][1 + stage],"
    f" [{', '.join(repr(name) for name in _ELSE)}][1 + cityHash64(v, i, 25) % {len(_ELSE)}]) AS e,"
    " concat('/p/', toString(toUInt32(floor(400 * pow(cityHash64(v, i, 26) % 10007 / 10007., 3))))) AS place"
    f" FROM (SELECT *, arrayJoin(range(toUInt64(long))) AS i FROM ({_VISITS})))"
)


def fill(house: House, scope: Scope, events: int, people: int) -> None:
    """Store people, events and sessions as the pipeline and the room of sessions would have; wait until the engine is at rest."""
    params: dict[str, Param] = {"workspace": scope.workspace_id, "people": people, "zone": ZONE}
    params["broken"] = datetime(BROKEN_SINCE.year, BROKEN_SINCE.month, BROKEN_SINCE.day, 4, tzinfo=UTC)
    visits, portion = events // EVENTS_A_VISIT, _PORTION // EVENTS_A_VISIT

    def store(first: int) -> None:
        house.warehouse.execute(_FILL, {**params, "first": first, "visits": min(portion, visits - first)})

    with ThreadPoolExecutor(3) as threads:
        known = threads.submit(_people, house, scope, people)
        list(threads.map(store, range(0, visits, portion)))
        known.result()
    _sessions(house, scope, people)
    settle(house)


def _people(house: House, scope: Scope, people: int) -> None:
    resolver = Resolver(house.store, house.warehouse)
    for first in range(1, people + 1, 50_000):
        resolver.resolve(scope, [(f"user-{n}", "") for n in range(first, min(first + 50_000, people + 1))], [], NOW)
    resolver.flush(NOW)


def _sessions(house: House, scope: Scope, people: int) -> None:
    """Everybody's, by the statement of the room itself."""
    parts = [range(first, min(first + _PEOPLE_A_STATEMENT, people + 1)) for first in range(1, people + 1, _PEOPLE_A_STATEMENT)]
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda part: rebuild(house, scope, dict.fromkeys(part, BEGINNING), 1), parts))


_MERGES: Final = Sql("SELECT toInt64(count()) AS n FROM system.merges")


def settle(house: House, most_seconds: float = 900.0) -> None:
    """Wait until the engine has merged what it wants to merge: a house at rest for a while, not one in the middle of an import."""
    begun = quiet = time.perf_counter()
    while time.perf_counter() - begun < most_seconds and time.perf_counter() - quiet < 5:
        if house.warehouse.query(_MERGES).column("n")[0].as_py():
            quiet = time.perf_counter()
        time.sleep(0.5)
