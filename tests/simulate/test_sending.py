"""Does a simulated world arrive whole through the public API, in bulk, twice, and at the pace of life?"""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.simulate.worlds import messages, world
from uems.cli.client import Client, open_client
from uems.kernel.clock import start_of_day
from uems.kernel.errors import UemsError
from uems.kernel.settings import Settings
from uems.simulate.api import DEMO_SLUG, Pace, Running, Target, World, live, load_demo, send, truth_of


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with open_client(Settings(home=tmp_path_factory.mktemp("simulate") / "home"), "test") as client:
        yield client


def target(client: Client, slug: str) -> Target:
    client.post("/api/workspaces", {"slug": slug, "name": slug, "zone": "Asia/Shanghai", "currency": "CNY"})
    key = client.post(f"/api/workspaces/{slug}/keys", {"kind": "write", "name": "test", "permissions": []})
    return Target(api=client, workspace=f"/api/workspaces/{slug}", write_key=key["token"])


def overview(client: Client, slug: str) -> dict[str, Any]:
    found: dict[str, Any] = client.post(f"/api/workspaces/{slug}/reports/overview", {})["data"]
    return found


def test_a_world_that_is_sent_is_reported_as_it_is(client: Client) -> None:
    to, of = target(client, "bulk"), world(people=300, days=40)
    running = Running(of)
    steps: list[tuple[int, int]] = []
    sent = send(to, running, time.sleep, lambda done, total: steps.append((done, total)))
    found, truth = overview(client, "bulk"), truth_of(running)["totals"]
    wanted, _ = messages(of)
    assert sent == len(wanted) == sum(found["events"].values())
    assert (found["orders"], found["revenue_minor"], found["currency"]) == (truth["orders"], truth["revenue_minor"], "CNY")
    # Whoever uses two devices and says on one only who they are is two people to everybody but the simulator.
    assert truth["visitors"] <= found["people"] <= truth["visitors"] * 1.35
    assert steps[-1] == (41, 41)
    assert send(to, Running(of), time.sleep) == sent
    assert overview(client, "bulk")["events"] == found["events"]


class Clock:
    """Time that passes only in sleep."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Recorder:
    """An API that keeps what is posted, and refuses the first body as a busy server does."""

    def __init__(self, clock: Clock) -> None:
        self.bodies: list[tuple[datetime, bytes]] = []
        self.refused = 0
        self._clock = clock

    def get(self, path: str) -> Any:
        return {"backlog_events": 0}

    def post(self, path: str, body: object = None) -> Any:
        raise AssertionError(path)

    def request(self, method: str, path: str, **options: Any) -> Any:
        assert (method, path) == ("POST", "/v1/batch")
        assert options["headers"]["Authorization"].startswith("Basic ")
        if not self.refused:
            self.refused += 1
            raise UemsError("log_full", "Full.", status=429, details={"retry_after_seconds": 7})
        self.bodies.append((self._clock(), options["content"]))


def test_live_events_are_sent_when_their_time_comes_and_none_from_before_the_beginning() -> None:
    of = world(people=200, days=2)
    begin = start_of_day(of.start, of.zone) + timedelta(hours=12)
    clock = Clock(begin)
    recorder = Recorder(clock)
    sent = live(
        Target(api=recorder, workspace="/api/workspaces/x", write_key="k"),
        Running(of),
        Pace(begin=begin, speed=1.0, clock=clock, sleep=clock.sleep),
    )
    wanted, _ = messages(of)
    later = [message["timestamp"] for message in wanted if datetime.fromisoformat(message["timestamp"]) >= begin]
    assert sent == len(later) < len(wanted)
    assert recorder.refused == 1
    for at, body in recorder.bodies:
        for message in json.loads(body)["batch"]:
            delay = (at - datetime.fromisoformat(message["timestamp"])).total_seconds()
            # Waiting for the busy server takes seven seconds; a visit over midnight holds the next day back by minutes.
            assert 0 <= delay < 3_600


def test_a_world_of_the_past_catches_up_at_its_speed_and_then_keeps_to_the_clock() -> None:
    of = world(people=200, days=3)
    begin = start_of_day(of.start, of.zone)
    clock = Clock(begin + timedelta(days=2))
    told: list[tuple[datetime, datetime]] = []
    live(
        Target(api=Recorder(clock), workspace="/api/workspaces/x", write_key="k"),
        Running(of),
        Pace(begin=begin, speed=60.0, clock=clock, sleep=clock.sleep),
        lambda sent, at: told.append((clock(), at)),
    )
    assert all(at <= now for now, at in told)
    # Two days at sixty times the speed of life: caught up after 2 / 59 days.
    first = next(now for now, at in told if at == now)
    assert abs((first - begin - timedelta(days=2)).total_seconds() - 2 * 86_400 / 59) < 60


@pytest.mark.slow
def test_the_shop_of_the_demo_ends_yesterday_and_is_loaded_once(client: Client) -> None:
    now = datetime.now(UTC)
    first = load_demo(client, now, time.sleep)
    assert not first.already
    found = overview(client, DEMO_SLUG)
    assert sum(_of_the_shop(found).values()) == first.events > 100_000
    assert found["currency"] == "CNY"
    again = load_demo(client, now + timedelta(days=3), time.sleep)
    assert (again.already, again.events) == (True, first.events)
    assert _of_the_shop(overview(client, DEMO_SLUG)) == _of_the_shop(found)


def _of_the_shop(found: dict[str, Any]) -> dict[str, int]:
    """Without what the system itself tells of the people of a shop that is alive."""
    return {name: count for name, count in found["events"].items() if "." not in name}


def test_a_world_in_the_future_is_sent_but_refused_event_by_event(client: Client) -> None:
    to = target(client, "future")
    of = World(people=20, days=2, start=(datetime.now(UTC) + timedelta(days=30)).date())
    send(to, Running(of), time.sleep)
    assert overview(client, "future")["events"] == {}
