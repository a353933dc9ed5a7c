"""Is each send key a message once for ever, on both databases, within the caller's transaction, and fast?"""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, insert, select

from tests.support.events import SCOPE
from uems.kernel.errors import UemsError
from uems.kernel.store import Store
from uems.outreach.api import Origin, Outgoing, enqueue
from uems.outreach.messages.attempts import Settled
from uems.outreach.messages.claiming import begin, claim, settle
from uems.outreach.tables import outreach_messages, outreach_templates


def outgoing(key: str, now: datetime, **more: object) -> Outgoing:
    given: dict[str, object] = {
        "send_key": key,
        "person_id": 1,
        "channel": "email",
        "template_id": "hello",
        "kind": "benefit",
        "topic": "news",
        "origin": Origin(type="flow", id="welcome", version=2, node="send", entry=1),
        "not_before": now,
        "expires_at": now + timedelta(days=1),
    }
    return Outgoing(**{**given, **more})  # type: ignore[arg-type]


def test_a_known_send_key_is_passed_over(store: Store, now: datetime) -> None:
    rows = [outgoing(f"k{n}", now, person_id=n, context={"n": n}) for n in range(500)]
    with store.write() as conn:
        assert enqueue(conn, SCOPE, rows, now) == 500
    with store.write() as conn:
        assert enqueue(conn, SCOPE, [*rows[:100], outgoing("new", now), outgoing("new", now)], now) == 1
        assert enqueue(conn, SCOPE, [], now) == 0
    with store.read() as conn:
        assert conn.execute(select(func.count()).select_from(outreach_messages)).scalar_one() == 501
        row = conn.execute(select(outreach_messages).where(outreach_messages.c.send_key == "k7")).mappings().one()
    assert (row["state"], row["context"], row["next_at"], row["origin_node"]) == ("queued", {"n": 7}, now, "send")


def test_what_the_caller_undoes_was_never_asked_for(store: Store, now: datetime) -> None:
    def half_way() -> None:
        with store.write() as conn:
            enqueue(conn, SCOPE, [outgoing("gone", now)], now)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half_way()
    with store.read() as conn:
        assert conn.execute(select(func.count()).select_from(outreach_messages)).scalar_one() == 0


@pytest.mark.parametrize("key", ["", "x" * 301])
def test_a_send_key_has_letters_and_not_too_many(sqlite_store: Store, now: datetime, key: str) -> None:
    with pytest.raises(UemsError, match="send_key"), sqlite_store.write() as conn:
        enqueue(conn, SCOPE, [outgoing(key, now)], now)


def test_what_names_no_channel_and_no_topic_has_those_of_its_template(store: Store, now: datetime) -> None:
    head = {"name": "Hello", "channel": "outbox", "kind": "benefit", "topic": "offers", "version": 1, "archived": False}
    rows = [
        outgoing("both", now, channel="", topic=""),
        outgoing("own", now),
        outgoing("service", now, channel="", topic="", kind="service"),
        outgoing("nowhere", now, channel="", template_id="gone"),
    ]
    m = outreach_messages.c
    with store.write() as conn:
        mine = {"workspace_id": SCOPE.workspace_id, "template_id": "hello", "saved_at": now, "saved_by": "test"}
        conn.execute(insert(outreach_templates).values(**mine, **head))
        enqueue(conn, SCOPE, rows, now)
        found = {row.send_key: (row.channel, row.topic) for row in conn.execute(select(m.send_key, m.channel, m.topic))}
    assert found == {"both": ("outbox", "offers"), "own": ("email", "news"), "service": ("outbox", ""), "nowhere": ("", "news")}


def test_answers_that_come_at_the_same_time_are_written_together(store: Store, now: datetime) -> None:
    with store.write() as conn:
        enqueue(conn, SCOPE, [outgoing(f"k{n}", now) for n in range(3)], now)
    taken = claim(store, "one", now, 10)
    assert len(begin(store, "one", taken, now)) == 3
    settle(store, "one", [Settled(message=one, state="accepted", provider_id=one.send_key) for one in taken], now)
    settle(store, "another", [Settled(message=one, state="failed") for one in taken], now)
    m = outreach_messages.c
    with store.read() as conn:
        found = conn.execute(select(m.state, m.provider_id).order_by(m.message_id)).all()
    assert [tuple(row) for row in found] == [("accepted", f"k{n}") for n in range(3)]
