"""Does a page show somebody what is for the scene that they are in, and nobody else?"""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert

from tests.outreach.inbox.conftest import Shop
from tests.outreach.world import NOW
from uems.outreach.scenes.tables import scene_matches, scenes


@pytest.fixture
def night(shop: Shop) -> Any:
    """Lin came into the scene ``night`` just now, and stays for 20 minutes."""
    content = [{"language": "zh", "title": "夜里好"}, {"language": "en", "title": "Good night", "link": "https://shop.example/n"}]
    spec = {"condition": {"did": {"events": ["Look"]}}, "stays_minutes": 20, "slot": "home", "content": content}
    assert shop.world.ask("PUT", "/scenes/night", {"name": "Night", "spec": spec}).status_code == 200
    assert shop.world.ask("POST", "/scenes/night/state", {"state": "live"}).status_code == 200
    store, scope = shop.world.house.store, shop.world.scope
    with store.write() as conn:
        scene_id = conn.execute(scenes.select().with_only_columns(scenes.c.scene_id)).scalar_one()
        head = {"workspace_id": scope.workspace_id, "scene_id": scene_id, "version": 1, "match_no": 1}
        times = {"at": NOW, "until": NOW + timedelta(minutes=20)}
        conn.execute(insert(scene_matches).values(**head, person_id=shop.world.people["lin"], **times))
    yield
    with store.write() as conn:
        for table in (scene_matches, scenes):
            conn.execute(delete(table))


def shown(shop: Shop, slot: str = "home", language: str = "zh", **who: str) -> list[str]:
    ticket = shop.opened(**who)["ticket"]
    answer = shop.world.stranger().get(f"/api/inbox/{ticket}/scenes", params={"slot": slot, "language": language})
    assert answer.status_code == 200, answer.text
    return [f"{one['scene']} {one['title']}{one['link']}" for one in answer.json()["items"]]


def test_whoever_is_in_the_scene_is_shown_what_the_place_has_for_them(shop: Shop, night: None) -> None:
    lin = {"user_id": "lin", "proof": shop.proof("lin")}
    assert shown(shop, **lin) == ["night 夜里好"]
    assert shown(shop, language="en", **lin) == ["night Good nighthttps://shop.example/n"]
    assert shown(shop, slot="elsewhere", **lin) == []
    shop.world.clock.now = NOW + timedelta(minutes=20)
    assert shown(shop, **lin) == [], "the time in it is over"


def test_nobody_else_is_shown_it_and_nothing_without_a_proof_or_while_it_is_paused(shop: Shop, night: None) -> None:
    lin = {"user_id": "lin", "proof": shop.proof("lin")}
    assert shown(shop, user_id="tom", proof=shop.proof("tom")) == []
    assert shown(shop, user_id="lin") == []
    assert shown(shop, anonymous_id="lin") == []
    assert shop.world.stranger().get("/api/inbox/forged/scenes", params={"slot": "home"}).status_code == 401
    assert shop.world.ask("POST", "/scenes/night/state", {"state": "paused"}).status_code == 200
    assert shown(shop, **lin) == []
