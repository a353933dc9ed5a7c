"""Is every report what a report promises: samples that work, answers that are JSON, people that open, and a place in the guide?"""

import contextlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.journeys.reports.world import DAY, DAYS_ASKED, NOW, Act, Town, World, town
from tests.support.web import Clock, Program, operator_client
from uems.access.api import Workspaces
from uems.journeys.asking import run_report
from uems.journeys.registry import REPORTS, OpensPeople
from uems.journeys.sessions import Sessioniser
from uems.kernel.clock import utc_now
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.sql import Sql
from uems.kernel.warehouse import Limits, Warehouse
from uems.web.app import create_app

__all__ = ["town"]

GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "reports.md"
NAMES = [report.key for report in REPORTS]
MENU = {"Funnel": "funnel", "Trend": "trend", "Retention": "retention", "Paths": "paths", "RFM, cohort revenue, attribution": "attribution"}


@pytest.fixture(scope="module")
def shop(town: Town) -> World:
    world = town.world()
    money = {"revenue": 5, "currency": "USD"}
    for n in range(6):
        world.send([Act(ms=n * DAY, anonymous=f"a{n}", path="/p"), Act(ms=n * DAY + 1, anonymous=f"a{n}", event="Product Viewed")])
        world.send([Act(ms=n * DAY + 2, user=f"u{n % 4}", anonymous=f"a{n}", event="Order Completed", properties=money)])
    return world


@pytest.mark.parametrize("name", NAMES)
def test_the_sample_is_answered_in_json_and_its_schema_says_what_a_spec_is(shop: World, name: str) -> None:
    report = REPORTS.get(name)
    assert report.label_zh != report.label_en
    assert report.Config.model_json_schema()["additionalProperties"] is False
    sample = report.sample.model_dump(mode="json", exclude_none=True)
    assert report.Config.model_validate(sample) == report.sample
    answer = report.run(shop.town.house, shop.scope, report.sample, NOW)
    assert answer.exact
    json.dumps(dict(answer.data), allow_nan=False)


@pytest.mark.parametrize("name", NAMES)
def test_every_report_opens_its_people(shop: World, name: str) -> None:
    report = REPORTS.get(name)
    assert isinstance(report, OpensPeople)
    assert report.Cell.model_json_schema()["additionalProperties"] is False
    # The sample cell may be of a day that is not in the sample period; that is said, and not an error of the house.
    with contextlib.suppress(UemsError):
        found = report.people(shop.town.house, shop.scope, report.sample, report.sample_cell, NOW)
        assert found.dtype == np.uint64


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_workspace_is_answered_too(town: Town, name: str) -> None:
    world = town.world()
    report = REPORTS.get(name)
    json.dumps(dict(report.run(town.house, world.scope, report.sample, NOW).data), allow_nan=False)


def test_the_people_of_the_overview_are_those_it_counts(shop: World) -> None:
    data = shop.ask("overview", {}).data
    for who, name in (("active", "people"), ("new", "new_people"), ("identified", "identified")):
        assert len(shop.open("overview", {}, {"who": who})) == data[name]
    for day in data["series"]:
        assert len(shop.open("overview", {}, {"day": day["day"]})) == day["actives"]
    with pytest.raises(UemsError):
        shop.open("overview", {}, {"day": "2020-01-01"})


def test_the_people_of_sessions_are_those_it_counts(shop: World) -> None:
    loop = Sessioniser(shop.town.house, Workspaces(shop.town.house.store), "test", utc_now)
    while loop.step():
        continue
    data = shop.ask("sessions", {}).data
    assert data["sessions"]
    assert len(shop.open("sessions", {}, {})) == data["people"]
    for day in data["series"]:
        assert len(shop.open("sessions", {}, {"day": day["day"]})) == day["people"]
    assert shop.open("sessions", {}, {"bounced": True}) == []


def blocks() -> Iterator[tuple[str, dict[str, Any]]]:
    for heading, body in re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        for block in re.findall(r"^```json\n(.*?)^```", body, re.MULTILINE | re.DOTALL):
            yield MENU[heading], json.loads(block)


def test_every_spec_in_the_guide_works(shop: World) -> None:
    ran = []
    for name, spec in blocks():
        assert shop.ask(name, {"first_day": None, "last_day": None, **spec}).exact
        ran.append(name)
    assert ran == ["trend", "funnel", "retention", "paths", "attribution"]


def test_the_guide_lists_every_report() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", GUIDE.read_text("utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(NAMES)


@pytest.fixture(scope="module")
def program(shop: World) -> Program:
    house = shop.town.house
    return operator_client(create_app(house, clock=Clock(NOW)), house)


def test_people_come_page_by_page_over_http(shop: World, program: Program) -> None:
    spec = {**DAYS_ASKED, "steps": [{"event": "Product Viewed"}, {"event": "Order Completed"}]}
    wanted = shop.open("funnel", spec, {"step": 1})
    assert len(wanted) == 4
    address = f"/api/workspaces/{shop.scope.slug}/reports/funnel/people"
    seen: list[int] = []
    cursor = None
    for _ in range(4):
        answer = program.post(address, {"spec": spec, "cell": {"step": 1}, "limit": 1, "cursor": cursor})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert page["total"] == 4
        seen += [one["person_id"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert (seen, cursor) == (wanted, None)


def test_what_cannot_be_asked_is_refused_over_http(shop: World, program: Program) -> None:
    address = f"/api/workspaces/{shop.scope.slug}/reports/funnel"
    answers = [
        program.post(address, {"steps": []}),
        program.post(f"{address}/people", {"spec": {"steps": [{}, {}]}, "cell": {"step": "1"}}),
        program.post(f"{address}/people", {"spec": {"steps": [{}, {}]}, "cell": {"step": 9}}),
        program.post(f"{address}/people", {"spec": {"steps": [{}, {}]}}),
    ]
    assert [answer.status_code for answer in answers] == [422] * 4
    assert [answer.json()["code"] for answer in answers[:3]] == ["invalid_spec", "invalid_cell", "invalid"]


def test_a_report_lists_what_it_warns_of_over_http(shop: World, program: Program) -> None:
    answer = program.post(f"/api/workspaces/{shop.scope.slug}/reports/trend", {**DAYS_ASKED, "series": [{"event": "order_completed"}]})
    assert answer.json()["warnings"] == [{"code": "unknown_event", "subject": "order_completed", "near": ["Order Completed"]}]


def test_who_asks_for_too_much_is_offered_a_sample(shop: World) -> None:
    house = shop.town.house
    small = House(settings=house.settings, warehouse=_Small(house.warehouse), store=house.store, log=house.log)
    with pytest.raises(UemsError) as error:
        run_report(small, shop.scope, "funnel", {**DAYS_ASKED, "steps": [{}, {}]}, NOW)
    assert error.value.code == "warehouse_rows"
    assert error.value.details["sample_percent"] == 10
    assert "sample of the people" in error.value.message


@pytest.mark.parametrize(
    ("limits", "code"), [(Limits(memory_bytes=1_000_000), "warehouse_memory"), (Limits(seconds=1e-6), "warehouse_timeout")]
)
def test_beyond_a_real_limit_ever_smaller_samples_are_offered_until_there_is_none(shop: World, limits: Limits, code: str) -> None:
    house = shop.town.house
    small = House(settings=house.settings, warehouse=_Small(house.warehouse, limits), store=house.store, log=house.log)
    asked: dict[str, Any] = {**DAYS_ASKED, "steps": [{}, {}]}
    offers = []
    for _ in range(3):
        with pytest.raises(UemsError) as error:
            run_report(small, shop.scope, "funnel", asked, NOW)
        assert (error.value.code, error.value.status) == (code, 422)
        offers.append(error.value.details.get("sample_percent"))
        asked["sample_percent"] = offers[-1]
    assert offers == [10, 1, None]
    # Within its limits the same question is answered, and what it refused left nothing behind.
    assert run_report(house, shop.scope, "funnel", {**asked, "sample_percent": 10}, NOW).exact is False
    assert run_report(house, shop.scope, "funnel", {**asked, "sample_percent": None}, NOW).exact is True


class _Small:
    """The real warehouse within small limits: three rows at most, unless others are given."""

    def __init__(self, real: Warehouse, limits: Limits = Limits(rows=3)) -> None:
        self._real, self._limits = real, limits

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def query(self, sql: Sql, params: Any = None, **options: Any) -> Any:
        return self._real.query(sql, params, limits=self._limits)
