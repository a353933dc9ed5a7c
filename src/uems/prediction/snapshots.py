"""Who did what after a cut, what was known of them before it, and what would the rule have said? One snapshot of everybody a cut."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
import xxhash

from uems.kernel.errors import UemsError, invalid
from uems.kernel.filters import At, Node
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.prediction.backtest import Snapshot
from uems.prediction.features import Features, features_at, silence
from uems.prediction.metrics import Floats, Labels
from uems.prediction.model import Outcome, Seed, Spec
from uems.prediction.past import Past, check_past, cuts_before, today
from uems.prediction.spec import opened
from uems.prediction.vocabulary import Vocabulary
from uems.profiles import api as profiles
from uems.profiles.api import Asking, Chosen, People

MOST_PEOPLE: Final = 200_000
"""Of so many at a cut, a stable random part; more would not make a better model."""
MOST_CUTS: Final = 10
_HISTORY_DAYS: Final = 7

_FIRST_SQL: Final = Sql("0.0005")
_LAST_SQL: Final = Sql("0.9999")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """first, until: the days between which nearly all events lie; ``until`` itself is not over, or has no events."""

    first: date
    until: date


def known_days(house: House, scope: Scope, now: datetime) -> Known:
    """What the workspace knows: a handful of stray events, long before or after the others, does not count.

    A workspace of history ends where it was told to stand still, or with its last events. Raises ``no_events`` (409).
    """
    query = Sql(
        f"SELECT quantileExactWeighted({_FIRST_SQL})(day, size) AS first, quantileExactWeighted({_LAST_SQL})(day, size) AS last,"
        " sum(size) AS n FROM (SELECT day, sum(events) AS size FROM event_daily"
        " WHERE workspace_id = {workspace:UInt32} AND day <= {today:Date} GROUP BY day)"
    )
    this_day = today(profiles.as_of(house.store, scope, now), scope)
    [row] = house.warehouse.query(query, {"workspace": scope.workspace_id, "today": this_day}).to_pylist()
    if not row["n"]:
        raise no_events()
    return Known(first=row["first"], until=min(this_day, row["last"] + timedelta(days=1)))


def is_history(house: House, scope: Scope, until: date, now: datetime) -> bool:
    """Whether the workspace ended before now: it was told to stand still, or its last events are older than a week, as while a past is
    being loaded. Of such a past nobody is told as if it were the present. until: as ``Known`` says it."""
    standing = profiles.as_of(house.store, scope, now) < now - timedelta(days=1)
    return standing or until < today(now, scope) - timedelta(days=_HISTORY_DAYS)


def no_events() -> UemsError:
    """The refusal of an empty workspace."""
    return UemsError("no_events", "This workspace has no events yet. Send or import some, then train a model.", status=409)


def cuts_for(spec: Spec, known: Known) -> Sequence[date]:
    """The cuts that a model is trained and judged on, the oldest first."""
    if isinstance(spec.target, Seed):
        return [min(spec.target.as_of or known.until, known.until)]
    days = spec.target.days
    return cuts_before(known.until, known.first, days, MOST_CUTS, max(7, min(days, 30)))


def words_until(cuts: Sequence[date]) -> date:
    """Before which day the words of the features are looked for: the oldest day from which anything is judged."""
    return cuts[-4] if len(cuts) > 4 else cuts[0] if len(cuts) < 2 else cuts[1]


def snapshot(house: House, scope: Scope, spec: Spec, cut: date, words: Vocabulary, now: datetime) -> tuple[Features, Snapshot]:
    """The features of those who are asked about at ``cut``, and what came of them. Raises what ``Warehouse.query`` raises."""
    chosen = _some(house, scope, cut)
    found = features_at(house, scope, cut, words, chosen)
    kept = within(house, scope, spec, cut, found.people, chosen, now)
    if isinstance(spec.target, Outcome):
        labels = _after(house, scope, spec.target, cut, found.people, chosen)
    else:
        labels, asked = _seed(house, scope, spec.target, found.people, now)
        kept &= asked
    rule = rule_scores(house, scope, spec, cut, found, chosen, now=now if isinstance(spec.target, Seed) else None)
    some = Features(people=found.people[kept], features=found.features, matrix=found.matrix[kept])
    return some, Snapshot(name=cut.isoformat(), people=some.people, matrix=some.matrix, labels=labels[kept], rule=rule[kept])


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """How many people would be asked about at a cut, and of how many it came true."""

    cut: date
    people: int
    positives: int


def outlook(house: House, scope: Scope, spec: Spec, now: datetime) -> list[Outlook]:
    """What there is to learn from, the oldest cut first; no features are made. Raises ``no_events`` and as ``snapshot``."""
    found = []
    for cut in cuts_for(spec, known_days(house, scope, now)):
        people = Past(house, scope, end=cut).people()
        kept = within(house, scope, spec, cut, people, None, now)
        if isinstance(spec.target, Outcome):
            labels = _after(house, scope, spec.target, cut, people, None)
        else:
            labels, asked = _seed(house, scope, spec.target, people, now)
            kept &= asked
        found.append(Outlook(cut=cut, people=int(kept.sum()), positives=int((labels & kept).sum())))
    return found


def _some(house: House, scope: Scope, cut: date) -> Chosen | None:
    everybody = Past(house, scope, end=cut).people()
    if len(everybody) <= MOST_PEOPLE:
        return None
    limit = MOST_PEOPLE / len(everybody) * 2**64
    return Chosen.of(house, scope, [person for person in everybody.tolist() if xxhash.xxh3_64_intdigest(b"%d" % person) < limit])


def within(
    house: House, scope: Scope, spec: Spec, cut: date, people: People, chosen: Chosen | None = None, now: datetime | None = None
) -> Labels:
    """Of whom the model is asked, at ``cut``. A seed is picked as people are now, and so is who is asked about."""
    if spec.among is None:
        return np.ones(len(people), np.bool_)
    if isinstance(spec.target, Seed) and now is not None:
        return _holds_now(house, scope, spec.among, people, now)
    return _holds_then(house, scope, spec.among, "among", cut, people, chosen)


def _holds_then(house: House, scope: Scope, tree: Node, where: str, cut: date, people: People, chosen: Chosen | None) -> Labels:
    condition = opened(house, scope, tree)
    check_past(condition, where)
    return _aligned(profiles.evaluate([condition], Past(house, scope, end=cut, chosen=chosen, people=people)), condition, people)


def _holds_now(house: House, scope: Scope, tree: Node, people: People, now: datetime) -> Labels:
    condition = opened(house, scope, tree)
    return _aligned(profiles.evaluate([condition], Asking(house, scope, At(now=now, zone=scope.zone))), condition, people)


def _after(house: House, scope: Scope, target: Outcome, cut: date, people: People, chosen: Chosen | None) -> Labels:
    """Whom the outcome came true of, in the window that begins with ``cut``. Those without any event in it are asked too."""
    condition = opened(house, scope, target.condition)
    check_past(condition, "target.condition")
    window = Past(house, scope, first=cut, end=cut + timedelta(days=target.days), chosen=chosen, people=people)
    return _aligned(profiles.evaluate([condition], window), condition, people)


def _seed(house: House, scope: Scope, target: Seed, people: People, now: datetime) -> tuple[Labels, Labels]:
    """(who is of the seed, who is asked about at all)."""
    picked = _holds_now(house, scope, target.who, people, now)
    if target.against is None:
        return picked, np.ones(len(people), np.bool_)
    return picked, picked | _holds_now(house, scope, target.against, people, now)


def _aligned(found: profiles.Evaluated, condition: Node, people: People) -> Labels:
    """The mask over ``people``; whoever was not asked is out."""
    members = found.members(condition)
    labels: Labels = np.isin(people, members, assume_unique=True)
    return labels


def rule_scores(
    house: House, scope: Scope, spec: Spec, cut: date, found: Features, chosen: Chosen | None = None, *, now: datetime | None = None
) -> Floats:
    """What the rule says of each person at ``cut``, or of people as they are ``now``."""
    rule, days = spec.rule, spec.target.days if isinstance(spec.target, Outcome) else 30
    if rule.condition is not None:
        if now is not None:
            return _holds_now(house, scope, rule.condition, found.people, now).astype(np.float64)
        return _holds_then(house, scope, rule.condition, "rule.condition", cut, found.people, chosen).astype(np.float64)
    if rule.tag is not None:
        return _tag_scores(house, scope, rule.tag, cut, found.people)
    if rule.kind == "rhythm":
        found_silence: Floats = silence(found.column("days_since_last"), found.column("own_gap"), days)
        return np.nan_to_num(found_silence, nan=1.0)
    if rule.kind == "frequency":
        return np.nan_to_num(found.column("events_90"))
    since = found.column("days_since_last")
    # Whoever did nothing of their own yet (a mail was sent to them) has been silent for longest.
    longest = float(np.nanmax(since)) if (~np.isnan(since)).any() else 0.0
    return np.nan_to_num(since, nan=longest + 1)


def _tag_scores(house: House, scope: Scope, tag: str, cut: date, people: People) -> Floats:
    """The tag of each, as its definition of today would have had it at ``cut``; whoever has none is below all others.

    Raises ``not_found``, ``no_past`` (422) for a tag that no rule computes, and ``invalid`` for one that is not a number.
    """
    [(who, texts)] = profiles.values_before(house, scope, tag, [cut])
    values = [json.loads(text) if text else None for text in texts.to_pylist()]
    if any(value is not None and not isinstance(value, int | float) for value in values):
        raise invalid("rule.tag", tag, "is not a tag of numbers, nor of true and false.")
    numbers = np.array([np.nan if value is None else float(value) for value in values])
    scores, asked = np.full(len(people), np.nan), np.isin(who, people)
    scores[np.searchsorted(people, who[asked])] = numbers[asked]
    lowest = float(np.nanmin(scores)) if (~np.isnan(scores)).any() else 0.0
    found: Floats = np.nan_to_num(scores, nan=lowest - 1)
    return found
