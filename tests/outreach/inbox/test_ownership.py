"""Is nobody reached in a browser of somebody who only said that they are one person? The write key stands in every page."""

import pytest

from tests.outreach.channels.provider import join
from tests.outreach.inbox.conftest import Shop
from tests.outreach.world import NOW
from tests.support.feed import Feed
from uems.collect.api import Claim
from uems.outreach.messages.reaching import reach


class Ids:
    """The shop's people, as calls of its pages make them."""

    def __init__(self, shop: Shop) -> None:
        self._shop, self._resolver = shop, Feed(shop.world.house, shop.world.scope).resolver

    def seen(self, name: str, user: str = "", anonymous: str = "") -> int:
        """Somebody with one id, who can be sent to under ``name`` as whoever has that id now."""
        found = self._resolver.resolve(self._shop.world.scope, [(user, anonymous)], [], NOW)
        self._shop.world.people[name] = int(found.person_ids[0])
        return int(found.person_ids[0])

    def joined(self, one: str, other: str, cause: str) -> None:
        """Two ids, ``kind:value``, are one person from now on."""
        (a_kind, a_value), (b_kind, b_value) = one.split(":"), other.split(":")
        known = {"a_kind": a_kind, "a_value": a_value, "b_kind": b_kind, "b_value": b_value}
        ms = int(NOW.timestamp() * 1000)
        claim = Claim(**known, ts_ms=ms, message_id=f"{one} {other}", cause=cause)  # type: ignore[arg-type]
        self._resolver.resolve(self._shop.world.scope, [], [claim], NOW)


@pytest.mark.parametrize("when", ["before it is asked for", "while it waits"])
def test_an_older_user_who_says_that_a_younger_one_is_them_reads_nothing_of_theirs(shop: Shop, when: str) -> None:
    mallory, victim = (f"{name}-{len(when)}" for name in ("mallory", "victim"))
    ids = Ids(shop)
    first = ids.seen(mallory, user=mallory)
    assert first < ids.seen(victim, user=victim), "the stranger was here first"
    shop.note("secret")
    if when == "while it waits":
        number = shop.world.send(victim, f"k-{victim}", template="note")
        ids.joined(f"user_id:{mallory}", f"user_id:{victim}", "alias")
    else:
        ids.joined(f"user_id:{mallory}", f"user_id:{victim}", "alias")
        assert ids.seen(victim, user=victim) == first, "they are one now"
        number = shop.world.send(victim, f"k-{victim}", template="note")
    shop.world.sender.step()
    assert shop.world.reason(number) == ("suppressed", "ambiguous_browser")
    assert shop.texts(user_id=mallory, proof=shop.proof(mallory)) == []


def test_an_older_browser_that_says_it_has_a_visitors_email_reads_nothing_of_theirs(shop: Shop) -> None:
    ids = Ids(shop)
    first = ids.seen("mallorys browser", anonymous="browser-of-a-stranger")
    assert first < ids.seen("guest", anonymous="browser-of-a-guest")
    shop.note("secret")
    assert shop.send("guest", "g1")["address"] == "anonymous_id:browser-of-a-guest"
    for browser in ("guest", "stranger"):
        ids.joined(f"anonymous_id:browser-of-a-{browser}", "email:guest@mail.example", "external")
    assert ids.seen("guest", anonymous="browser-of-a-guest") == first
    sent = shop.send("guest", "g2")
    assert (sent["state"], sent["reason"]) == ("suppressed", "ambiguous_browser")
    assert shop.texts(anonymous_id="browser-of-a-stranger") == []


def test_a_user_of_several_browsers_is_reached_under_their_user_id(shop: Shop) -> None:
    ids = Ids(shop)
    for browser in ("one", "two"):
        ids.seen(browser, anonymous=f"{browser}-of-many")
        ids.joined("user_id:of-many", f"anonymous_id:{browser}-of-many", "identify")
    ids.seen("of-many", user="of-many")
    shop.note("x")
    assert shop.send("of-many", "m1")["address"] == "user_id:of-many"


@pytest.mark.parametrize("name", ["browser", "unknown_browser", "web_push"])
def test_a_trait_says_of_nobody_where_their_browser_is(shop: Shop, name: str) -> None:
    """Traits come from pages: a stranger may write there what would be the address of somebody else."""
    join(shop.world, "writer", {name: "user_id:lin", "locale": "zh"})
    number = shop.world.people["writer"]
    reached = reach(shop.world.house, shop.world.scope, {number})[number]
    assert reached.values[name] == "user_id:lin"
    assert reached.address(name) == ("user_id:writer" if name == "browser" else "")
