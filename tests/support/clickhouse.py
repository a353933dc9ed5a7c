"""How does a test get real ClickHouse servers? One, or shards times replicas, as child processes on free ports.

What this way of running them cannot do: ReplicatedMergeTree (there is no Keeper) and ON CLUSTER. Replicas are kept equal
by the Distributed table, which writes to all of them (internal_replication=false).
"""

import itertools
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from uems.kernel.settings import Settings
from uems.kernel.warehouse import Warehouse, open_warehouse

CLUSTER = "uems"
_NODE = Path(__file__).with_name("clickhouse_node.py")
_READY_SECONDS = 60
_numbers = itertools.count(1)


@dataclass(slots=True, kw_only=True)
class Node:
    """One server; ``kill`` and ``start`` again keep its folder and ports."""

    folder: Path
    shard: int
    replica: int
    http: int
    tcp: int
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.http}"

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen([sys.executable, _NODE, self.folder], stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def wait(self) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while not self.answers():
            dead = self.process is None or self.process.poll() is not None
            if dead or time.monotonic() > deadline:
                raise RuntimeError(f"server {self.host} did not start:\n{(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.05)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://{self.host}/ping", timeout=2) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def kill(self) -> None:
        """As a power cut does: no goodbye."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def pause(self) -> None:
        """Connections are accepted by the system, but nobody answers."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def ask(self, sql: str) -> str:
        """The answer of this server alone, as tab-separated text."""
        request = urllib.request.Request(f"http://{self.host}/", data=sql.encode())
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return str(answer.read().decode()).rstrip("\n")
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{self.host} refused {sql!r}: {error.read().decode()[:2000]}") from error


@dataclass(slots=True, kw_only=True)
class Servers:
    """Running servers: a single one, or a cluster called ``uems``."""

    nodes: list[Node]
    cluster: bool

    def url(self, database: str = "default") -> str:
        return f"clickhouse://default@{','.join(n.host for n in self.nodes)}/{database}"

    def settings(self, home: Path, database: str = "default", **more: object) -> Settings:
        """Settings under which UEMS uses these servers."""
        chosen: dict[str, object] = {
            "home": home,
            "warehouse_url": self.url(database),
            "warehouse_cluster": CLUSTER if self.cluster else "",
        }
        return Settings(**{**chosen, **more})  # type: ignore[arg-type]  # pydantic checks the values

    def stop(self) -> None:
        for node in self.nodes:
            node.kill()


def start_servers(folder: Path, shards: int = 1, replicas: int = 1) -> Servers:
    """Start them and wait until all answer. The caller stops them."""
    ports = _free_ports(2 * shards * replicas)
    nodes = [
        Node(folder=folder / f"node{shard}{replica}", shard=shard, replica=replica, http=ports.pop(), tcp=ports.pop())
        for shard in range(shards)
        for replica in range(replicas)
    ]
    servers = Servers(nodes=nodes, cluster=shards * replicas > 1)
    try:
        for node in nodes:
            node.folder.mkdir(parents=True)
            (node.folder / "config.xml").write_text(_config(node, nodes))
            node.start()
        for node in nodes:
            node.wait()
    except BaseException:
        servers.stop()
        raise
    return servers


def _free_ports(count: int) -> list[int]:
    """All are held open until the last is found, so that no two are equal."""
    held = [socket.socket() for _ in range(count)]
    try:
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in held]
    finally:
        for one in held:
            one.close()


def _config(node: Node, nodes: list[Node]) -> str:
    shards = sorted({n.shard for n in nodes})
    topology = "".join(
        "<shard><internal_replication>false</internal_replication>"
        + "".join(f"<replica><host>127.0.0.1</host><port>{n.tcp}</port></replica>" for n in nodes if n.shard == shard)
        + "</shard>"
        for shard in shards
    )
    return (
        "<clickhouse><background_distributed_schedule_pool_size>2</background_distributed_schedule_pool_size>"
        f"<backups><allowed_path>{node.folder.parent / 'backups'}</allowed_path></backups>"
        f"<http_port>{node.http}</http_port><tcp_port>{node.tcp}</tcp_port><listen_host>127.0.0.1</listen_host>"
        f"<macros><shard>{node.shard}</shard><replica>{node.replica}</replica></macros>"
        f"<remote_servers><{CLUSTER}>{topology}</{CLUSTER}></remote_servers></clickhouse>"
    )


@pytest.fixture(scope="session")
def clickhouse_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """One server for the whole run; a test makes a database of its own in it."""
    servers = start_servers(tmp_path_factory.mktemp("clickhouse"))
    yield servers
    servers.stop()


@pytest.fixture(scope="session")
def clickhouse_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Two shards of two replicas; whoever kills a node starts it again."""
    servers = start_servers(tmp_path_factory.mktemp("cluster"), shards=2, replicas=2)
    yield servers
    servers.stop()


ENGINES = ["chdb", pytest.param("clickhouse", marks=pytest.mark.cluster), pytest.param("cluster", marks=pytest.mark.cluster)]
"""Everything that UEMS runs on: in process, one server, two shards of two replicas."""


@pytest.fixture(params=ENGINES)
def engine_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Settings for an empty warehouse; the test runs once on each engine."""
    home = tmp_path / "home"
    if request.param == "chdb":
        yield Settings(home=home)
        return
    servers = request.getfixturevalue("clickhouse_server" if request.param == "clickhouse" else "clickhouse_cluster")
    assert isinstance(servers, Servers)
    database = f"test{next(_numbers)}"
    yield servers.settings(home, database)
    for node in servers.nodes:
        node.ask(f"DROP DATABASE IF EXISTS {database} SYNC")


@pytest.fixture
def any_warehouse(engine_settings: Settings) -> Iterator[Warehouse]:
    """An empty warehouse; the test runs once on each engine."""
    warehouse = open_warehouse(engine_settings)
    yield warehouse
    warehouse.close()
