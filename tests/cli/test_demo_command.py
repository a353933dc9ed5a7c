"""Does the demo end as it should when it is stopped? What it loads and prints is looked at where it is loaded."""

import time

from tests.support.cli import Uems


def test_a_demo_that_is_stopped_while_it_loads_ends_well(uems: Uems) -> None:
    server = uems.start("demo", "--port", "0")
    try:
        while "Loading a simulated shop" not in server.log.read_text():
            assert server.process.poll() is None
            time.sleep(0.1)
        assert server.stop() == 0, server.log.read_text()
    finally:
        server.kill()
