"""Does the unmodified Python client deliver everything?"""

from datetime import UTC, datetime

from segment.analytics.client import Client

from tests.clients.conftest import Target


def test_every_call_of_the_python_client_arrives(target: Target) -> None:
    errors: list[object] = []
    client = Client(target.write_key, host=target.url, gzip=True, on_error=lambda error, items: errors.append(error), max_retries=2)
    for number in range(250):
        client.track("py-1", "Python Counted", {"n": number})
    client.identify("py-1", {"email": "py@example.com", "plan": "pro"})
    client.group("py-1", "org-1", {"name": "Org"})
    client.page("py-1", "Docs", "Python Start", {"url": "https://docs.example/start"})
    client.screen("py-1", "App", "Python Home")
    client.alias("py-anonymous", "py-1")
    client.flush()
    client.shutdown()
    assert errors == []
    found = target.receipts("Python Counted", 250)
    assert {r["status"] for r in found} == {"accepted"}
    assert len({r["person_id"] for r in found}) == 1
    event = target.event(found[0]["message_id"])
    assert event["library"].startswith("analytics-python 2.4")
    assert event["channel"] == "server"


def test_old_times_are_kept(target: Target) -> None:
    client = Client(target.write_key, host=target.url, gzip=False)
    then = datetime(2024, 2, 29, 12, 0, 0, 123000, tzinfo=UTC)
    client.track("py-2", "Python Long Ago", {"revenue": 12.5, "currency": "CNY"}, timestamp=then)
    client.flush()
    client.shutdown()
    [receipt] = target.receipts("Python Long Ago", 1)
    # The clock-skew rule moves a time by the delay between sending and receiving: milliseconds on one machine.
    assert abs((datetime.fromisoformat(receipt["ts"]) - then).total_seconds()) < 30
    assert target.event(receipt["message_id"])["revenue_minor"] == 1250
