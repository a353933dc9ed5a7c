"""How quickly is it decided what may be sent, and how quickly does it leave the house?"""

import asyncio
import multiprocessing
import random
import socket
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench.rows import Row
from uems.app import build
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.kernel.store import Store, open_store, to_microseconds
from uems.outreach.channel import Handed, Letter
from uems.outreach.channels.email import ITEM, Email
from uems.outreach.consent.model import Cap, Quiet, Restraints, Topic
from uems.outreach.messages.attempts import Claimed
from uems.outreach.messages.deciding import Rules, decide
from uems.outreach.messages.reaching import Reached
from uems.outreach.templates.compiled import Compiled
from uems.outreach.templates.model import TemplateSpec

_NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
_SCOPE = Scope(workspace_id=1, slug="bench", zone="Asia/Shanghai", currency="CNY")
_PAST, _PEOPLE, _BATCH, _LETTERS = 5_000_000, 1_000_000, 10_000, 6_000


def outreach_case() -> list[Row]:
    """Both figures, on an empty home that goes away."""
    with tempfile.TemporaryDirectory(prefix="uems-bench-") as folder:
        return [*_decisions(Path(folder)), *_letters(Path(folder))]


def _decisions(folder: Path) -> list[Row]:
    store = open_store(Settings(home=folder))
    store.migrate()
    try:
        _fill(store)
        times = [_decided(store, seed) for seed in range(5)]
    finally:
        store.close()
    took = statistics.median(times) * 1000
    what = f"decision about {_BATCH:,} people against {_PAST:,} past sends"
    return [Row(what=what, figure=f"{took:.0f} ms", wanted="< 200 ms", met=took < 200, note="median of 5, SQLite")]


def _fill(store: Store) -> None:
    """Sends over 90 days, consent of half of the people."""
    start = to_microseconds(_NOW - timedelta(days=90))
    span = to_microseconds(_NOW) - start
    with store.write() as conn:
        conn.execute(
            text(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :past)"
                " INSERT INTO outreach_messages (workspace_id, send_key, person_id, channel, template_id, template_version, language, kind,"
                " topic, origin_type, origin_id, origin_version, origin_node, origin_entry, context, priority, state, reason, detail,"
                " attempts, claimed_by, address, provider_id, parts, cost_micros, next_at, expires_at, enqueued_at, sent_at, changed_at)"
                " SELECT 1, printf('past%09d', i), 1 + i * :people / (:past + 1), 'email', 'hello', 1, 'zh',"
                " CASE i % 3 WHEN 0 THEN 'sales' ELSE 'benefit' END, 'news', 'flow', 'welcome', 1, 'send', 1, '{}', 0, 'accepted', '', '',"
                " 1, '', '', '', 1, 0, :start + (i * 104729) % :span, :start, :start, :start + (i * 104729) % :span, :start FROM n"
            ),
            {"past": _PAST, "people": _PEOPLE, "start": start, "span": span},
        )
        conn.execute(
            text(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :people)"
                " INSERT INTO outreach_consents (workspace_id, person_id, topic, channel, state, source, at)"
                " SELECT 1, i, 'news', '*', CASE i % 10 WHEN 0 THEN 'unsubscribed' ELSE 'subscribed' END, 'page', :start FROM n WHERE i % 2"
            ),
            {"people": _PEOPLE, "start": start},
        )


def _decided(store: Store, seed: int) -> float:
    draw = random.Random(seed)
    chosen = draw.sample(range(1, _PEOPLE + 1), _BATCH)
    zones = ("Asia/Shanghai", "America/New_York", "Europe/Berlin")
    people = {
        n: Reached(person_id=n, numbers=(n,), zone=draw.choice(zones), language="zh", addresses={"email": f"p{n}@example.com"})
        for n in chosen
    }
    asked = [_asked(number, person) for number, person in enumerate(chosen, 10_000_000)]
    rules = Rules(
        restraints=Restraints(everything=Cap(day=2, week=6), quiet=Quiet(what="hold")),
        topics={"news": Topic(name_zh="资讯", name_en="News", default="subscribed")},
        media={"email": "email"},
        off={},
        templates=frozenset({"hello"}),
    )
    with store.write() as conn:
        begun = time.perf_counter()
        found = decide(conn, _SCOPE, rules, asked, people, _NOW)
        took = time.perf_counter() - begun
    assert len(found) == _BATCH
    return took


def _asked(number: int, person: int) -> Claimed:
    return Claimed(
        message_id=number,
        workspace_id=1,
        send_key=f"k{number}",
        person_id=person,
        channel="email",
        template_id="hello",
        kind="benefit",
        topic="news",
        origin_type="flow",
        origin_id="welcome",
        origin_version=1,
        origin_node="send",
        context={},
        priority=0,
        attempts=0,
        expires_at=_NOW + timedelta(days=1),
        enqueued_at=_NOW,
    )


def _letters(folder: Path) -> list[Row]:
    with _post() as port:
        settings = Settings(home=folder / "letters", smtp_host="127.0.0.1", smtp_port=port, smtp_tls="none", smtp_from="uems@example.com")
        compiled = Compiled(TemplateSpec.model_validate(_template()))
        house = build(settings)
        try:
            begun = time.perf_counter()
            sizes = asyncio.run(_sent(house, compiled))
            took = time.perf_counter() - begun
        finally:
            house.close()
    rate = len(sizes) / took
    note = f"{_LETTERS:,} letters of {statistics.mean(sizes) / 1000:.1f} kB, {ITEM.connections} connections, the server beside it"
    return [Row(what="e-mail rendered and accepted", figure=f"{rate:,.0f}/s", wanted=">= 1,500/s", met=rate >= 1_500, note=note)]


async def _sent(house: House, compiled: Compiled) -> list[int]:
    sizes: list[int] = []
    numbers = iter(range(_LETTERS))

    async with ITEM.open(house, _SCOPE, Email(from_name="Shop")) as transport:

        async def one_connection() -> None:
            for number in numbers:
                letter = _letter(compiled, number)
                handed: Handed = await transport.send(letter)
                assert handed.detail.startswith("250")
                sizes.append(len(letter.html) + len(letter.text))

        async with asyncio.TaskGroup() as group:
            for _ in range(ITEM.connections):
                group.create_task(one_connection())
    return sizes


def _letter(compiled: Compiled, number: int) -> Letter:
    items = [{"name": f"Tea {n}", "price": f"{n + 1}9.00", "url": f"https://shop.example/p/{n}"} for n in range(6)]
    values = {"person": {"first_name": f"Mei {number}"}, "context": {"items": items}, "links": {}}
    rendered = compiled.render(
        "en", values, follow=lambda url: f"https://uems.example/{number}?{url[-20:]}", pixel="https://uems.example/p"
    )
    return Letter(
        message_id=number,
        key=f"m1-{number}",
        address=f"p{number}@example.com",
        language="en",
        subject=rendered.subject,
        html=rendered.html,
        text=rendered.text,
        headers=(("List-Unsubscribe", "<https://uems.example/u>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")),
        at=_NOW,
    )


def _template() -> dict[str, Any]:
    """A responsive letter with a hero, a list of products and a footer."""
    rows = (
        "<mj-text>{% for item in context.items %}<p><a href='{{ item.url }}'>{{ item.name }}</a> {{ item.price }}</p>{% endfor %}</mj-text>"
    )
    column = "<mj-section><mj-column>{}</mj-column></mj-section>"
    hero = column.format(
        "<mj-text font-size='24px'>Hello {{ person.first_name }}</mj-text><mj-button href='https://shop.example'>Go</mj-button>"
    )
    foot = column.format("<mj-text>Shop Ltd, Hangzhou</mj-text>")
    body = f"<mjml><mj-body>{hero}{column.format(rows)}{foot}</mj-body></mjml>"
    variant = {"subject": "{{ person.first_name }}, six teas", "format": "mjml", "body": body, "text": "Hello {{ person.first_name }}"}
    return {"variants": {"en": variant}, "language": "en"}


@contextmanager
def _post() -> Iterator[int]:
    """A mail server in a process of its own that takes everything, as thin as one can be: what is measured is the sender."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    served = multiprocessing.get_context("spawn").Process(target=_serve, args=(port,), daemon=True)
    served.start()
    for _ in range(200):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            break
        time.sleep(0.05)
    yield port
    served.terminate()
    served.join(10)


def _serve(port: int) -> None:
    async def session(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 bench\r\n")
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                writer.write(b"250 taken\r\n")
            elif verb == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 ok\r\n")
        writer.close()

    async def serve() -> None:
        server = await asyncio.start_server(session, "127.0.0.1", port, limit=10_000_000)
        async with server:
            await server.serve_forever()

    asyncio.run(serve())
