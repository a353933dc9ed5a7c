"""Can a model see the future? Whatever happens after a cut must change nothing that is known at it."""

from datetime import date, timedelta

import numpy as np
import pytest

from tests.prediction.world import FIRST, at
from tests.support.feed import Feed, Happened
from uems.kernel.clock import start_of_day
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.prediction.features import Features, features_at, features_of
from uems.prediction.past import Past, cuts_before
from uems.prediction.snapshots import Known, cuts_for, is_history, known_days, outlook, snapshot, words_until
from uems.prediction.spec import dump_spec, parse_spec
from uems.prediction.vocabulary import Vocabulary, done_to, dump, load, vocabulary
from uems.profiles import api as profiles

CUT = FIRST + timedelta(days=40)
OUTCOME = {
    "label_zh": "会买",
    "label_en": "Will buy",
    "target": {"kind": "outcome", "condition": {"did": {"events": ["Order Completed"]}}, "days": 10},
}


def events(first: int, last: int, seed: int) -> list[Happened]:
    """Visits and orders of twelve people between two days of the town."""
    rng = np.random.default_rng(seed)
    found = []
    for who in range(12):
        for day in np.sort(rng.uniform(first, last, rng.integers(2, 12))):
            kind = str(rng.choice(["Page Viewed", "Order Completed", "Shared", "Email Sent"]))
            order = kind == "Order Completed"
            item, colour = rng.choice(["tea", "soup", "rice"]), rng.choice(["red", "green"])
            found.append(
                Happened(
                    user=f"u{who}",
                    ts=at(0, 0) + timedelta(days=float(day)),
                    event=kind,
                    revenue_minor=int(rng.integers(100, 9000)) if order else None,
                    currency="CNY" if order else "",
                    properties=f'{{"colour":"{colour}","products":[{{"category":"{item}"}}]}}' if order else "{}",
                )
            )
    return sorted(found, key=lambda event: event.ts)


def same(one: Features, other: Features) -> bool:
    return (
        one.features == other.features
        and np.array_equal(one.people, other.people)
        and np.array_equal(one.matrix, other.matrix, equal_nan=True)
    )


def test_what_comes_after_the_cut_changes_no_feature_and_no_word(house: House, scope: Scope) -> None:
    feed = Feed(house, scope)
    feed.take(events(0, 40, 1), at(40))
    words = vocabulary(house, scope, CUT)
    before = features_at(house, scope, CUT, words)
    # New events, new kinds of event, and somebody new; the first of them at the very instant of the cut.
    later = [Happened(user="u0", ts=start_of_day(CUT, scope.zone), event="Order Completed", revenue_minor=99, currency="CNY")]
    later += [Happened(user="stranger", ts=at(41), event="Unheard Of", properties='{"colour":"blue"}')] * 30
    feed.take(sorted([*events(40, 90, 2), *later], key=lambda event: event.ts), at(90))
    assert vocabulary(house, scope, CUT) == words
    assert same(features_at(house, scope, CUT, words), before)
    assert load(dump(words)) == words
    assert features_of(house, scope, words) == before.features


def test_the_instant_of_the_cut_belongs_to_what_is_foretold(house: House, scope: Scope) -> None:
    feed = Feed(house, scope)
    spec = parse_spec(OUTCOME)
    times = {"before": -1, "at": 0, "last": 10 * 86_400_000 - 1, "after": 10 * 86_400_000}
    start = start_of_day(CUT, scope.zone)
    people = {}
    for name, milliseconds in times.items():
        feed.take([Happened(user=name, ts=at(1))], at(1))
        order = Happened(user=name, ts=start + timedelta(milliseconds=milliseconds), event="Order Completed")
        people[name] = feed.take([order], at(60))[0].person_id
    found, taken = snapshot(house, scope, spec, CUT, vocabulary(house, scope, CUT), at(60))
    came_true = dict(zip(found.people.tolist(), taken.labels.tolist(), strict=True))
    assert {name: came_true[person] for name, person in people.items()} == {"before": False, "at": True, "last": True, "after": False}
    orders = dict(zip(found.people.tolist(), found.column("event1_30" if "event1_30" in found.keys else "event0_30"), strict=True))
    assert orders[people["at"]] == 0


def test_conditions_of_the_past_do_not_see_past_its_end(house: House, scope: Scope) -> None:
    feed = Feed(house, scope)
    [old] = feed.take([Happened(user="a", ts=at(10), event="Shared")], at(60))
    [new] = feed.take([Happened(user="b", ts=at(50), event="Shared")], at(60))
    feed.take([Happened(user="b", ts=at(5)), Happened(user="a", type="identify", ts=at(55), properties='{"plan":"pro"}')], at(60))
    for told, expected in (
        ({"did": {"events": ["Shared"]}}, {old.person_id}),
        ({"did": {"events": ["Shared"], "within": {"op": "after", "value": {"ago": 35, "unit": "day"}}}}, {old.person_id}),
        ({"person": {"name": "last_seen", "op": "after", "value": {"ago": 40, "unit": "day"}}}, {old.person_id, new.person_id}),
        ({"person": {"name": "events", "op": "equals", "value": 1}}, {old.person_id, new.person_id}),
        ({"trait": {"name": "plan", "op": "equals", "value": "pro"}}, set()),
    ):
        condition = profiles.parse_condition(told)
        found = profiles.evaluate([condition], Past(house, scope, end=CUT))
        assert set(found.members(condition).tolist()) == expected, told


@pytest.mark.parametrize(
    ("condition", "what"),
    [
        ({"tag": {"name": "vip", "op": "equals", "value": True}}, "tags"),
        ({"list": {"id": 1}}, "lists"),
        ({"person": {"name": "identified", "op": "equals", "value": True}}, "who has a user id"),
        ({"not": {"top": {"tag": "value", "percent": 10}}}, "tags"),
        ({"related": {"kind": "invited", "who": {"did": {"events": ["Order Completed"]}}}}, "what others did"),
    ],
)
def test_conditions_without_a_past_are_refused(condition: dict[str, object], what: str) -> None:
    for told in (
        {**OUTCOME, "among": condition},
        {**OUTCOME, "target": {"kind": "outcome", "condition": condition, "days": 10}},
        {**OUTCOME, "rule": {"kind": "condition", "condition": condition}},
    ):
        with pytest.raises(UemsError, match=what) as caught:
            parse_spec(told)
        assert caught.value.code == "no_past"
    # A seed is picked as people are now; there they are welcome.
    parse_spec({**OUTCOME, "target": {"kind": "seed", "who": condition}, "among": condition})


def test_merged_people_are_one_at_every_cut(house: House, scope: Scope) -> None:
    feed = Feed(house, scope)
    feed.take([Happened(anonymous="x", ts=at(day), event="Order Completed", revenue_minor=100, currency="CNY") for day in (3, 9)], at(10))
    feed.take([Happened(user="y", ts=at(day), event="Order Completed", revenue_minor=200, currency="CNY") for day in (5, 45)], at(46))
    words = vocabulary(house, scope, CUT)
    assert len(features_at(house, scope, CUT, words).people) == 2
    [joined] = feed.take([Happened(user="y", anonymous="x", ts=at(50))], at(50))
    found = features_at(house, scope, CUT, words)
    assert found.people.tolist() == [joined.person_id]
    assert found.column("orders_all").tolist() == [3.0]
    assert found.column("revenue_all").tolist() == [4.0]
    assert found.column("days_since_last").tolist() == [pytest.approx(30.5)]


def test_features_by_hand(house: House, scope: Scope) -> None:
    feed = Feed(house, scope)
    did = [(2, 9.0, "Page Viewed"), (10, 20.0, "Order Completed"), (10, 20.5, "Email Sent"), (30, 3.0, "Order Completed")]
    for day, hour, name in [*did, (37, 13.0, "Shared")]:
        money = {"revenue_minor": 3000, "currency": "CNY"} if name == "Order Completed" else {}
        feed.take([Happened(user="a", ts=at(day, hour), event=name, **money)], at(40))  # type: ignore[arg-type]
    feed.take([Happened(user="a", ts=at(39), event="Shared", active=False), Happened(user="a", ts=at(39), type="identify")], at(40))
    words = Vocabulary(events=("Order Completed", "Email Sent"), columns={}, categories=(), usual_days=10.0, done_to=("Email Sent",))
    found = features_at(house, scope, CUT, words)
    got = dict(zip(found.keys, found.matrix[0].tolist(), strict=True))
    # Days of their own: 2, 10, 30 and 37; the mail and what the machine sent do not count.
    expected = {
        "days_since_last": 2 + 11 / 24, "tenure_days": 37 + 15 / 24, "usual_gap": 35 / 3, "own_gap": (2 * 10 + 35) / (2 + 3),
        "events_7": 1, "events_30": 3, "events_90": 4, "events_all": 4, "days_7": 1, "days_30": 3, "days_all": 4,
        "revenue_30": 60.0, "revenue_all": 60.0, "orders_30": 2, "average_order": 30.0, "days_since_order": 9 + 21 / 24,
        "order_gap": 20 - 17 / 24, "event0_30": 2, "event1_30": 1, "event1_last": 29 + 3.5 / 24,
        "hours_night": 0.25, "hours_morning": 0.25, "hours_afternoon": 0.25, "hours_evening": 0.25, "weekend": 1.0,
    }  # fmt: skip
    assert {key: got[key] for key in expected} == pytest.approx(expected)
    assert got["rhythm"] == pytest.approx(expected["days_since_last"] / 11)
    assert got["trend"] == pytest.approx(np.log((3 + 1) / (1 + 1)))


def test_kinds_of_things_become_shares(house: House, scope: Scope) -> None:
    feed = Feed(house, scope)
    bought = ["tea", "tea", "soup"] * 10
    feed.take(
        [
            Happened(user="a", ts=at(n), event="Order Completed", properties=f'{{"order_id":"o{n}","products":[{{"category":"{item}"}}]}}')
            for n, item in enumerate(bought)
        ],
        at(40),
    )
    words = vocabulary(house, scope, CUT)
    [category] = words.categories
    assert (category.inside, category.name, category.values) == ("products", "category", ("tea", "soup"))
    found = features_at(house, scope, CUT, words)
    assert found.column("category0_0").tolist() == [pytest.approx(2 / 3)]
    assert found.column("variety0").tolist() == [2.0]


def test_what_we_did_to_people_is_told_by_its_name() -> None:
    ours = ("Email Sent", "Campaign Sent", "SMS Delivered", "Push Notification Sent", "message.sent")
    theirs = ("Invitation Sent", "Email Opened", "Order Completed", "Message Posted", "Gift Sent", "Sent Money")
    assert set(done_to([*ours, *theirs])) == set(ours)


def test_cuts_are_a_window_apart_and_leave_room_on_both_sides() -> None:
    cuts = cuts_before(date(2026, 6, 1), date(2026, 1, 1), 30, 10, 30)
    assert cuts == [date(2026, 2, 1), date(2026, 3, 3), date(2026, 4, 2), date(2026, 5, 2)]
    known = Known(first=date(2026, 1, 1), until=date(2026, 6, 1))
    spec = parse_spec({**OUTCOME, "target": {**OUTCOME["target"], "days": 30}})  # type: ignore[dict-item]
    assert list(cuts_for(spec, known)) == cuts
    assert words_until(cuts) == cuts[1]


def test_stray_events_do_not_stretch_what_is_known(house: House, scope: Scope) -> None:
    feed = Feed(house, scope)
    feed.take([Happened(user=f"u{n % 50}", ts=at(n % 60)) for n in range(6000)], at(60))
    feed.take([Happened(user="odd", ts=at(-3000))], at(60))
    assert known_days(house, scope, at(100)) == Known(first=FIRST, until=FIRST + timedelta(days=60))
    # What was loaded from long ago is no present, even before anybody said that the workspace stands still.
    until = FIRST + timedelta(days=60)
    assert [is_history(house, scope, until, at(day)) for day in (60, 67, 68, 100)] == [False, False, True, True]
    assert known_days(house, scope, at(30)).until == FIRST + timedelta(days=30)


def test_an_outlook_counts_whom_it_would_come_true_of(house: House, scope: Scope) -> None:
    feed = Feed(house, scope)
    feed.take([Happened(user=f"u{n}", ts=at(0)) for n in range(5)], at(1))
    feed.take([Happened(user=f"u{n}", ts=at(25), event="Order Completed") for n in range(3)], at(60))
    feed.take([Happened(user="u0", ts=at(39))], at(60))
    found = outlook(house, scope, parse_spec(OUTCOME), at(60))
    assert [(one.cut, one.people, one.positives) for one in found] == [
        (FIRST + timedelta(days=10), 5, 0), (FIRST + timedelta(days=20), 5, 3), (FIRST + timedelta(days=30), 5, 0)
    ]  # fmt: skip


def test_a_definition_survives_being_written_and_read() -> None:
    told = {
        **OUTCOME,
        "among": {"did": {"events": ["Page Viewed"], "within": {"op": "after", "value": {"ago": 30, "unit": "day"}}}},
        "rule": {"kind": "rhythm"},
        "fallback": True,
    }
    spec = parse_spec(told)
    assert parse_spec(dump_spec(spec)) == spec
    seed = parse_spec({**OUTCOME, "target": {"kind": "seed", "who": {"list": {"id": 3}}, "as_of": "2026-03-01"}})
    assert parse_spec(dump_spec(seed)) == seed


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"target": {"kind": "outcome", "condition": {"did": {"events": []}}, "days": 0}}, "days"),
        ({"target": {"kind": "oracle"}}, "target.kind"),
        ({"label_zh": ""}, "label_zh"),
        ({"rule": {"kind": "condition"}}, "rule.condition"),
        ({"fallback": True}, "fallback"),
        ({"colour": "red"}, "colour"),
        ({"among": {"did": {"event": []}}}, "among"),
    ],
)
def test_a_definition_that_cannot_be_is_refused_by_name(change: dict[str, object], what: str) -> None:
    with pytest.raises(UemsError, match=what) as caught:
        parse_spec({**OUTCOME, **change})
    assert caught.value.status == 422
