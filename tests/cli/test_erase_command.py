"""Is a person erased from the command line, and does a server that was killed meanwhile go on?"""

import json
import time
from pathlib import Path

import httpx

from tests.support.cli import Server, Uems
from uems.access.api import operator_token

ORDERS = "customer,placed,amount\n" + "".join(f"c{n % 3},2026-01-{1 + n % 5:02d} 12:00,{n}.50\n" for n in range(10))
MAPPING = {
    "type": "track",
    "event": {"constant": "Order Completed"},
    "user_id": "customer",
    "time": {"column": "placed"},
    "revenue": {"column": "amount"},
}


def test_a_person_is_erased_through_a_killed_server_and_another_from_the_command_line(tmp_path: Path) -> None:
    uems = Uems(home=tmp_path / "home")
    (tmp_path / "orders.csv").write_text(ORDERS)
    (tmp_path / "orders.json").write_text(json.dumps(MAPPING))
    server = uems.serve()
    try:
        assert uems.run("init", "--workspace", "shop", "--zone", "UTC", "--currency", "USD", "--format", "json").code == 0
        done = uems.run("import", str(tmp_path / "orders.csv"), "--mapping", str(tmp_path / "orders.json"), "--format", "json").json()
        assert done["events"] == 10
        with client(uems, server) as http:
            numbers = {one["ids"][0]["value"]: one["person_id"] for one in http.get("people").json()["items"]}
            held = http.get(f"people/{numbers['c1']}/export").json()
            assert [row["user_id"] for row in held["rooms"]["collect"]["events"]] == ["c1"] * 3
            going = uems.run("people", "erase", str(numbers["c1"]), "--preview", "--format", "json").json()
            assert {(one["what"], one["count"]) for one in going["going"]} >= {("events", 3), ("ids", 1)}
            asked = http.post(f"people/{numbers['c1']}/erasure", json={"confirm": numbers["c1"]})
            assert asked.status_code == 202, asked.text
    finally:
        server.process.kill()
        server.process.wait()
    server = uems.serve()
    try:
        ended = uems.run("people", "erase", str(numbers["c2"]), "--yes", "--format", "json").json()
        assert ended["state"] == "done"
        with client(uems, server) as http:
            deadline = time.monotonic() + 60
            while any(one["state"] != "done" for one in http.get("erasures").json()["items"]):
                assert time.monotonic() < deadline
                time.sleep(0.2)
            report = http.post("reports/overview", json={}).json()["data"]
            # Orders 0, 3, 6 and 9 are left: 0.50 + 3.50 + 6.50 + 9.50.
            assert (report["people"], report["revenue_minor"], report["events"]) == (1, 2000, {"Order Completed": 4})
            assert [http.get(f"people/{numbers[name]}").status_code for name in ("c0", "c1", "c2")] == [200, 410, 410]
        assert "person_erased" in uems.run("people", "erase", str(numbers["c1"]), "--yes").err
    finally:
        server.stop()


def client(uems: Uems, server: Server) -> httpx.Client:
    """The API of the workspace, as the operator."""
    headers = {"Authorization": f"Bearer {operator_token(uems.home)}"}
    return httpx.Client(base_url=f"{server.url}/api/workspaces/shop/", headers=headers, trust_env=False, timeout=60)
