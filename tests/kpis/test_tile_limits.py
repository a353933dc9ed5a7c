"""Is a tile that the engine refuses, for real, offered as a sample, answered as one, and told of alike by both ways to ask?"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.kpis.shop import Shop, a_shop
from tests.support.crowd import LEAST, crowd
from uems.kernel.settings import Settings

NOW = datetime(2025, 11, 20, 12, tzinfo=UTC)
TILE = {"id": "a", "kind": "report", "report": "pages", "width": "half"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    settings = Settings(home=tmp_path_factory.mktemp("limits") / "home", warehouse_max_memory_bytes=LEAST)
    with a_shop(settings, NOW) as found:
        found.house.warehouse.execute(crowd(found.scope.workspace_id, NOW))
        spec = {"series": [{"event": "Looked"}], "breakdown": {"column": "path", "limit": 3}, "last_days": 30}
        body = {"report": "trend", "name": "Pages", "spec": spec}
        assert found.put("/saved-reports/pages", body).status_code == 200
        yield found


def last_of(text: str) -> tuple[str, dict[str, Any]]:
    """The last event of a stream."""
    name, data = [block for block in text.split("\n\n") if block.startswith("event: ")][-1].split("\n", 1)
    return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def test_a_tile_that_the_engine_refuses_offers_a_sample_and_answers_it(shop: Shop) -> None:
    refused = shop.post("/dashboard-tiles", {"tile": TILE})
    assert (refused.status_code, refused.json()["code"]) == (422, "warehouse_memory"), refused.text
    offer = refused.json()["details"]["sample_percent"]
    word, told = last_of(shop.post("/dashboard-tiles/progress", {"tile": TILE}).text)
    assert (word, told["code"], told["details"]["sample_percent"]) == ("error", "warehouse_memory", offer)
    answer = shop.post("/dashboard-tiles", {"tile": {**TILE, "sample_percent": offer}})
    assert answer.status_code == 200, answer.text
    report = answer.json()["report"]
    assert (report["exact"], report["data"]["sample_percent"]) == (False, offer)
    whole = report["summary"]["figures"][0]["whole"]
    assert whole is not None


def test_a_tile_that_is_followed_answers_as_one_that_is_asked(shop: Shop) -> None:
    tile = {"id": "b", "kind": "metric", "metric": "dau", "period": {"last_days": 5}}
    plain = shop.post("/dashboard-tiles", {"tile": tile}).json()
    word, told = last_of(shop.post("/dashboard-tiles/progress", {"tile": tile}).text)
    for answer in (plain, told):
        answer["metric"]["watermark"] = answer["metric"]["asked_at"] = ""
    assert (word, told) == ("answer", plain)
    assert shop.post("/dashboard-tiles/progress", {"tile": {**tile, "metric": 7}}).status_code == 422
