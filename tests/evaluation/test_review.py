"""Does the review of a month say what was set, done and decided in it, and in neither language anything else?"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from pypdf import PdfReader

from tests.evaluation.test_league import bought
from tests.outreach.campaigns.world import CampaignShop
from tests.outreach.flows.world import graph
from tests.support.feed import Happened
from tests.support.houses import build
from uems.evaluation.decisions import decide, undo_decision
from uems.evaluation.league import worth_over_time
from uems.evaluation.review import review_of
from uems.evaluation.review_words import html_of, lead_of, sections_of, title_of
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.kpis import api as kpis
from uems.profiles.api import set_role

START = datetime(2026, 1, 10, 14, 30, tzinfo=UTC)
DAY = timedelta(days=1)
MARCH = date(2026, 3, 1)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = build(Settings(home=Path(tmp_path_factory.mktemp("review")) / "home"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def shop(house: House) -> CampaignShop:
    """A flow of January whose people buy much more, decided about in March; a target for March; a decision that was taken back."""
    made = CampaignShop(house, 1, START)
    set_role(house.store, made.access(), "purchase", events=["Order Completed"])
    rng = Random(1)
    made.publish(graph({"end": ("exit", {})}, {}, holdout_percent=40))
    made.take([Happened(user=f"u{n}", event="Signed Up", ts=START) for n in range(200)], START)
    made.run()
    owner = made.owner()
    names = {owner[node]: call.user for call, node in made.calls}
    spent = {names[run["person_id"]]: 500 if run["state"] == "holdout" else 3_000 for run in made.runs()}
    made.now = datetime(2026, 3, 20, 16, tzinfo=UTC)
    calls = [bought(name, START + rng.random() * 20 * DAY, minor + rng.randrange(100)) for name, minor in spent.items()]
    calls += [bought("u1", made.now - 2 * DAY, 1_250), Happened(user="u2", event="Looked", ts=made.now - timedelta(hours=1))]
    made.take(calls, made.now)
    [worth] = worth_over_time(house, made.scope, made.now, "flow", "f", [30])
    decide(house.store, made.access(), worth, "scale", "It pays <b>well</b>.")
    undo_decision(house.store, made.access(), decide(house.store, made.access(), worth, "keep", "No.").decision_id)
    kpis.set_target(house.store, made.access(), "dau", "month", MARCH, 50.0)
    kpis.set_target(house.store, made.access(), "dau", "month", date(2026, 2, 1), 7.0)
    return made


def test_each_section_holds_what_belongs_to_the_month(shop: CampaignShop) -> None:
    found = review_of(shop.house, shop.scope, shop.now, MARCH)
    asked = kpis.Question(metric="dau", first=MARCH, last=date(2026, 3, 20), unit="month", compare=False)
    [goal] = found.goals
    assert (goal.metric.key, goal.target, goal.reached, found.over) == ("dau", 50.0, False, False)
    assert goal.value == kpis.measure(shop.house, shop.scope, asked, shop.now).value.value
    said = {one.topic: one for one in sections_of(found, shop.scope, "en")}
    assert said["tried"].empty
    assert said["feedback"].lines == ["No feedback is collected here yet."]
    [works] = said["worked"].lines
    assert works.startswith("f (Flow): net return after 30 days ")
    assert [line.split(": ")[0] for line in said["decisions"].lines] == ["2026-03-20 Keep (taken back)", "2026-03-20 Scale"]
    assert said["proposals"].empty, "the one proposal was decided about"
    january = review_of(shop.house, shop.scope, shop.now, date(2026, 1, 1))
    assert january.over
    assert [one.action.key for one in january.tried] == ["f"]
    assert not january.decisions
    assert not january.goals


@pytest.mark.parametrize("month", [date(2026, 3, 2), date(2026, 4, 1)])
def test_only_months_that_have_begun_have_one(shop: CampaignShop, month: date) -> None:
    with pytest.raises(UemsError, match="first day of a month"):
        review_of(shop.house, shop.scope, shop.now, month)


def test_paper_and_page_say_the_same_in_the_language_asked_for(shop: CampaignShop) -> None:
    found = review_of(shop.house, shop.scope, shop.now, MARCH)
    title, lead, sections = title_of(found, "en"), lead_of(found, "en"), sections_of(found, shop.scope, "en")
    made = kpis.draw_notes(shop.scope, title, lead, [(one.title, one.lines) for one in sections], "Shop", "en", shop.now)
    paper = re.sub(r"\s+", "", "".join(page.extract_text() for page in PdfReader(BytesIO(made)).pages))
    page = html_of(title, lead, sections, "en")
    for one in sections:
        assert one.title in page
        for line in one.lines:
            assert re.sub(r"\s+", "", line) in paper
    assert "It pays &lt;b&gt;well&lt;/b&gt;." in page
    chinese = sections_of(found, shop.scope, "zh")
    assert [one.topic for one in chinese] == [one.topic for one in sections]
    words = "".join([title_of(found, "zh"), lead_of(found, "zh"), *(one.title for one in chinese)])
    assert not re.search(r"[A-Za-z]{2}", words)
    assert not re.search(r"[\u4e00-\u9fff]", "".join([title, lead, *(line for one in sections for line in one.lines)]))
