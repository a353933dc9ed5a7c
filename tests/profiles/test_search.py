"""Is everybody found whom the words fit, once, on one page or on many?"""

import itertools
import json
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.profiles.conftest import START
from tests.profiles.test_profiles import identify
from tests.support.depth import worlds
from tests.support.feed import Feed, Happened
from uems.collect.api import Claim
from uems.identity import api as identity
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.profiles import api as profiles
from uems.profiles.people import profiles_of


def found(house: House, scope: Scope, words: str, limit: int = 50) -> list[int]:
    people: list[int] = []
    place = None
    while True:
        page, place = profiles.search_people(house, scope, words, after=place, limit=limit)
        assert len(page) <= limit
        people += [p.person_id for p in page]
        if place is None:
            return people


def test_people_are_found_by_any_id_and_any_trait(house: House, scope: Scope, feed: Feed) -> None:
    feed.take([identify("Ann-1", 1, email="ann@shop.cn", name="Ann Li", city="Wuhan", age=34, vip=True)], START)
    feed.take([identify("bob", 1, anonymous="3f2a", name="Bob 王小明", bio="likes 100%_tea and WUHAN")], START)
    assert found(house, scope, "ann-1") == [1]
    assert found(house, scope, "ANN") == [1]
    assert found(house, scope, "ann@shop") == [1]
    assert found(house, scope, "3f") == [2] or found(house, scope, "3f") == [3]
    bob = found(house, scope, "bob")[0]
    assert found(house, scope, "wuhan") == [1, bob], "starts come before pieces"
    assert found(house, scope, "王小明") == [bob]
    assert found(house, scope, "34") == [1]
    assert found(house, scope, "100%_t") == [bob], "% and _ are themselves"
    assert found(house, scope, "100x") == []
    assert found(house, scope, "an") == [1], "a piece of two letters is not looked for"


def test_a_value_that_was_replaced_or_removed_finds_nobody(house: House, scope: Scope, feed: Feed) -> None:
    feed.take([identify("ann", 1, city="Wuhan", hat="red")], START)
    feed.take([identify("ann", 2, city="Xi'an", hat=None)], START)
    assert found(house, scope, "wuhan") == []
    assert found(house, scope, "red") == []
    assert found(house, scope, "xi'an") == [1]


def test_another_workspace_is_not_searched(house: House, scope: Scope, feed: Feed) -> None:
    other = Feed(house, Scope(workspace_id=2, slug="other", zone="UTC", currency="EUR"))
    other.take([identify("zoe", 1, city="Wuhan")], START)
    assert found(house, scope, "zoe") == found(house, scope, "wuhan") == []


def test_a_phone_number_is_found_however_it_is_written(house: House, scope: Scope, feed: Feed) -> None:
    feed.take([Happened(user="ann", email="", ts=START)], START)
    feed.resolver.resolve(scope, [("ann", "")], [_phone("ann", "+86 138 0013 8000")], START)
    assert found(house, scope, "+86 138-0013") == [1]
    assert found(house, scope, "+8613800138000") == [1]


def _phone(user: str, number: str) -> Claim:
    return Claim(a_kind="user_id", a_value=user, b_kind="phone", b_value=number, ts_ms=1, message_id="p", cause="external")


_numbers = itertools.count(10)
WORDS = ("ab", "abc", "abd", "xab", "xabc", "b")
people = st.lists(
    st.tuples(st.sampled_from(("", "a1", "a2")), st.dictionaries(st.sampled_from(("p", "q")), st.sampled_from((*WORDS, None)), max_size=2)),
    min_size=1,
    max_size=8,
)


@settings(max_examples=worlds(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(rows=people, words=st.sampled_from(("ab", "abc", "xab", "u1")), limit=st.integers(1, 3))
def test_pages_of_any_size_give_exactly_those_who_fit(
    rows: list[tuple[str, dict[str, str | None]]], words: str, limit: int, house: House
) -> None:
    scope = Scope(workspace_id=next(_numbers), slug="w", zone="UTC", currency="EUR")
    feed = Feed(house, scope)
    for n, (anonymous, traits) in enumerate(rows):
        at = START + timedelta(hours=n)
        told = json.dumps(traits)
        feed.take([Happened(user=f"u{n % 5}", anonymous=anonymous, ts=at, type="identify", event="", properties=told)], START)
    fit = set()
    for p in {p.person_id: p for p in identity.people_of(house.store, scope, {r.node_id for r in feed.stored}).values()}.values():
        [profile] = profiles_of(house, scope, [p])
        ids = [i.value for i in profile.ids]
        values = [json.loads(t.value) for t in profile.traits]
        if any(i.startswith(words) for i in ids) or any(words in v if len(words) > 2 else v.startswith(words) for v in values):
            fit.add(p.person_id)
    people = found(house, scope, words, limit)
    assert len(people) == len(set(people))
    assert set(people) == fit
