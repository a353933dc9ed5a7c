"""What becomes of word of mouth when an advocate, or whom they brought, is erased? Places and the numbers of others stay."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from tests.superusers.referrals.world import ReferralShop
from tests.support.feed import Happened
from tests.support.houses import build
from uems.identity import api as identity
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql
from uems.profiles import api as profiles
from uems.superusers.referrals import codes, reporting, rewards
from uems.superusers.referrals.tree_making import refresh_tree
from uems.superusers.referrals.tree_reading import children, place, roots
from uems.web.app import ERASERS

_NUMBERS = count(1)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = build(Settings(home=Path(tmp_path_factory.mktemp("erased")) / "home", public_url="https://uems.example"))
    yield made
    made.close()


@pytest.fixture
def shop(house: House) -> ReferralShop:
    return ReferralShop(house, next(_NUMBERS))


def erase(shop: ReferralShop, user: str) -> int:
    number = shop.person(user)
    shop.pipe()
    identity.request_erasure(shop.house, shop.access(), number, number, ERASERS)
    assert identity.finish_now(shop.house, shop.workspaces, ERASERS, "tests", shop.now)
    return number


def test_whom_an_erased_advocate_brought_keep_their_place(shop: ReferralShop) -> None:
    profiles.set_role(shop.house.store, shop.access(), "inviter", property="invited_by")
    shop.programme(limits={"waiting_days": 0})
    shop.see("anna", "ben")
    shop.redeem("ben", shop.code("anna"))
    shop.now += timedelta(hours=1)
    named = '{"invited_by": "ben"}'
    shop.take([Happened(user="carl", event="Signed Up", ts=shop.now, properties=named)], shop.now)
    profiles.refresh(shop.house, shop.scope, shop.now)
    shop.buy("carl", 700)
    refresh_tree(shop.house, shop.scope, shop.now)
    anna, carl = shop.person("anna"), shop.person("carl")
    ben = erase(shop, "ben")
    assert refresh_tree(shop.house, shop.scope, shop.now + timedelta(minutes=1))
    stands = place(shop.house, shop.scope, carl)
    assert stands is not None
    assert [one.person_id for one in stands.above] == [anna, ben]
    [top] = roots(shop.house, shop.scope)
    assert (top.person_id, top.below, top.value_below_minor) == (anna, 2, 700)
    [gap] = children(shop.house, shop.scope, anna)
    assert (gap.person_id, gap.value_minor, gap.signed_at, gap.paid_at) == (ben, 0, None, None)
    told = f"SELECT count() AS n FROM tag_values WHERE workspace_id = {shop.scope.workspace_id} AND person_id = {ben}"
    assert shop.house.warehouse.query(Sql(told)).to_pylist() == [{"n": 0}], "no tag is told of nobody"


def test_a_code_dies_with_its_holder_and_what_was_earned_by_them_stays(shop: ReferralShop) -> None:
    shop.programme(limits={"waiting_days": 0})
    shop.see("anna", "ben", "carl")
    code = shop.code("anna")
    shop.redeem("ben", code)
    shop.now += timedelta(hours=1)
    shop.buy("ben", 900)
    shop.round(minutes=1)
    shop.redeem("carl", code)
    anna = erase(shop, "anna")
    shop.round(days=40)
    assert codes.codes_of(shop.house.store, shop.scope) == []
    assert {one.state for one in rewards.rewards_of(shop.house.store, shop.scope) if one.person_id == anna} == {"cancelled"}
    shop.buy("carl", 100)
    shop.round(days=40)
    assert len(reporting.referrals_of(shop.house.store, shop.scope)) == 2, "nothing broke, and nobody is forgotten"


def test_a_newcomer_who_is_erased_before_they_bought_is_refused_with_a_reason(shop: ReferralShop) -> None:
    shop.programme(limits={"waiting_days": 0})
    shop.see("anna", "ben")
    shop.redeem("ben", shop.code("anna"))
    ben = erase(shop, "ben")
    shop.round(days=40)
    [one] = reporting.referrals_of(shop.house.store, shop.scope)
    assert (one.person_id, one.state, one.reason) == (ben, "refused", "erased")
