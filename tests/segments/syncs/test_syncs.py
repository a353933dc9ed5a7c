"""Does a webhook hear of everybody who comes and goes, in order, at least once, signed, and again until it has listened?"""

import hashlib
import hmac
import itertools
import json
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.profiles.conditions.world import NOW
from tests.segments.shop import Shop
from tests.support import houses
from tests.support.ear import ear
from tests.support.feed import Happened
from tests.support.web import Clock, Program, operator_client
from uems.kernel import leases
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.outbound import signature
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql
from uems.segments.syncs import sending
from uems.segments.syncs.loop import Syncer
from uems.web.app import create_app

__all__ = ["ear"]

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    found = houses.build(Settings(home=tmp_path_factory.mktemp("syncs") / "home", allow_private_outbound=True))
    yield found
    found.close()


class Office:
    """A shop whose buyers come and go, and a loop that tells of it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.shop = Shop(house, next(_numbers))
        self.clock = Clock(NOW)
        self.api: Program = operator_client(create_app(house, clock=self.clock), house)
        self.base = f"/api/workspaces/{self.shop.scope.slug}"
        self.loop = Syncer(house, "test", self.clock)
        self.shop.take([Happened(user=f"u{n}", ts=NOW, event="Viewed") for n in range(8)])
        condition = {"did": {"events": ["Bought"], "within": {"op": "after", "value": {"ago": 7, "unit": "day"}}}}
        self.shop.save("buyers", condition)
        self.shop.catch_up()

    def buy(self, *users: int) -> None:
        self.shop.take([Happened(user=f"u{n}", ts=self.shop.now, event="Bought") for n in users])
        self.shop.catch_up()

    def wait(self, **time: float) -> None:
        self.shop.now += timedelta(**time)
        self.clock.now = self.shop.now
        self.shop.catch_up()

    def sync(self, ear: Any, **body: Any) -> dict[str, Any]:
        made = self.api.post(f"{self.base}/syncs", {"segment": "buyers", "name": "CRM", "url": ear.url, **body})
        assert made.status_code == 201, made.text
        found: dict[str, Any] = made.json()
        return found

    def send(self) -> None:
        while self.loop.step():
            continue

    def get(self, sync: dict[str, Any], what: str = "") -> Any:
        return self.api.get(f"{self.base}/syncs/{sync['sync_id']}{what}").json()

    def changes(self) -> list[str]:
        """Every change of the segment ever, in order."""
        rows = self.house.warehouse.query(
            Sql(
                "SELECT version, person_id, entered FROM segment_changes"
                f" WHERE workspace_id = {self.shop.scope.workspace_id} ORDER BY version, person_id"
            )
        ).to_pylist()
        return [f"{'entered' if r['entered'] else 'left'} {r['version']}-{r['person_id']}" for r in rows]


@pytest.fixture
def office(house: House) -> Iterator[Office]:
    found = Office(house)
    yield found
    found.loop.close()
    for one in found.api.get(f"{found.base}/syncs").json()["items"]:
        found.api.delete(f"{found.base}/syncs/{one['sync_id']}")


def told(ear: Any, *, status: str = "200") -> list[str]:
    return [
        f"{item['event'].removeprefix('segment.')} {item['change_id']}"
        for headers, body in ear.heard
        if headers["status"] == status
        for item in json.loads(body)["items"]
    ]


def test_who_comes_and_goes_is_told_signed_and_with_what_was_asked_for(office: Office, ear: Any) -> None:
    office.buy(0)
    sync = office.sync(ear, ids=["user_id"], totals=True)
    assert "s3cret" not in json.dumps({**sync, "secret": ""})
    office.send()
    assert ear.heard == []  # whoever was in before is not told of
    office.buy(1, 2)
    office.wait(days=8)
    office.send()
    assert told(ear) == office.changes()[1:]
    headers, body = ear.heard[0]
    seconds, signature = (part.partition("=")[2] for part in headers["uems-signature"].split(","))
    expected = hmac.new(sync["secret"].encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    assert (signature, datetime.fromtimestamp(int(seconds), UTC)) == (expected, office.clock.now)
    first = json.loads(body)
    assert (first["segment"], first["workspace"], first["delivery_id"]) == ("buyers", office.shop.scope.slug, headers["idempotency-key"])
    item = first["items"][0]
    assert (item["event"], item["cause"], item["person"]["ids"]) == ("segment.entered", "event", {"user_id": ["u1"]})
    assert item["person"]["totals"]["events"] == 2
    now = office.get(sync)
    assert (now["sent"], now["state"], now["failures"]) == (5, "active", 0)
    assert [d["outcome"] for d in office.get(sync, "/deliveries")["items"]] == ["delivered"] * len(ear.heard)
    assert office.get(sync).get("secret") is None


def test_those_who_are_in_come_first_if_wanted_and_only_wanted_events_are_told(office: Office, ear: Any) -> None:
    office.buy(*range(5))
    office.sync(ear, members_first=True, batch=2, events=["entered"])
    office.send()
    assert [len(json.loads(body)["items"]) for _, body in ear.heard] == [2, 2, 1]
    office.wait(days=8)
    office.buy(6)
    office.send()
    people = [json.loads(body)["items"] for _, body in ear.heard]
    assert [item["person"]["ids"]["user_id"][0] for items in people for item in items] == ["u0", "u1", "u2", "u3", "u4", "u6"]


def test_whatever_the_other_side_does_nothing_is_lost_and_the_order_stays(office: Office, ear: Any, house: House) -> None:
    dice = random.Random(7)
    ear.answer = staticmethod(lambda body: (dice.choice([200, 200, 500, 503, 429, 408]), {}))
    sync = office.sync(ear, batch=2)
    for _ in range(12):
        office.buy(*dice.sample(range(8), dice.randint(0, 3)))
        office.wait(days=dice.choice([0, 1, 9]), minutes=dice.choice([1, 30]))
        for _ in range(dice.randint(0, 3)):
            office.loop.step()
            if dice.random() < 0.3:  # the process dies; another one goes on
                office.loop.close()
                office.loop = Syncer(house, "test", office.clock)
        office.clock.advance(hours=2)
        office.shop.now = office.clock.now
    ear.answer = staticmethod(lambda body: (200, {}))
    # It may have failed for days, and been paused.
    office.api.post(f"{office.base}/syncs/{sync['sync_id']}/resume")
    office.send()
    assert told(ear) == office.changes()
    # What was tried again was the same batch under the same name.
    bodies: dict[str, set[str]] = {}
    for headers, body in ear.heard:
        ids = [item["change_id"] for item in json.loads(body)["items"]]
        bodies.setdefault(headers["idempotency-key"], set()).add(json.dumps(ids))
    assert all(len(each) == 1 for each in bodies.values())
    assert office.get(sync)["failures"] == 0


def test_a_batch_that_arrived_is_told_again_under_the_same_name_when_the_process_died(
    office: Office, ear: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(BaseException):
        pass

    def die(*given: Any) -> None:
        raise Died

    office.sync(ear)
    office.buy(3)
    with monkeypatch.context() as patch:
        patch.setattr(sending, "_arrived", die)
        with pytest.raises(Died):
            office.loop.step()
    office.send()
    assert told(ear) == office.changes() * 2
    assert len({headers["idempotency-key"] for headers, _ in ear.heard}) == 1


def test_it_waits_longer_each_time_and_as_long_as_it_is_asked_to(office: Office, ear: Any) -> None:
    ear.answer = staticmethod(lambda body: (503, {}))
    sync = office.sync(ear)
    office.buy(1)
    waits = []
    for _ in range(4):
        office.send()
        until = datetime.fromisoformat(office.get(sync)["waiting_until"])
        waits.append((until - office.clock.now).total_seconds())
        office.clock.now = until
    assert waits == [5, 15, 60, 300]
    ear.answer = staticmethod(lambda body: (429, {"retry-after": "7200"}))
    office.send()
    assert datetime.fromisoformat(office.get(sync)["waiting_until"]) - office.clock.now == timedelta(hours=2)
    assert [d["attempt"] for d in office.get(sync, "/deliveries")["items"]] == [5, 4, 3, 2, 1]
    office.clock.advance(days=4)
    office.send()
    stopped = office.get(sync)
    assert (stopped["state"], stopped["reason"].startswith("It failed for 3 days.")) == ("paused", True)


@pytest.mark.parametrize("status", [400, 401, 404, 410, 301])
def test_what_can_never_arrive_pauses_it_with_the_reason_until_somebody_resumes_it(office: Office, ear: Any, status: int) -> None:
    ear.answer = staticmethod(lambda body: (status, {"location": "http://127.0.0.1:1/"}))
    sync = office.sync(ear)
    office.buy(1)
    office.send()
    stopped = office.get(sync)
    assert (stopped["state"], bool(stopped["reason"])) == ("paused", True)
    assert "s3cret" not in stopped["reason"]
    office.buy(2)
    office.send()
    assert len(ear.heard) == 1
    ear.answer = staticmethod(lambda body: (200, {}))
    assert office.api.post(f"{office.base}/syncs/{sync['sync_id']}/resume").json()["state"] == "active"
    office.send()
    assert told(ear) == office.changes()


def test_paused_by_hand_it_is_silent_and_tells_everything_afterwards(office: Office, ear: Any) -> None:
    sync = office.sync(ear)
    address = f"{office.base}/syncs/{sync['sync_id']}"
    assert office.api.post(f"{address}/pause").json()["state"] == "paused"
    office.buy(1)
    office.clock.advance(minutes=5)
    office.send()
    assert ear.heard == []
    tested = office.api.post(f"{address}/test").json()
    assert (tested["outcome"], tested["status"], tested["people"]) == ("test", 200, 1)
    assert json.loads(ear.heard.pop()[1])["test"] is True
    office.api.post(f"{address}/resume")
    office.send()
    assert told(ear) == office.changes()


def test_another_secret_signs_what_follows_and_another_address_hears_it(office: Office, ear: Any) -> None:
    sync = office.sync(ear)
    address = f"{office.base}/syncs/{sync['sync_id']}"
    fresh = office.api.post(f"{address}/secret").json()["secret"]
    assert fresh != sync["secret"]
    changed = office.api.patch(address, {"url": ear.url.replace("s3cret", "other"), "name": "ERP"}).json()
    assert (changed["name"], changed["host"]) == ("ERP", sync["host"])
    office.buy(1)
    office.send()
    headers, body = ear.heard[0]
    assert headers["uems-signature"] == signature(fresh, body, office.clock.now)
    assert office.api.delete(address).status_code == 204
    office.buy(2)
    office.send()
    assert len(ear.heard) == 1


def test_a_sync_with_nothing_new_costs_no_question_to_the_warehouse(office: Office, ear: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sync = office.sync(ear)
    office.buy(1)
    office.send()
    office.clock.advance(minutes=1)
    office.send()

    def fail(*given: Any) -> None:
        raise AssertionError("asked")

    with monkeypatch.context() as patch:
        patch.setattr("uems.segments.syncs.loop.deliver", fail)
        assert not office.loop.step()
    office.buy(2)
    office.send()
    assert told(ear) == office.changes()
    assert office.get(sync)["sent"] == 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"url": "ftp://x/y"}, "invalid"),
        ({"url": "https://me:pw@host/"}, "invalid"),
        ({"url": "nonsense"}, "invalid"),
        ({"url": "http://"}, "invalid"),
        ({"segment": "none"}, "not_found"),
        ({"events": []}, "invalid"),
        ({"batch": 0}, "invalid"),
        ({"tags": ["unheard"]}, "unknown_tag"),
    ],
)
def test_what_cannot_be_a_sync_is_refused(office: Office, ear: Any, body: Any, code: str) -> None:
    refused = office.api.post(f"{office.base}/syncs", {"segment": "buyers", "name": "x", "url": ear.url, **body})
    assert (refused.status_code in (404, 422), refused.json()["code"]) == (True, code), refused.text
    assert "pw" not in refused.text


def test_private_addresses_are_not_called_unless_the_operator_allows_it(house: House, ear: Any) -> None:
    careful = replace(house, settings=house.settings.model_copy(update={"allow_private_outbound": False}))
    office = Office(careful)
    refused = office.api.post(f"{office.base}/syncs", {"segment": "buyers", "name": "CRM", "url": ear.url})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert "UEMS_ALLOW_PRIVATE_OUTBOUND" in refused.text
    # One that was made while they were allowed.
    generous = operator_client(create_app(house, clock=office.clock), house)
    sync = generous.post(f"{office.base}/syncs", {"segment": "buyers", "name": "CRM", "url": ear.url}).json()
    office.buy(1)
    office.send()
    stopped = office.get(sync)
    assert (stopped["state"], ear.heard) == ("paused", [])
    tested = office.api.post(f"{office.base}/syncs/{sync['sync_id']}/test").json()
    assert (tested["status"], ear.heard) == (None, [])
    office.loop.close()


def test_an_archived_segment_pauses_its_syncs_until_it_is_restored(office: Office, ear: Any) -> None:
    sync = office.sync(ear)
    at = f"{office.base}/syncs/{sync['sync_id']}"
    assert office.api.delete(f"{office.base}/segments/buyers").status_code == 200
    assert (office.get(sync)["state"], office.get(sync)["reason"]) == ("paused", "The segment buyers was archived.")
    assert office.api.post(f"{at}/resume").json()["code"] == "segment_archived"
    assert office.api.post(f"{office.base}/segments/buyers/restore").status_code == 200
    assert office.get(sync)["state"] == "paused"
    assert office.api.post(f"{at}/resume").json()["state"] == "active"
    office.shop.catch_up()
    office.buy(3)
    office.send()
    assert told(ear) == office.changes()[-1:]


def test_syncs_of_another_workspace_are_not_there(office: Office, ear: Any, house: House) -> None:
    sync = office.sync(ear)
    other = Office(house)
    assert other.api.get(f"{other.base}/syncs").json()["items"] == []
    for method, what in (("GET", ""), ("GET", "/deliveries"), ("POST", "/test"), ("POST", "/pause"), ("DELETE", "")):
        assert other.api.send(method, f"{other.base}/syncs/{sync['sync_id']}{what}").status_code == 404
    other.buy(1)
    other.send()
    assert ear.heard == []
    other.loop.close()


def test_it_ends_although_the_store_is_away(house: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = Syncer(house, "test", Clock(NOW))
    assert loop._hold.take()

    def away(*given: object) -> None:
        raise UemsError("store_down", "The store is away.", status=503)

    monkeypatch.setattr(leases, "release", away)
    loop.stop()
    assert "could be given back (The store is away.)" in caplog.text
    assert loop._outbound._client.is_closed


def test_only_the_last_attempts_are_remembered(office: Office, ear: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "KEPT", 5)
    sync = office.sync(ear)
    for _ in range(8):
        office.api.post(f"{office.base}/syncs/{sync['sync_id']}/test")
    page = office.get(sync, "/deliveries?limit=3")
    rest = office.get(sync, f"/deliveries?limit=3&cursor={page['next_cursor']}")
    assert [len(page["items"]), len(rest["items"])] == [3, 2]
