"""Does the unmodified Node client deliver everything?"""

import json
import subprocess
from pathlib import Path

from tests.clients.conftest import HERE, Target


def test_every_call_of_the_node_client_arrives(target: Target, packages: Path, node: str) -> None:
    done = subprocess.run(
        [node, "send.mjs", target.url, target.write_key], cwd=HERE, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"errors": []}
    found = target.receipts("Node Counted", 120)
    assert {r["status"] for r in found} == {"accepted"}
    event = target.event(found[0]["message_id"])
    assert event["library"].startswith("@segment/analytics-node 3.1")
    assert event["properties"]["nested"]["deep"] == [1, "二", None]
