"""How long did people really look? The browser SDK reports engaged seconds, by events that are no deeds of their own.

``Heartbeat`` comes while a page is open, ``Page Left`` when it is left; each tells the engaged seconds since the report before,
so that the time of a page, a visit or a person is their sum. Both keep a visit going, and neither is a step in it.
"""

from typing import Final

from uems.kernel.sql import Sql

REPORTS_OF_ENGAGEMENT: Final = ("Heartbeat", "Page Left")
IS_REPORT: Final = Sql("(type = 'track' AND event IN ('Heartbeat', 'Page Left'))")
"""The condition of a row of events that reports engagement."""
MOST_SECONDS: Final = 86_400
"""What one report can tell at most; a clock that jumped tells more."""
_SECONDS: Final = Sql(
    "ifNull(coalesce(properties.engaged_seconds.:Float64, toFloat64(properties.engaged_seconds.:Int64),"
    " toFloat64(properties.engaged_seconds.:UInt64)), 0)"
)
ENGAGED_MS: Final = Sql(f"if({IS_REPORT}, toUInt32(round(least(greatest({_SECONDS}, 0), {MOST_SECONDS}) * 1000)), toUInt32(0))")
"""Engaged milliseconds that a row of events reports; 0 for any other."""
ACTIVITY_TYPES: Final = Sql("('track', 'page', 'screen')")
IS_ACTIVITY: Final = Sql(f"(active AND type IN {ACTIVITY_TYPES} AND channel NOT IN ('import', 'source', 'system'))")
"""The condition of a row of events that somebody was there for; visits are made of these."""
PAUSE_MS: Final = 30 * 60_000
"""A pause of so much, or more, ends a visit."""
