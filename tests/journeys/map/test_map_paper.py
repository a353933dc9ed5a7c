"""Does the paper of a map tell every touchpoint with its people, and draw people, and who is lost, to one scale?"""

import re
from io import BytesIO
from itertools import pairwise
from typing import Any

import pytest
from pypdf import PdfReader
from reportlab.pdfgen.canvas import Canvas

from tests.journeys.reports.world import NOW, SECOND, Act, Town, World, town
from tests.support.web import Clock, Program, operator_client
from uems.journeys.api import map_picture
from uems.web.app import create_app

__all__ = ["town"]

WAY = ("See", "Try", "Buy")
PEOPLE = (24, 12, 3)
"""So many came to each of the three; whoever tries has seen, and whoever buys has tried."""
NAMES = {"See": "看见商品 / a page of any product in the shop", "Try": "试用", "Buy": "Order (all of it)"}


def stages(more: int = 0) -> list[dict[str, Any]]:
    points = [{"key": name.lower(), "name": NAMES[name], "events": [{"event": name}]} for name in WAY]
    extra = [{"key": f"e{n}", "name": f"Extra {n}", "events": [{"event": "Buy"}], "channels": ["store"]} for n in range(more)]
    drawn = [{"key": f"s_{point['key']}", "name": f"Stage {place}", "touchpoints": [point]} for place, point in enumerate(points)]
    drawn[0]["touchpoints"] = [*points[:1], *extra]
    return [*drawn, {"key": "later", "name": "Later", "touchpoints": []}]


@pytest.fixture(scope="module")
def shop(town: Town) -> World:
    world = town.world()
    acts = [
        Act(ms=(1000 * n + place) * SECOND, user=f"u{n}", event=name)
        for place, (name, count) in enumerate(zip(WAY, PEOPLE, strict=True))
        for n in range(count)
    ]
    world.send(acts)
    return world


@pytest.fixture(scope="module")
def api(shop: World) -> Program:
    house = shop.town.house
    return operator_client(create_app(house, clock=Clock(NOW)), house)


def paper(api: Program, shop: World, drawing: list[dict[str, Any]], language: str = "zh", **spec: Any) -> PdfReader:
    base = f"/api/workspaces/{shop.scope.slug}/maps/shop"
    made = api.send("PUT", base, json={"name": "旅程 Journey", "drawing": {"stages": drawing}})
    assert made.status_code == 200, made.text
    asked = {"first_day": "2025-10-30", "last_day": "2025-11-07", **spec}
    answers = [api.send("POST", f"{base}/pdf?language={language}", json=asked) for _ in range(2)]
    assert (answers[0].status_code, answers[0].headers["content-type"]) == (200, "application/pdf"), answers[0].text
    assert answers[0].content == answers[1].content
    return PdfReader(BytesIO(answers[0].content))


def text_of(found: PdfReader) -> str:
    return "".join("".join(page.extract_text().split()) for page in found.pages)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "zh",
            [
                "24人",
                "12人继续",
                "流失12",
                "流失9",
                "50.0%继续",
                "旅程终点",
                "暂无触点",
                "全部用户",
                "在7天内前进",
                "2025-10-30–2025-11-07",
            ],
        ),
        ("en", ["24people", "12goon", "12lost", "9lost", "50.0%goon", "Endofthemap", "Notouchpointyet", "Everybody", "within7d"]),
    ],
)
def test_the_paper_names_every_touchpoint_with_its_people(api: Program, shop: World, language: str, words: list[str]) -> None:
    found = paper(api, shop, stages(), language)
    [page] = found.pages
    assert float(page.mediabox.width) > float(page.mediabox.height)
    text = text_of(found)
    wanted = [*words, *("".join(name.split()) for name in NAMES.values()), "旅程Journey"]
    assert [word for word in wanted if word not in text] == []
    for name, count in zip(WAY, PEOPLE, strict=True):
        told = re.search(re.escape("".join(NAMES[name].split())) + r"(?:全部渠道|Allchannels)(\d+)", text)
        assert told is not None
        assert told[1].startswith(str(count))


def test_bars_and_bands_and_who_is_lost_are_drawn_to_one_scale(api: Program, shop: World) -> None:
    [page] = paper(api, shop, stages()).pages
    content = page.get_contents()
    assert content is not None
    drawn = content.get_data().decode("latin-1")
    sides = [tuple(map(float, one)) for one in re.findall(r"(\S+) (\S+) (\S+) (\S+) re", drawn)]
    bars = [(width, height) for _, _, width, height in sides if width == 11 and height != 9]  # those of the legend are 9 high
    assert [height / bars[0][1] for _, height in bars] == pytest.approx([count / PEOPLE[0] for count in PEOPLE], abs=1e-3)
    tall = bars[0][1]
    bands = [height for _, _, width, height in sides if width > 50 and 9 < height <= tall and height not in (40.0,)]
    assert bands == pytest.approx([tall * PEOPLE[1] / PEOPLE[0], tall * PEOPLE[2] / PEOPLE[0]], abs=1e-2)
    lines = [tuple(map(float, one)) for one in re.findall(r"(\S+) (\S+) m (\S+) (\S+) l S", drawn)]
    falls = [x2 - x1 for x1, y1, x2, y2 in lines if y1 == y2 and x1 > 0]
    lost = [(one - two) / PEOPLE[0] * tall for one, two in pairwise(PEOPLE)]
    assert all(any(abs(fall - one) < 0.01 for fall in falls) for one in lost), (falls, lost)


def test_what_does_not_fit_goes_on_further_pages_under_the_names_of_the_stages(api: Program, shop: World) -> None:
    found = paper(api, shop, stages(more=9), "en", compare="previous_period", segment=None)
    assert len(found.pages) > 1
    assert all("Stage0" in "".join(page.extract_text().split()) for page in found.pages)
    assert [n for n in range(9) if f"Extra{n}" not in text_of(found)] == []


def test_a_map_on_which_nobody_was_is_drawn_too(api: Program, shop: World) -> None:
    found = paper(api, shop, stages(), "en", first_day="2020-01-01", last_day="2020-01-02")
    assert "Stage00people" in text_of(found)


def test_a_spec_that_cannot_be_used_is_refused(api: Program, shop: World) -> None:
    base = f"/api/workspaces/{shop.scope.slug}/maps"
    assert api.send("POST", f"{base}/never/pdf", json={}).status_code == 404
    assert api.send("POST", f"{base}/shop/pdf", json={"stages": stages()}).status_code == 422
    assert api.send("POST", f"{base}/shop/pdf?language=fr", json={}).status_code == 422


def fitted(shop: World, drawing: list[dict[str, Any]], most: float) -> tuple[float, str, str]:
    """(how high the map is 500 points wide, its text without blanks, what is drawn)."""
    data = shop.ask("journey_map", {"stages": drawing, "first_day": "2025-10-30", "last_day": "2025-11-07"}).data
    found = map_picture(data, 500, most, "en")
    body = BytesIO()
    canvas = Canvas(body, invariant=1)
    found.draw(canvas, 40, 800)
    canvas.save()
    [page] = PdfReader(body).pages
    content = page.get_contents()
    assert content is not None
    return found.height, "".join(page.extract_text().split()), content.get_data().decode("latin-1")


def test_on_a_paper_of_other_things_it_is_no_higher_than_there_is_room_and_says_what_it_left_out(shop: World) -> None:
    high, whole, drawn = fitted(shop, stages(more=3), 760)
    assert high < 760
    assert [word for word in ("24people", "12lost", "9lost", "Extra2", "within7d") if word not in whole] == []
    assert "notdrawnhere" not in whole
    low, cut, _ = fitted(shop, stages(more=3), high - 100)
    assert low <= high - 100
    shown = [n for n in range(3) if f"Extra{n}" in cut]
    assert 0 < len(shown) < 3
    assert f"{3 - len(shown)}moretouchpointsarenotdrawnhere" in cut
    sides = [tuple(map(float, one)) for one in re.findall(r"(\S+) (\S+) (\S+) (\S+) re", drawn)]
    bars = [height for _, _, width, height in sides if width == 11 and height != 9]
    assert [height / bars[0] for height in bars] == pytest.approx([count / PEOPLE[0] for count in PEOPLE], abs=1e-3)
