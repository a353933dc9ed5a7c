"""Does every example of the guide to metrics work as it is written, in its order, and say what a look at the shop says?"""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.kpis.shop import a_shop
from uems.kernel.settings import Settings

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "metrics.md"
NOW = datetime(2025, 11, 20, 12, tzinfo=UTC)
EXAMPLE = re.compile(r"^```http\n(\w+) /api/workspaces/shop(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_every_example_works_and_says_what_is_so(settings: Settings) -> None:
    text = GUIDE.read_text("utf-8")
    said: dict[str, Any] = {}
    with a_shop(settings, NOW) as shop:
        for method, path, body in EXAMPLE.findall(text):
            sent = {"GET": lambda path, _: shop.get(path), "POST": shop.post, "PUT": shop.put}[method]
            answer = sent(path, json.loads(body) if body.strip() else None)
            assert answer.status_code in (200, 201, 204), (path, answer.text)
            said[f"{method} {path}"] = answer.json() if answer.content else None
    assert len(said) == text.count("```http")
    # Two people come every day, and one of them pays 10 USD.
    assert [point["value"]["value"] for point in said["POST /kpis/dau"]["points"]][:13] == [2] * 13
    assert said["POST /kpis/average_order_value"]["value"]["value"] == 1000
    assert said["POST /kpis/dau/people"]["total"] == 2
    tried, kept = said["POST /custom-metrics/try"], said["POST /kpis/orders_per_visitor"]
    # Seven days with an order each, up to today, which has one already or not; of two visitors.
    assert tried["value"]["value"] in (3, 3.5)
    assert kept["value"]["value"] == tried["value"]["value"]
    assert {"short": "new_users", "long": "retention_day_7", "unit": "week"}.items() <= said["GET /guardrails"]["items"][-1]["pair"].items()
    assert said["POST /alerts/try"]["fired"] is False
    assert said["POST /alerts"]["alert_id"]
