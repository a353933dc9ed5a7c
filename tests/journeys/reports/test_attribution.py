"""Does attribution give the credit that the models' definitions give, worked out path by path and set by set?"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from math import factorial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.journeys.reports.world import DAY, HOUR, LAST, SECOND, Act, Seen, Town, built, examples, group_of, text, told, town
from uems.kernel.errors import UemsError

__all__ = ["town"]

Path = list[tuple[str, int]]


def paths_of(spec: dict[str, Any], seen: Sequence[Seen]) -> tuple[list[tuple[int, Path]], Path]:
    """(money, path) of each conversion of one person, and the touches that led to none. A path: (channel, milliseconds before)."""
    skip = spec["unset"] == "skip"
    before = [(n, o) for n, o in enumerate(seen) if o.event != "C" and o.day <= LAST]
    touches = [(n, o) for n, o in before if text(o.properties.get("x")) or not skip]
    used: set[int] = set()
    found: list[tuple[int, Path]] = []
    for place, one in enumerate(seen):
        if one.event == "C" and one.day <= LAST:
            mine = [(n, o) for n, o in touches if n < place and one.ms - o.ms <= spec["lookback_seconds"] * 1000]
            used |= {n for n, _ in mine}
            money = 100 * int(one.properties["revenue"]) if one.properties.get("currency") == "USD" else 0
            found.append((money, [(text(o.properties.get("x")), one.ms - o.ms) for _, o in mine]))
    return found, [(text(o.properties.get("x")), 0) for n, o in touches if n not in used]


def weights(model: str, path: Path, half_life: int) -> list[float]:
    n = len(path)
    if model == "first":
        return [1.0, *[0.0] * (n - 1)]
    if model == "last":
        return [*[0.0] * (n - 1), 1.0]
    if model == "linear":
        return [1 / n] * n
    if model == "position":
        return [1 / n] * n if n <= 2 else [0.4, *[0.2 / (n - 2)] * (n - 2), 0.4]
    aged = [2 ** (-ms / 1000 / half_life) for _, ms in path]
    return [one / sum(aged) for one in aged]


def shapley(paths: Sequence[tuple[int, list[str]]], channels: Sequence[str]) -> tuple[dict[str, Fraction], dict[str, Fraction]]:
    """By the definition: what each channel adds to every set of others, weighed; in conversions and in money."""
    counts, money, n = dict.fromkeys(channels, Fraction(0)), dict.fromkeys(channels, Fraction(0)), len(channels)
    for channel in channels:
        others = [one for one in channels if one != channel]
        for size in range(n):
            weight = Fraction(factorial(size) * factorial(n - size - 1), factorial(n))
            for chosen in combinations(others, size):
                gained = [m for m, path in paths if set(path) <= {*chosen, channel} and channel in path]
                counts[channel] += weight * len(gained)
                money[channel] += weight * sum(gained)
    return counts, money


def markov(won: Sequence[list[str]], lost: Sequence[list[str]], channels: Sequence[str]) -> dict[str, float]:
    """By the definition: shares of what is lost when a channel leads nowhere; the chance to convert by walking the chain for long."""
    moves: dict[str, dict[str, int]] = {}
    for path, end in [*((p, "won") for p in won), *((p, "lost") for p in lost)]:
        for a, b in zip(["start", *path], [*path, end], strict=True):
            moves.setdefault(a, {}).setdefault(b, 0)
            moves[a][b] += 1

    def chance(removed: str | None) -> float:
        there, arrived = {"start": 1.0}, 0.0
        for _ in range(3000):
            following: dict[str, float] = {}
            for state, weight in there.items():
                for target, n in moves[state].items():
                    step = weight * n / sum(moves[state].values())
                    if target == "won":
                        arrived += step
                    elif target not in ("lost", removed):
                        following[target] = following.get(target, 0.0) + step
            there = following
        return arrived

    whole = chance(None) if moves else 0.0
    effects = {c: max(0.0, 1 - chance(c) / whole) if whole and c in moves else 0.0 for c in channels}
    total = sum(effects.values())
    return {c: effect / total if total else 0.0 for c, effect in effects.items()}


@examples(8)
@given(
    batches=told(prices=True, most=20),
    lookback=st.sampled_from([1, 7200, 2 * 86_400, 30 * 86_400]),
    unset=st.sampled_from(["skip", "channel"]),
    limit=st.sampled_from([1, 2, 10]),
)
def test_every_model_gives_what_its_definition_gives(town: Town, batches: Any, lookback: int, unset: str, limit: int) -> None:
    world = built(town, batches)
    spec: dict[str, Any] = {
        "conversion": {"event": "C"},
        "touch": {"filter": {"column": {"name": "event", "op": "not_equals", "value": "C"}}},
        "channel": {"property": "x", "limit": limit},
        "unset": unset,
        "lookback_seconds": lookback,
        "half_life_seconds": 86_400,
    }
    people = world.people()
    found = {p: paths_of(spec, seen) for p, seen in people.items()}
    words: dict[str, int] = {}
    for seen in people.values():
        for one in seen:
            word = text(one.properties.get("x"))
            if one.event != "C" and (word or unset == "channel"):
                words[word] = words.get(word, 0) + 1
    top = sorted(words, key=lambda word: (-words[word], word))[:limit]
    data = world.ask("attribution", spec).data
    conversions = [(p, money, path) for p, (won, _) in found.items() for money, path in won]
    touched = [(p, money, path) for p, money, path in conversions if path]
    assert (data["conversions"], data["revenue_minor"]) == (len(conversions), sum(money for _, money, _ in conversions))
    assert data["attributed"] == {"conversions": len(touched), "revenue_minor": sum(money for _, money, _ in touched)}
    assert world.open("attribution", spec, {"unattributed": True}) == sorted({p for p, _, path in conversions if not path})
    assert world.open("attribution", spec, {}) == sorted({p for p, _, _ in conversions})

    def name(word: str) -> str:
        return str(group_of(word, top))

    channels = [str(row["channel"]) for row in data["channels"]]
    short = [(money, [name(word) for word, _ in path]) for _, money, path in touched]
    assert {one for _, path in short for one in path} <= set(channels)
    by_set = shapley(short, channels)
    by_chain = markov([path for _, path in short], [[name(w) for w, _ in lost] for _, lost in found.values() if lost], channels)
    for row in data["channels"]:
        channel = str(row["channel"])
        wanted = {m: [0.0, 0.0] for m in ("first", "last", "linear", "position", "time_decay")}
        for model, sums in wanted.items():
            for _, money, path in touched:
                for weight, (word, _) in zip(weights(model, path, 86_400), path, strict=True):
                    if name(word) == channel:
                        sums[0] += weight
                        sums[1] += weight * money
        wanted["shapley"] = [float(by_set[0][channel]), float(by_set[1][channel])]
        wanted["markov"] = [by_chain[channel] * len(touched), by_chain[channel] * sum(money for _, money, _ in touched)]
        for model, (count, worth) in wanted.items():
            assert row["models"][model]["conversions"] == pytest.approx(count, abs=1e-6), model
            assert abs(row["models"][model]["revenue_minor"] - worth) <= 1.0001, model
        having = [(p, [name(w) for w, _ in path]) for p, _, path in touched]
        assert row["assisted"] == sum(channel in path for _, path in having)
        assert row["people"] == len({p for p, path in having if channel in path})
        touched_by = {
            "any": {p for p, path in having if channel in path},
            "first": {p for p, path in having if path[0] == channel},
            "last": {p for p, path in having if path[-1] == channel},
        }
        everybody = [
            (p, one)
            for p, seen in people.items()
            for one in seen
            if one.event != "C" and ((word := text(one.properties.get("x"))) or unset == "channel") and name(word) == channel
        ]
        assert row["touches"] == len(everybody)
        assert world.open("attribution", spec, {"channel": row["channel"], "touched": True}) == sorted({p for p, _ in everybody})
        for touch, whom in touched_by.items():
            assert world.open("attribution", spec, {"channel": row["channel"], "touch": touch}) == sorted(whom)
    assert world.open("attribution", spec, {"attributed": True}) == sorted({p for p, _, _ in touched})
    for model in data["models"]:
        assert sum(row["models"][model]["revenue_minor"] for row in data["channels"]) == data["attributed"]["revenue_minor"]


def test_a_path_by_hand(town: Town) -> None:
    world = town.world()
    touches = [Act(ms=n * HOUR, user="u", event="T", properties={"x": x}) for n, x in enumerate("pqp")]
    bought = Act(ms=3 * HOUR, user="u", event="C", properties={"revenue": 1, "currency": "USD", "x": "own"})
    world.send([*touches, bought, Act(ms=3 * HOUR + SECOND, user="u", event="T", properties={"x": "r"})])
    spec = {"conversion": {"event": "C"}, "touch": {"event": "T"}, "channel": {"property": "x"}, "half_life_seconds": 3600}
    rows = {row["channel"]["value"]: row for row in world.ask("attribution", spec).data["channels"]}
    minor = {model: [rows[x]["models"][model]["revenue_minor"] for x in "pq"] for model in rows["p"]["models"]}
    # Ages of 3, 2 and 1 hours weigh 1, 2 and 4 sevenths. The chain: start to p; p to q or conversion; q to p; r to nothing.
    assert minor["linear"] == [67, 33]
    assert minor["position"] == [80, 20]
    assert minor["time_decay"] == [71, 29]
    assert minor["shapley"] == [50, 50]
    assert rows["r"]["models"]["markov"]["conversions"] == 0
    assert DAY == 24 * HOUR


BAD: list[dict[str, Any]] = [
    {"position_weights": [0.5, 0.6, 0.4]},
    {"position_weights": [0, 1, 0]},
    {"models": []},
    {"models": ["magic"]},
    {"lookback_seconds": 0},
]


@pytest.mark.parametrize("spec", BAD)
def test_a_spec_that_cannot_be_used_is_refused(town: Town, spec: dict[str, Any]) -> None:
    with pytest.raises(UemsError) as error:
        town.world().ask("attribution", spec)
    assert error.value.code == "invalid_spec"


def test_a_cell_cannot_be_of_those_with_and_without_a_touch(town: Town) -> None:
    with pytest.raises(UemsError, match="exclude each other"):
        town.world().open("attribution", {}, {"attributed": True, "unattributed": True})
    with pytest.raises(UemsError, match="all touches"):
        town.world().open("attribution", {}, {"attributed": True, "touched": True})


def test_nothing_to_count_has_a_designed_answer(town: Town) -> None:
    world = town.world()
    assert world.ask("attribution", {"first_day": None, "last_day": None}).data["channels"] == []
    assert world.ask("attribution", {}).data["conversions"] == 0
    assert world.open("attribution", {}, {"unattributed": True}) == []
