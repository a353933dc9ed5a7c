"""Who is at the other end of a provider's interface? A real HTTP server on a free port that keeps what it hears."""

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.outreach.world import NOW, World
from tests.support.feed import Feed, Happened

_BATCHES = itertools.count(100)
Told = tuple[int, object]
"""Status and body, as JSON; a body of None is an answer that never comes: the connection ends."""


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One request. headers: lower-case names. target: path and query as they came."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    def json(self) -> Any:
        return json.loads(self.body)

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass
class Provider:
    """url: where it listens. answer: what it says to a request."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    answer: Callable[[Heard], Told] = lambda heard: (500, {})

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")


@contextmanager
def listening() -> Iterator[Provider]:
    """A provider."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            heard = Heard(method=self.command, target=self.path, headers=headers, body=body)
            status, said = provider.answer(heard)
            provider.heard.append(heard)
            if said is None:
                self.close_connection = True
                return
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _take

        def log_message(self, *given: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    provider.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def closed_url() -> str:
    """An address at which nobody listens any more."""
    with listening() as gone:
        return gone.url


def slow(seconds: float) -> Told:
    """An answer that comes too late."""
    time.sleep(seconds)
    return 200, None


def join(world: World, name: str, traits: Mapping[str, object]) -> None:
    """Somebody new, known under their name."""
    feed = Feed(world.house, world.scope)
    feed.offset = next(_BATCHES)  # another batch, with message ids of its own
    rows = feed.take([Happened(user=name, type="identify", event="", properties=json.dumps({"locale": "zh-CN", **traits}), ts=NOW)], NOW)
    world.people[name] = rows[0].person_id


def set_up(world: World, channel: str, **config: object) -> dict[str, Any]:
    """The channel as it is after setting it up."""
    answer = world.ask("PUT", f"/channels/{channel}", {"enabled": True, "config": config})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def text_template(world: World, channel: str, body: str, **variant: object) -> None:
    """A template of one language for a channel of plain text."""
    spec = {"variants": {"zh": {"format": "text", "body": body, **variant}}, "fallbacks": {"person.first_name": "朋友"}}
    world.template("note", spec, channel=channel)


def sent(world: World, person: str, key: str, **more: Any) -> dict[str, Any]:
    """What became of a message after one round of the sender."""
    number = world.send(person, key, template="note", **more)
    world.sender.step()
    return world.message(number)
