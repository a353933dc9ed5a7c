"""Do segments follow the tags that they ask, whoever changed those, and is what the night changes by design no difference?"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.identity.conftest import make_access
from tests.profiles.conditions.strategies import calls, tagged
from tests.profiles.conditions.world import NOW
from tests.segments.shop import Shop
from tests.support import houses
from tests.support.depth import worlds
from tests.support.feed import Happened
from tests.support.web import Clock, operator_client
from uems.access.api import Access, Workspaces
from uems.identity import api as identity
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql
from uems.profiles import api as profiles
from uems.profiles.conditions.did import DidKind
from uems.profiles.tags.model import TagDef
from uems.segments.api import Keeper, list_segments
from uems.segments.passes import passes
from uems.segments.preview import preview
from uems.web.app import create_app

_numbers = itertools.count(1)
START = datetime(2026, 3, 3, 15, tzinfo=UTC)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    found = houses.build(Settings(home=tmp_path_factory.mktemp("follow") / "home"))
    yield found
    found.close()


class Tagged(Shop):
    """A shop whose keeper computes tags too."""

    def __init__(self, house: House) -> None:
        super().__init__(house, next(_numbers), START)
        self.keeper = Keeper(house, Workspaces(house.store), "test", lambda: self.now, profiles.LiveTags(house))
        self.take([Happened(user=f"u{n}", ts=START - timedelta(days=n), event="Viewed") for n in range(10)])

    def define(self, key: str, kind: Any, type_: Any, config: Any = None, refresh: Any = "nightly") -> None:
        label = profiles.Words(en=key)
        tag = TagDef(key=key, family="behaviour", kind=kind, label=label, value_type=type_, config=config or {}, refresh=refresh)
        profiles.save_tag(self.house.store, self.access(), tag)

    def access(self) -> Access:
        return make_access(self.scope, self.now)

    def night(self) -> int:
        return self.keeper.full(self.scope, now=self.now)


def asks(tag: str, op: str = "is_set", **more: Any) -> dict[str, Any]:
    return {"tag": {"name": tag, "op": op, **more}}


class Slow(profiles.LiveTags):
    """Tags of everybody that take longer than the keeper's lease."""

    def __init__(self, shop: Tagged) -> None:
        super().__init__(shop.house)
        self._shop = shop

    def refresh(self, scope: Scope, now: datetime, people: Sequence[int] | None) -> profiles.Refreshed:
        done = super().refresh(scope, now, people)
        if people is None:
            self._shop.now += timedelta(seconds=90)
        return done


def test_a_night_that_takes_longer_than_the_lease_comes_to_its_end(house: House) -> None:
    shop = Tagged(house)
    shop.define("views", "computed", "number", {"measure": "count", "events": ["Viewed"]})
    shop.save("often", asks("views", "gte", value=2))
    shop.catch_up()
    shop.keeper.close()
    shop.keeper = Keeper(house, Workspaces(house.store), "test", lambda: shop.now, Slow(shop))
    shop.catch_up()
    shop.take([Happened(user="u3", ts=shop.now, event="Viewed")], shop.now)
    shop.catch_up()
    assert shop.members() == {}
    shop.now += timedelta(days=1)
    shop.take([Happened(user="u4", ts=shop.now, event="Viewed")], shop.now)  # in the round of the night itself
    shop.catch_up()
    assert [len(people) for people in shop.members().values()] == [2]
    assert len(passes(house.store, shop.scope, 10)) == 1


def test_what_is_set_by_hand_or_scored_by_a_model_is_followed_at_once(house: House) -> None:
    shop = Tagged(house)
    shop.define("vip", "manual", "text")
    shop.define("score", "model", "number", {"model": "m"})
    shop.save("vips", asks("vip", "equals", value="gold"))
    shop.save("likely", {"and": [asks("score", "gte", value=0.5), {"not": {"segment": {"key": "vips"}}}]})
    shop.catch_up()
    assert shop.members() == {}
    profiles.set_tag(house, shop.access(), "vip", [1, 2], "gold")
    profiles.refresh(house, shop.scope, shop.now, [1, 2], tags=["vip"])
    people = [1, 3, 4]
    profiles.write_scores(house, shop.scope, "score", _array(people), [0.9, 0.8, 0.1], None, None, shop.now)
    shop.catch_up()
    assert shop.members() == {1: [1, 2], 2: [3]}
    profiles.set_tag(house, shop.access(), "vip", [1], None)
    profiles.refresh(house, shop.scope, shop.now, [1], tags=["vip"])
    shop.catch_up()
    assert shop.members() == {1: [2], 2: [1, 3]}
    assert shop.night() == 0


def _array(people: list[int]) -> Any:
    return np.array(people, np.uint64)


def test_a_live_tag_is_computed_before_the_segments_that_ask_it(house: House) -> None:
    shop = Tagged(house)
    shop.define("orders", "computed", "number", {"measure": "count", "events": ["Bought"]}, refresh="live")
    shop.save("buyers", asks("orders", "gte", value=2))
    shop.catch_up()
    shop.take([Happened(user="u3", ts=shop.now, event="Bought")] * 2 + [Happened(user="u4", ts=shop.now, event="Bought")])
    shop.catch_up()
    assert shop.members() == {1: [4]}
    assert shop.changes() == [(1, 4, True, "event")]


def test_what_the_night_changes_by_design_is_put_in_force_and_is_no_difference(house: House) -> None:
    shop = Tagged(house)
    shop.define("views", "computed", "number", {"measure": "count", "events": ["Viewed"]})
    shop.save("many", asks("views", "gte", value=2))
    shop.save("top", {"top": {"tag": "views", "percent": 20}})
    shop.catch_up()
    shop.night()
    shop.take([Happened(user=f"u{n}", ts=shop.now, event="Viewed") for n in range(3)])
    shop.catch_up()
    assert 1 not in shop.members()  # the tag is nightly
    assert shop.night() == 0
    members = shop.members()
    assert members[1] == [1, 2, 3]
    assert len(members[2]) == 3  # three share the place of the second
    last = passes(house.store, shop.scope, 1)[0]
    assert (last["differences"], last["detail"]) == (0, {})


def test_a_percentile_of_scores_is_measured_when_it_is_first_asked_for_and_every_night(house: House) -> None:
    shop = Tagged(house)
    shop.define("score", "model", "number", {"model": "m"})
    people = list(range(1, 11))
    profiles.write_scores(house, shop.scope, "score", _array(people), [n / 10 for n in people], None, None, shop.now)
    top = {"top": {"tag": "score", "percent": 30}}
    assert preview(house, shop.scope, profiles.parse_condition(top), shop.now).count == 3
    shop.save("best", top)
    shop.save("worst", {"top": {"tag": "score", "percent": 10, "lowest": True}})
    shop.catch_up()
    assert shop.members() == {1: [8, 9, 10], 2: [1]}
    profiles.write_scores(house, shop.scope, "score", _array(people), [(11 - n) / 10 for n in people], None, None, shop.now)
    shop.catch_up()
    assert shop.members() == {1: [1, 2, 3], 2: [10]}
    profiles.write_scores(house, shop.scope, "score", _array([1]), [0.05], None, None, shop.now)
    shop.catch_up()
    assert shop.members()[1] == [2, 3]  # by the cut of the last night
    assert shop.night() == 0
    assert shop.members()[1] == [2, 3, 4]


def test_whoever_invited_somebody_is_looked_at_when_that_one_arrives(house: House) -> None:
    shop = Tagged(house)
    profiles.set_role(house.store, shop.access(), "signup", events=["Signed Up"])
    profiles.set_role(house.store, shop.access(), "inviter", property="invited_by")
    shop.save("hosts", {"related": {"kind": "invited", "at_least": 1}})
    shop.catch_up()
    shop.take([Happened(user="fresh", ts=shop.now, event="Signed Up", properties='{"invited_by":"u5"}')])
    shop.catch_up()
    assert shop.members() == {1: [6]}
    assert shop.night() == 0


def test_a_segment_that_cannot_be_computed_does_not_hold_up_the_night(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Tagged(house)
    shop.save("fine", {"did": {"events": ["Viewed"]}})
    shop.save("broken", {"did": {"events": ["Never"]}})
    shop.catch_up()
    whole = DidKind.ask

    def ask(self: DidKind, node: profiles.nodes.Did, asking: profiles.Asking) -> profiles.Value:
        value = whole(self, node, asking)
        return replace(value, sql=Sql("max(there_is_no_such_column)")) if node.doing.events == ("Never",) else value

    monkeypatch.setattr(DidKind, "ask", ask)
    shop.take([Happened(user="late", ts=shop.now, event="Viewed")])
    shop.night()
    states = {one["key"]: one for one in _states(shop)}
    assert (states["fine"]["state"], states["broken"]["state"]) == ("live", "failed")
    assert len(shop.members()[1]) == 11


def _states(shop: Shop) -> list[dict[str, Any]]:
    return [{"key": one.key, "state": one.state} for one in list_segments(shop.house.store, shop.scope)]


_steps = st.one_of(
    st.tuples(st.just("take"), st.lists(calls, min_size=1, max_size=5)),
    st.tuples(st.just("late"), st.lists(calls, min_size=1, max_size=3)),
    st.tuples(st.just("undo"), st.integers(0, 5)),
    st.tuples(st.just("pass"), st.sampled_from([timedelta(minutes=1), timedelta(hours=7), timedelta(days=2)])),
)


@hypothesis_settings(max_examples=worlds(2), deadline=None, suppress_health_check=list(HealthCheck))
@given(trees=st.lists(tagged, min_size=2, max_size=4), steps=st.lists(_steps, min_size=3, max_size=6))
def test_following_tags_merges_undos_and_late_events_comes_to_what_computing_everybody_does(
    house: House, trees: list[Any], steps: list[Any]
) -> None:
    shop = Tagged(house)
    week = {"op": "after", "value": {"ago": 7, "unit": "day"}}
    shop.define("score", "computed", "number", {"measure": "count", "events": [], "within": week}, refresh="live")
    many = {"did": {"events": ["Viewed"], "op": "gte", "value": 2}}
    values = [{"value": "pro", "when": many}, {"value": "free", "when": asks("score", "gte", value=1)}]
    shop.define("stage", "rule", "text", {"values": values, "default": None}, refresh="live")
    # Two who are merged from the start, so that there is always something to undo.
    shop.take([Happened(anonymous="a0", ts=shop.now, event="Viewed"), Happened(user="u0", anonymous="a0", ts=shop.now, event="Viewed")])
    for n, tree in enumerate(trees):
        shop.save(f"s{n}", {"or": [tree, {"not": asks("score", "lt", value=2)}]} if n % 2 else tree)
    shop.catch_up()
    for what, value in steps:
        if what in ("take", "late"):
            back = timedelta(days=6) if what == "late" else timedelta(0)
            shop.take([replace(call, ts=shop.now - (NOW - call.ts) - back) for call in value])
        elif what == "pass":
            shop.now += value
        else:
            active = list(identity.merges(house.store, shop.scope, state="active", limit=50))
            if active:
                identity.undo_merge(house, shop.access(), active[value % len(active)].merge_id)
        shop.catch_up()
    followed = shop.members()
    assert shop.night() == 0
    assert shop.members() == followed


def test_a_tag_that_a_segment_asks_is_shown_with_it_and_cannot_be_removed(house: House) -> None:
    shop = Tagged(house)
    shop.define("vip", "manual", "text")
    shop.save("vips", {"related": {"kind": "invited", "at_least": 1, "who": asks("vip")}})
    api = operator_client(create_app(house, clock=Clock(shop.now)), house)
    address = f"/api/workspaces/{shop.scope.slug}/tags/vip"
    assert api.get(address).json()["used_by"] == [{"kind": "segment", "key": "vips", "label": "vips"}]
    assert api.delete(address).json()["code"] == "tag_in_use"
    body = {"family": "behaviour", "kind": "manual", "label": {"en": "vip"}, "value_type": "number"}
    assert api.send("PUT", address, json=body).status_code == 200  # is_set goes with numbers too
    shop.save("vips", {"related": {"kind": "invited", "at_least": 1, "who": asks("vip", "gte", value=1)}})
    changed = api.send("PUT", address, json={**body, "value_type": "text"})
    assert (changed.status_code, changed.json()["code"]) == (409, "tag_in_use")
    assert "segment vips would break, because gte does not fit" in changed.json()["message"]
    api.delete(f"/api/workspaces/{shop.scope.slug}/segments/vips")
    assert api.delete(address).status_code == 204
