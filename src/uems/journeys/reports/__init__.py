"""Which reports are there? One module each; a new one is a new file.

What is named here, the room above may use too, so that it counts as reports count; everything else is private to reports.
"""

from uems.journeys.reports._ask import Ask, Query, ask, numbers
from uems.journeys.reports._bits import Words, counts, flags, from_flags, from_state, matrix, members
from uems.journeys.reports._buckets import Unit, bucket_of, buckets, following, is_over, last_day_of, place_sql
from uems.journeys.reports._formula import MAX_TEXT, Formula, is_money, read_formula
from uems.journeys.reports._measures import AGGREGATES, SUMS, Series
from uems.journeys.reports._people_words import usable
from uems.journeys.reports._sets import states
from uems.journeys.reports._spec import ANY, MAX_DAYS, Asked, Dimension, Step

__all__ = [
    "AGGREGATES",
    "ANY",
    "MAX_DAYS",
    "MAX_TEXT",
    "SUMS",
    "Ask",
    "Asked",
    "Dimension",
    "Formula",
    "Query",
    "Series",
    "Step",
    "Unit",
    "Words",
    "ask",
    "bucket_of",
    "buckets",
    "counts",
    "flags",
    "following",
    "from_flags",
    "from_state",
    "is_money",
    "is_over",
    "last_day_of",
    "matrix",
    "members",
    "numbers",
    "place_sql",
    "read_formula",
    "states",
    "usable",
]
