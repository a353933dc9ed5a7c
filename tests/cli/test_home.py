"""Does the home folder tell truly who uses it?"""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from uems.cli.home import (
    Owner,
    Running,
    claim,
    forget_server,
    is_alive,
    is_exclusive,
    lock_owner,
    make_home,
    read_server,
    write_server,
)
from uems.kernel.errors import UemsError
from uems.kernel.settings import Settings

CLUSTER = {"warehouse_url": "clickhouse://db:8123/uems", "store_url": "postgresql://db/uems"}


def running(pid: int, instance: str) -> Running:
    return Running(pid=pid, url="http://127.0.0.1:1", instance=instance, token="uop_x", role="all", version="0", started_at="now")


def test_a_new_home_can_be_read_by_its_owner_only(tmp_path: Path) -> None:
    make_home(tmp_path / "home")
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700


def test_a_home_that_cannot_be_made_is_refused_with_advice(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UemsError, match="UEMS_HOME") as caught:
        make_home(tmp_path / "file" / "home")
    assert caught.value.code == "home_unusable"


def test_a_second_claim_is_refused_and_names_the_first(settings: Settings) -> None:
    first = claim(settings, "uems serve --role all", wait_seconds=0)
    with pytest.raises(UemsError, match=rf"uems serve --role all` \(process {os.getpid()}\)") as caught:
        claim(settings, "uems import", wait_seconds=0)
    assert caught.value.code == "home_in_use"
    first.release()
    claim(settings, "uems import", wait_seconds=0).release()


def test_whoever_waits_hears_for_whom_and_then_gets_the_home(settings: Settings) -> None:
    script = (
        "import sys, time; from pathlib import Path; from uems.cli.home import claim; from uems.kernel.settings import Settings\n"
        "held = claim(Settings(home=Path(sys.argv[1])), 'uems import', wait_seconds=0); print('held', flush=True); time.sleep(1)"
    )
    other = subprocess.Popen([sys.executable, "-c", script, str(settings.home)], stdout=subprocess.PIPE)
    assert other.stdout is not None
    other.stdout.readline()
    heard: list[Owner] = []
    claim(settings, "uems people", wait_seconds=30, on_wait=heard.append).release()
    other.communicate()
    assert heard == [Owner(pid=other.pid, what="uems import")]


def test_the_claim_of_a_killed_process_holds_nobody_up(settings: Settings) -> None:
    script = (
        "import sys, os; from pathlib import Path; from uems.cli.home import claim; from uems.kernel.settings import Settings\n"
        "held = claim(Settings(home=Path(sys.argv[1])), 'uems serve', wait_seconds=0); os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(settings.home)], check=False)
    assert killed.returncode == -9
    assert lock_owner(settings.home) is not None
    claim(settings, "uems people", wait_seconds=0).release()


@pytest.mark.parametrize(("given", "exclusive"), [({}, True), ({"warehouse_url": "clickhouse://db/uems"}, True), (CLUSTER, False)])
def test_only_an_embedded_home_belongs_to_one_process(tmp_path: Path, given: dict[str, str], exclusive: bool) -> None:
    assert is_exclusive(Settings(home=tmp_path, **given)) is exclusive  # type: ignore[arg-type]


def test_many_processes_may_share_the_home_of_a_cluster(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", **CLUSTER)  # type: ignore[arg-type]
    first, second = claim(settings, "a", wait_seconds=0), claim(settings, "b", wait_seconds=0)
    first.release()
    second.release()


def test_what_a_server_says_is_readable_by_the_owner_only_and_read_back_whole(tmp_path: Path) -> None:
    write_server(tmp_path, running(7, "srv_1"))
    assert stat.S_IMODE((tmp_path / "server.json").stat().st_mode) == 0o600
    assert read_server(tmp_path) == running(7, "srv_1")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", json.dumps({"pid": 1}), json.dumps({"pid": 1, "surprise": 2})])
def test_a_broken_server_file_is_no_server(tmp_path: Path, text: str) -> None:
    (tmp_path / "server.json").write_text(text)
    assert read_server(tmp_path) is None


def test_a_server_forgets_itself_and_never_its_successor(tmp_path: Path) -> None:
    write_server(tmp_path, running(7, "srv_2"))
    forget_server(tmp_path, "srv_1")
    assert read_server(tmp_path) is not None
    forget_server(tmp_path, "srv_2")
    assert read_server(tmp_path) is None


def test_a_process_is_alive_until_it_has_ended() -> None:
    assert is_alive(os.getpid())
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    assert not is_alive(done.pid)
