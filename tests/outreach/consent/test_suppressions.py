"""Is the list of suppressed addresses given away whole and safely?"""

import csv
from collections.abc import Iterator

import pytest

from tests.outreach.world import World, a_world
from uems.kernel.settings import Settings
from uems.outreach.consent import suppressions


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    with a_world(settings) as found:
        yield found


def test_the_list_is_downloaded_whole_and_nothing_in_it_is_a_formula(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suppressions, "_AT_ONCE", 3)
    addresses = [f"a{n}@example.com" for n in range(7)] + ["=cmd@example.com"]
    world.ask("POST", "/suppressions", {"addresses": "\n".join(addresses)})
    answer = world.ask("GET", "/suppressions/file")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(answer.text.splitlines()))
    assert rows[0] == ["channel", "address", "reason", "detail", "at", "by"]
    assert sorted(row[1] for row in rows[1:]) == sorted([*addresses[:7], "'=cmd@example.com"])
    assert {row[2] for row in rows[1:]} == {"import"}
    newest = world.ask("GET", "/audit").json()["items"][0]
    assert (newest["action"], newest["after"]) == ("suppression.exported", {"addresses": 8})
