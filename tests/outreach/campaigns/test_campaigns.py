"""Does a campaign reach whom it says, each once, and does it hold still when it is told to?"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.outreach.campaigns.world import CampaignShop
from tests.support.feed import Happened
from tests.support.houses import build
from uems.access.api import Access, Actor
from uems.identity import api as identity
from uems.kernel.bucketing import bucket
from uems.kernel.clock import Period
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.kernel.store import from_microseconds, to_microseconds
from uems.outreach.campaigns import launching
from uems.outreach.campaigns.calendar import calendar
from uems.outreach.campaigns.definitions import list_campaigns, save_campaign
from uems.outreach.campaigns.previewing import outlook
from uems.outreach.campaigns.reporting import occurrences_of
from uems.outreach.campaigns.spec import CampaignDraft
from uems.outreach.consent.model import CampaignLimits, Restraints
from uems.outreach.consent.settings import save_restraints
from uems.outreach.messages.deciding import FAR

NOW = datetime(2026, 3, 30, 14, 30, tzinfo=UTC)
ALL: dict[str, Any] = {"who": {"not": {"did": {"events": ["Never"]}}}}
TWO: dict[str, Any] = {"variants": [{"template": "hello"}, {"template": "again"}]}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = build(Settings(home=Path(tmp_path_factory.mktemp("campaigns")) / "home"))
    yield made
    made.close()


_numbers = iter(range(1, 1_000))


@pytest.fixture
def shop(house: House) -> CampaignShop:
    return CampaignShop(house, next(_numbers), NOW)


def other(shop: CampaignShop) -> Access:
    """Somebody else than the one who launches."""
    actor = Actor(kind="account", actor_id="acc_2", label="Ben", account_id="acc_2", address="127.0.0.1", role="admin")
    return Access(scope=shop.scope, actor=actor, now=shop.now)


def test_everybody_but_the_excluded_and_the_held_out_gets_one_message(shop: CampaignShop) -> None:
    known = shop.people([f"p{n}" for n in range(200)])
    shop.take([Happened(user=f"p{n}", event="Order Completed", ts=shop.now - timedelta(hours=1)) for n in range(0, 200, 4)], shop.now)
    shop.save("buyers", {"did": {"events": ["Order Completed"]}})
    audience = {"who": {"did": {"events": ["Signed Up"]}}, "exclude": ["buyers"]}
    before = outlook(shop.house, shop.scope, shop.spec(audience=audience, holdout_percent=20), "", shop.now)
    made = shop.launch(audience=audience, holdout_percent=20)
    shop.go()
    # By hand: who did not buy, and does not fall under the share by the published hash of the campaign and the person.
    wanted = {person for name, person in known.items() if int(name[1:]) % 4}
    held = {person for person in wanted if bucket(f"{made.salt}:holdout", str(person)) < 0.2}
    assert 10 < len(held) < 60
    assert {person for person, line in shop.lines().items() if line[1] == "held"} == held
    assert {row["person_id"] for row in shop.messages()} == wanted - held
    assert all(row["send_key"] == f"campaign:{made.campaign_id}:1:{row['person_id']}" for row in shop.messages())
    assert (before.found, before.excluded, before.entered + before.held) == (200, 50, 150)
    [took] = occurrences_of(shop.house.store, shop.scope, made)
    assert (took.found, took.excluded, took.held, took.entered) == (200, 50, len(held), 150 - len(held))
    shop.go(minutes=1)
    assert shop.one().state == "running"  # messages are on their way
    shop.settle()
    shop.go(minutes=1)
    shop.go(minutes=1)
    assert shop.one().state == "done"


def test_pausing_holds_people_and_messages_and_resuming_goes_on_where_it_stopped(shop: CampaignShop) -> None:
    shop.people([f"p{n}" for n in range(30)])
    shop.launch(hours=2)
    shop.campaigner = shop.worker(batch=10)
    shop.campaigner.step()
    assert [row["state"] for row in shop.messages()] == [] or len(shop.messages()) == 10
    while len(shop.messages()) < 10:
        shop.campaigner.step()
    shop.settle(4)
    launching.pause_campaign(shop.house.store, shop.access(), "c")
    shop.go(hours=5)
    rows = shop.messages()
    assert len(rows) == 10
    assert [row["next_at"] == FAR for row in rows] == [False] * 4 + [True] * 6
    ends = [row["expires_at"] for row in rows]
    launching.resume_campaign(shop.house.store, shop.access(), "c")
    held = shop.messages()[4:]
    # The five hours do not count against those that were held.
    assert [row["expires_at"] for row in held] == [end + timedelta(hours=5) for end in ends[4:]]
    assert {row["next_at"] for row in held} == {shop.now}
    shop.go()
    assert len({row["person_id"] for row in shop.messages()}) == len(shop.messages()) == 30
    launching.cancel_campaign(shop.house.store, shop.access(), "c")
    assert Counter(row["state"] for row in shop.messages()) == {"accepted": 4, "cancelled": 26}


def test_a_cancelled_one_sends_nothing_more(shop: CampaignShop) -> None:
    shop.people([f"p{n}" for n in range(30)])
    shop.launch(throttle={"messages": 1, "per": "hour"})
    shop.go()
    assert len(shop.messages()) == 1
    launching.cancel_campaign(shop.house.store, shop.access(), "c")
    shop.go(days=3)
    assert len(shop.messages()) == 1
    assert Counter(state for _, state in shop.lines().values()) == {"cancelled": 29, "sent": 1}
    with pytest.raises(UemsError, match="cancelled"):
        launching.resume_campaign(shop.house.store, shop.access(), "c")


def test_who_was_merged_meanwhile_gets_one_message(shop: CampaignShop) -> None:
    known = shop.people(["ann", "anna", "ben"])
    shop.launch(throttle={"messages": 1, "per": "hour"})
    shop.go()
    [first] = shop.messages()
    rest = sorted(set(known.values()) - {first["person_id"]})
    identity.merge(shop.house, shop.access(), [first["person_id"], rest[0]])
    shop.go(days=1)
    shop.go(hours=2)
    assert [row["person_id"] for row in shop.messages()] == [first["person_id"], rest[1]]
    assert shop.report().people == {"sent": 2, "merged": 1}


def test_the_winner_of_a_test_goes_to_the_rest(shop: CampaignShop) -> None:
    shop.people([f"p{n}" for n in range(600)])
    made = shop.launch(**TWO, test={"percent": 50, "by": "clicked", "wait_hours": 2})
    shop.go()
    lines = shop.lines()
    tested = {p for p in lines if bucket(f"{made.salt}:test:1", str(p)) < 0.5}
    assert {p for p, (_, state) in lines.items() if state == "sent"} == tested
    for p in tested:
        assert lines[p][0] == (0 if bucket(f"{made.salt}:variant:1", str(p)) < 0.5 else 1)
    shop.settle(20, node="a", clicked_at=shop.now)
    shop.settle(50, node="b", clicked_at=shop.now)
    shop.settle()
    shop.go(hours=1, minutes=59)
    assert len(shop.messages()) == len(tested)
    shop.go(minutes=1)
    counts = Counter(line for line in shop.lines().values())
    [took] = occurrences_of(shop.house.store, shop.scope, made)
    assert took.decision is not None
    assert (took.winner, took.decision["why"], took.decision["hits"]) == (1, "best", [20, 50])
    assert took.decision["probabilities"][1] > 0.99
    assert counts[0, "sent"] == sum(1 for p in tested if lines[p][0] == 0)
    assert sum(counts.values()) == counts[0, "sent"] + counts[1, "sent"] == 600


def test_too_little_to_judge_sends_the_first_variant(shop: CampaignShop) -> None:
    shop.people([f"p{n}" for n in range(60)])
    made = shop.launch(**TWO, test={"percent": 50, "by": "opened", "wait_hours": 1})
    shop.go()
    shop.settle(node="b", opened_at=shop.now)
    shop.settle()
    shop.go(hours=1)
    [took] = occurrences_of(shop.house.store, shop.scope, made)
    assert took.decision is not None
    assert (took.winner, took.decision["why"]) == (0, "too_few")


def test_a_test_by_the_goal_counts_events_of_those_who_were_sent_it(shop: CampaignShop) -> None:
    known = shop.people([f"p{n}" for n in range(300)])
    goal = {"events": ["Order Completed"], "days": 3, "where": {"property": {"name": "total", "op": "gte", "value": 10}}}
    shop.launch(**TWO, test={"percent": 90, "by": "goal", "wait_hours": 24}, goal=goal, holdout_percent=10)
    shop.go()
    shop.settle()
    lines, name_of = shop.lines(), {person: name for name, person in known.items()}
    by_b = [p for p, line in lines.items() if line == (1, "sent")][:60]
    by_a = [p for p, line in lines.items() if line == (0, "sent")][:5]
    held = [p for p, line in lines.items() if line[1] == "held"][:4]
    later = shop.now + timedelta(hours=1)
    big, small = json.dumps({"total": 10}), json.dumps({"total": 9})
    calls = [Happened(user=name_of[p], event="Order Completed", ts=later, properties=big) for p in by_b + by_a + held]
    calls += [Happened(user=name_of[p], event="Order Completed", ts=later, properties=small) for p in lines]
    shop.now = later
    shop.take(calls, later)
    shop.go(hours=23)
    found = shop.report()
    assert found.took.decision is not None
    assert (found.took.winner, found.took.decision["hits"]) == (1, [5, 60])
    assert [each.converted for each in found.variants] == [5, 60]
    assert found.against is not None
    held_all = sum(1 for _, state in lines.values() if state == "held")
    assert (found.against.people, found.against.reached) == (300 - held_all, 65)
    assert (found.against.held, found.against.held_reached) == (held_all, 4)


def test_the_throttle_lets_no_more_through_in_any_minute(shop: CampaignShop) -> None:
    shop.people([f"p{n}" for n in range(40)])
    shop.launch(throttle={"messages": 7, "per": "minute"})
    begin = shop.now
    for second in range(0, 400, 4):
        shop.now = begin + timedelta(seconds=second)
        shop.campaigner.step()
    times = [(row["enqueued_at"] - begin).total_seconds() for row in shop.messages()]
    assert len(times) == 40
    assert max(sum(1 for t in times if at <= t < at + 60) for at in times) <= 7
    assert max(times) < 400


def test_bounces_stop_it_and_resuming_counts_anew(shop: CampaignShop) -> None:
    limits = Restraints(campaigns=CampaignLimits(at_least=20, bounce_percent=10))
    save_restraints(shop.house.store, shop.access(), limits, None)
    shop.people([f"p{n}" for n in range(60)])
    shop.launch(throttle={"messages": 1_800, "per": "minute"})
    shop.go()
    assert len(shop.messages()) == 30
    shop.settle(3, state="failed", reason="bounced")
    shop.settle(27)
    shop.now += timedelta(seconds=0.3)
    shop.go()
    assert shop.one().state == "running"  # a tenth is not more than a tenth
    shop.settle(3, state="failed", reason="bounced")
    shop.go(seconds=10)
    assert (shop.one().state, shop.one().reason) == ("stopped", "bounces")
    before = len(shop.messages())
    assert before < 60
    shop.go(minutes=10)
    assert len(shop.messages()) == before
    shop.now += timedelta(minutes=1)
    launching.resume_campaign(shop.house.store, shop.access(), "c")
    shop.go(minutes=5)
    assert (shop.one().state, len(shop.messages())) == ("running", 60)


def test_many_people_need_the_yes_of_somebody_else(shop: CampaignShop) -> None:
    save_restraints(shop.house.store, shop.access(), Restraints(campaigns=CampaignLimits(approval_over=9)), None)
    shop.people([f"p{n}" for n in range(10)])
    assert shop.launch().state == "waiting"
    shop.go(minutes=1)
    assert shop.messages() == []
    with pytest.raises(UemsError) as own:
        launching.approve_campaign(shop.house.store, shop.access(), "c")
    assert own.value.code == "own_campaign"
    # A key that the same person made is the same person.
    key = replace(shop.access(), actor=replace(shop.access().actor, kind="key", actor_id="key_1"))
    with pytest.raises(UemsError):
        launching.approve_campaign(shop.house.store, key, "c")
    launching.approve_campaign(shop.house.store, other(shop), "c")
    shop.go(minutes=1)
    assert len(shop.messages()) == 10


def test_an_audience_that_grew_over_the_limit_waits_again(shop: CampaignShop) -> None:
    save_restraints(shop.house.store, shop.access(), Restraints(campaigns=CampaignLimits(approval_over=5)), None)
    shop.people([f"p{n}" for n in range(5)])
    assert shop.launch(timing={"schedule": {"at": "12:00", "once_on": "2026-03-30"}}).state == "scheduled"
    shop.people(["one more"])
    shop.go(hours=2)
    assert (shop.one().state, shop.one().reason, shop.messages()) == ("waiting", "grown", [])


def test_a_schedule_takes_place_each_day_once_and_keeps_whom_it_holds_out(shop: CampaignShop) -> None:
    shop.people([f"p{n}" for n in range(40)])
    shop.launch(timing={"schedule": {"at": "11:00"}, "until": "2026-04-01"}, holdout_percent=30)
    for _ in range(4):
        shop.go(hours=1)
        shop.settle()
        shop.go(hours=23)
    times = occurrences_of(shop.house.store, shop.scope, shop.one())
    # Half past ten in New York when it was launched; three days until the last one.
    assert [each.begun_at.date() for each in reversed(times)] == [date(2026, 3, 30), date(2026, 3, 31), date(2026, 4, 1)]
    held = [{p for p, line in shop.lines(n).items() if line[1] == "held"} for n in (1, 2, 3)]
    assert held[0] == held[1] == held[2] != set()
    assert shop.one().state == "done"


def test_an_hour_by_the_clock_of_each_person_holds_on_the_day_on_which_the_clock_changes(shop: CampaignShop) -> None:
    shop.now = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)  # a day before New York changes to summer time
    zones = {"ny": "America/New_York", "sh": "Asia/Shanghai", "ki": "Pacific/Kiritimati", "kim": ""}
    calls = [
        Happened(user=name, type="identify", event="", ts=shop.now, properties=json.dumps({"timezone": zone}))
        for name, zone in zones.items()
        if zone
    ]
    calls.append(Happened(user="kim", ts=shop.now))
    shop.take(calls, shop.now)
    known = {call.user: person for call, person in shop.calls}
    shop.launch(
        audience=ALL,
        timing={"schedule": {"at": "02:30", "once_on": "2026-03-08"}, "clock": "person"},
    )
    # It begins with the day of Kiritimati, fourteen hours ahead of UTC.
    assert [one.at for one in calendar(shop.house, shop.scope, Period(start=shop.now, end=shop.now + timedelta(days=3)), shop.now)] == [
        datetime(2026, 3, 7, 12, 30, tzinfo=UTC)
    ]
    shop.go(minutes=30)
    turns = {name: from_microseconds(shop.turns()[person]) for name, person in known.items()}
    assert turns == {
        "ki": datetime(2026, 3, 7, 12, 30, tzinfo=UTC),
        "sh": datetime(2026, 3, 7, 18, 30, tzinfo=UTC),
        # Half past two is skipped: three o'clock of summer time is the first instant after it.
        "ny": datetime(2026, 3, 8, 7, 0, tzinfo=UTC),
        "kim": datetime(2026, 3, 8, 7, 0, tzinfo=UTC),
    }
    for _ in range(19):
        shop.go(hours=1)
    assert [row["person_id"] for row in shop.messages()][:2] == [known["ki"], known["sh"]]
    assert {row["enqueued_at"] for row in shop.messages()[2:]} == {datetime(2026, 3, 8, 7, 30, tzinfo=UTC)}


def test_the_best_hour_is_the_one_at_which_somebody_does_most(shop: CampaignShop) -> None:
    early = [Happened(user="early", ts=NOW.replace(hour=6, minute=10) - timedelta(days=n)) for n in range(1, 7)]
    late = [Happened(user="late", ts=NOW.replace(hour=20, minute=10) - timedelta(days=n)) for n in range(1, 6)]
    late += [Happened(user="late", event="message.opened", ts=NOW.replace(hour=21) - timedelta(days=n)) for n in range(1, 3)]
    few = [Happened(user="few", ts=NOW.replace(hour=3) - timedelta(days=1))]
    shop.take(early + late + few, shop.now)
    known = {call.user: person for call, person in shop.calls}
    shop.launch(timing={"clock": "best"})
    shop.go()
    turns = {name: from_microseconds(shop.turns()[person]) for name, person in known.items()}
    # Openings count four times: 8 against 5. The most common hour of all is 21 too.
    assert turns == {
        "early": NOW.replace(hour=6, minute=0) + timedelta(days=1),
        "late": NOW.replace(hour=21, minute=0),
        "few": NOW.replace(hour=21, minute=0),
    }


def test_one_that_is_far_too_late_asks_before_it_begins(shop: CampaignShop) -> None:
    shop.people(["ann"])
    shop.launch(timing={"schedule": {"at": "12:00", "once_on": "2026-03-30"}})
    shop.now += timedelta(days=1)  # the server was down meanwhile
    shop.go()
    assert (shop.one().state, shop.one().reason, shop.messages()) == ("paused", "late", [])
    launching.resume_campaign(shop.house.store, shop.access(), "c")
    shop.go()
    assert len(shop.messages()) == 1


def test_what_is_wrong_is_said_with_its_place_and_keeps_it_from_being_launched(shop: CampaignShop) -> None:
    spec = shop.spec(
        audience={"segment": "nobody_knows"},
        variants=[{"template": "gone"}, {}],
        test={"by": "goal"},
        timing={"schedule": {"once_on": "2026-02-27"}},
        topic="never",
    )
    found = outlook(shop.house, shop.scope, spec, "", shop.now)
    assert [(one.node, one.code, one.way) for one in found.problems] == [
        ("audience", "bad_segment", "nobody_knows"),
        ("audience", "bad_who", ""),
        ("message", "unknown_template", "0"),
        ("message", "no_template", "1"),
        ("message", "unknown_topic", ""),
        ("test", "test_without_goal", ""),
        ("timing", "past_day", ""),
    ]
    save_campaign(shop.house.store, shop.access(), "c", CampaignDraft(name="c", spec=spec))
    with pytest.raises(UemsError) as bad:
        launching.launch_campaign(shop.house, shop.access(), "c", revision=1)
    assert bad.value.code == "bad_campaign"


def test_a_launched_one_is_withdrawn_before_it_is_changed(shop: CampaignShop) -> None:
    shop.people(["ann"])
    shop.launch(timing={"schedule": {"at": "12:00", "once_on": "2026-04-02"}})
    draft = CampaignDraft(name="other", spec=shop.spec())
    with pytest.raises(UemsError) as refused:
        save_campaign(shop.house.store, shop.access(), "c", draft)
    assert refused.value.code == "campaign_state"
    launching.withdraw_campaign(shop.house.store, shop.access(), "c")
    saved = save_campaign(shop.house.store, shop.access(), "c", draft, revision=1)
    with pytest.raises(UemsError) as overtaken:
        save_campaign(shop.house.store, shop.access(), "c", replace_name(draft), revision=1)
    assert overtaken.value.code == "campaign_changed"
    launching.launch_campaign(shop.house, shop.access(), "c", revision=saved.revision)
    shop.go()
    assert len(shop.messages()) == 1
    assert [one.key for one in list_campaigns(shop.house.store, shop.scope, search="OTH")] == ["c"]


def replace_name(draft: CampaignDraft) -> CampaignDraft:
    return draft.model_copy(update={"name": "third"})


def test_the_calendar_shows_what_was_and_what_will_be_of_campaigns_and_flows(shop: CampaignShop) -> None:
    shop.people(["ann"])
    shop.launch("daily", timing={"schedule": {"at": "11:00", "weekdays": [2, 4]}})
    shop.launch("now")
    save_campaign(
        shop.house.store, shop.access(), "idea", CampaignDraft(name="idea", spec=shop.spec(timing={"schedule": {"once_on": "2026-04-03"}}))
    )
    shop.go()
    found = calendar(shop.house, shop.scope, Period(start=shop.now - timedelta(days=1), end=shop.now + timedelta(days=7)), shop.now)
    assert [(one.key, one.at, one.sure, one.people) for one in found] == [
        ("now", NOW, True, 1),
        ("daily", datetime(2026, 3, 31, 15, 0, tzinfo=UTC), True, None),
        ("daily", datetime(2026, 4, 2, 15, 0, tzinfo=UTC), True, None),
        ("idea", datetime(2026, 4, 3, 14, 0, tzinfo=UTC), False, None),
    ]
    assert to_microseconds(found[0].at) == shop.turns()[next(iter(shop.lines()))]
