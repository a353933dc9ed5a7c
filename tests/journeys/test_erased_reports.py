"""Does every report say, once somebody was erased, what it would say had they never been? Each with its sample, in two worlds."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.segments.shop import Shop
from tests.support.feed import Happened
from tests.support.houses import build
from uems.access.api import Workspaces
from uems.identity import api as identity
from uems.journeys import api as journeys
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.web.app import ERASERS

NOW = datetime(2026, 3, 30, 14, 30, tzinfo=UTC)
NAMES = [report.key for report in journeys.REPORTS]
Worlds = tuple[Shop, Shop]


def calls(seed: int) -> list[Happened]:
    """Days of six people; "u0" is to be erased, and the first and the last day, and one event, are theirs alone."""
    chance = random.Random(seed)
    events = ("Page Viewed", "Product Viewed", "Product Added", "Signed Up", "Order Completed")
    found = [Happened(user="u0", event="Only Theirs", ts=NOW - timedelta(days=days)) for days in (29, 1)]
    for _ in range(160):
        event, user = chance.choice(events), f"u{chance.randrange(6)}"
        paid = chance.randrange(1, 50) * 100 if event == "Order Completed" else None
        said = json.dumps({"product_id": f"p{chance.randrange(3)}"} | ({} if paid is None else {"revenue": paid / 100, "currency": "USD"}))
        at = NOW - timedelta(days=2 + chance.randrange(24), minutes=chance.randrange(600))
        found.append(Happened(user=user, event=event, ts=at, properties=said, revenue_minor=paid, currency="USD" if paid else ""))
    return found


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    """One in which somebody was erased, and one in which they never were."""
    house: House = build(Settings(home=Path(tmp_path_factory.mktemp("erased")) / "home"))
    with_them, without = Shop(house, 1, NOW), Shop(house, 2, NOW)
    told = calls(5)
    with_them.take(told, NOW)
    without.take([one for one in told if one.user != "u0"], NOW)
    sessions = journeys.Sessioniser(house, Workspaces(house.store), "tests", lambda: NOW)
    while sessions.step():
        continue
    person = identity.find_person(house.store, with_them.scope, "user_id", "u0")
    assert person is not None
    identity.request_erasure(house, with_them.access(), person.person_id, person.person_id, ERASERS)
    assert identity.finish_now(house, Workspaces(house.store), ERASERS, "tests", NOW)
    while sessions.step():
        continue
    yield with_them, without
    house.close()


def said(shop: Shop, name: str) -> Any:
    spec = journeys.REPORTS.get(name).sample.model_dump(mode="json")
    try:
        answer = journeys.run_report(shop.house, shop.scope, name, spec, NOW)
    except UemsError as error:
        return error.code, error.message
    return answer.first_day, answer.last_day, answer.exact, answer.data, answer.warnings


@pytest.mark.parametrize("name", NAMES)
def test_a_report_knows_nothing_of_them(worlds: Worlds, name: str) -> None:
    with_them, without = worlds
    assert said(with_them, name) == said(without, name)


def test_most_reports_had_something_to_say(worlds: Worlds) -> None:
    answered = [name for name in NAMES if not isinstance(said(worlds[0], name)[0], str)]
    assert len(answered) > len(NAMES) / 2, answered
