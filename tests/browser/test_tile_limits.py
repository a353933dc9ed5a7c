"""Can one go on with a tile that the engine refuses, and with one that takes too long?"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import served
from tests.browser.site import Site
from tests.support.crowd import LEAST, crowd
from uems import app
from uems.access.api import Workspaces
from uems.kernel.settings import Settings

SPEC = {"series": [{"event": "Looked"}], "breakdown": {"column": "path", "limit": 3}, "last_days": 30}
TILE = {"id": "a", "kind": "report", "report": "pages", "width": "half"}


def fill(home: Path) -> None:
    house = app.build(Settings(home=home))
    try:
        assert Workspaces(house.store).name(1) == "Corner Shop"
        house.warehouse.execute(crowd(1, datetime.now(UTC)))
    finally:
        house.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server whose queries get little memory, and a dashboard that needs more."""
    with served(tmp_path_factory, fill, UEMS_WAREHOUSE_MAX_MEMORY_BYTES=str(LEAST)) as found:
        found.ask("saved-reports/pages", {"report": "trend", "name": "Pages", "spec": SPEC}, "PUT")
        found.ask("dashboards/limits", {"name": "Limits", "tiles": [TILE]}, "PUT")
        yield found


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cookies of that server."""
    return tmp_path_factory.mktemp("limits") / "state.json"


def test_a_tile_that_the_engine_refuses_is_shown_of_a_sample_and_stays_so(page: Page, site: Site) -> None:
    page.goto("/w/shop/dashboards/limits")
    tile = page.locator("section").filter(has=page.get_by_role("alert"))
    tile.get_by_role("button", name="Ask 10% of the people").click()
    pages = page.get_by_role("region", name="Pages")
    expect(pages.get_by_text("Of a sample of 10% of the people")).to_be_visible()
    expect(pages.get_by_text("in all")).to_be_visible()
    site.wait(lambda: site.ask("dashboards/limits")["tiles"][0].get("sample_percent") == 10)


def test_a_tile_that_takes_long_can_be_stopped_and_asked_again(page: Page, site: Site) -> None:
    site.ask("dashboards/limits", {"name": "Limits", "tiles": [{**TILE, "sample_percent": 10}]}, "PUT")
    held = "**/dashboard-tiles/progress"
    page.route(held, lambda route: None)
    page.goto("/w/shop/dashboards/limits")
    page.get_by_role("status").get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Stopped before there was an answer")).to_be_visible()
    page.unroute(held)
    page.get_by_role("button", name="Ask again").click()
    expect(page.get_by_text("Of a sample of 10% of the people")).to_be_visible()
