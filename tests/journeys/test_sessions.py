"""Are the sessions always those of the definition, whatever came late, was merged or undone?"""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.identity.conftest import make_access
from tests.journeys.worlds import START, Event, Town, World
from tests.support import houses
from tests.support.depth import worlds
from tests.support.events import NOW
from uems.access.api import Workspaces
from uems.identity import api as identity
from uems.journeys import sessions
from uems.journeys.api import Sessioniser, sessions_of
from uems.journeys.person_sessions import END
from uems.kernel.clock import utc_now
from uems.kernel.errors import UemsError
from uems.kernel.settings import Settings

MINUTE, HOUR = 60_000, 3_600_000


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    house = houses.build(Settings(home=tmp_path_factory.mktemp("town") / "home", log_partitions=2))
    yield Town(house)
    house.close()


@pytest.fixture
def world(town: Town) -> World:
    return town.workspace()


def spans(world: World) -> list[tuple[int, int, int]]:
    """(person, minutes from START to its start, events) of each session."""
    world.town.catch_up()
    return [(row[0], int((row[1] - START).total_seconds() // 60), row[4]) for row in world.sessions()]


def test_a_pause_of_exactly_half_an_hour_starts_a_new_session(world: World) -> None:
    half = 30 * MINUTE
    world.send([Event(user="u", ms=ms) for ms in (0, half - 1, 2 * half - 2, 3 * half - 2)])
    assert spans(world) == [(1, 0, 3), (1, 89, 1)]


def test_a_run_longer_than_a_day_is_cut_every_24_hours_after_its_start(world: World) -> None:
    world.send([Event(user="u", ms=n * 25 * MINUTE) for n in range(150)])
    # 1440 / 25 is 57.6: 58 events fall into the first day, the 59th begins the second session ten minutes after the cut.
    assert spans(world) == [(1, 0, 58), (1, 1450, 58), (1, 2900, 34)]
    world.send([Event(user="u", ms=149 * 25 * MINUTE + MINUTE)], partition=1)
    assert spans(world) == [(1, 0, 58), (1, 1450, 58), (1, 2900, 35)]
    assert world.sessions() == world.expected()


def test_a_late_event_joins_two_sessions_into_one(world: World) -> None:
    world.send([Event(user="u", ms=0), Event(user="u", ms=50 * MINUTE)])
    assert spans(world) == [(1, 0, 1), (1, 50, 1)]
    world.send([Event(user="u", ms=25 * MINUTE)])
    assert spans(world) == [(1, 0, 3)]


def test_a_visit_that_logs_in_is_one_session_and_undo_splits_it_again(world: World) -> None:
    house = world.town.house
    world.send([Event(anonymous="a", ms=0), Event(anonymous="a", ms=MINUTE)])
    world.send([Event(user="u", ms=-5 * MINUTE)])
    assert spans(world) == [(1, 0, 2), (2, -5, 1)]
    world.send([Event(user="u", anonymous="a", ms=2 * MINUTE, type="identify"), Event(user="u", ms=3 * MINUTE)])
    assert spans(world) == [(1, -5, 4)]
    assert [s.events for s in sessions_of(house, world.scope, 2, 10)[0]] == [4], "the old number leads to the same person"
    access = make_access(world.scope, NOW)
    [merge] = identity.merges(house.store, world.scope, limit=10)
    undone = identity.undo_merge(house, access, merge.merge_id)
    assert spans(world) == [(1, 0, 2), (2, -5, 2)]
    identity.redo_merge(house, access, undone.undo_id)
    assert spans(world) == [(1, -5, 4)]
    assert world.sessions() == world.expected()


def test_what_nobody_did_in_person_is_no_session(world: World) -> None:
    world.send(
        [
            Event(user="u", ms=0, type="identify"),
            Event(user="u", ms=MINUTE, channel="import"),
            Event(user="u", ms=MINUTE, active=False),
            Event(user="u", ms=MINUTE, channel="system", type="track"),
        ]
    )
    assert spans(world) == []
    assert not world.town.sessioniser.step(), "nothing is left to do"


def test_one_session_of_one_page_is_a_bounce_and_tells_where_it_came_from(world: World) -> None:
    world.send([Event(user="u", ms=0, path="/in", referrer="https://search", campaign="spring", device="mobile", channel="browser")])
    world.send([Event(user="v", ms=0, type="track", path="/x"), Event(user="v", ms=1, path="/y", referrer="https://own", device="tablet")])
    world.send([Event(user="v", ms=2, type="track", revenue=12), Event(user="v", ms=2, type="track", revenue=5, currency="EUR")])
    world.town.catch_up()
    (one,), end = sessions_of(world.town.house, world.scope, 1, 10)
    assert end is None
    assert (one.bounce, one.pages, one.entry_path, one.exit_path, one.referrer) == (True, 1, "/in", "/in", "https://search")
    assert (one.utm_campaign, one.device, one.channel, one.day) == ("spring", "mobile", "browser", date(2025, 11, 1))
    [two] = sessions_of(world.town.house, world.scope, 2, 10)[0]
    assert (two.bounce, two.events, two.entry_path, two.exit_path, two.device, two.revenue_minor) == (False, 4, "/x", "/y", "tablet", 1200)


def test_reports_of_engagement_keep_a_visit_going_and_are_no_deeds_of_their_own(world: World) -> None:
    beats = [Event(user="u", ms=n * 20 * MINUTE, type="track", report="Heartbeat", engaged=30) for n in (1, 2)]
    world.send([Event(user="u", ms=0, path="/in"), *beats])
    world.send([Event(user="u", ms=55 * MINUTE, type="track", path="/in", report="Page Left", engaged=7.25)])
    world.town.catch_up()
    [one] = sessions_of(world.town.house, world.scope, 1, 10)[0]
    assert (one.bounce, one.pages, one.events, one.engaged_seconds) == (True, 1, 4, 67.25)
    world.send([Event(user="u", ms=56 * MINUTE, path="/next")])
    world.town.catch_up()
    [one] = sessions_of(world.town.house, world.scope, 1, 10)[0]
    assert (one.bounce, one.engaged_seconds) == (False, 67.25)


def test_sessions_of_a_person_come_page_by_page(world: World) -> None:
    world.send([Event(user="u", ms=n * HOUR) for n in range(5)])
    world.town.catch_up()
    before: int | None
    house, starts, before = world.town.house, list[int](), END
    while before is not None:
        page, before = sessions_of(house, world.scope, 1, 2, before)
        starts += [int((s.started_at - START) / timedelta(hours=1)) for s in page]
    assert starts == [4, 3, 2, 1, 0]
    with pytest.raises(UemsError, match="person"):
        sessions_of(house, world.scope, 99, 2)


who = st.sampled_from([("", "a1"), ("", "a2"), ("", "a3"), ("u1", ""), ("u2", ""), ("u1", "a1"), ("u2", "a2"), ("u1", "a3")])


@st.composite
def bursts(draw: st.DrawFn) -> list[Event]:
    """Some events of one person at equal distances: near the half hour, and long enough to be cut."""
    user, anonymous = draw(who)
    start = draw(st.integers(0, 30)) * 30 * MINUTE + draw(st.sampled_from([0, 0, -1, 1]))
    distance = draw(st.sampled_from([0, 10 * MINUTE, 30 * MINUTE - 1, 30 * MINUTE]))
    count = draw(st.sampled_from([1, 1, 2, 3, 60]))
    return [
        Event(
            ms=start + n * distance,
            user=user,
            anonymous=anonymous,
            type=draw(st.sampled_from(["page", "page", "track", "screen", "identify"])),
            path=draw(st.sampled_from(["", "/", "/a", "/b"])),
            referrer=draw(st.sampled_from(["", "https://r"])),
            campaign=draw(st.sampled_from(["", "", "c1"])),
            channel=draw(st.sampled_from(["browser", "browser", "", "import"])),
            active=draw(st.sampled_from([True, True, True, False])),
            revenue=draw(st.integers(0, 2)),
            currency=draw(st.sampled_from(["USD", "EUR"])),
            report=draw(st.sampled_from(["", "", "Heartbeat", "Page Left"])),
            engaged=draw(st.sampled_from([0, 0.25, 12.5, 30, -3, 1e9])),
        )
        for n in range(count)
    ]


batches = st.tuples(st.lists(bursts(), min_size=1, max_size=3).map(lambda found: [e for one in found for e in one]), st.integers(0, 1))
steps = st.lists(st.one_of(batches, batches, st.integers(0, 20), st.none()), min_size=1, max_size=8)


@hypothesis_settings(max_examples=worlds(20), deadline=None, suppress_health_check=list(HealthCheck))
@given(story=steps)
def test_the_sessions_are_those_of_the_definition(story: list[tuple[list[Event], int] | int | None], town: Town) -> None:
    """A story of batches in both partitions, merges undone and done again (a number), and rounds (None) anywhere in between."""
    world = town.workspace()
    access, undos = make_access(world.scope, NOW), list[str]()
    for step in story:
        if step is None:
            town.sessioniser.step()
        elif isinstance(step, tuple):
            world.send(*step)
        else:
            active = identity.merges(town.house.store, world.scope, state="active", limit=100)
            if step % 3 == 0 and undos:
                identity.redo_merge(town.house, access, undos.pop())
            elif active:
                undos.append(identity.undo_merge(town.house, access, active[step % len(active)].merge_id).undo_id)
    town.catch_up()
    assert world.sessions() == world.expected()


def test_small_rounds_end_in_the_same_sessions(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("uems.profiles.follow.RECEIPTS", 3)
    monkeypatch.setattr(sessions, "PEOPLE", 2)
    for batch in range(6):
        world.send([Event(user=f"u{n % 4}", anonymous=f"a{n % 3}" * (batch % 2), ms=(batch * 7 + n) * 11 * MINUTE) for n in range(5)])
    rounds = 0
    while world.town.sessioniser.step():
        rounds += 1
    assert rounds >= 6
    assert world.sessions() == world.expected()


def test_only_one_process_keeps_the_sessions_and_a_stopped_one_gives_way(world: World) -> None:
    world.send([Event(user="u", ms=0)])
    town = world.town
    town.sessioniser.close()
    first = Sessioniser(town.house, Workspaces(town.house.store), "first", utc_now)
    second = Sessioniser(town.house, Workspaces(town.house.store), "second", utc_now)
    assert first.step()
    world.send([Event(user="v", ms=0)])
    assert not second.step()
    first.close()
    assert second.step()
    second.close()
    assert world.sessions() == world.expected()


def test_the_loop_follows_by_itself(world: World) -> None:
    town = world.town
    town.sessioniser.close()
    loop = Sessioniser(town.house, Workspaces(town.house.store), "loop", utc_now)
    loop.start()
    try:
        world.send([Event(user="u", ms=0), Event(user="u", ms=MINUTE)])
        for _ in range(300):
            if world.sessions():
                break
            loop._loop.ending.wait(0.1)
    finally:
        loop.stop()
    assert world.sessions() == world.expected() != []
