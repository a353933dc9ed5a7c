"""Does a link show its dashboard to whoever has it, read-only, until it is over, and tell nothing to whoever guesses?"""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.kpis.shop import Shop, a_shop
from tests.support.web import Program, browser
from uems.kernel.ids import token_hash
from uems.kernel.settings import Settings
from uems.kpis.dashboards.tables import kpi_dashboard_links
from uems.web.app import create_app

NOW = datetime(2025, 11, 20, 12, tzinfo=UTC)
TILES: list[dict[str, Any]] = [
    {"id": "a", "kind": "metric", "metric": "dau", "period": {"last_days": 7}},
    {"id": "b", "kind": "metric", "metric": "own"},
    {"id": "c", "kind": "text", "text": "Read this."},
]


@pytest.fixture
def shop(settings: Settings) -> Iterator[Shop]:
    with a_shop(settings, NOW) as found:
        own = {"name": "Own", "letters": [{"series": {"event": "Looked"}}], "formula": "A"}
        assert found.put("/custom-metrics/own", {"spec": own}).status_code == 200
        assert found.put("/dashboards/daily", {"name": "Daily", "tiles": TILES}).status_code == 200
        yield found


@pytest.fixture
def stranger(shop: Shop) -> Program:
    return browser(create_app(shop.house, clock=shop.clock))


def share(shop: Shop, days: int = 30) -> dict[str, Any]:
    made = shop.post("/dashboards/daily/links", {"name": "Board", "days": days})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


def test_a_link_shows_what_its_makers_see_and_counts_who_looks(shop: Shop, stranger: Program) -> None:
    made = share(shop)
    seen = stranger.get(f"/api/shared/{made['token']}")
    assert (seen.json()["name"], [tile["id"] for tile in seen.json()["tiles"]]) == ("Daily", ["a", "b", "c"])
    tile = stranger.get(f"/api/shared/{made['token']}/tiles/a").json()
    assert tile == shop.post("/dashboard-tiles", {"tile": TILES[0]}).json()
    [link] = shop.get("/dashboards/daily/links").json()["items"]
    assert (link["opened"], link["state"], "token" in link) == (1, "open", False)
    told = [(one["action"], one["target"]) for one in shop.get("/audit").json()["items"]]
    assert told[0] == ("dashboard.shared", "dashboard:daily")


def test_only_the_hash_of_a_token_is_kept_and_no_log_tells_it(shop: Shop, stranger: Program, caplog: pytest.LogCaptureFixture) -> None:
    made = share(shop)
    with shop.house.store.read() as conn:
        [row] = conn.execute(kpi_dashboard_links.select()).mappings().all()
    assert row["token_hash"] == token_hash(made["token"])
    assert made["token"] not in repr(dict(row))
    with caplog.at_level(logging.INFO, logger="uems.requests"):
        stranger.get(f"/api/shared/{made['token']}/tiles/c")
        stranger.get(f"/shared/{made['token']}")
    assert "/api/shared/(token)/tiles/c" in caplog.text
    assert made["token"] not in caplog.text
    assert made["token"] not in shop.get("/audit").text


def test_pages_and_answers_behind_a_link_are_not_searched_and_tell_no_other_page_of_it(shop: Shop, stranger: Program) -> None:
    made = share(shop)
    for path in (f"/shared/{made['token']}", f"/api/shared/{made['token']}", "/shared/never-was"):
        headers = stranger.get(path).headers
        assert headers["x-robots-tag"].startswith("noindex")
        assert headers["referrer-policy"] == "no-referrer"
    assert stranger.get("/login").headers["referrer-policy"] == "same-origin"


def test_a_link_ends_by_time_or_when_it_is_taken_back(shop: Shop, stranger: Program) -> None:
    short, long = share(shop, days=1), share(shop, days=30)
    shop.clock.advance(days=1)
    assert stranger.get(f"/api/shared/{short['token']}").json()["code"] == "link_over"
    assert stranger.get(f"/api/shared/{long['token']}").status_code == 200
    revoked = shop.delete(f"/dashboards/daily/links/{long['link_id']}").json()
    assert revoked["state"] == "revoked"
    for path in ("", "/tiles/a"):
        answer = stranger.get(f"/api/shared/{long['token']}{path}")
        assert (answer.status_code, answer.json()["code"]) == (410, "link_over")
    shop.delete(f"/dashboards/daily/links/{long['link_id']}")
    told = [one["action"] for one in shop.get("/audit").json()["items"]]
    assert told.count("dashboard.link_revoked") == 1
    assert shop.post("/dashboards/daily/links", {"name": "x", "days": 400}).status_code == 422


def test_a_token_that_never_was_is_not_found_and_guessing_ends_as_it_does_for_logins(shop: Shop, stranger: Program) -> None:
    made = share(shop)
    for place in range(50):
        answer = stranger.get(f"/api/shared/dsh_{place}")
        assert (answer.status_code, answer.json()["code"], "details" in answer.json()) == (404, "nothing_here", False)
    blocked = stranger.get("/api/shared/dsh_x")
    assert (blocked.status_code, blocked.json()["code"]) == (429, "too_many_attempts")
    assert "retry-after" in blocked.headers
    shop.clock.advance(minutes=16)
    for _ in range(60):  # whoever has the link does not guess
        assert stranger.get(f"/api/shared/{made['token']}/tiles/c").status_code == 200


def test_a_tile_that_cannot_be_answered_tells_strangers_nothing_of_the_workspace(shop: Shop, stranger: Program) -> None:
    made = share(shop)
    assert shop.delete("/custom-metrics/own").status_code == 204
    answer = stranger.get(f"/api/shared/{made['token']}/tiles/b")
    assert (answer.status_code, answer.json()["code"]) == (422, "tile_unavailable")
    assert "dau" not in answer.text
    assert stranger.get(f"/api/shared/{made['token']}/tiles/no_such").json()["code"] == "nothing_here"
    assert shop.delete("/dashboards/daily").status_code == 204
    assert stranger.get(f"/api/shared/{made['token']}").json()["code"] == "nothing_here"
