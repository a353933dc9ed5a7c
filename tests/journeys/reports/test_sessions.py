"""Does the report of sessions say what a count by hand says?"""

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.journeys.worlds import Event, Town, World
from tests.support import houses
from tests.support.events import NOW
from uems.journeys import asking
from uems.journeys.registry import REPORTS
from uems.journeys.reports.sessions import Config
from uems.kernel.errors import UemsError
from uems.kernel.settings import Settings

MINUTE, HOUR = 60_000, 3_600_000


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    house = houses.build(settings)
    yield Town(house, partitions=1).workspace()
    house.close()


def ask(world: World, first: date | None = None, last: date | None = None, days: int | None = None) -> dict[str, Any]:
    world.town.catch_up()
    answer = REPORTS.get("sessions").run(world.town.house, world.scope, Config(first_day=first, last_day=last, last_days=days), NOW)
    assert answer.exact
    return dict(answer.data)


def people(world: World, **cell: Any) -> list[int]:
    house = world.town.house
    return [int(one) for one in asking.people_of_report(house, world.scope, "sessions", {}, cell, NOW)]


def test_a_workspace_without_sessions_has_a_designed_answer(world: World) -> None:
    data = ask(world)
    assert (data["sessions"], data["bounce_rate"], data["seconds"]["median"], data["series"]) == (0, None, None, [])
    assert data["engaged"] == {"sessions": 0, "average": None, "median": None}
    data = ask(world, date(2025, 11, 1), date(2025, 11, 2))
    assert (data["people"], data["pages"]["average"], len(data["series"])) == (0, None, 2)


def test_every_number_by_hand(world: World) -> None:
    # 22:00 UTC on 1 November is 18:00 in New York; the next day has 25 hours.
    world.send(
        [
            Event(user="u", ms=0, path="/", referrer="https://www.search.example/q"),
            Event(user="u", ms=4 * MINUTE, path="/a"),
            Event(user="u", ms=10 * MINUTE, type="track", path="/buy", revenue=20),
            Event(user="v", ms=7 * HOUR, path="/"),
            Event(user="u", ms=29 * HOUR, path="/b"),
            Event(user="u", ms=29 * HOUR + MINUTE, path="/", referrer="https://own.example"),
            Event(user="w", ms=54 * HOUR, path="/a"),
        ]
    )
    data = ask(world)
    assert (data["sessions"], data["people"], data["bounce_rate"], data["revenue_minor"], data["currency"]) == (4, 3, 0.5, 2000, "USD")
    # 600, 0, 60 and 0 seconds; 2, 1, 2 and 1 pages.
    assert data["seconds"] == {"average": 165, "median": 30}
    assert data["pages"] == {"average": 1.5, "median": 1.5}
    days = [(d["day"], d["sessions"], d["people"], d["bounces"], d["revenue_minor"]) for d in data["series"]]
    # 29 hours on it is 03:00 UTC, which is 22:00 of the long day; 54 hours on 04:00 UTC, which is 23:00 of the third.
    assert days == [("2025-11-01", 1, 1, 0, 2000), ("2025-11-02", 2, 2, 1, 0), ("2025-11-03", 1, 1, 1, 0)]
    assert [(p["name"], p["sessions"], p["bounces"], p["revenue_minor"]) for p in data["entry_pages"]] == [
        ("/", 2, 1, 2000),
        ("/a", 1, 1, 0),
        ("/b", 1, 0, 0),
    ]
    assert [(p["name"], p["sessions"]) for p in data["exit_pages"]] == [("/", 2), ("/a", 1), ("/buy", 1)]
    assert [(p["name"], p["sessions"]) for p in data["sources"]] == [("", 3), ("search.example", 1)]
    assert [(p["name"], p["people"]) for p in data["entry_pages"]] == [("/", 2), ("/a", 1), ("/b", 1)]
    one = ask(world, first=date(2025, 11, 2), last=date(2025, 11, 2))
    assert (one["sessions"], one["people"], one["bounce_rate"], one["revenue_minor"], len(one["series"])) == (2, 2, 0.5, 0, 1)
    assert ask(world, last=date(2025, 11, 3), days=2) == ask(world, first=date(2025, 11, 2), last=date(2025, 11, 3))


def test_merged_people_count_once(world: World) -> None:
    world.send([Event(anonymous="a", ms=0), Event(user="u", ms=HOUR)])
    assert ask(world)["people"] == 2
    world.send([Event(user="u", anonymous="a", ms=2 * HOUR, type="identify")])
    data = ask(world)
    assert (data["sessions"], data["people"]) == (2, 1)


def test_engaged_time_is_of_the_sessions_that_report_any(world: World) -> None:
    world.send([Event(user=user, ms=0, path="/") for user in ("u", "v", "w")])
    beats = [("u", 30.0), ("u", 10.5), ("v", 2.5)]
    world.send([Event(user=user, ms=MINUTE + n, type="track", report="Heartbeat", engaged=told) for n, (user, told) in enumerate(beats)])
    data = ask(world)
    assert data["engaged"] == {"sessions": 2, "average": 21.5, "median": 21.5}
    assert data["bounce_rate"] == 1.0


def test_every_page_and_source_opens_exactly_the_people_whom_it_counts(world: World) -> None:
    random = Random(5)
    referrers = ["", "", "https://www.search.example/q", "https://friend.example/"]
    events = [
        Event(
            user=f"u{random.randrange(6)}",
            ms=random.randrange(60) * HOUR + random.choice([0, 0, MINUTE]),
            path=random.choice(["/", "/a", "/b", ""]),
            referrer=random.choice(referrers),
        )
        for _ in range(60)
    ]
    world.send(events)
    data = ask(world)
    rows = [
        dict(zip(("person", "day", "entry_page", "exit_page", "source", "bounced"), _told(row), strict=True)) for row in world.expected()
    ]
    assert data["people"] == len({row["person"] for row in rows})
    for key, field in (("entry_pages", "entry_page"), ("exit_pages", "exit_page"), ("sources", "source")):
        names = {row[field] for row in rows} - ({""} if field != "source" else set())
        assert {one["name"] for one in data[key]} == names
        for one in data[key]:
            mine = [row for row in rows if row[field] == one["name"]]
            whom = sorted({row["person"] for row in mine})
            assert (one["sessions"], one["people"], one["bounces"]) == (len(mine), len(whom), sum(row["bounced"] for row in mine))
            assert people(world, **{field: one["name"]}) == whom
            assert people(world, **{field: one["name"]}, bounced=True) == sorted({row["person"] for row in mine if row["bounced"]})
    # All that is given has to hold for one and the same session.
    for row in rows:
        same = [one for one in rows if all(one[name] == row[name] for name in ("day", "exit_page", "source"))]
        if row["exit_page"]:
            found = people(world, day=row["day"].isoformat(), exit_page=row["exit_page"], source=row["source"])
            assert found == sorted({one["person"] for one in same})
    assert people(world, entry_page="/nowhere") == []
    with pytest.raises(UemsError):
        people(world, entry_page="")


def test_every_total_opens_the_people_whose_sessions_it_counts(world: World) -> None:
    random = Random(11)
    users = [f"u{n}" for n in range(8)]
    seen = [Event(user=random.choice(users), ms=random.randrange(70) * HOUR, path=random.choice(["/", "/a"])) for _ in range(40)]
    paid = [
        Event(user=random.choice(users[:5]), ms=random.randrange(70) * HOUR, type="track", path="/buy", revenue=random.choice([3, -3, 8]))
        for _ in range(8)
    ]
    told = [Event(user=one.user, ms=one.ms + MINUTE, type="track", report="Heartbeat", engaged=5) for one in random.sample(seen, 6)]
    world.send([*seen, *paid, *told])
    data = ask(world)
    rows = world.expected()

    def whom(*which: bool) -> list[int]:
        return sorted({row[0] for row, one in zip(rows, which, strict=True) if one})

    everybody = [True] * len(rows)
    assert (data["sessions"], data["people"]) == (len(rows), len(whom(*everybody)))
    assert people(world) == whom(*everybody)
    assert data["revenue_minor"] == sum(row[15] for row in rows)
    assert data["engaged"]["sessions"] == sum(row[17] > 0 for row in rows)
    for name, place in (("paid", 15), ("engaged", 17)):
        found = [row[place] != 0 for row in rows]
        assert 0 < sum(found) < len(rows)
        assert people(world, **{name: True}) == whom(*found)
        assert people(world, **{name: False}) == whom(*(not one for one in found))
    for day in data["series"]:
        here = [row[3].isoformat() == day["day"] for row in rows]
        assert (day["sessions"], day["people"]) == (sum(here), len(whom(*here)))
        assert people(world, day=day["day"]) == whom(*here)
        assert people(world, day=day["day"], paid=True) == whom(*(one and row[15] != 0 for one, row in zip(here, rows, strict=True)))


def test_a_stray_visit_of_decades_ago_is_left_out_of_all_time_and_counted(world: World) -> None:
    world.send([Event(user=f"u{n}", ms=n * HOUR, path="/") for n in range(9)])
    before = ask(world)
    world.send([Event(user="old", ms=-20 * 365 * 24 * HOUR, path="/")])
    assert ask(world) == before
    told = REPORTS.get("sessions").run(world.town.house, world.scope, Config(), NOW)
    assert [(one.code, one.subject, one.near) for one in told.warnings] == [("sessions_left_out", "1", ("2005-11-06", "2005-11-06"))]
    assert len(people(world)) == 9
    assert ask(world, date(2005, 11, 6), date(2005, 11, 6))["sessions"] == 1


def _told(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Person, day, first and last page, source, whether it bounced: of a session by its definition."""
    host = (urlsplit(row[8]).hostname or "").removeprefix("www.")
    return row[0], row[3], row[6], row[7], row[9] or host, row[16]
