"""How does a workspace learn who changes because of its actions? Each is judged; what is sure becomes tags, a policy, and who is left in
peace."""

import re
import shutil
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Final

import numpy as np

from uems.access import api as access
from uems.access.api import Access
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.prediction import workshop
from uems.prediction.features import Features, features_at
from uems.prediction.metrics import Floats, Interval
from uems.prediction.past import Past
from uems.prediction.snapshots import known_days
from uems.prediction.tag_values import Score, write_scores
from uems.prediction.training import folder_of
from uems.prediction.uplift.policy import Line, Policy, policy
from uems.prediction.uplift.work import keep, line_of, load_scores
from uems.prediction.uplift_preparing import DAY_MS, Sample, matrix_before, sample
from uems.prediction.uplift_settings import UpliftSettings
from uems.prediction.uplift_store import keep_harmed, left_in_peace
from uems.prediction.uplift_trials import Reader, Trial
from uems.prediction.value_job import TAG as VALUE_TAG
from uems.prediction.vocabulary import Vocabulary
from uems.profiles import api as profiles
from uems.profiles.api import People

MAX_ACTIONS: Final = 20
"""The largest are judged; of more a workspace has hardly enough people."""
_SEED: Final = 20_26
_BATCH: Final = 10_000
_NAME: Final = 63
Tick = Callable[[str, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worths:
    """What somebody's change is worth, in minor units a unit of the outcome. usual: of whom nothing else is known."""

    people: People
    value: Floats
    usual: float

    def of(self, people: People) -> Floats:
        found = np.full(len(people), self.usual)
        place = np.searchsorted(self.people, people).clip(max=max(0, len(self.people) - 1))
        known = self.people[place] == people if len(self.people) else np.zeros(len(people), np.bool_)
        found[known] = np.maximum(self.value[place[known]], 0.0)
        return found


class _Today:
    """Everybody with their features of today, once for each vocabulary."""

    def __init__(self, house: House, scope: Scope, now: datetime) -> None:
        self._house, self._scope = house, scope
        self.until = known_days(house, scope, now).until
        self.everybody = len(Past(house, scope, end=self.until).people())
        self._found: tuple[Vocabulary, Features] | None = None

    def features(self, words: Vocabulary) -> Features:
        if self._found is None or self._found[0] != words:
            self._found = words, features_at(self._house, self._scope, self.until, words)
        return self._found[1]


def make_uplift(
    house: House, scope: Scope, settings: UpliftSettings, reader: Reader, run_id: str, now: datetime, tick: Tick
) -> dict[str, Any]:
    """Judge every action, write tags and who is harmed; gives the result, JSON-ready.

    Raises ``no_events`` (409) and what warehouse and store raise. What ``tick`` raises ends it.
    """
    tick("look", 0.0)
    today = _Today(house, scope, now)
    evidence = reader(house, scope, profiles.as_of(house.store, scope, now))
    trials = sorted(evidence.trials(), key=lambda one: (-len(one.person), one.kind, one.key))[:MAX_ACTIONS]
    first = min((int(one.since_ms.min()) for one in trials if len(one.since_ms)), default=0)
    bought = evidence.purchases(datetime.fromtimestamp(first / 1000, now.tzinfo)) if trials else None
    last_ms = evidence.last_ms()
    actions, harmed = [], []
    for n, trial in enumerate(trials):
        trial = _as_meant(house, scope, trial)
        found, told, people = sample(trial, bought, settings, last_ms), None, np.zeros(0, np.uint64)
        if isinstance(found, Sample):
            part = partial(_part, tick, n, len(trials))
            told, people = _judged(house, scope, settings, found, today, run_id, now, part)
        else:
            _forget(house, scope, trial, now)
        reason = "" if isinstance(found, Sample) else found
        actions.append({**_head(trial, settings, last_ms), "reason": reason, "found": told})
        harmed.append((trial, people))
    tick("write", 0.99)
    with house.store.write() as conn:
        keep_harmed(conn, scope, harmed)
    return {
        "as_of": today.until.isoformat(),
        "currency": scope.currency,
        "outcome": settings.outcome,
        "window_days": settings.window_days,
        "people": today.everybody,
        "actions": actions,
    }


def _head(trial: Trial, settings: UpliftSettings, last_ms: int) -> dict[str, Any]:
    ripe = trial.since_ms + settings.window_days * DAY_MS <= last_ms
    return {
        "kind": trial.kind,
        "key": trial.key,
        "name": trial.name,
        "origin": trial.origin,
        "treated": int((trial.treated & ripe).sum()),
        "control": int((~trial.treated & ripe).sum()),
        "waiting": int((~ripe).sum()),
    }


def _as_meant(house: House, scope: Scope, trial: Trial) -> Trial:
    """Without those, of either side, who came to it while it left them in peace: they were sent nothing, which looks like no effect."""
    peace = left_in_peace(house.store, scope, trial)
    if peace is None:
        return trial
    rows = ~((trial.since_ms >= peace[0]) & np.isin(trial.person, peace[1]))
    return replace(trial, person=trial.person[rows], since_ms=trial.since_ms[rows], treated=trial.treated[rows])


def _part(tick: Tick, n: int, of: int, step: str, done: float) -> None:
    """How far the whole is, when the ``n``-th of them is as far as ``done``."""
    tick(step, (n + done) / of)


def _judged(
    house: House, scope: Scope, settings: UpliftSettings, of: Sample, today: _Today, run_id: str, now: datetime, tick: Tick
) -> tuple[dict[str, Any], People]:
    """(what is told of the action, whom it harms)."""
    tick("features", 0.0)
    words, matrix = matrix_before(house, scope, of.trial, today.everybody)
    everybody = today.features(words)
    folder = folder_of(house.settings, run_id)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keep(folder, matrix, of.lot, everybody.matrix)
    told = workshop.apart(folder, "uems.prediction.uplift.work", {"seed": _SEED}, lambda step, done: tick(step, 0.3 + 0.5 * done))
    scores = load_scores(folder)
    shutil.rmtree(folder, ignore_errors=True)
    value = worths(house, scope, settings, of).of(everybody.people)
    cost = of.trial.cost_minor + settings.contact_minor
    line, harm = line_of(told), -np.inf if told["harm"] is None else float(told["harm"])
    made = policy(line, scores, value, cost, harm)
    tick("write", 0.85)
    if told["sure"]:
        unit, scale = _unit(settings, scope.currency)
        said = _Said(made=made, people=everybody.people, value=value, cost=cost, unit=unit, scale=scale, day=today.until.isoformat())
        _write(house, scope, of.trial, said, now)
    else:
        _forget(house, scope, of.trial, now)
    lines = sums(line, scores, value, cost, made)
    found = {name: told[name] for name in ("learner", "sure", "learners", "average", "area", "qini", "auuc", "curve", "tenths")}
    found |= {"cost_minor": cost, "usual_minor": of.usual_minor, "cap_minor": of.cap_minor, "value_minor": float(value.mean())}
    found |= {"people": len(value), "advice": advice(told["sure"], lines), "policy": lines}
    found |= {"tag": tag_of(of.trial), "harmed_tag": harmed_tag_of(of.trial)}
    return found, everybody.people[made.harmed] if told["sure"] else np.zeros(0, np.uint64)


def worths(house: House, scope: Scope, settings: UpliftSettings, of: Sample) -> Worths:
    """Of revenue the margin. Of a conversion the lifetime value, which counts the margin itself, or that of a usual purchase."""
    margin = settings.margin_percent / 100
    nobody, nothing = np.zeros(0, np.uint64), np.zeros(0)
    if settings.outcome == "revenue":
        return Worths(people=nobody, value=nothing, usual=margin)
    people, value = profiles.scores_of(house, scope, VALUE_TAG) if settings.worth == "lifetime_value" else (nobody, nothing)
    return Worths(people=people, value=value, usual=of.usual_minor * margin)


def sums(line: Line, scores: Floats, value: Floats, cost: float, made: Policy) -> list[dict[str, Any]]:
    """What each way of choosing is expected to come to, in minor units: nobody, everybody, those whom it pays to treat, those it harms."""
    chosen = {"nobody": np.zeros(len(scores), np.bool_), "everybody": np.ones(len(scores), np.bool_)}
    found = []
    for who, rows in (chosen | {"worth": made.treat, "harmed": made.harmed}).items():
        people = int(rows.sum())
        gain = line.total(scores[rows], value[rows]) if people else Interval(value=0.0, low=0.0, high=0.0)
        spent = cost * people
        net = {"value": gain.value - spent, "low": gain.low - spent, "high": gain.high - spent}
        told = {"value": gain.value, "low": gain.low, "high": gain.high}
        found.append({"who": who, "people": people, "gain": told, "cost": spent, "net": net})
    return found


def advice(sure: bool, lines: list[dict[str, Any]]) -> str:
    """policy: treat those whom it pays to treat. all, none: it cannot be told who changes, but on the whole it pays, or does not.
    unknown: nor can that be told."""
    if sure:
        return "policy"
    [net] = [one["net"] for one in lines if one["who"] == "everybody"]
    return "all" if net["low"] > 0 else "none" if net["high"] < 0 else "unknown"


def tag_of(trial: Trial) -> str:
    """The tag of what treating somebody is expected to bring, net, in minor units."""
    return _tag("uplift", trial)


def harmed_tag_of(trial: Trial) -> str:
    """The tag of those whom the action harms for certain."""
    return _tag("harmed", trial)


def _tag(first: str, trial: Trial) -> str:
    name = f"{first}_{trial.kind}_{re.sub(r'[^a-z0-9_]+', '_', trial.key.lower())}"
    # Keys that differ only in what a tag cannot say must not share one.
    same = name == f"{first}_{trial.kind}_{trial.key}" and len(name) <= _NAME
    return name if same else f"{name[: _NAME - 9]}_{zlib.crc32(trial.key.encode()):08x}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What is written of people. unit: that of the change, in both languages; scale: what a change is multiplied with to be told in it."""

    made: Policy
    people: People
    value: Floats
    cost: float
    unit: tuple[str, str]
    scale: float
    day: str

    def score(self, n: int, value: float) -> Score:
        change, low, high = (float(one[n]) * self.scale for one in (self.made.change, self.made.low, self.made.high))
        worth, (zh, en) = self.value[n], self.unit
        evidence = {
            "zh": f"触达预计改变 {change:+.1f} {zh}（{low:+.1f} 至 {high:+.1f}）；每单位值 {worth:.0f}，一次触达花费 {self.cost:.0f}",
            "en": f"contact changes {change:+.1f} {en} ({low:+.1f} to {high:+.1f}); one is worth {worth:.0f}, a contact {self.cost:.0f}",
            "source": "model",
            "model": "uplift",
            "change": change,
            "low": low,
            "high": high,
            "as_of": self.day,
        }
        return Score(person_id=int(self.people[n]), value=value, confidence=0.95, evidence=evidence)


def _write(house: House, scope: Scope, trial: Trial, said: _Said, now: datetime) -> None:
    _take_over(house, scope, trial, now)
    made, people = said.made, said.people
    net = made.change * said.value - said.cost
    for start in range(0, max(1, len(people)), _BATCH):
        rows = range(start, min(start + _BATCH, len(people)))
        scores = [said.score(n, float(round(net[n]))) for n in rows]
        write_scores(house, scope, tag_of(trial), scores, now, whole=people if start + _BATCH >= len(people) else None)
    lost = [said.score(n, round(float(made.change[n]) * said.scale, 2)) for n in np.flatnonzero(made.harmed).tolist()]
    write_scores(house, scope, harmed_tag_of(trial), lost, now, whole=people[made.harmed])


def _unit(settings: UpliftSettings, currency: str) -> tuple[tuple[str, str], float]:
    """Conversions are told in percentage points, revenue in minor units."""
    if settings.outcome == "conversion":
        return ("个百分点", "points"), 100.0
    return (f"（{currency} 最小单位）", f"minor units of {currency}"), 1.0


def _take_over(house: House, scope: Scope, trial: Trial, now: datetime) -> None:
    """Let uplift write both tags. Raises ``bad_tag`` for one that somebody sets by hand."""
    by = Access(scope=scope, actor=replace(access.operator(), actor_id="models", label="models"), now=now)
    known = profiles.definitions(house.store, scope)
    texts = {
        tag_of(trial): (f"触达净收益：{trial.name}", f"Gain by contact: {trial.name}", "minor"),
        harmed_tag_of(trial): (f"触达有害：{trial.name}", f"Harmed by contact: {trial.name}", ""),
    }
    for tag, (zh, en, unit) in texts.items():
        if tag not in known or known[tag].tag.kind != "model":
            profiles.take_over(house.store, by, tag, tag, label=profiles.Words(zh=zh[:100], en=en[:100]), unit=unit)


def _forget(house: House, scope: Scope, trial: Trial, now: datetime) -> None:
    """What was said of people before does not hold any more."""
    known = profiles.definitions(house.store, scope)
    nobody = np.zeros(0, np.uint64)
    for tag in (tag_of(trial), harmed_tag_of(trial)):
        if tag in known and known[tag].tag.kind == "model":
            write_scores(house, scope, tag, [], now, whole=nobody)
