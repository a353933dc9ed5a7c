"""Does the demo end as it should when it is stopped? What it loads and prints is looked at where it is loaded."""

import socket
import time
from pathlib import Path

import pytest
import uvicorn

from tests.support.cli import Uems
from uems.cli.commands.access import Language
from uems.cli.commands.demo import fill
from uems.cli.home import Running, write_server
from uems.cli.serving import Answering
from uems.kernel.errors import UemsError
from uems.kernel.settings import load_settings


def test_a_demo_that_is_stopped_while_it_loads_ends_well(uems: Uems) -> None:
    server = uems.start("demo", "--port", "0")
    try:
        while "Loading a simulated shop" not in server.log.read_text():
            assert server.process.poll() is None
            time.sleep(0.1)
        assert server.stop() == 0, server.log.read_text()
    finally:
        server.kill()


@pytest.mark.parametrize("told", [True, False])
def test_what_breaks_off_because_the_server_is_ending_is_no_failure_and_everything_else_ends_it(tmp_path: Path, told: bool) -> None:
    settings = load_settings(home=tmp_path)
    with socket.socket() as nobody:  # holds the port, so that whoever asks there is turned away
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        running = Running(pid=1, url=url, instance="srv_1", token="uop_1", role="all", version="0", started_at="2024-05-01T00:00:00Z")
        write_server(tmp_path, running)
        server = uvicorn.Server(uvicorn.Config("nobody:app"))
        server.should_exit = told
        failures: list[UemsError] = []
        fill(settings, Answering(url, server), Language.en, failures)
    assert [error.code for error in failures] == ([] if told else ["server_gone"])
    assert server.should_exit
