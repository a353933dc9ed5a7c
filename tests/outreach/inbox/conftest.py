"""Which shop do the tests of the inbox share? One whose in-app channel knows a secret, emptied of messages after each."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import delete

from tests.outreach.channels.provider import join, set_up, text_template
from tests.outreach.world import NOW, World, a_world
from tests.support.web import operator
from uems.access import api as access
from uems.kernel.settings import Settings
from uems.outreach import tables
from uems.outreach.inbox.tables import outreach_inbox

SECRET = "0123456789abcdef0123456789abcdef"


class Shop:
    """world: what everybody else sees. write_key: of its pages."""

    def __init__(self, world: World) -> None:
        self.world = world
        reached = access.enter(world.house.store, operator(NOW), "shop")
        self.write_key = access.create_key(world.house.store, reached, kind="write", name="pages").token

    def proof(self, user: str) -> str:
        """As the shop's own server makes it."""
        return hmac.new(SECRET.encode(), user.encode(), hashlib.sha256).hexdigest()

    def post(self, path: str, body: object, origin: str = "https://shop.example") -> Any:
        headers = {"content-type": "text/plain;charset=UTF-8", "origin": origin}
        return self.world.stranger().post(f"/api/inbox{path}", content=json.dumps(body), headers=headers)

    def opened(self, **who: str) -> dict[str, Any]:
        answer = self.post("", {"write_key": self.write_key, **who})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def texts(self, **who: str) -> list[str]:
        return [one["text"] for one in self.opened(**who)["items"]]

    def report(self, ticket: str, number: int, what: str) -> int:
        status: int = self.post(f"/{ticket}/messages/{number}", {"what": what}).status_code
        return status

    def note(self, text: str, **variant: object) -> None:
        text_template(self.world, "in_app", text, subject="标题", **variant)

    def send(self, person: str, key: str) -> dict[str, Any]:
        number = self.world.send(person, key, template="note")
        self.world.sender.step()
        return self.world.message(number)


@pytest.fixture(scope="package")
def _shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with a_world(Settings(home=tmp_path_factory.mktemp("inbox") / "home")) as world:
        world.topic()
        limits = world.ask("GET", "/restraints").json()
        rules = {**limits["restraints"], "everything": {"day": None, "week": None}, "sales_per_week": None}
        assert world.ask("PUT", "/restraints", {"restraints": rules, "if_version": limits["version"]}).status_code == 200
        set_up(world, "in_app", identity_secret=SECRET)
        join(world, "lin", {"first_name": "林"})
        yield Shop(world)


@pytest.fixture
def shop(_shop: Shop) -> Iterator[Shop]:
    yield _shop
    _shop.world.clock.now = NOW
    with _shop.world.house.store.write() as conn:
        for name in ("messages", "decisions", "bodies", "news", "suppressions", "consents", "touches"):
            conn.execute(delete(getattr(tables, f"outreach_{name}")))
        conn.execute(delete(outreach_inbox))
