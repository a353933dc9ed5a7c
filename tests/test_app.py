"""Is the house built, put to work and taken down as one?"""

import importlib
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import uems
from tests.support.ear import ear
from tests.support.web import browser, make_workspace, operator_client
from uems import app as uems_app
from uems.access.api import create_key
from uems.app import Started, build, start
from uems.kernel.clock import utc_now
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.web.app import create_app

__all__ = ["ear"]


class Loop:
    """Work that writes down when it starts and stops."""

    def __init__(self, name: str, said: list[str], *, broken: bool = False) -> None:
        self.name, self.said, self.broken = name, said, broken

    def start(self) -> None:
        if self.broken:
            raise RuntimeError("cannot start")
        self.said.append(f"{self.name} starts")

    def stop(self) -> None:
        self.said.append(f"{self.name} stops")


def begin(settings: Settings) -> Started:
    return start(settings, role="all", instance="srv_1")


def test_a_started_house_answers_collects_and_gives_its_folder_back(settings: Settings) -> None:
    started = begin(settings)
    page = browser(started.web)
    assert page.get("/healthz").json()["instance"] == "srv_1"
    _, inside = make_workspace(started.house.store, "shop", utc_now())
    key = create_key(started.house.store, inside, kind="write", name="site").token
    answer = page.post("/v1/track", {"writeKey": key, "userId": "u1", "event": "Paid"})
    assert answer.status_code == 200, answer.text
    started.stop()
    started.stop()
    again = begin(settings)
    assert browser(again.web).get("/healthz").status_code == 200
    again.stop()


def test_migrations_are_numbered_without_repeats() -> None:
    numbers = [m.number for m in uems_app.migrations()]
    assert numbers == sorted(set(numbers))


def test_work_stops_in_the_reverse_order_before_the_engines_close(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(uems_app, "loops", lambda *_: [Loop("one", said), Loop("two", said)])
    close = House.close

    def closing(self: House) -> None:
        said.append("engines close")
        close(self)

    monkeypatch.setattr(House, "close", closing)
    begin(settings).stop()
    assert said == ["one starts", "two starts", "two stops", "one stops", "engines close"]


def test_work_that_cannot_start_leaves_nothing_running(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(uems_app, "loops", lambda *_: [Loop("one", said), Loop("two", said, broken=True)])
    with pytest.raises(RuntimeError, match="cannot start"):
        begin(settings)
    assert said == ["one starts", "one stops"]
    build(settings).close()


def test_a_house_that_cannot_be_built_lets_go_of_what_it_opened(settings: Settings, tmp_path: Path) -> None:
    blocked = settings.model_copy(update={"warehouse_url": "clickhouse://nobody@127.0.0.1:9/nothing"})
    with pytest.raises(UemsError):
        build(blocked)
    build(settings).close()


def test_everything_that_works_beside_the_requests_is_started(settings: Settings) -> None:
    rooms = [importlib.import_module(f"uems.{path.parent.name}.api") for path in Path(uems.__file__).parent.glob("*/api.py")]
    kinds = {one for room in rooms for one in vars(room).values() if isinstance(one, type) and {"start", "stop"} <= vars(one).keys()}
    house = build(settings)
    try:
        started = {type(loop) for loop in uems_app.loops(house, "all", "srv_1")}
    finally:
        house.close()
    assert {"Keeper", "Syncer"} <= {kind.__name__ for kind in kinds}
    assert kinds <= started


def test_a_started_house_writes_exports_reads_lists_and_tells_webhooks(settings: Settings, ear: Any) -> None:
    """Through HTTP alone, as the interface does it."""
    started = begin(settings.model_copy(update={"allow_private_outbound": True}))
    client = operator_client(started.web, started.house)
    at = "/api/workspaces/shop"
    try:
        _, inside = make_workspace(started.house.store, "shop", utc_now())
        key = create_key(started.house.store, inside, kind="write", name="site").token
        segment = {"name": "Buyers", "condition": {"did": {"events": ["Paid"]}}}
        assert client.send("PUT", f"{at}/segments/buyers", json=segment).status_code == 200
        assert client.post(f"{at}/syncs", {"segment": "buyers", "name": "CRM", "url": ear.url}).status_code == 201
        paid = {"writeKey": key, "userId": "u1", "event": "Paid"}
        assert browser(started.web).post("/v1/track", paid).status_code == 200
        _until(lambda: client.get(f"{at}/segments/buyers").json()["size"] == 1)
        export = f"{at}/exports/{client.post(f'{at}/exports', {'segment': 'buyers'}).json()['export_id']}"
        _until(lambda: client.get(export).json()["state"] == "done")
        assert "u1" in client.get(f"{export}/file").text
        listed = f"{at}/lists/{client.post(f'{at}/lists', {'name': 'Known', 'kind': 'user_id'}).json()['list_id']}"
        query, kind = {"header": "false"}, {"content-type": "text/csv"}
        assert client.send("POST", f"{listed}/uploads", params=query, content=b"u1\nu2\n", headers=kind).status_code == 201
        _until(lambda: client.get(listed).json()["people"] == 1)
        _until(lambda: any(b"u1" in body for _, body in ear.heard))
    finally:
        started.stop()


def test_work_in_a_workspace_without_events_leaves_its_zone_free(settings: Settings, ear: Any) -> None:
    """What has been counted in days of one zone cannot change it; nothing has been counted here."""
    house = build(settings.model_copy(update={"allow_private_outbound": True}))
    client = operator_client(create_app(house), house)
    loops = uems_app.loops(house, "all", "srv_1")
    at = "/api/workspaces/shop"
    try:
        make_workspace(house.store, "shop", utc_now())
        segment = {"name": "Buyers", "condition": {"did": {"events": ["Paid"]}}}
        assert client.send("PUT", f"{at}/segments/buyers", json=segment).status_code == 200
        sync = {"segment": "buyers", "name": "CRM", "url": ear.url, "members_first": True}
        assert client.post(f"{at}/syncs", sync).status_code == 201
        spec = {"metric": "dau", "unit": "day", "rule": {"kind": "threshold", "below": 8}}
        alert = {"name": "Few people", "spec": spec, "receivers": [{"kind": "webhook", "url": ear.url}]}
        made = client.post(f"{at}/alerts", alert).json()["alert_id"]
        export = f"{at}/exports/{client.post(f'{at}/exports', {'segment': 'buyers'}).json()['export_id']}"
        steps = [loop.step for loop in loops if hasattr(loop, "step")]
        assert len(steps) >= 6
        for step in steps * 2:
            step()
        assert client.get(f"{at}/segments/buyers").json()["state"] == "live"
        assert client.get(export).json()["state"] == "done"
        assert client.get(f"{at}/alerts/{made}").json()["looked_at_bucket"] is not None
        changed = client.send("PATCH", at, json={"zone": "Europe/Paris"})
        assert (changed.status_code, changed.json()["zone"]) == (200, "Europe/Paris")
    finally:
        for loop in loops:
            loop.stop()
        house.close()


def _until(holds: Callable[[], bool]) -> None:
    for _ in range(600):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("it did not happen within a minute")


def test_nobody_waits_at_the_start_for_libraries_that_few_need() -> None:
    code = "import sys, uems.app; from uems.web.mounting import room_routes; room_routes(); print({'scipy', 'sklearn'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "set()\n"
