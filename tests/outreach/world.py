"""Who is there to be written to? A shop with people of known ids, traits and languages, and a sender that a test steps by hand."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from tests.support import houses
from tests.support.feed import Feed, Happened
from tests.support.web import Clock, Program, client, make_workspace, operator_client
from uems.access.api import Workspaces
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.outreach.messages.sender import Sender
from uems.web.app import App, create_app

NOW = datetime(2026, 3, 2, 13, 30, tzinfo=UTC)
"""Half past nine in the evening in Shanghai, half past eight in the morning in New York: nobody sleeps."""
HELLO = {
    "variants": {
        "zh": {"subject": "{{ person.first_name }}，您好", "body": '<p>您好！<a href="https://shop.example/a?b=1">看看</a></p>'},
        "en": {"subject": "Hello {{ person.first_name }}", "body": '<p>Hello! <a href="https://shop.example/a?b=1">Look</a></p>'},
    },
    "fallbacks": {"person.first_name": "friend"},
}


@dataclass
class World:
    """The operator's client in the workspace ``shop``. people: name → number."""

    house: House
    app: App
    scope: Scope
    program: Program
    clock: Clock
    people: dict[str, int]
    sender: Sender

    def ask(self, method: str, path: str, body: object = None, **options: Any) -> httpx.Response:
        return self.program.send(method, f"/api/workspaces/shop{path}", json=body, **options)

    def template(self, key: str = "hello", spec: object = None, **head: Any) -> dict[str, Any]:
        body = {"name": key.title(), "kind": "benefit", "topic": "news", "spec": spec or HELLO, **head}
        answer = self.ask("PUT", f"/templates/{key}", body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def topic(self, key: str = "news", **said: Any) -> None:
        body = {"name_zh": "资讯", "name_en": "News", "kind": "benefit", "default": "subscribed", **said}
        assert self.ask("PUT", f"/topics/{key}", body).status_code == 200

    def send(self, person: str, key: str, template: str = "hello", **more: Any) -> int:
        answer = self.ask("POST", "/messages", {"template_id": template, "to": {"person_id": self.people[person]}, "key": key, **more})
        assert answer.status_code == 202, answer.text
        return int(answer.json()["message_id"])

    def message(self, number: int) -> dict[str, Any]:
        answer = self.ask("GET", f"/messages/{number}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def reason(self, number: int) -> tuple[str, str]:
        found = self.message(number)
        return found["state"], found["reason"]

    def stranger(self) -> Any:
        """Somebody who has nothing but the link of a letter."""
        return client(self.app, follow_redirects=False)


@contextmanager
def a_world(settings: Settings) -> Iterator[World]:
    house = houses.build(settings)
    try:
        clock = Clock(NOW)
        _, inside = make_workspace(house.store, "shop", NOW)
        feed = Feed(house, inside.scope)
        told = {
            "mei": {"first_name": "梅", "locale": "zh-CN"},
            "tom": {"first_name": "Tom", "locale": "en-US", "timezone": "America/New_York"},
            "una": {"locale": "en"},
        }
        rows = feed.take(
            [
                Happened(user=name, type="identify", event="", email=f"{name}@example.com", properties=json.dumps(traits), ts=NOW)
                for name, traits in told.items()
            ]
            + [Happened(user="noaddress", ts=NOW)],
            NOW,
        )
        people = dict(zip([*told, "noaddress"], [row.person_id for row in rows], strict=True))
        app = create_app(house, clock=clock)
        program = operator_client(app, house)
        sender = Sender(house, Workspaces(house.store), clock)
        yield World(house=house, app=app, scope=inside.scope, program=program, clock=clock, people=people, sender=sender)
    finally:
        house.close()
