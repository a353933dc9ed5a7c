"""Does an alert go out once, with what explains it, by webhook and by a real mail server, and never twice?"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.journeys.reports.world import DAY, HOUR, START, Act
from tests.kpis.shop import Shop, a_shop
from tests.outreach.channels.provider import listening
from tests.support.ear import ear
from tests.support.post import Post, post, smtp
from uems.access.api import Workspaces
from uems.kernel import leases
from uems.kernel.outbound import signature
from uems.kernel.robots import dingtalk_sign, feishu_sign
from uems.kernel.settings import Settings
from uems.kpis.alerts import letters
from uems.kpis.alerts.judging import contributions, explain, judge
from uems.kpis.alerts.model import AlertSpec, Rule
from uems.kpis.alerts.watcher import Watcher
from uems.kpis.frames import frame_of
from uems.kpis.measuring import Answer, Part
from uems.kpis.model import Group, number
from uems.kpis.registry import METRICS
from uems.kpis.tables import kpi_deliveries

__all__ = ["ear", "post"]
NOW = datetime(2025, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def shop(settings: Settings, post: tuple[Post, int]) -> Iterator[Shop]:
    with a_shop(settings.model_copy(update={"allow_private_outbound": True, **smtp(post[1])}), NOW) as found:
        yield found


@pytest.fixture
def watcher(shop: Shop) -> Iterator[Watcher]:
    made = Watcher(shop.house, Workspaces(shop.house.store), "one", shop.clock)
    yield made
    made.close()


def alert(shop: Shop, *receivers: dict[str, str], **spec: Any) -> dict[str, Any]:
    """Raised by the two people who come every day."""
    asked = {"metric": "dau", "rule": {"kind": "threshold", "below": 3}, **spec}
    answer = shop.post("/alerts", {"name": "Few people", "spec": asked, "receivers": list(receivers)})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def firings(shop: Shop, made: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.get(f"/alerts/{made['alert_id']}/firings").json()["items"]
    return found


def states(shop: Shop, made: dict[str, Any]) -> list[str]:
    return [one["state"] for firing in firings(shop, made) for one in firing["deliveries"]]


def settle(watcher: Watcher) -> None:
    for _ in range(3):
        watcher.step()


def test_a_threshold_is_told_once_by_webhook_and_by_mail(shop: Shop, watcher: Watcher, ear: Any, post: tuple[Post, int]) -> None:
    made = alert(
        shop,
        {"kind": "webhook", "url": ear.url},
        {"kind": "email", "to": "mei@example.com"},
        {"kind": "email", "to": "tom@example.com", "language": "en"},
    )
    settle(watcher)
    [(headers, body)] = ear.heard
    told = json.loads(body)
    assert (told["bucket"], told["value"], told["low"], told["metric"]) == ("2025-11-19", 2.0, 3.0, "dau")
    at = datetime.fromtimestamp(int(headers["uems-signature"][2:].split(",")[0]), UTC)
    assert headers["uems-signature"] == signature(made["secret"], body, at)
    zh, en = sorted(post[0].letters, key=lambda one: str(one["To"]))
    assert "日活跃用户" in str(zh["Subject"])
    assert "Daily active users was 2 on 2025-11-19." in en.get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert states(shop, made) == ["delivered"] * 3
    assert shop.get(f"/alerts/{made['alert_id']}").json()["looked_at_bucket"] == "2025-11-19"
    assert "s3cret" not in shop.get("/alerts").text
    assert [r["whom"] for r in made["receivers"]] == [ear.url.removesuffix("/hooks/s3cret"), "mei@example.com", "tom@example.com"]


def test_a_message_leads_to_the_page_of_its_alert_where_the_address_is_known(shop: Shop, ear: Any, post: tuple[Post, int]) -> None:
    known = replace(shop.house, settings=shop.house.settings.model_copy(update={"public_url": "https://uems.example.com/"}))
    made = alert(shop, {"kind": "webhook", "url": ear.url}, {"kind": "email", "to": "mei@example.com"})
    watcher = Watcher(known, Workspaces(shop.house.store), "one", shop.clock)
    try:
        settle(watcher)
    finally:
        watcher.close()
    page = f"https://uems.example.com/w/{shop.scope.slug}/alerts/{made['alert_id']}"
    assert json.loads(ear.heard[0][1])["url"] == page
    [letter] = post[0].letters
    assert page in letter.get_payload(decode=True).decode()  # type: ignore[union-attr]
    routes = (Path(__file__).parents[2] / "ui" / "src" / "router.tsx").read_text()
    assert 'path: "alerts/:alertId"' in routes


def test_the_next_day_is_judged_when_it_is_over(shop: Shop, watcher: Watcher, ear: Any) -> None:
    made = alert(shop, {"kind": "webhook", "url": ear.url})
    settle(watcher)
    shop.clock.advance(hours=17)  # 00:00 in New York
    settle(watcher)
    assert len(ear.heard) == 1
    shop.clock.advance(minutes=20)
    settle(watcher)
    assert [one["bucket"] for one in firings(shop, made)] == ["2025-11-20", "2025-11-19"]
    shop.clock.advance(days=3)
    settle(watcher)
    # Nobody came any more: 0 people.
    assert [one["told"]["value"] for one in firings(shop, made)] == [0.0, 0.0, 0.0, 2.0, 2.0]
    assert len({json.loads(body)["delivery_id"] for _, body in ear.heard}) == 5 == len(ear.heard)


def test_what_explains_it_is_told(shop: Shop, watcher: Watcher, ear: Any) -> None:
    made = alert(shop, {"kind": "webhook", "url": ear.url})
    settle(watcher)
    shop.clock.advance(days=2)
    settle(watcher)
    latest = firings(shop, made)[0]["told"]
    assert (latest["bucket"], latest["compared_with"], latest["value"]) == ("2025-11-21", "2025-11-14", 0.0)
    by_device = next(part for part in latest["explanation"] if part["dimension"] == "device")
    assert by_device == {"dimension": "device", "value": "phone", "before": 2.0, "now": 0.0, "contribution": -2.0, "share": 1.0}


def told(unit: str, value: float, before: float) -> dict[str, Any]:
    part = {"dimension": "utm_source", "value": "ads", "before": before, "now": value, "share": 0.5}
    own = {**part, "dimension": "plan"}
    limits = {"expected": None, "low": None, "high": None}
    named = {
        "workspace_name": "店",
        "alert": "慢",
        "label_zh": "时长",
        "label_en": "Time",
        "bucket": "2025-11-19",
        "currency": "CNY",
        "url": "",
    }
    return {**named, **limits, "unit": unit, "value": value, "compared_with": "2025-11-12", "explanation": [part, own]}


def test_a_letter_names_what_it_speaks_of_in_its_language() -> None:
    times = told("seconds", 3_720.0, 45.0)
    assert "广告来源 = ads: 45 秒 → 1 小时 2 分" in letters.text(times, "zh")
    assert "UTM source = ads: 45 s → 1 h 2 min" in letters.text(times, "en")
    assert "- plan = ads:" in letters.text(times, "zh")  # a property of the workspace has the name that they gave it
    assert "utm_source" not in letters.text(times, "zh") + letters.text(times, "en")
    assert letters.subject(told("money", 1_234_500.0, 0.0), "zh").endswith("12,345.00 CNY")
    expected = {**told("people", 5.0, 9.0), "expected": 12.0}
    for year, words in (
        (False, ("按往常的走势，预计为 12。", "By its usual course 12")),
        (True, ("去年同期的变化，预计为 12。", "the year before 12")),
    ):
        said = [letters.text({**expected, "yearly": year}, "zh"), letters.text({**expected, "yearly": year}, "en")]
        assert all(word in text for word, text in zip(words, said, strict=True))
    assert "按往常的走势，预计为 12。" in letters.text(expected, "zh")  # of before the season was known


def test_the_year_before_is_asked_of_the_metric_itself(settings: Settings) -> None:
    """Ten people come every day, thirty in four weeks of autumn; in the second year they do not."""
    high = range((date(2024, 11, 11) - START.date()).days, (date(2024, 12, 6) - START.date()).days)
    acts = [
        Act(ms=day * DAY + 14 * HOUR, user=f"u{n}", event="Looked") for day in range(-425, 18) for n in range(30 if day in high else 10)
    ]
    with a_shop(settings, NOW, acts) as shop:
        spec = AlertSpec(metric="dau", unit="day", rule=Rule(kind="anomaly", deviations=1))
        found = judge(shop.house, shop.scope, spec, date(2025, 11, 13), NOW)
        assert (found.value, found.expected, found.fired, found.yearly) == (10, 30, True, True)
        plain = judge(shop.house, shop.scope, spec, date(2025, 11, 3), NOW)
        assert (plain.value, plain.expected, plain.fired, plain.yearly) == (10, 10, False, False)


@pytest.mark.parametrize(
    "change", [{"enabled": False}, {"receivers": []}, {"spec": {"metric": "dau", "rule": {"kind": "threshold", "below": 1}}}]
)
def test_what_is_changed_while_it_is_judged_does_not_go_out_as_it_was(
    shop: Shop, watcher: Watcher, ear: Any, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    made = alert(shop, {"kind": "webhook", "url": ear.url})

    def meanwhile(*asked: Any) -> Any:
        shop.clock.advance(seconds=1)
        assert shop.patch(f"/alerts/{made['alert_id']}", change).status_code == 200
        return judge(*asked)

    with monkeypatch.context() as patched:
        patched.setattr("uems.kpis.alerts.watcher.judge", meanwhile)
        watcher.step()
    settle(watcher)
    assert ear.heard == []
    assert len(firings(shop, made)) == (1 if "receivers" in change else 0)


def test_the_lease_is_kept_however_long_judging_takes(shop: Shop, monkeypatch: pytest.MonkeyPatch, ear: Any) -> None:
    alert(shop, {"kind": "webhook", "url": ear.url})
    monkeypatch.setattr("uems.kpis.alerts.watcher.LEASE_SECONDS", 0.2)
    taken = []

    def slow(*asked: Any) -> Any:
        for _ in range(3):
            shop.clock.advance(seconds=0.15)
            wanted, until = shop.clock.now + timedelta(seconds=0.2), monotonic() + 5
            while monotonic() < until and expiry() < wanted:
                sleep(0.01)
        taken.append(leases.acquire(shop.house.store, "kpi_alerts", "two", 1, shop.clock.now))
        return judge(*asked)

    def expiry() -> datetime:
        with shop.house.store.read() as conn:
            found: datetime = conn.execute(select(leases.leases.c.expires_at).where(leases.leases.c.name == "kpi_alerts")).scalar_one()
        return found

    monkeypatch.setattr("uems.kpis.alerts.watcher.judge", slow)
    watcher = Watcher(shop.house, Workspaces(shop.house.store), "one", shop.clock)
    try:
        settle(watcher)
    finally:
        watcher.close()
    assert taken == [None]
    assert len(ear.heard) == 1


def test_what_waits_is_sent_before_the_next_is_judged(shop: Shop, watcher: Watcher, ear: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ear.answer = staticmethod(lambda body: (503, {}))
    alert(shop, {"kind": "webhook", "url": ear.url})
    settle(watcher)
    ear.answer = staticmethod(lambda body: (200, {}))
    shop.clock.advance(hours=18)
    heard = []

    def listening(*asked: Any) -> Any:
        heard.append(len(ear.heard))
        return judge(*asked)

    monkeypatch.setattr("uems.kpis.alerts.watcher.judge", listening)
    settle(watcher)
    assert (heard, len(ear.heard)) == ([2], 3)


def test_a_webhook_that_fails_is_called_again_with_the_same_name_until_it_listens(shop: Shop, watcher: Watcher, ear: Any) -> None:
    ear.answer = staticmethod(lambda body: (503, {}))
    made = alert(shop, {"kind": "webhook", "url": ear.url})
    settle(watcher)
    assert states(shop, made) == ["waiting"]
    ear.answer = staticmethod(lambda body: (200, {}))
    shop.clock.advance(seconds=11)
    settle(watcher)
    shop.clock.advance(hours=2)
    settle(watcher)
    assert states(shop, made) == ["delivered"]
    assert len({json.loads(body)["delivery_id"] for _, body in ear.heard}) == 1
    assert len(ear.heard) == 2


def test_a_webhook_that_is_gone_is_not_called_again(shop: Shop, watcher: Watcher, ear: Any) -> None:
    ear.answer = staticmethod(lambda body: (410, {}))
    made = alert(shop, {"kind": "webhook", "url": ear.url})
    settle(watcher)
    shop.clock.advance(hours=2)
    settle(watcher)
    assert (states(shop, made), len(ear.heard)) == (["failed"], 1)


@pytest.mark.parametrize(("answer", "state", "letters"), [("550 no", "failed", 1), ("451 later", "delivered", 2), (None, "uncertain", 1)])
def test_a_letter_is_sent_again_only_where_it_was_surely_not_taken(
    shop: Shop, watcher: Watcher, post: tuple[Post, int], answer: str | None, state: str, letters: int
) -> None:
    made = alert(shop, {"kind": "email", "to": "mei@example.com"})
    post[0].answer = answer
    settle(watcher)
    post[0].answer = "250 taken"
    shop.clock.advance(minutes=1)
    settle(watcher)
    assert (states(shop, made), len(post[0].letters)) == ([state], letters)


def test_after_a_crash_a_letter_is_not_repeated_and_a_webhook_bears_the_same_name(
    shop: Shop, watcher: Watcher, ear: Any, post: tuple[Post, int]
) -> None:
    made = alert(shop, {"kind": "webhook", "url": ear.url}, {"kind": "email", "to": "mei@example.com"})
    settle(watcher)
    with shop.house.store.write() as conn:  # as a process leaves it that died with both under way
        conn.execute(update(kpi_deliveries).values(state="sending"))
    settle(watcher)
    assert states(shop, made) == ["delivered", "uncertain"]
    assert (len(ear.heard), len(post[0].letters)) == (2, 1)
    assert len({json.loads(body)["delivery_id"] for _, body in ear.heard}) == 1


def test_only_one_of_two_processes_tells(shop: Shop, watcher: Watcher, ear: Any) -> None:
    alert(shop, {"kind": "webhook", "url": ear.url})
    other = Watcher(shop.house, Workspaces(shop.house.store), "two", shop.clock)
    settle(watcher)
    settle(other)
    assert len(ear.heard) == 1
    other.close()


def test_an_alert_can_be_tried_changed_switched_off_and_deleted(shop: Shop, watcher: Watcher, ear: Any) -> None:
    tried = shop.post("/alerts/try", {"metric": "dau", "rule": {"kind": "threshold", "above": 5}}).json()
    assert (tried["fired"], tried["value"], tried["bucket"]) == (False, 2.0, "2025-11-19")
    tried = shop.post("/alerts/try", {"metric": "dau", "rule": {"kind": "anomaly"}}).json()
    assert tried["note"] == "too_little_history"
    made = alert(shop, {"kind": "webhook", "url": ear.url})
    path = f"/alerts/{made['alert_id']}"
    assert shop.patch(path, {"enabled": False}).json()["enabled"] is False
    settle(watcher)
    assert ear.heard == []
    assert shop.patch(path, {"name": "New", "enabled": True}).json()["name"] == "New"
    assert shop.delete(path).status_code == 204
    assert shop.get(path).status_code == 404
    assert [one["action"] for one in shop.get("/audit").json()["items"]][:3] == ["alert.deleted", "alert.changed", "alert.changed"]


@pytest.mark.parametrize(
    "broken",
    [
        lambda spec: {**spec, "metric": "no_such"},
        lambda spec: {**spec, "rule": {"kind": "threshold"}},
        lambda spec: {**spec, "rule": {"kind": "threshold", "above": 1, "below": 2}},
        lambda spec: {**spec, "rule": {"kind": "anomaly", "above": 1}},
    ],
)
def test_an_alert_that_cannot_work_is_refused(shop: Shop, broken: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    spec = broken({"metric": "dau", "rule": {"kind": "threshold", "below": 3}})
    assert shop.post("/alerts", {"name": "x", "spec": spec}).status_code in (404, 422)
    for receiver in ({"kind": "webhook"}, {"kind": "email", "to": "nobody"}, {"kind": "webhook", "url": "ftp://x"}):
        good = {"metric": "dau", "rule": {"kind": "threshold", "below": 3}}
        assert shop.post("/alerts", {"name": "x", "spec": good, "receivers": [receiver]}).status_code == 422


def test_an_alert_that_cannot_be_judged_says_why_and_does_not_hold_up_the_others(shop: Shop, watcher: Watcher, ear: Any) -> None:
    letters = [{"series": {"event": "Looked"}}]
    shop.put("/custom-metrics/own", {"spec": {"name": "Own", "letters": letters, "formula": "A"}})
    broken = alert(shop, {"kind": "webhook", "url": ear.url}, metric="own")
    shop.delete("/custom-metrics/own")
    alert(shop, {"kind": "webhook", "url": ear.url})
    settle(watcher)
    assert "own" in shop.get(f"/alerts/{broken['alert_id']}").json()["failure"]
    assert [json.loads(body)["metric"] for _, body in ear.heard] == ["dau"]
    shop.put("/custom-metrics/own", {"spec": {"name": "Own", "letters": letters, "formula": "A"}})
    shop.clock.advance(minutes=11)
    settle(watcher)
    assert [json.loads(body)["metric"] for _, body in ear.heard] == ["dau", "own"]


def test_only_what_adds_up_is_explained_of_a_formula(shop: Shop) -> None:
    looked, paid = {"series": {"event": "Looked"}}, {"series": {"event": "Paid"}}
    for key, parts, formula in (("looks", [looked], "A"), ("ratio", [looked, paid], "A / B"), ("mean", [looked], "A / 2")):
        assert shop.put(f"/custom-metrics/{key}", {"spec": {"name": key, "letters": parts, "formula": formula}}).status_code == 200
    found = {}
    for key in ("looks", "ratio", "mean"):
        spec = AlertSpec(metric=key, rule=Rule(kind="threshold", below=3))
        found[key] = explain(shop.house, shop.scope, spec, date(2025, 11, 21), NOW + timedelta(days=2))[1]
    assert [(one.dimension, one.value, one.contribution) for one in found["looks"] if one.dimension == "device"] == [
        ("device", "phone", -1.0)
    ]
    assert found["ratio"] == found["mean"] == []


def test_a_value_that_is_among_the_others_has_not_fallen_to_nothing() -> None:
    def told(whole: float, *parts: tuple[Group, float]) -> Answer:
        frame = frame_of(date(2025, 11, 1), date(2025, 11, 1), None, "day", date(2025, 11, 20))
        told = tuple(Part(group=group, value=number(value), points=()) for group, value in parts)
        return Answer(
            metric=METRICS.get("dau"), frame=frame, value=number(whole), complete=True, points=(), previous=None, last_year=None,
            target=None, parts=told, guessed=(), watermark=None,
        )  # fmt: skip

    named, rare, other = Group(value="de"), Group(value="fr"), Group(other=True)
    old = told(30, (named, 20), (rare, 10))
    assert [one.value for one in contributions("country", old, told(22, (named, 10), (other, 12)))] == ["de"]
    assert [one.value for one in contributions("country", old, told(10, (named, 10)))] == ["de", "fr"]
    assert [one.value for one in contributions("country", told(22, (named, 10), (other, 12)), old)] == ["de"]


@pytest.mark.parametrize("robot", ["dingtalk", "feishu", "wecom"])
def test_a_group_hears_of_it_by_its_robot_once_and_signed_with_the_secret_of_the_group(shop: Shop, watcher: Watcher, robot: str) -> None:
    secret = {} if robot == "wecom" else {"secret": "SEC0"}
    with listening() as group:
        group.answer = lambda heard: (200, {"code" if robot == "feishu" else "errcode": 0})
        made = alert(shop, {"kind": robot, "url": f"{group.url}/send?key=k", "language": "en", **secret})
        assert made["receivers"][0]["kind"] == robot
        settle(watcher)
        settle(watcher)
        assert states(shop, made) == ["delivered"]
        (heard,) = group.heard
    said = heard.json()
    words = said["content"]["text"] if robot == "feishu" else said["text"]["content"]
    assert "was" in words
    assert len(words.encode()) <= 2_000
    if robot == "dingtalk":
        assert heard.query["sign"] == dingtalk_sign(heard.query["timestamp"], "SEC0")
    if robot == "feishu":
        assert said["sign"] == feishu_sign(said["timestamp"], "SEC0")


def test_what_a_robot_may_have_said_is_not_said_again(shop: Shop, watcher: Watcher) -> None:
    with listening() as group:
        group.answer = lambda heard: (200, None)
        made = alert(shop, {"kind": "wecom", "url": group.url})
        settle(watcher)
        settle(watcher)
        assert (states(shop, made), len(group.heard)) == (["uncertain"], 1)
