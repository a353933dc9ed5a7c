"""Does a server end while browsers listen to it, and do they get a whole answer rather than a cut one?"""

import threading
from pathlib import Path

import httpx

from tests.support.cli import Uems


def test_a_server_that_ends_lets_browsers_that_listen_go(tmp_path: Path) -> None:
    uems = Uems(home=tmp_path / "home")
    uems.run("init", "--workspace", "shop", "--format", "json")
    key = uems.run("key", "create", "--kind", "write", "--workspace", "shop", "--format", "json").json()["token"]
    server = uems.serve()
    codes: list[int] = []
    try:
        with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as browser:
            ticket = browser.post("/api/inbox", content=f'{{"write_key": "{key}", "anonymous_id": "a"}}').json()["ticket"]
            with browser.stream("GET", f"/api/inbox/{ticket}/stream") as listening:
                lines = listening.iter_lines()
                assert next(lines) == "retry: 5000"
                ending = threading.Thread(target=lambda: codes.append(server.stop()))
                ending.start()
                list(lines)  # raises where the connection is cut before the answer is whole
                ending.join()
    finally:
        if not codes:
            server.kill()
    assert codes == [0]
