"""Does ``uems try-flow`` try a flow to its end, and show a result again?"""

import json

import httpx

from tests.support.cli import Uems
from uems.access.api import operator_token

GRAPH = {
    "entry": {"type": "event", "event": "Signed Up"},
    "start": "rest",
    "nodes": [{"id": "rest", "type": "wait", "config": {"amount": 1, "unit": "hour"}}, {"id": "out", "type": "exit"}],
    "edges": [{"source": "rest", "target": "out"}],
}


def test_a_flow_is_tried_from_the_command_line(uems: Uems) -> None:
    server = uems.serve()
    try:
        assert uems.run("init", "--workspace", "shop", "--zone", "UTC", "--currency", "USD", "--format", "json").code == 0
        headers = {"Authorization": f"Bearer {operator_token(uems.home)}"}
        with httpx.Client(base_url=server.url, headers=headers, trust_env=False) as http:
            saved = http.put("/api/workspaces/shop/flows/welcome", json={"name": "Welcome", "graph": GRAPH})
            assert saved.status_code == 200, saved.text
        refused = uems.run("try-flow", "welcome", "--days", "7")
        assert (refused.code, "(no_history)" in refused.err) == (1, True), refused.err
        asked = uems.run("try-flow", "welcome", "--no-wait", "--format", "json").json()
        seen = uems.run("try-flow", "welcome", "--simulation", asked["simulation_id"], "--format", "json")
        assert json.loads(seen.out)["state"] == "failed"
        assert uems.run("try-flow", "ghost").code == 1
    finally:
        server.stop()
