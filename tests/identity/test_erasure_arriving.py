"""What becomes of events that arrive while somebody is erased, and afterwards? Through the real log and pipeline."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import pytest

from tests.identity.conftest import make_access
from tests.support.events import NOW, SCOPE, OneWorkspace, track
from uems.collect.pipeline.consume import Consumer, Stages
from uems.collect.records import Entry, encode_entries
from uems.identity import api as identity
from uems.kernel.house import House
from uems.kernel.log import open_log
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql
from uems.kernel.store import Store
from uems.kernel.warehouse import Warehouse
from uems.profiles import api as profiles
from uems.web.app import ERASERS


@pytest.fixture
def house(settings: Settings, sqlite_store: Store, full_warehouse: Warehouse) -> Iterator[House]:
    log = open_log(settings, sqlite_store)
    yield House(settings=settings, warehouse=full_warehouse, store=sqlite_store, log=log)
    log.close()


def send(house: House, *items: object, at: datetime = NOW) -> None:
    body = json.dumps({"batch": list(items)}).encode()
    house.log.append(0, encode_entries([Entry(1, int(at.timestamp() * 1000), "batch", body)]), len(items)).result()


def consumer(house: House, holder: str = "one") -> Consumer:
    people = identity.Resolver(house.store, house.warehouse, key=identity.tombstone_key(house.settings))
    return Consumer(house, Stages(workspaces=OneWorkspace(), people=people, traits=profiles.Extractor()), 0, holder)


def drain(house: House, one: Consumer, now: datetime = NOW) -> None:
    assert one.hold(now)
    while one.step(now):
        continue


def forgetter(house: House, now: datetime) -> identity.Forgetter:
    return identity.Forgetter(house, OneWorkspace(), ERASERS, "tests", lambda: now)


def rows(house: House, text: str) -> Sequence[dict[str, object]]:
    return list(house.warehouse.query(Sql(text)).to_pylist())


def ask(house: House, user: str, now: datetime = NOW) -> identity.Erasure:
    person = identity.find_person(house.store, SCOPE, "user_id", user)
    assert person is not None
    return identity.request_erasure(house, make_access(SCOPE, now), person.person_id, person.person_id, ERASERS)


def test_what_waited_in_the_log_is_turned_away_and_then_everything_is_forgotten(house: House) -> None:
    one = consumer(house)
    send(house, track("ann", messageId="1"), track("bob", messageId="2"))
    drain(house, one)
    send(house, track("ann", messageId="3"), track("bob", messageId="4"))
    asked = ask(house, "ann")
    job = forgetter(house, NOW)
    while job.step():
        continue
    waiting = identity.erasure_of(house, SCOPE, asked.erasure_id, len(ERASERS))
    assert (waiting.state, waiting.waiting, list(waiting.done)) == ("running", "log", [])
    drain(house, one)
    assert identity.finish_now(house, OneWorkspace(), ERASERS, "tests", NOW + timedelta(seconds=5))
    assert rows(house, "SELECT user_id, count() AS n FROM events GROUP BY user_id") == [{"user_id": "bob", "n": 2}]
    receipts = rows(house, "SELECT message_id, status, person_id > 0 AS somebody FROM event_receipts ORDER BY message_id")
    assert receipts == [
        {"message_id": "1", "status": "accepted", "somebody": 0},
        {"message_id": "2", "status": "accepted", "somebody": 1},
        {"message_id": "3", "status": "erased", "somebody": 0},
        {"message_id": "4", "status": "accepted", "somebody": 1},
    ]
    assert rows(house, "SELECT raw FROM dead_letters") == []


def test_a_file_of_old_events_does_not_bring_them_back_and_they_themselves_can(house: House) -> None:
    one = consumer(house)
    send(house, track("ann", messageId="1"))
    drain(house, one)
    ask(house, "ann")
    assert identity.finish_now(house, OneWorkspace(), ERASERS, "tests", NOW)
    later = NOW + timedelta(days=1)
    old = track("ann", messageId="5")  # of the time before, under a message id of its own
    new = track("ann", messageId="6", timestamp=later.isoformat())
    send(house, old, new, at=later)
    drain(house, one, later)
    assert rows(house, "SELECT message_id FROM events") == []
    assert identity.find_person(house.store, SCOPE, "user_id", "ann") is None
    told = {"type": "identify", "userId": "ann", "messageId": "7", "timestamp": later.isoformat(), "traits": {"email": "ann@example.com"}}
    send(house, told, old | {"messageId": "8"}, new | {"messageId": "9"}, at=later)
    drain(house, one, later)
    assert rows(house, "SELECT message_id FROM events ORDER BY message_id") == [{"message_id": "7"}, {"message_id": "9"}]
    person = identity.find_person(house.store, SCOPE, "email", "ann@example.com")
    assert person is not None
    assert identity.ids_of(house.store, SCOPE, [person.person_id])[person.person_id][0].value == "ann"


def test_letters_that_name_them_go_and_those_of_others_stay(house: House) -> None:
    one = consumer(house)
    send(house, track("ann", messageId="1"), {"type": "track", "userId": "ann"}, {"type": "track", "userId": "anna"})
    drain(house, one)
    assert len(rows(house, "SELECT raw FROM dead_letters")) == 2
    asked = ask(house, "ann")
    assert asked.counts["collect"] == {"events": 1, "letters": 1}
    assert identity.finish_now(house, OneWorkspace(), ERASERS, "tests", NOW)
    [left] = rows(house, "SELECT raw FROM dead_letters")
    assert json.loads(str(left["raw"]))["userId"] == "anna"


def test_two_processes_do_each_room_once_and_what_came_in_late_is_found_again(house: House) -> None:
    one = consumer(house)
    send(house, track("ann", messageId="1"), track("bob", messageId="2"))
    drain(house, one)
    person = identity.find_person(house.store, SCOPE, "user_id", "ann")
    assert person is not None
    asked = ask(house, "ann")
    workers = [identity.Forgetter(house, OneWorkspace(), ERASERS, name, lambda: NOW) for name in ("one", "two")]
    assert sum(worker.step() for worker in workers) >= 1
    assert not workers[1].step(), "the other one holds it"
    while workers[0].step():
        continue
    assert identity.erasure_of(house, SCOPE, asked.erasure_id, len(ERASERS)).state == "done"
    # A session that another process had reckoned before, and wrote after.
    late = f"INSERT INTO sessions (workspace_id, person_id, started_at) SELECT 1, {person.person_id}, now64(3, 'UTC')"
    house.warehouse.execute(Sql(late))
    after = forgetter(house, NOW + timedelta(minutes=2))
    while after.step():
        continue
    assert rows(house, f"SELECT count() AS n FROM sessions WHERE person_id = {person.person_id}") == [{"n": 0}]
    for wait in (timedelta(hours=1), timedelta(days=2)):
        last = forgetter(house, NOW + wait)
        while last.step():
            continue
    assert not identity.has_overrides(house.store, SCOPE), "followers have heard of it; the word itself is forgotten"
