"""Does one command show the whole system on real data?"""

import json
import re
import time
import urllib.request

import pytest

from tests.support.cli import Uems


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_demo_serves_a_year_of_real_retail_data_and_prints_a_login(uems: Uems) -> None:
    server = uems.start("demo", "--port", "0")
    try:
        while "Ctrl-C stops it" not in (said := server.log.read_text()):
            assert server.process.poll() is None, said
            time.sleep(0.2)
        assert server.url.replace("127.0.0.1", "localhost") in said
        assert "uems.requests" not in said
        login = {"email": re.search(r"e-mail\s+(\S+)", said), "password": re.search(r"password\s+(\S+)", said)}
        body = json.dumps({name: found[1] for name, found in login.items() if found}).encode()
        request = urllib.request.Request(f"{server.url}/api/login", data=body, headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            assert answer.status == 200
        found = uems.run("report", "overview", "--workspace", "complete-journey", "--format", "json").json()
        assert found["people"] == 2469
        assert found["revenue_minor"] == 459_603_958
        assert found["currency"] == "USD"
        assert found["events"] == {"Order Completed": 155_848, "Campaign Sent": 6_589, "Coupon Redeemed": 2_102, "identify": 801}
        again = uems.run("demo")
        assert again.code == 0
        assert "as before" in again.err
        assert server.stop() == 0
    finally:
        server.kill()


def test_a_demo_that_is_stopped_while_it_loads_ends_well(uems: Uems) -> None:
    server = uems.start("demo", "--port", "0")
    try:
        while "Loading a simulated shop" not in server.log.read_text():
            assert server.process.poll() is None
            time.sleep(0.1)
        assert server.stop() == 0, server.log.read_text()
    finally:
        server.kill()
