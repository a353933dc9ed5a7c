"""When within a visit does each thing happen, and how long is each page really looked at?"""

from typing import Final

import numpy as np

from uems.simulate import events as ev
from uems.simulate.events import Events
from uems.simulate.people import Ints
from uems.simulate.visits import Visiting, Wave

# Median seconds that pass before an event of a kind, by kind; those under a second come with the one before.
_WAIT: Final = np.zeros(17)
for _kind, _seconds in {
    ev.PAGE: 14.0, ev.PRODUCT_VIEWED: 0.2, ev.SEARCHED: 0.4, ev.ADDED: 16.0, ev.CART_VIEWED: 0.3, ev.CHECKOUT_STARTED: 0.3,
    ev.SIGNED_UP: 38.0, ev.SIGNED_IN: 15.0, ev.IDENTIFIED: 0.1, ev.COUPON_APPLIED: 9.0, ev.PAYMENT_INFO: 28.0, ev.ORDERED: 7.0,
}.items():  # fmt: skip
    _WAIT[_kind] = _seconds
_SPREAD: Final = 0.8
CART_TO_ORDER_SECONDS: Final = 40
"""From the first page to the order, of whoever comes by a link and knows what they want."""
_LONGEST_SECONDS: Final = 1_200.0
"""No pause within a visit is so long that it would look like two."""
_LAST_SECONDS: Final = (18.0, 6.0)
"""Median time on the last page: of those who stayed, and of those who left at once."""
_MOST_ENGAGED_MS: Final = 300_000


def timed(rng: np.random.Generator, visiting: Visiting, wave: Wave) -> Events:
    """The events of a wave with their times, page leaves included."""
    visit, place, kind, page, a, b, c = visiting.story.told()
    begins = np.append(True, visit[1:] != visit[:-1])
    wait = np.minimum(_WAIT[kind] * np.exp(rng.normal(0, _SPREAD, len(visit))), _LONGEST_SECONDS)
    wait[begins] = 0.0
    passed = np.cumsum((wait * 1000).astype(np.int64))
    ts = wave.start[visit] + passed - passed[np.flatnonzero(begins)][np.cumsum(begins) - 1]
    entry = np.where(place < 0.5, wave.entry[visit], -1)
    told = Events(
        ts=ts,
        person=wave.person[visit],
        slot=wave.slot[visit],
        known=place >= wave.known_from[visit],
        kind=kind,
        profile=wave.profile[visit],
        page=page,
        entry=entry,
        a=a,
        b=b,
        c=c,
    )
    return Events.joined([told, _leaves(rng, told, visit, wave)])


def _leaves(rng: np.random.Generator, told: Events, visit: Ints, wave: Wave) -> Events:
    """A page is left when the next one comes, and the last one some time after the last event."""
    views = np.flatnonzero(told.kind == ev.PAGE)
    last = np.append(visit[views][1:] != visit[views][:-1], True)
    median = np.where(wave.stays[visit[views]], *_LAST_SECONDS)
    dwell = np.minimum(median * np.exp(rng.normal(0, 0.9, len(views))), _LONGEST_SECONDS) * 1000
    ends = np.append(np.flatnonzero(np.append(True, visit[1:] != visit[:-1]))[1:], len(visit)) - 1
    end_of_visit = np.zeros(int(visit.max()) + 1, np.int64)
    end_of_visit[visit[ends]] = told.ts[ends]
    following = np.append(told.ts[views][1:], 0)
    left = np.where(last, end_of_visit[visit[views]] + dwell.astype(np.int64) + 500, np.maximum(following - 1, told.ts[views]))
    looked = np.minimum((left - told.ts[views]) * rng.uniform(0.55, 1.0, len(views)), _MOST_ENGAGED_MS).astype(np.int64)
    found = told.take(views)
    blank = np.zeros(len(views), np.int64)
    return Events(
        ts=left,
        person=found.person,
        slot=found.slot,
        # Who said who they are on this page is known when leaving it.
        known=left >= _known_since(wave, visit, told)[visit[views]],
        kind=blank + ev.LEFT,
        profile=found.profile,
        page=found.page,
        entry=blank - 1,
        a=looked,
        b=blank,
        c=blank,
    )


def _known_since(wave: Wave, visit: Ints, told: Events) -> Ints:
    since = np.full(len(wave.person), 2**62)
    known = np.flatnonzero(told.known)
    np.minimum.at(since, visit[known], told.ts[known])
    return since
