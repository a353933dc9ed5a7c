"""Does /healthz say when the server can be used?"""

from dataclasses import replace

import pytest

import uems
from tests.support.web import Clock, browser
from tests.web.conftest import NOW
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.kernel.store import open_store
from uems.web.app import create_app


def test_ready_means_200_with_version_and_instance(house: House) -> None:
    answer = browser(create_app(house, instance="srv_1", clock=Clock(NOW))).get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "version": uems.__version__, "instance": "srv_1", "warehouse": "ok"}


def test_a_warehouse_that_is_down_is_told_but_events_are_still_accepted(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(self: object) -> None:
        raise UemsError("warehouse_down", "It does not answer.", status=503)

    monkeypatch.setattr(type(house.warehouse), "ping", down)
    answer = browser(create_app(house)).get("/healthz")
    assert (answer.status_code, answer.json()["warehouse"]) == (200, "down")


def test_a_store_that_does_not_answer_is_503(house: House) -> None:
    gone = open_store(Settings(home=house.settings.home, store_url="postgresql://nobody@127.0.0.1:9/nothing"))
    answer = browser(create_app(replace(house, store=gone))).get("/healthz")
    assert (answer.status_code, answer.json()["code"]) == (503, "store_down")
    gone.close()


def test_what_goes_to_collection_never_passes_through_the_web_framework(house: House) -> None:
    seen: list[str] = []

    async def ingest(scope: object, receive: object, send: object) -> None:
        seen.append(scope["path"])  # type: ignore[index]
        await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": b"taken"})  # type: ignore[operator]

    page = browser(create_app(house, ingest=ingest))
    answer = page.send("POST", "/v1/batch", content=b"\x00")
    assert answer.text == "taken"
    assert "x-request-id" not in answer.headers
    assert page.get("/v1/projects/WK/settings").text == "taken"
    assert page.get("/v1x").text != "taken"
    assert seen == ["/v1/batch", "/v1/projects/WK/settings"]
