"""Does a server start, say where it is, and end cleanly whatever happens?"""

import json
import os
import signal
import socket
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.support.cli import Uems

SLOW = Path(__file__).parent / "slow_server.py"


def test_a_server_answers_ends_on_a_signal_and_leaves_no_trace(uems: Uems) -> None:
    server = uems.serve()
    with urllib.request.urlopen(f"{server.url}/healthz") as answer:
        health = json.load(answer)
    assert health["status"] == "ok"
    assert health["instance"] == json.loads((uems.home / "server.json").read_text())["instance"]
    assert server.stop(signal.SIGINT) == 0
    assert not (uems.home / "server.json").exists()
    said = server.log.read_text()
    assert server.url.replace("127.0.0.1", "localhost") in said
    assert "Traceback" not in said


def test_a_second_server_says_who_has_the_home(shared_uems: Uems) -> None:
    pid = json.loads((shared_uems.home / "server.json").read_text())["pid"]
    second = shared_uems.run("serve", "--port", "0")
    assert second.code == 1
    assert f"process {pid}" in second.err
    assert "home_in_use" in second.err


def test_a_taken_port_is_told_before_anything_is_opened(uems: Uems) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = uems.run("serve", "--port", str(port))
    assert ran.code == 1
    assert f"Port {port}" in ran.err
    assert not (uems.home / "store.db").exists()


def test_an_embedded_home_cannot_be_shared_by_roles(uems: Uems) -> None:
    ran = uems.run("serve", "--role", "worker")
    assert ran.code == 1
    assert "role_needs_cluster" in ran.err


def test_after_a_kill_commands_work_alone_and_the_next_server_starts(uems: Uems) -> None:
    server = uems.serve()
    assert uems.run("workspace", "create", "shop", "--zone", "UTC").code == 0
    server.kill()
    assert (uems.home / "server.json").exists()
    assert [w["slug"] for w in uems.run("workspace", "list", "--format", "json").json()] == ["shop"]
    again = uems.serve()
    assert [w["slug"] for w in uems.run("workspace", "list", "--format", "json").json()] == ["shop"]
    assert again.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_ends_within_seconds_while_a_query_runs(tmp_path: Path, number: int) -> None:
    uems = Uems(home=tmp_path / "home", program=(str(SLOW),))
    server = uems.serve()
    answers: list[int] = []

    def ask() -> None:
        try:
            with urllib.request.urlopen(f"{server.url}/slow", timeout=120) as answer:
                answers.append(answer.status)
        except urllib.error.HTTPError as error:
            answers.append(error.code)
        except OSError:
            answers.append(0)  # cut off

    asking = threading.Thread(target=ask)
    asking.start()
    while not (uems.home / "slow-started").exists():
        time.sleep(0.02)
    # The query itself would take minutes; the limit leaves room for a loaded machine, not for waiting for the query.
    assert server.stop(number, timeout=30) == 0
    asking.join()
    assert answers != [200]
    assert not (uems.home / "server.json").exists()


def test_commands_side_by_side_take_turns_on_a_home_without_a_server(uems: Uems) -> None:
    codes: list[int] = []

    def create(slug: str) -> None:
        codes.append(uems.run("workspace", "create", slug, "--zone", "UTC").code)

    both = [threading.Thread(target=create, args=(slug,)) for slug in ("a", "b")]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert codes == [0, 0]
    assert sorted(w["slug"] for w in uems.run("workspace", "list", "--format", "json").json()) == ["a", "b"]


def test_another_process_with_the_old_number_is_not_taken_for_the_server(uems: Uems) -> None:
    uems.home.mkdir(mode=0o700)
    said = {
        "pid": os.getpid(),
        "url": "http://127.0.0.1:9",
        "instance": "srv_x",
        "token": "t",
        "role": "all",
        "version": "0",
        "started_at": "",
    }
    (uems.home / "server.json").write_text(json.dumps(said))
    assert uems.run("workspace", "list", "--format", "json").json() == []
