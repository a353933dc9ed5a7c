"""Does a real cluster count every acknowledged event exactly once, while a worker and a replica are killed?

Four real ClickHouse servers (2 shards of 2 replicas), a real PostgreSQL, one API process and two workers, and the unmodified
Python client. Replication is done by the Distributed table here, because the servers of the tests have no Keeper.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from segment.analytics.client import Client

from tests.support.cli import Server, Uems
from tests.support.clickhouse import Servers, start_servers
from tests.support.postgres import PostgresServer, running_postgres

pytestmark = [pytest.mark.cluster, pytest.mark.slow, pytest.mark.timeout(900)]
WAVES = 6
EVENTS = 300


@dataclass(slots=True, kw_only=True)
class Cluster:
    """Everything that runs; each UEMS process has a home of its own, as on machines of their own."""

    servers: Servers
    folder: Path
    env: dict[str, str]

    def uems(self, name: str) -> Uems:
        return Uems(home=self.folder / name, env=self.env)

    def count(self, api: Server) -> dict[str, Any]:
        answer = httpx.post(
            f"{api.url}/api/workspaces/shop/reports/overview",
            json={},
            headers={"authorization": f"Bearer {api.token}"},
            timeout=60,
            trust_env=False,
        )
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()["data"]
        return found


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    servers = start_servers(tmp_path / "clickhouse", shards=2, replicas=2)
    try:
        with running_postgres() as postgres:
            assert isinstance(postgres, PostgresServer)
            settings = servers.settings(tmp_path / "unused")
            env = {
                "UEMS_WAREHOUSE_URL": settings.warehouse_url,
                "UEMS_WAREHOUSE_CLUSTER": settings.warehouse_cluster,
                "UEMS_STORE_URL": postgres.url("postgres"),
                "UEMS_LOG_PARTITIONS": "2",
            }
            yield Cluster(servers=servers, folder=tmp_path, env=env)
    finally:
        servers.stop()


def until(what: str, seconds: float, condition: Any) -> Any:
    """The first true value of ``condition``; a server that is away for a moment is no failure."""
    deadline = time.monotonic() + seconds
    seen: object = None
    while time.monotonic() < deadline:
        try:
            seen = condition()
            if seen:
                return seen
        except (httpx.HTTPError, AssertionError) as error:
            seen = error
        time.sleep(0.2)
    raise AssertionError(f"{what} did not come in {seconds} s; last seen: {seen}")


def test_nothing_is_lost_or_repeated_when_a_worker_and_a_replica_are_killed(cluster: Cluster) -> None:
    api_side = cluster.uems("api")
    made = api_side.run("init", "--workspace", "shop", "--zone", "Asia/Shanghai", "--currency", "CNY", "--format", "json")
    assert made.code == 0, made.err
    api = api_side.serve("--role", "api")
    workers = [cluster.uems(f"worker{n}").serve("--role", "worker") for n in (1, 2)]
    try:
        key = api_side.run("key", "create", "--kind", "write", "--workspace", "shop", "--format", "json").json()["token"]
        errors: list[object] = []
        client = Client(key, host=api.url, gzip=True, max_retries=10, on_error=lambda error, items: errors.append(error))
        sent = 0
        for wave in range(WAVES):
            for number in range(EVENTS):
                client.track(f"user-{number % 40}", "Counted", {"wave": wave}, anonymous_id=f"device-{number % 40}")
                sent += 1
            client.flush()
            if wave == 1:
                workers[0].kill()
            if wave == 2:
                cluster.servers.nodes[1].kill()
            if wave == 3:
                # Reading and storing go on without the replica; the others keep what it misses.
                assert until("an answer", 60, lambda: cluster.count(api)["events"].get("Counted", 0) > 0)
                cluster.servers.nodes[1].start()
                cluster.servers.nodes[1].wait()
            if wave == 4:
                workers[0] = cluster.uems("worker1").serve("--role", "worker")
        client.shutdown()
        assert errors == []
        data = until("the last event", 180, lambda: (d := cluster.count(api))["events"].get("Counted") == sent and d)
        assert data["people"] == 40
        assert data["identified"] == 40
        assert sum(day["events"] for day in data["series"]) == sent
        messages = set()
        for node in cluster.servers.nodes:
            mine = node.ask("SELECT message_id FROM events_local WHERE event = 'Counted' FORMAT TSV").split()
            assert len(mine) == len(set(mine)), f"repeated on shard {node.shard}"
            messages |= set(mine)
        assert len(messages) == sent
        for shard in (0, 1):
            replicas = [n for n in cluster.servers.nodes if n.shard == shard]
            counts = {n.ask("SELECT count(), uniqExact(message_id) FROM events_local").strip() for n in replicas}
            assert len(counts) == 1, "the replicas of one shard differ"
        assert json.dumps(data)
    finally:
        for process in (api, *workers):
            process.kill()
