"""What does it change that somebody confirms, or is asked in their name, beside the topic itself?"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.outreach.consent.test_confirming import letters, page_of, request, state
from tests.outreach.world import World, a_world
from uems.kernel.settings import Settings


def allowed(world: World, person: str, topic: str) -> str:
    """Why a message about the topic is not sent; "" where it is."""
    key = f"probe-{topic}-{len(world.ask('GET', '/messages').json()['items'])}"
    world.send(person, key, template=f"about_{topic}")
    world.sender.step()
    found = world.ask("GET", f"/messages?person_id={world.people[person]}").json()["items"]
    return "" if found[0]["state"] == "accepted" else str(found[0]["reason"])


@pytest.fixture
def world_of_topics(tmp_path: Path) -> Iterator[World]:
    with a_world(Settings(home=tmp_path / "home", public_url="https://uems.example")) as found:
        found.topic("club", default="unsubscribed", double_opt_in=True)
        found.topic("deals", default="subscribed")
        for topic in ("club", "deals"):
            found.template(f"about_{topic}", topic=topic)
        yield found


def test_who_once_said_no_to_everything_gets_what_they_confirm_and_nothing_else(world_of_topics: World) -> None:
    world = world_of_topics
    request(world, "mei", "*", "unsubscribed")
    assert (allowed(world, "mei", "club"), allowed(world, "mei", "deals")) == ("unsubscribed_from_all", "unsubscribed_from_all")
    request(world, "mei", "club")
    world.stranger().post(page_of(letters(world, "mei", "club")[0]))
    assert (allowed(world, "mei", "club"), allowed(world, "mei", "deals")) == ("", "unsubscribed")


def test_asking_in_somebodys_name_takes_nothing_from_them(world_of_topics: World) -> None:
    world = world_of_topics
    request(world, "mei", "club", "subscribed")
    for _ in range(2):
        request(world, "mei", "club")
    assert (state(world, "mei", "club"), letters(world, "mei", "club")) == ({"*": "subscribed"}, [])
    assert allowed(world, "mei", "club") == ""


def test_a_letter_that_was_put_away_comes_back_when_somebody_asks(world_of_topics: World) -> None:
    world = world_of_topics
    request(world, "mei", "club")
    assert world.ask("DELETE", "/templates/confirm_subscription").status_code == 204
    request(world, "tom", "club")
    assert [one["state"] for one in letters(world, "tom", "club")] == ["accepted"]
