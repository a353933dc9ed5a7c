"""Does a referral go from a link to rewards once and only once, and is whoever cheats refused with a reason? Through log and pipeline."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.superusers.referrals.world import START, ReferralShop
from tests.support.feed import Happened
from tests.support.houses import build
from uems.identity import api as identity
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.profiles import api as profiles
from uems.superusers.referrals import codes, programmes, reporting, rewards
from uems.superusers.referrals.marks import Facts
from uems.superusers.referrals.programmes import save_programme, turn_programme
from uems.superusers.referrals.spec import ReferralSpec
from uems.superusers.referrals.tree_making import facts_of
from uems.superusers.referrals.tree_reading import children, place, roots
from uems.superusers.referrals.worker import TREES, Referrer

_NUMBERS = count(1)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = build(Settings(home=Path(tmp_path_factory.mktemp("referrals")) / "home", public_url="https://uems.example"))
    yield made
    made.close()


@pytest.fixture
def shop(house: House) -> ReferralShop:
    return ReferralShop(house, next(_NUMBERS))


def paid(shop: ReferralShop, **which: str) -> list[tuple[str, str, int]]:
    return [(one.side, one.state, one.person_id) for one in rewards.rewards_of(shop.house.store, shop.scope, **which)]  # type: ignore[arg-type]


def test_from_a_link_to_rewards_of_both_sides(shop: ReferralShop) -> None:
    shop.programme(invitee={"kind": "coupon", "text": "WELCOME", "amount": 500}, limits={"waiting_days": 7, "min_order_minor": 1000})
    shop.see("anna")
    code = shop.code("anna")
    token = codes.Links(shop.house.settings).token(code)
    assert codes.Links(shop.house.settings).address(code) == f"https://uems.example/api/r/{token}"
    led = urlsplit(codes.follow(shop.house, token, "203.0.113.9", shop.now, seen=True))
    assert f"{led.scheme}://{led.netloc}{led.path}" == "https://shop.example/welcome"
    asked = parse_qs(led.query)
    assert (asked["from"], asked["ref"]) == (["friend"], [code])
    shop.now = shop.now.replace(hour=10)
    shop.see("ben")
    found = shop.redeem("ben", "", click=asked["ref_click"][0])
    assert found is not None
    assert found.exposed_at == START
    shop.round()
    assert shop.state("ben") == "joined"
    shop.buy("ben", 900)
    shop.round(minutes=6)
    assert shop.state("ben") == "joined"
    shop.buy("ben", 2000)
    shop.round(minutes=6)
    assert shop.state("ben") == "qualified"
    assert paid(shop) == []
    shop.round(days=6, hours=23)
    assert paid(shop) == []
    shop.round(hours=2)
    anna, ben = shop.person("anna"), shop.person("ben")
    assert sorted(paid(shop)) == [("invitee", "due", ben), ("inviter", "due", anna)]
    due = [one.reward_id for one in rewards.rewards_of(shop.house.store, shop.scope)]
    first = rewards.turn_rewards(shop.house.store, shop.access(), due, "paid", "by hand")
    again = rewards.turn_rewards(shop.house.store, shop.access(), due, "paid", "by hand")
    assert (len(first.done), len(first.left), len(again.done), len(again.left)) == (2, 0, 0, 2)
    shop.round(minutes=6)
    assert shop.told() == [
        ("Referral Exposed", "ben"),
        ("Referral Signed Up", "ben"),
        ("Referral Qualified", "ben"),
        ("Referral Rewarded", "anna"),
        ("Referral Rewarded", "ben"),
    ]
    assert [one.state for one in rewards.steps_of(shop.house.store, shop.scope, due[0])] == ["due", "paid"]


def test_a_person_comes_by_one_code_however_often_they_say_one(shop: ReferralShop) -> None:
    shop.programme()
    shop.see("anna", "carl", "ben")
    first, other = shop.code("anna"), shop.code("carl")
    with ThreadPoolExecutor(4) as pool:
        found = [one.result() for one in [pool.submit(shop.redeem, "ben", code) for code in (first, other, first.lower(), other)]]
    assert len({one.referral_id for one in found if one}) == 1
    assert len(reporting.referrals_of(shop.house.store, shop.scope)) == 1


@pytest.mark.parametrize(("state", "day"), [("paused", ""), ("ended", ""), ("on", "2026-03-09"), ("draft", "")])
def test_a_code_counts_only_while_its_programme_runs(shop: ReferralShop, state: str, day: str) -> None:
    spec = shop.programme()
    shop.see("anna", "ben")
    code = shop.code("anna")
    token = codes.Links(shop.house.settings).token(code)
    if state == "draft":
        turn_programme(shop.house.store, shop.access(), "friends", "paused")
    elif state != "on":
        turn_programme(shop.house.store, shop.access(), "friends", state)  # type: ignore[arg-type]
    save_programme(shop.house.store, shop.access(), "friends", spec.model_copy(update={"last_day": day}), None)
    with pytest.raises(UemsError) as refused:
        shop.redeem("ben", code)
    assert refused.value.code == "code_over"
    assert codes.follow(shop.house, token, "203.0.113.9", shop.now, seen=True) == spec.target
    with pytest.raises(UemsError) as unknown:
        shop.redeem("ben", "NOTACODE")
    assert unknown.value.code == "unknown_code"


def test_a_code_that_was_stopped_counts_again_when_it_is_let(shop: ReferralShop) -> None:
    shop.programme()
    shop.see("anna", "ben")
    code = shop.code("anna")
    codes.turn_code(shop.house.store, shop.access(), code, active=False)
    with pytest.raises(UemsError, match="was stopped"):
        shop.redeem("ben", code)
    codes.turn_code(shop.house.store, shop.access(), code.lower(), active=True)
    assert shop.redeem("ben", code) is not None


def test_nobody_brings_themselves_and_no_ring_is_closed(shop: ReferralShop) -> None:
    shop.programme()
    shop.see("anna", "ben", "carl")
    anna, ben, carl = (shop.code(one) for one in ("anna", "ben", "carl"))
    shop.redeem("ben", anna)
    shop.redeem("carl", ben)
    shop.redeem("anna", carl)
    shop.see("dora")
    shop.redeem("dora", shop.code("dora"))
    assert [shop.state(one) for one in ("ben", "carl", "anna", "dora")] == [
        "joined",
        "joined",
        "refused: ring",
        "refused: self_referral",
    ]


@pytest.mark.parametrize(
    ("mine", "theirs", "wanted"),
    [
        (Facts(email="Ben.Li+1@gmail.com"), Facts(email="benli@googlemail.com"), "refused: same_mailbox"),
        (Facts(device="d-1"), Facts(device="d-1"), "refused: same_device"),
        (Facts(address="12 Main St., Apt 4"), Facts(address="12 main st apt 4"), "refused: same_address"),
        (Facts(network="2a00:1450:4001::1"), Facts(network="2a00:1450:4001::2"), "joined"),
        (Facts(network="10.0.0.7"), Facts(network="10.0.0.7"), "joined"),
        (Facts(email="ben@a.example"), Facts(email="anna@a.example"), "joined"),
    ],
)
def test_what_both_share_is_refused_or_flagged_as_the_programme_says(shop: ReferralShop, mine: Facts, theirs: Facts, wanted: str) -> None:
    shop.programme()
    shop.see("anna", "ben")
    found = shop.redeem("ben", shop.code("anna", facts=theirs), facts=mine)
    assert shop.state("ben") == wanted
    assert found is not None
    assert list(found.flags) == (["network"] if mine.network.startswith("2a00") else [])


def test_two_accounts_of_one_device_bring_nothing_the_second_time(shop: ReferralShop) -> None:
    shop.programme()
    shop.see("anna")
    code = shop.code("anna")
    shop.see("ben1", "ben2")
    shop.redeem("ben1", code, facts=Facts(device="phone"))
    shop.redeem("ben2", code, facts=Facts(device="phone"))
    assert [shop.state("ben1"), shop.state("ben2")] == ["joined", "refused: same_device"]


def test_who_bought_before_is_no_new_customer_and_who_never_buys_is_given_up(shop: ReferralShop) -> None:
    shop.programme(limits={"order_within_days": 10})
    shop.see("anna", "old", "idle")
    shop.now = shop.now.replace(day=1)
    shop.buy("old", 5000)
    shop.now = START
    code = shop.code("anna")
    shop.redeem("old", code)
    shop.redeem("idle", code)
    shop.round(minutes=6)
    assert [shop.state("old"), shop.state("idle")] == ["refused: already_customer", "joined"]
    shop.round(days=11)
    assert shop.state("idle") == "refused: no_order"


def test_an_order_that_is_paid_back_in_time_brings_nothing_and_later_the_reward_is_to_be_taken_back(shop: ReferralShop) -> None:
    shop.programme(limits={"waiting_days": 5})
    shop.see("anna", "ben", "carl")
    code = shop.code("anna")
    shop.redeem("ben", code)
    shop.redeem("carl", code)
    shop.buy("ben", 3000)
    shop.buy("carl", 3000)
    shop.round(days=2)
    shop.buy("ben", 3000, "Order Refunded")
    shop.round(days=4)
    assert [shop.state("ben"), shop.state("carl")] == ["refused: refunded", "rewarded"]
    [due] = rewards.rewards_of(shop.house.store, shop.scope, state="due")
    rewards.turn_rewards(shop.house.store, shop.access(), [due.reward_id], "paid", "")
    shop.buy("carl", 3000, "Order Refunded")
    shop.round(days=1)
    [back] = rewards.rewards_of(shop.house.store, shop.scope, refunded=True)
    assert back.state == "paid"
    assert len(rewards.turn_rewards(shop.house.store, shop.access(), [back.reward_id], "taken_back", "refund").done) == 1
    assert len(rewards.turn_rewards(shop.house.store, shop.access(), [back.reward_id], "taken_back", "refund").done) == 0
    assert rewards.rewards_of(shop.house.store, shop.scope, refunded=True) == []


def test_a_month_holds_no_more_rewards_of_one_inviter_than_said(shop: ReferralShop) -> None:
    shop.programme(limits={"per_month": 2, "waiting_days": 0}, invitee={"text": "thanks"})
    shop.see("anna", *(f"f{n}" for n in range(4)))
    code = shop.code("anna")
    for n in range(4):
        shop.redeem(f"f{n}", code)
        shop.buy(f"f{n}", 100)
    shop.round(minutes=6)
    found = paid(shop)
    assert sorted(state for side, state, _ in found if side == "inviter") == ["capped", "capped", "due", "due"]
    assert [state for side, state, _ in found if side == "invitee"] == ["due"] * 4


def test_two_accounts_that_turn_out_to_be_one_person_bring_nothing(shop: ReferralShop) -> None:
    shop.programme(limits={"waiting_days": 0})
    shop.see("anna", "ben", "carl", "dora")
    code = shop.code("anna")
    for one in ("ben", "carl", "dora"):
        shop.redeem(one, code)
    for pair in (("anna", "ben"), ("carl", "dora")):
        identity.merge(shop.house, shop.access(), [shop.person(one) for one in pair])
    for one in ("ben", "carl"):
        shop.buy(one, 100)
    shop.round(minutes=6)
    found = {one.referral_id: (one.state, one.reason) for one in reporting.referrals_of(shop.house.store, shop.scope)}
    assert [found[number] for number in sorted(found)] == [("refused", "self_referral"), ("rewarded", ""), ("refused", "same_person")]


def test_who_is_not_known_yet_is_waited_for(shop: ReferralShop) -> None:
    shop.programme()
    shop.see("anna")
    assert shop.redeem("late", shop.code("anna")) is None
    assert reporting.waiting_of(shop.house.store, shop.scope) == 1
    shop.round(minutes=1)
    shop.see("late")
    shop.round(minutes=1)
    assert shop.state("late") == "joined"
    shop.redeem("never", shop.code("anna"))
    shop.round(days=8)
    assert reporting.waiting_of(shop.house.store, shop.scope) == 0


def test_a_link_nobody_made_leads_nowhere_and_a_flood_of_openings_fills_nothing(shop: ReferralShop) -> None:
    shop.programme()
    shop.see("anna")
    code = shop.code("anna")
    token = codes.Links(shop.house.settings).token(code)
    with pytest.raises(UemsError) as refused:
        codes.follow(shop.house, f"{code}-AAAAAAAAAA", "203.0.113.9", shop.now, seen=True)
    assert refused.value.code == "unknown_link"
    for _ in range(40):
        codes.follow(shop.house, token, "203.0.113.9", shop.now, seen=True)
    codes.follow(shop.house, token, "203.0.113.10", shop.now, seen=False)
    [found] = codes.codes_of(shop.house.store, shop.scope)
    assert found.opened == 30


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", "//evil.example", "https://a@evil.example/", "https://", "ftp://x.example", "https://x .example"]
)
def test_a_link_can_lead_only_to_a_whole_web_address(target: str) -> None:
    with pytest.raises(ValueError, match="whole address"):
        ReferralSpec.model_validate({"name": "x", "target": target})


def test_a_change_made_meanwhile_is_not_overwritten_and_an_ended_programme_stays_ended(shop: ReferralShop) -> None:
    spec = shop.programme()
    with pytest.raises(UemsError) as refused:
        save_programme(shop.house.store, shop.access(), "friends", spec.model_copy(update={"description": "b"}), 0)
    assert refused.value.code == "changed_meanwhile"
    save_programme(shop.house.store, shop.access(), "friends", spec.model_copy(update={"description": "b"}), 1)
    assert [one.version for one in programmes.versions_of(shop.house.store, shop.scope, "friends")] == [2, 1]
    turn_programme(shop.house.store, shop.access(), "friends", "ended")
    with pytest.raises(UemsError) as over:
        turn_programme(shop.house.store, shop.access(), "friends", "on")
    assert over.value.code == "programme_ended"


def test_the_tree_holds_codes_and_the_workspaces_own_events_and_writes_tags(shop: ReferralShop) -> None:
    profiles.set_role(shop.house.store, shop.access(), "inviter", property="invited_by")
    shop.programme(limits={"waiting_days": 0})
    shop.see("anna", "ben")
    shop.redeem("ben", shop.code("anna"))
    shop.now = shop.now.replace(hour=11)
    named = '{"invited_by": "ben"}'
    shop.take([Happened(user=one, event="Signed Up", ts=shop.now, properties=named) for one in ("carl", "dora")], shop.now)
    profiles.refresh(shop.house, shop.scope, shop.now)
    shop.buy("carl", 700)
    worker = Referrer(shop.house, shop.workspaces, "test", lambda: shop.now)
    while worker.step():
        continue
    anna, ben, carl, dora = (shop.person(one) for one in ("anna", "ben", "carl", "dora"))
    found = facts_of(shop.house, shop.scope)
    assert found is not None
    assert (found.people, found.brought, found.trees, found.deepest, found.paying) == (4, 3, 1, 2, 1)
    assert (found.spent_minor, found.credited_minor) == (700, 700)
    [top] = roots(shop.house, shop.scope)
    assert (top.person_id, top.direct, top.below, top.value_below_minor, top.paying_below) == (anna, 1, 3, 700, 1)
    below = children(shop.house, shop.scope, ben)
    assert [(one.person_id, one.via, one.paid_at is not None) for one in below] == [(carl, "invited", True), (dora, "invited", False)]
    assert [one.person_id for one in children(shop.house, shop.scope, ben, after=0)] == [dora]
    stands = place(shop.house, shop.scope, dora)
    assert stands is not None
    assert [one.person_id for one in stands.above] == [anna, ben]
    assert (stands.node.credit_minor, top.credit_minor) == (0, 233)
    told = profiles.tags_of(shop.house, shop.scope, [anna, ben])
    assert {one.tag: one.value for one in told[ben]} == {"people_brought": 2.0, "referral_value": 467.0}
    identity.merge(shop.house, shop.access(), [ben, dora])
    shop.now += TREES
    while worker.step():
        continue
    later = place(shop.house, shop.scope, shop.person("dora"))
    assert later is not None
    assert (later.node.direct, later.node.below) == (1, 1)


def test_the_first_tree_comes_within_seconds_and_is_not_made_anew_with_every_relation(shop: ReferralShop) -> None:
    profiles.set_role(shop.house.store, shop.access(), "inviter", property="invited_by")
    worker = Referrer(shop.house, shop.workspaces, "test", lambda: shop.now)

    def after(seconds: float, *brought: str) -> int | None:
        """How many were brought as the tree says, so long after these signed up."""
        happened = [Happened(user=one, event="Signed Up", ts=shop.now, properties='{"invited_by": "anna"}') for one in brought]
        shop.take(happened, shop.now)
        profiles.refresh(shop.house, shop.scope, shop.now)
        shop.now += timedelta(seconds=seconds)
        while worker.step():
            continue
        found = facts_of(shop.house, shop.scope)
        return found.brought if found else None

    shop.see("anna")
    while worker.step():
        continue
    assert after(10, "ben") is None
    assert after(20, "carl") == 2
    assert after(60, "dora") == 2
    assert after(300, "eli") == 4
