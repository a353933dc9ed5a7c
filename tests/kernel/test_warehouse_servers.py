"""What happens when a server is gone, comes back, or hangs, and what does a cluster count when a batch is sent again?"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.kernel.test_warehouse import SLOW, TABLES, totals, visits
from tests.support.clickhouse import Node, Servers, start_servers
from uems.kernel import _clickhouse_hosts, _warehouse_http
from uems.kernel._clickhouse_hosts import parse_url
from uems.kernel.errors import UemsError
from uems.kernel.schema import migrate
from uems.kernel.sql import Sql
from uems.kernel.warehouse import Warehouse, open_warehouse

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """A cluster of this module's own, since its nodes are killed."""
    servers = start_servers(tmp_path_factory.mktemp("mortal"), shards=2, replicas=2)
    yield servers
    servers.stop()


@pytest.fixture
def cluster(servers: Servers, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Warehouse]:
    """A warehouse with the test tables; every node runs again at the end."""
    settings = servers.settings(tmp_path, f"t{abs(hash(request.node.name)) % 10**9}")
    warehouse = open_warehouse(settings)
    migrate(warehouse, settings, [TABLES])
    yield warehouse
    warehouse.close()
    for node in servers.nodes:
        if node.process is None:
            node.start()
            node.wait()


def counts(servers: Servers, warehouse: Warehouse) -> list[tuple[str, str]]:
    """Rows and rows counted by the view, for each server alone."""
    assert isinstance(warehouse, _warehouse_http.HttpWarehouse)
    database = warehouse._address.database
    return [
        (n.ask(f"SELECT count() FROM {database}.visits_local"), n.ask(f"SELECT sum(visits) FROM {database}.daily_local"))
        for n in servers.nodes
    ]


def settle(servers: Servers, warehouse: Warehouse, expected: list[tuple[str, str]]) -> None:
    """Wait until what was kept for a server that was away has been delivered."""
    deadline = time.monotonic() + 60
    while counts(servers, warehouse) != expected and time.monotonic() < deadline:
        time.sleep(0.2)
    assert counts(servers, warehouse) == expected


def revive(node: Node) -> None:
    node.start()
    node.wait()


def test_a_repeated_batch_counts_once_on_every_replica(servers: Servers, cluster: Warehouse) -> None:
    for _ in range(3):
        cluster.insert("visits", visits(*range(100)), token="once")
    assert counts(servers, cluster) == [("50", "50")] * 4
    assert totals(cluster) == (100, 100, 100)


def test_a_batch_repeated_through_another_server_counts_once(servers: Servers, cluster: Warehouse) -> None:
    for member in cluster.members():
        member.insert("visits", visits(*range(100)), token="anywhere")
    assert counts(servers, cluster) == [("50", "50")] * 4


def test_reads_go_on_when_a_server_dies_and_come_back_to_it(servers: Servers, cluster: Warehouse) -> None:
    cluster.insert("visits", visits(*range(100)), token="before")
    for node in servers.nodes:
        node.kill()
        assert totals(cluster) == (100, 100, 100)
        cluster.ping()
        revive(node)


def test_inserts_go_on_without_a_replica_and_reach_it_later_exactly_once(servers: Servers, cluster: Warehouse) -> None:
    cluster.insert("visits", visits(*range(100)), token="first")
    servers.nodes[1].kill()
    for token in ("second", "second", "third"):
        cluster.insert("visits", visits(*range(100)), token=token)
    deadline = time.monotonic() + 30
    while totals(cluster) != (300, 300, 100) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert totals(cluster) == (300, 300, 100)
    revive(servers.nodes[1])
    cluster.insert("visits", visits(*range(100)), token="second")
    settle(servers, cluster, [("150", "150")] * 4)
    assert totals(cluster) == (300, 300, 100)


def test_an_insert_survives_the_death_of_the_server_that_takes_it(servers: Servers, cluster: Warehouse) -> None:
    with ThreadPoolExecutor(1) as pool:
        batches = [visits(*range(1000)) for _ in range(20)]
        sent = pool.map(lambda i: cluster.insert("visits", batches[i], token=f"b:{i}"), range(20))
        time.sleep(0.4)
        servers.nodes[0].kill()
        for _ in sent:
            pass
    revive(servers.nodes[0])
    for i, batch in enumerate(batches):
        cluster.insert("visits", batch, token=f"b:{i}")
    settle(servers, cluster, [("10000", "10000")] * 4)


def test_a_server_that_hangs_is_left_for_another(
    servers: Servers, cluster: Warehouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(_clickhouse_hosts, "SILENCE_SECONDS", 3)
    single = servers.settings(tmp_path, "default", warehouse_cluster="")
    warehouse = open_warehouse(single)
    warehouse.ping()
    servers.nodes[0].pause()
    try:
        assert warehouse.query(Sql("SELECT 1 AS one")).to_pylist() == [{"one": 1}]
        assert warehouse.query(Sql("SELECT 2 AS two")).to_pylist() == [{"two": 2}]
    finally:
        servers.nodes[0].resume()
        warehouse.close()


def test_a_change_whose_server_dies_in_the_middle_is_not_repeated(servers: Servers, cluster: Warehouse) -> None:
    with ThreadPoolExecutor(1) as pool:
        change = Sql("INSERT INTO visits (person_id, day) SELECT number + sleepEachRow(0.1), today() FROM numbers(30)")
        running = pool.submit(cluster.execute, change)
        time.sleep(1)
        servers.nodes[0].kill()
        with pytest.raises(UemsError) as caught:
            running.result()
    assert caught.value.code == "warehouse_down"
    assert "may or may not" in caught.value.message


def test_a_query_is_cancelled_wherever_it_runs(servers: Servers, cluster: Warehouse, tmp_path: Path) -> None:
    elsewhere = open_warehouse(servers.settings(tmp_path, "default"))
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(cluster.members()[3].query, SLOW, query_id="far")
        while not running.done():
            time.sleep(0.1)
            elsewhere.cancel("far")
        with pytest.raises(UemsError) as caught:
            running.result()
    assert caught.value.code == "warehouse_cancelled"
    elsewhere.close()


def test_no_server_at_all_is_said_with_the_addresses(servers: Servers, cluster: Warehouse) -> None:
    for node in servers.nodes:
        node.kill()
    try:
        for action in (cluster.ping, lambda: cluster.insert("visits", visits(1), token="x"), lambda: cluster.execute(Sql("SELECT 1"))):
            with pytest.raises(UemsError) as caught:
                action()
            assert (caught.value.code, caught.value.status) == ("warehouse_down", 503)
            assert servers.nodes[0].host in caught.value.message
    finally:
        for node in servers.nodes:
            node.start()
        for node in servers.nodes:
            node.wait()
    cluster.ping()


def test_a_wrong_password_is_said_and_not_shown(servers: Servers, tmp_path: Path) -> None:
    settings = servers.settings(tmp_path).model_copy(
        update={"warehouse_url": f"clickhouse://default:s3cr%20et@{servers.nodes[0].host}/default"}
    )
    warehouse = open_warehouse(settings)
    with pytest.raises(UemsError) as caught:
        warehouse.ping()
    assert caught.value.code == "warehouse_failed"
    assert "s3cr" not in caught.value.message
    assert "uthentication" in caught.value.message


def test_addresses_are_read_in_full() -> None:
    found = parse_url("clickhouses://us%40er:p%3Aw%2F@h1,h2:9999,[::1]:8444/shop")
    assert found.hosts == (("h1", 8443), ("h2", 9999), ("::1", 8444))
    assert (found.user, found.password, found.database, found.secure) == ("us@er", "p:w/", "shop", True)
    plain = parse_url("clickhouse://localhost")
    assert (plain.hosts, plain.user, plain.password, plain.database) == ((("localhost", 8123),), "default", "", "default")


@pytest.mark.parametrize("url", ["clickhouse://", "clickhouse://host:port", "clickhouse://a,,b", "clickhouse://h/data base"])
def test_an_address_that_cannot_be_read_is_refused(url: str) -> None:
    with pytest.raises(UemsError):
        parse_url(url)
