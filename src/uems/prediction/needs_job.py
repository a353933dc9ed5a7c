"""How does a workspace learn what people will need next? Judged on a window that was held out, written as tags, told as events.

``need.predicted`` is told once for each purchase that a need follows from: its message id names the person, the kind and that purchase.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import xxhash

from uems.access import api as access
from uems.access.api import Access
from uems.identity import api as identity
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Param, Sql
from uems.prediction.metrics import Floats, Ints
from uems.prediction.needs.judge import NeedsJudged, judge, next_days, own_mean, places
from uems.prediction.needs.renewal import Purchases, Said, learn, put_right
from uems.prediction.needs_reading import ORDER, VISIT, Needs, day_number, first_days, needs_until
from uems.prediction.needs_settings import NeedsSettings
from uems.prediction.snapshots import is_history, known_days
from uems.prediction.value_reading import EPOCH
from uems.profiles import api as profiles

DAY_TAG: Final = "next_need_on"
THING_TAG: Final = "next_need"
EVENT: Final = "need.predicted"
LEAST_PAIRS: Final = 50
_SEED: Final = 20_260_102
_TOP: Final = 5
_CALENDAR: Final = 28
_MOST_TOLD: Final = 50_000
_EARLY: Final = 0.1
_LATE: Final = 0.9
Tick = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """Of some pairs: rows in the purchases; the days by which 10%, half and 90% have bought (inf: never); the chance within the horizon."""

    rows: Ints
    early: Floats
    middle: Floats
    late: Floats
    chance: Floats
    said: Said


def make_needs(house: House, scope: Scope, settings: NeedsSettings, now: datetime, tick: Tick) -> dict[str, Any]:
    """Foretell every need, write and tell it; gives the result, JSON-ready.

    Raises ``no_events``, ``not_enough_needs``, ``too_much_history`` (409) and what warehouse, store and log raise.
    """
    tick("look", 0.0)
    until = known_days(house, scope, now).until
    today = day_number(until)
    tick("snapshots", 0.1)
    needs = needs_until(house, scope, until, settings.kinds, settings.events, now)
    days = _window(needs.purchases, settings.horizon_days, today)
    tick("backtest", 0.3)
    judged, kinds, right = _backtest(needs, today, days)
    tick("foretell", 0.55)
    found = _foretell(needs.purchases, today, settings.horizon_days, right)
    tick("write", 0.7)
    _write(house, scope, needs, found, until, now)
    tick("tell", 0.9)
    told = 0 if is_history(house, scope, until, now) else _tell(house, scope, needs, found, settings, today, now)
    return {
        "as_of": until.isoformat(),
        "people": len(np.unique(needs.purchases.person[found.rows])),
        "pairs": len(found.rows),
        "told": told,
        "judged": judged.told(),
        "kinds": _kinds(needs, found, kinds, today),
        "calendar": _calendar(found, today),
        "anniversaries": _anniversaries(needs, today),
    }


def _window(seen: Purchases, horizon: int, today: int) -> int:
    """A quarter that is held out, or less where the history is short: an earlier one puts the chances right, and both need a past."""
    known = today - int(seen.day.min()) if len(seen.day) else 0
    return max(7, min(92, horizon, known // 4))


def _backtest(needs: Needs, today: int, days: int) -> tuple[NeedsJudged, dict[int, NeedsJudged], Floats]:
    """(how all pairs did in the held-out window, each kind of at least 50 pairs, what chances really were in it)."""
    seen = needs.purchases
    before, cut = today - 2 * days, today - days
    known = learn(seen.before(before), before)
    rows = np.flatnonzero(known.gaps >= 1)
    earlier = put_right(places(Said(renewal=known, rows=rows), next_days(seen.before(cut), before)[rows], before, days, _SEED))
    past = seen.before(cut)
    renewal, came = learn(past, cut), next_days(seen, cut)
    rows = np.flatnonzero(renewal.gaps >= 1)
    if len(rows) < LEAST_PAIRS:
        raise UemsError(
            "not_enough_needs",
            f"Before the {days} days that are held out {len(rows):,} people and kinds had two purchases; it takes {LEAST_PAIRS}."
            " Import older orders, or wait.",
            status=409,
            details={"pairs": len(rows), "needed": LEAST_PAIRS},
        )

    def judged(some: Ints) -> NeedsJudged:
        said = Said(renewal=renewal, rows=some, right=earlier)
        return judge(said, own_mean(renewal, past, some), came[some], cut, days, _SEED)

    kind = seen.kind[rows]
    by_kind = {n: judged(rows[kind == n]) for n in range(len(needs.kinds)) if int((kind == n).sum()) >= LEAST_PAIRS}
    newest = put_right(places(Said(renewal=renewal, rows=rows), came[rows], cut, days, _SEED))
    return judged(rows), by_kind, newest


def _foretell(seen: Purchases, today: int, horizon: int, right: Floats) -> Foretold:
    renewal = learn(seen, today)
    rows = np.flatnonzero(renewal.gaps >= 1)
    said = Said(renewal=renewal, rows=rows, right=right)
    early, middle, late = (said.day_at(today, share) for share in (_EARLY, 0.5, _LATE))
    chance = said.chance_by(today, np.full(len(rows), today + horizon - 1.0))
    return Foretold(rows=rows, early=early, middle=middle, late=late, chance=chance, said=said)


def _kinds(needs: Needs, found: Foretold, judged: Mapping[int, NeedsJudged], today: int) -> list[dict[str, Any]]:
    """Each kind: how many follow it, how many are due within a week and a month, the usual gap, and how right it was."""
    kind, renewal = needs.purchases.kind[found.rows], found.said.renewal
    soon = {days: found.said.chance_by(today, np.full(len(found.rows), today + days - 1.0)) for days in (7, 28)}
    made = []
    for n, name in enumerate(needs.kinds):
        mine = kind == n
        if not mine.any():
            continue
        known = judged.get(n)
        made.append(
            {
                "kind": name,
                "people": int(mine.sum()),
                "usual_days": round(float(np.exp(np.median(renewal.scale[found.rows[mine]]))), 1),
                "due_7": round(float(soon[7][mine].sum()), 1),
                "due_28": round(float(soon[28][mine].sum()), 1),
                "loss": known.loss if known else None,
                "naive_loss": known.naive_loss if known else None,
                "coverage": known.coverage if known else None,
            }
        )
    return sorted(made, key=lambda one: (not str(one["kind"]).startswith("$"), -float(one["due_28"])))


def _calendar(found: Foretold, today: int) -> list[dict[str, Any]]:
    """For each of the days ahead, how many needs of all kinds (visits and orders included) are expected on it."""
    by = [found.said.chance_by(today, np.full(len(found.rows), float(today + n))) for n in range(_CALENDAR)]
    before = [np.zeros(len(found.rows)), *by[:-1]]
    return [{"day": _day(today + n), "expected": round(float((by[n] - before[n]).sum()), 1)} for n in range(_CALENDAR)]


def _anniversaries(needs: Needs, today: int) -> int:
    """How many people have the day of their first order within the next 28 days, in a later year."""
    first = first_days(needs)
    since = today - first[first >= 0]
    ahead = (-since) % 365
    return int(((since >= 180) & (ahead < _CALENDAR)).sum())


def _write(house: House, scope: Scope, needs: Needs, found: Foretold, until: date, now: datetime) -> None:
    """Each person's soonest thing and its day, with the next ones as evidence. Visits and orders are told, and are no thing."""
    named = ((DAY_TAG, "下次需求日期", "Next need on", "date"), (THING_TAG, "下次需求", "Next need", "text"))
    by = Access(scope=scope, actor=replace(access.operator(), actor_id="models", label="models"), now=now)
    for tag, zh, en, value_type in named:
        known = profiles.definitions(house.store, scope).get(tag)
        if known is None or known.tag.kind != "model" or known.tag.config.get("model") != "next_need":
            label = profiles.Words(zh=zh, en=en)
            profiles.take_over(house.store, by, tag, "next_need", label=label, value_type="date" if value_type == "date" else "text")
    seen, order = needs.purchases, np.lexsort((found.middle, needs.purchases.person[found.rows]))
    kept = order[np.isfinite(found.middle[order]) & _things(needs)[seen.kind[found.rows[order]]]]
    person = seen.person[found.rows[kept]]
    starts = np.flatnonzero(np.diff(person, prepend=-1))
    people, days, names, evidence = [], [], [], []
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(kept)], strict=True):
        mine = kept[start : min(end, start + _TOP)]
        people.append(needs.people[person[start]])
        days.append(_day(int(found.middle[mine[0]])))
        names.append(_shown(needs.kinds[seen.kind[found.rows[mine[0]]]])[:500])
        evidence.append(_evidence(needs, found, mine, until))
    who = np.array(people, np.uint64)
    confidences = [0.8] * len(who)
    for tag, values in ((DAY_TAG, days), (THING_TAG, names)):
        profiles.write_scores(house, scope, tag, who, values, confidences, evidence, now, whole=who)


def _things(needs: Needs) -> npt.NDArray[np.bool_]:
    """Which kinds are needs: the categories; without any, the next order."""
    found = np.array([not name.startswith("$") for name in needs.kinds], np.bool_)
    return found if found.any() else np.array([name == ORDER for name in needs.kinds], np.bool_)


def _evidence(needs: Needs, found: Foretold, mine: Ints, until: date) -> dict[str, object]:
    told = [_told(needs, found, int(n)) for n in mine]
    zh = ";".join(f"{one['need']}：约 {one['expected_on']}（{one['earliest']} 至 {one['latest'] or '更晚'}）" for one in told)
    en = "; ".join(f"{one['need']} around {one['expected_on']} ({one['earliest']} to {one['latest'] or 'later'})" for one in told)
    return {"zh": zh, "en": en, "source": "model", "model": "next_need", "as_of": until.isoformat(), "needs": told}


def _told(needs: Needs, found: Foretold, n: int) -> dict[str, Any]:
    row = int(found.rows[n])
    renewal = found.said.renewal
    return {
        "need": _shown(needs.kinds[needs.purchases.kind[row]]),
        "expected_on": _day(int(found.middle[n])) if np.isfinite(found.middle[n]) else None,
        "earliest": _day(int(found.early[n])) if np.isfinite(found.early[n]) else None,
        "latest": _day(int(found.late[n])) if np.isfinite(found.late[n]) else None,
        "chance": round(float(found.chance[n]), 4),
        "last_bought_on": _day(int(renewal.last[row])),
        "usual_days": round(float(np.exp(renewal.scale[row])), 1),
    }


def _tell(house: House, scope: Scope, needs: Needs, found: Foretold, settings: NeedsSettings, today: int, now: datetime) -> int:
    """Tell of needs whose early limit is near, each once; how many."""
    kinds = needs.purchases.kind[found.rows]
    things = _things(needs)
    near = (found.early - settings.lead_days <= today) & (found.chance >= settings.chance_percent / 100) & np.isfinite(found.middle)
    # Whoever was expected for long is not waiting for us to say so.
    near &= (found.said.renewal.gaps[found.rows] >= 2) & (found.early >= today) & things[kinds]
    rows = np.flatnonzero(near)[:_MOST_TOLD]
    ids = {_message_id(needs, found, int(n)): int(n) for n in rows}
    said = _said_before(house, scope, list(ids), now)
    calls: list[tuple[int, Mapping[str, object]]] = [
        (int(needs.people[needs.purchases.person[found.rows[n]]]), _call(needs, found, n, message_id, now))
        for message_id, n in ids.items()
        if message_id not in said
    ]
    identity.tell_of_people(house, scope, calls, now)
    return len(calls)


def _message_id(needs: Needs, found: Foretold, n: int) -> str:
    row = int(found.rows[n])
    kind = xxhash.xxh3_64_hexdigest(needs.kinds[needs.purchases.kind[row]].encode())
    return f"need-{needs.people[needs.purchases.person[row]]}-{kind}-{found.said.renewal.last[row]}"


def _call(needs: Needs, found: Foretold, n: int, message_id: str, now: datetime) -> dict[str, object]:
    told = _told(needs, found, n)
    return {"type": "track", "event": EVENT, "messageId": message_id, "timestamp": now.isoformat(), "properties": told}


_TOLD: Final = Sql(
    "SELECT DISTINCT message_id FROM events WHERE workspace_id = {workspace:UInt32} AND event = {event:String}"
    " AND ts >= {since:DateTime64(3, 'UTC')} AND message_id IN {ids:Array(String)}"
)


def _said_before(house: House, scope: Scope, ids: Sequence[str], now: datetime) -> set[str]:
    if not ids:
        return set()
    params: dict[str, Param] = {"workspace": scope.workspace_id, "event": EVENT, "since": now - timedelta(days=800), "ids": list(ids)}
    return set(house.warehouse.query(_TOLD, params).column("message_id").to_pylist())


def _shown(kind: str) -> str:
    return {VISIT: "visit", ORDER: "order"}.get(kind, kind)


def _day(number: int) -> str:
    return (EPOCH + timedelta(days=number)).isoformat()
