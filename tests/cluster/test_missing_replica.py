"""Does the guide to clusters lead from a lost replica to a whole cluster, with nothing lost and nothing counted twice?"""

import re
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.clickhouse import Node, Servers, start_servers
from tests.support.feed import Feed, Happened
from uems import app
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql
from uems.web.checks import check_house

pytestmark = [pytest.mark.cluster, pytest.mark.slow, pytest.mark.timeout(600)]
GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "cluster.md"
START = datetime(2026, 2, 1, 12, tzinfo=UTC)


def statement(name: str) -> str:
    """The SQL block of the guide with this name."""
    [found] = re.findall(rf"^ *```sql {name}\n(.*?)^ *```$", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return str(found)


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    (tmp_path / "clickhouse" / "backups").mkdir(parents=True)
    servers = start_servers(tmp_path / "clickhouse", shards=2, replicas=2)
    yield servers
    servers.stop()


@pytest.fixture
def house(servers: Servers, tmp_path: Path) -> Iterator[House]:
    house = app.build(servers.settings(tmp_path / "home", "uems"))
    yield house
    house.close()


def send(feed: Feed, people: int) -> None:
    feed.take([Happened(user=f"u{n}", ts=START) for n in range(people)], START)


def until_only_kept_for(servers: list[Node], lost: Node) -> None:
    """As the guide says: nothing is kept any more but what the lost replica missed."""
    theirs = f"shard{lost.shard + 1}_replica{lost.replica + 1}"
    deadline = time.monotonic() + 60
    while True:
        kept = "\n".join(filter(None, (node.ask(statement("every-server")) for node in servers)))
        if kept and all(theirs in line for line in kept.splitlines()):
            return
        assert time.monotonic() < deadline, kept
        time.sleep(0.2)


def findings(house: House) -> list[tuple[str, str]]:
    return [(check.level, check.message) for check in check_house(house, START)[0] if check.name == "replicas"]


def test_a_replica_whose_disk_was_lost_is_rebuilt_as_the_guide_says(servers: Servers, house: House) -> None:
    feed = Feed(house, Scope(workspace_id=1, slug="shop", zone="UTC", currency="USD"))
    send(feed, 200)
    assert findings(house) == [("ok", "all 4 servers answer; none lacks a batch")]
    lost, sound = servers.nodes[1], servers.nodes[0]
    assert lost.shard == sound.shard
    lost.kill()
    send(feed, 300)
    left = [node for node in servers.nodes if node is not lost]
    until_only_kept_for(left, lost)
    away, kept = findings(house)
    assert (away[0], kept[0]) == ("warn", "warn")
    assert away[1].startswith(f"{lost.host} does not answer")
    assert "wait on other servers" in kept[1]

    shutil.rmtree(lost.folder / "data")
    for node in left:
        for forget in filter(None, node.ask(statement("forget")).splitlines()):
            node.ask(forget)
        assert node.ask(statement("every-server")) == ""
    assert "BACKUP_CREATED" in sound.ask(statement("sound-replica"))
    lost.start()
    lost.wait()
    assert "RESTORED" in lost.ask(statement("rebuilt-replica"))
    send(feed, 150)

    deadline = time.monotonic() + 60
    while findings(house) != [("ok", "all 4 servers answer; none lacks a batch")]:
        assert time.monotonic() < deadline, findings(house)
        time.sleep(0.2)
    counts = [node.ask(statement("compare")) for node in servers.nodes]
    assert (counts[0], counts[2]) == (counts[1], counts[3]), counts
    for node in servers.nodes:
        rolled_up = node.ask("SELECT sum(events) FROM uems.person_daily_local")
        assert rolled_up == node.ask("SELECT count() FROM uems.events_local")
    total = house.warehouse.query(Sql("SELECT count() AS n, uniqExact(message_id) AS messages FROM events")).to_pylist()
    assert total == [{"n": 650, "messages": 650}]
