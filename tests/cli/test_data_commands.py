"""Do events come in, show in reports, and survive backup, restore and a killed server?"""

import base64
import csv
import io
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import Server, Uems

ORDERS = "customer,placed,amount\n" + "".join(f"c{n % 3},2026-01-{1 + n % 5:02d} 12:00,{n}.50\n" for n in range(10)) + "c9,some day,1\n"
MAPPING = {
    "type": "track",
    "event": {"constant": "Order Completed"},
    "user_id": "customer",
    "time": {"column": "placed"},
    "revenue": {"column": "amount"},
}
# 0.50 + 1.50 + ... + 9.50
REVENUE_MINOR = 5000


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Uems, Server, Path]]:
    """A server whose workspace has ten orders of three people, imported from a file with one bad row."""
    folder = tmp_path_factory.mktemp("shop")
    uems = Uems(home=folder / "home")
    server = uems.serve()
    try:
        assert uems.run("init", "--workspace", "shop", "--zone", "UTC", "--currency", "USD", "--format", "json").code == 0
        (folder / "orders.csv").write_text(ORDERS)
        (folder / "orders.json").write_text(json.dumps(MAPPING))
        done = uems.run("import", str(folder / "orders.csv"), "--mapping", str(folder / "orders.json"), "--format", "json").json()
        assert (done["state"], done["rows_ok"], done["rows_bad"], done["events"]) == ("done", 10, 1, 10)
        yield uems, server, folder
    finally:
        if server.process.poll() is None:
            server.stop()


Shop = tuple[Uems, Server, Path]


def test_a_report_prints_its_numbers_for_programs_at_the_top_level(shop: Shop) -> None:
    found = shop[0].run("report", "overview", "--workspace", "shop", "--format", "json").json()
    assert found["people"] == 3
    assert found["revenue_minor"] == REVENUE_MINOR
    assert found["currency"] == "USD"
    assert found["events"] == {"Order Completed": 10}
    assert found["exact"] is True


def test_a_report_takes_its_spec_from_a_file_or_as_text_and_prints_one_part_as_csv(shop: Shop) -> None:
    uems, _, folder = shop
    spec = '{"first_day": "2026-01-02", "last_day": "2026-01-02"}'
    (folder / "spec.json").write_text(spec)
    for given in (spec, str(folder / "spec.json")):
        rows = list(csv.DictReader(io.StringIO(uems.run("report", "overview", "--spec", given, "--part", "series", "--format", "csv").out)))
        # Orders 1 and 6 fell on the second day: 1.50 + 6.50.
        assert [(row["day"], row["orders"], row["revenue (USD)"]) for row in rows] == [("2026-01-02", "2", "8.00")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("report", "nosuch"), "There are: "),
        (("report", "overview", "--spec", "{"), "not JSON"),
        (("report", "overview", "--spec", "nosuch.json"), "bad_spec"),
        (("report", "overview", "--spec", '{"frist_day": 1}'), "frist_day"),
        (("report", "overview", "--part", "nosuch"), "series"),
    ],
)
def test_a_wrong_question_is_answered_with_what_would_be_right(shop: Shop, arguments: tuple[str, ...], said: str) -> None:
    ran = shop[0].run(*arguments)
    assert ran.code == 1
    assert said in ran.err


def test_without_a_mapping_one_is_suggested_and_a_dry_run_writes_nothing(shop: Shop) -> None:
    uems, _, folder = shop
    (folder / "new.csv").write_text("user_id,created_at,total\nu1,2026-02-01 10:00,5\n")
    suggested = uems.run("import", str(folder / "new.csv")).json()
    assert suggested["user_id"] == "user_id"
    (folder / "new.json").write_text(json.dumps(suggested))
    tried = uems.run("import", str(folder / "new.csv"), "--mapping", str(folder / "new.json"), "--dry-run", "--format", "json").json()
    assert tried["rows_ok"] == 1
    assert uems.run("report", "overview", "--format", "json").json()["events"] == {"Order Completed": 10}


def test_importing_a_file_again_counts_nothing_twice(shop: Shop) -> None:
    uems, _, folder = shop
    again = uems.run("import", str(folder / "orders.csv"), "--mapping", str(folder / "orders.json"))
    assert again.code == 0
    assert "imported already" in again.err
    forced = uems.run("import", str(folder / "orders.csv"), "--mapping", str(folder / "orders.json"), "--force", "--format", "json")
    assert forced.json()["state"] == "done"
    assert uems.run("report", "overview", "--format", "json").json()["events"] == {"Order Completed": 10}


def test_people_are_found_by_an_id_and_one_is_shown_with_what_they_did(shop: Shop) -> None:
    uems = shop[0]
    everybody = uems.run("people", "search", "--format", "json").json()
    assert len(everybody) == 3
    (found,) = uems.run("people", "search", "c1", "--format", "json").json()
    # Orders 1, 4 and 7: 1.50 + 4.50 + 7.50.
    assert (found["totals"]["orders"], found["totals"]["revenue_minor"]) == (3, 1350)
    shown = uems.run("people", "show", str(found["person_id"]), "--events", "2", "--format", "json").json()
    assert [one["value"] for one in shown["ids"]] == ["c1"]
    # Order n is placed on day 1 + n % 5, so the latest are 4 (the fifth) and 7 (the third).
    assert [item["revenue_minor"] for item in shown["timeline"]] == [450, 750]
    rows = list(csv.DictReader(io.StringIO(uems.run("people", "search", "c1", "--format", "csv").out)))
    assert rows[0]["ids"] == "user_id:c1"
    assert "Nobody found" in uems.run("people", "search", "zzz").err
    unknown = uems.run("people", "show", "999999")
    assert unknown.code == 1
    assert "not_found" in unknown.err


def test_the_doctor_finds_a_healthy_server_well_and_an_open_home_not(shop: Shop) -> None:
    uems = shop[0]
    checks = {check["name"]: check for check in uems.run("doctor", "--format", "json").json()}
    assert {"python", "settings", "home", "server", "disk", "store", "warehouse", "log", "pipeline", "dead letters"} <= checks.keys()
    assert {check["level"] for check in checks.values()} == {"ok"}
    uems.home.chmod(0o755)
    try:
        seen = uems.run("doctor")
        assert seen.code == 0
        assert f"chmod 700 {uems.home}" in seen.err
    finally:
        uems.home.chmod(0o700)


def test_a_saved_report_is_answered_by_its_key(shop: Shop) -> None:
    uems, server, _ = shop
    body = json.dumps({"name": "Buyers", "report": "trend", "spec": {"series": [{"measure": "people"}], "unit": "month"}}).encode()
    request = urllib.request.Request(
        f"{server.url}/api/workspaces/shop/saved-reports/buyers",
        data=body,
        method="PUT",
        headers={"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=30).close()
    found = uems.run("report", "--saved", "buyers", "--format", "json").json()
    assert (found["report"], found["unit"], found["series"][0]["lines"][0]["total"]) == ("trend", "month", 3)
    assert "not_found" in uems.run("report", "--saved", "nosuch").err
    assert uems.run("report", "trend", "--saved", "buyers").code == 2


def test_a_backup_of_a_running_server_restores_to_the_same_report(shop: Shop, tmp_path: Path) -> None:
    uems = shop[0]
    file = tmp_path / "uems.tar"
    before = uems.run("report", "overview", "--format", "json").json()
    assert uems.run("backup", str(file)).code == 0
    assert file.stat().st_mode & 0o077 == 0
    assert not list(uems.home.glob(".backup-*"))
    assert uems.run("backup", str(file)).code == 1  # never over another one
    other = Uems(home=tmp_path / "restored")
    assert other.run("restore", str(file)).code == 0
    after = other.run("report", "overview", "--format", "json").json()
    assert {**after, "asked_at": ""} == {**before, "asked_at": ""}
    refused = other.run("restore", str(file))
    assert refused.code == 1
    assert "home_not_empty" in refused.err
    replaced = other.run("restore", str(file), "--force")
    assert replaced.code == 0
    assert list(other.home.glob(".replaced-*/store.db"))
    assert other.run("report", "overview", "--format", "json").json()["people"] == 3


def test_what_is_no_backup_leaves_the_home_as_it_is(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "orders.tar").write_text(ORDERS)
    other = Uems(home=tmp_path / "restored")
    ran = other.run("restore", str(tmp_path / "orders.tar"))
    assert ran.code == 1
    assert "bad_backup" in ran.err
    assert [path.name for path in other.home.iterdir()] == ["lock"]
    held = shop[0].run("restore", str(tmp_path / "orders.tar"), "--force")
    assert held.code == 1
    assert "home_in_use" in held.err


def test_events_that_a_killed_server_had_acknowledged_are_in_the_next_report(shop: Shop) -> None:
    """Last in the file: it kills the server of this module."""
    uems, server, _ = shop
    key = uems.run("key", "create", "--format", "json").json()["token"]
    batch = [{"type": "track", "userId": "c1", "event": "Page Liked", "messageId": f"like-{n}"} for n in range(500)]
    sent = urllib.request.Request(f"{server.url}/v1/batch", data=json.dumps({"batch": batch}).encode(), method="POST")
    sent.add_header("Authorization", "Basic " + base64.b64encode(f"{key}:".encode()).decode())
    with urllib.request.urlopen(sent) as answer:
        assert answer.status == 200
    server.kill()
    found = uems.run("report", "overview", "--format", "json").json()
    assert found["events"] == {"Order Completed": 10, "Page Liked": 500}
