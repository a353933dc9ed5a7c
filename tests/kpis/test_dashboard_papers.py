"""Does a dashboard reach people as a PDF that can be read, once a slot, by a real mail server, and is it said what came of it?"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import Message
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import update

from tests.journeys.reports.world import DAY, HOUR, Act
from tests.kpis.shop import Shop, a_shop
from tests.support.post import Post, post, smtp
from uems.access.api import Workspaces
from uems.kernel.settings import Settings
from uems.kpis.api import Mailer
from uems.kpis.dashboards.paper import pages
from uems.kpis.dashboards.summaries import summarise
from uems.kpis.dashboards.tables import kpi_mailing_letters, kpi_mailings

__all__ = ["post"]
NOW = datetime(2025, 11, 20, 12, tzinfo=UTC)  # seven in the morning, in New York
TREND = {"report": "trend", "name": "浏览", "spec": {"last_days": 14, "series": [{"event": "Looked"}, {"event": "Paid"}]}}
TILES: list[dict[str, Any]] = [
    {"id": "a", "kind": "metric", "metric": "dau", "period": {"last_days": 7}, "dimension": {"column": "device"}},
    {"id": "b", "kind": "metric", "metric": "average_order_value"},
    {"id": "e", "kind": "metric", "metric": "cac"},
    {"id": "c", "kind": "report", "report": "looks", "width": "half"},
    {"id": "d", "kind": "text", "text": "请先看这里。", "width": "half", "title": "Note"},
]
DAILY = {"every": "day", "hour": 8, "receivers": ["mei@example.com", "tom@example.com"]}


@pytest.fixture
def shop(settings: Settings, post: tuple[Post, int]) -> Iterator[Shop]:
    with a_shop(settings.model_copy(update={"public_url": "https://uems.example.com", **smtp(post[1])}), NOW) as found:
        assert found.put("/saved-reports/looks", TREND).status_code == 200
        assert found.put("/dashboards/daily", {"name": "每日看板 Daily", "tiles": TILES}).status_code == 200
        yield found


@pytest.fixture
def mailer(shop: Shop) -> Iterator[Mailer]:
    made = Mailer(shop.house, Workspaces(shop.house.store), "one", shop.clock)
    yield made
    made.close()


def schedule(shop: Shop, **more: Any) -> dict[str, Any]:
    answer = shop.post("/dashboards/daily/schedules", {**DAILY, **more})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def sent(shop: Shop, made: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.get(f"/dashboards/daily/schedules/{made['schedule_id']}/mailings").json()["items"]
    return found


def states(shop: Shop, made: dict[str, Any]) -> list[str]:
    return [letter["state"] for mailing in sent(shop, made) for letter in mailing["letters"]]


def settle(mailer: Mailer) -> None:
    for _ in range(3):
        mailer.step()


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def paper_of(letter: Message) -> tuple[str, bytes]:
    [part] = [one for one in letter.walk() if one.get_content_type() == "application/pdf"]
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return str(part.get_filename()), content


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ["每日看板", "日活跃用户", "客单价", "10.00 USD", "浏览", "请先看这里", "分组", "phone", "没有投放费用"]),
        ("en", ["每日看板", "Daily active users", "Average order value", "10.00 USD", "Group", "phone", "No spend"]),
    ],
)
def test_a_paper_tells_what_the_dashboard_shows(shop: Shop, language: str, words: list[str]) -> None:
    answer = shop.post(f"/dashboards/daily/pdf?language={language}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    text = text_of(answer.content)
    assert [word for word in words if word not in text] == []
    assert "2025-11-14 – 2025-11-20" in text
    assert answer.content == shop.post(f"/dashboards/daily/pdf?language={language}").content


DRAWN: dict[str, tuple[dict[str, Any], list[str]]] = {
    "paths": ({"last_days": 30}, ["路径数", "→"]),
    "rfm": ({"last_days": 60}, ["购买人数", "R5", "F1"]),
    "attribution": (
        {"last_days": 30, "channel": {"column": "device"}},
        ["转化次数", "phone", "线性"],
    ),
    "interval": ({"last_days": 30, "start": {"event": "Looked"}, "end": {"event": "Order Completed"}}, ["间隔次数", "1 min"]),
}


def buyers() -> list[Act]:
    """Each of four looks, and buys a minute later: one of them every day, the others now and then."""
    price = {"revenue": 10, "currency": "USD"}
    found = []
    for n in range(4):
        for day in range(2, 20, n + 1):
            at, device = day * DAY + n * HOUR, "phone" if n % 2 else "desk"
            found.append(Act(ms=at, user=f"u{n}", event="Looked", device=device))
            found.append(Act(ms=at + 60_000, user=f"u{n}", event="Order Completed", device=device, properties=price))
    return found


def test_paths_rfm_attribution_and_intervals_have_a_picture_on_paper(settings: Settings) -> None:
    with a_shop(settings, NOW, buyers()) as shop:
        tiles = []
        for name, (spec, _) in DRAWN.items():
            assert shop.put(f"/saved-reports/{name}", {"report": name, "name": name, "spec": spec}).status_code == 200
            tiles.append({"id": name, "kind": "report", "report": name, "width": "half"})
        assert shop.put("/dashboards/drawn", {"name": "Drawn", "tiles": tiles}).status_code == 200
        answer = shop.post("/dashboards/drawn/pdf?language=zh")
        text = text_of(answer.content)
        assert [word for _, words in DRAWN.values() for word in words if word not in text] == []
        pictures = [summarise(name, run(shop, name, spec), spec) for name, (spec, _) in DRAWN.items()]
    assert [one.picture.kind if one and one.picture else None for one in pictures] == ["flows", "heat", "bars", "bars"]


def test_a_journey_map_is_drawn_over_the_width_of_the_paper_however_narrow_its_tile_is(settings: Settings) -> None:
    way = [
        {
            "key": name.lower(),
            "name": name,
            "touchpoints": [{"key": f"{name.lower()}_p", "name": f"Point {name}", "events": [{"event": event}]}],
        }
        for name, event in (("Look", "Looked"), ("Buy", "Order Completed"))
    ]
    with a_shop(settings, NOW, buyers()) as shop:
        assert shop.put("/maps/way", {"name": "Way", "drawing": {"stages": way}}).status_code == 200
        kept = {"report": "journey_map", "name": "Way", "spec": {"map": "way", "last_days": 30}}
        assert shop.put("/saved-reports/way", kept).status_code == 200
        tiles = [{"id": name, "kind": "report", "report": "way", "width": "third"} for name in ("one", "two")]
        assert shop.put("/dashboards/drawn", {"name": "Drawn", "tiles": tiles}).status_code == 200
        pages = PdfReader(BytesIO(shop.post("/dashboards/drawn/pdf?language=en").content)).pages
        texts = ["".join(page.extract_text().split()) for page in pages]
        [stage, _] = run(shop, "journey_map", kept["spec"])["period"]["stages"]  # type: ignore[arg-type]
    told = f"{stage['onward']['people']}people"
    assert stage["onward"]["people"] == 4
    for word in (told, "100.0%goon", "PointLook", "PointBuy", "Endofthemap", "within7d"):
        assert sum(text.count(word) for text in texts) >= 2, (word, texts)


def run(shop: Shop, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = shop.post(f"/reports/{name}", spec).json()["data"]
    return found


def test_a_paper_can_be_of_another_period_and_says_which_tile_it_has_not(shop: Shop) -> None:
    assert shop.delete("/saved-reports/looks").status_code in (200, 204)
    period = {"first_day": "2025-11-03", "last_day": "2025-11-09"}
    text = text_of(shop.post("/dashboards/daily/pdf?language=en", period).content)
    assert "2025-11-03 – 2025-11-09" in text
    assert "could not be computed" in text
    assert shop.post("/dashboards/no_such/pdf").status_code == 404


def test_a_paper_goes_out_once_a_day_at_its_local_hour(shop: Shop, mailer: Mailer, post: tuple[Post, int]) -> None:
    made = schedule(shop)
    assert made["next_at"] == "2025-11-20T13:00:00Z"
    settle(mailer)
    assert post[0].letters == []
    shop.clock.advance(hours=1)
    settle(mailer)
    settle(mailer)
    assert sorted(str(letter["To"]) for letter in post[0].letters) == ["mei@example.com", "tom@example.com"]
    assert len({str(letter["Message-ID"]) for letter in post[0].letters}) == 2
    name, pdf = paper_of(post[0].letters[0])
    assert name == "每日看板-Daily-2025-11-20.pdf"
    assert "2025-11-13 – 2025-11-19" in text_of(pdf)  # up to yesterday, which is complete
    [mailing] = sent(shop, made)
    assert (mailing["slot"], mailing["pdf_bytes"], states(shop, made)) == ("2025-11-20T08", len(pdf), ["delivered"] * 2)
    with shop.house.store.read() as conn:
        assert conn.execute(kpi_mailings.select()).mappings().one()["pdf"] == b""
    shop.clock.advance(days=3, minutes=5)
    settle(mailer)
    assert [one["slot"] for one in sent(shop, made)] == ["2025-11-23T08", "2025-11-20T08"]  # what was missed is not made up for
    assert len(post[0].letters) == 4


def test_a_letter_speaks_the_language_of_its_schedule_and_leads_to_the_dashboard(
    shop: Shop, mailer: Mailer, post: tuple[Post, int]
) -> None:
    schedule(shop, language="en", receivers=["tom@example.com"])
    shop.clock.advance(hours=2)
    settle(mailer)
    [letter] = post[0].letters
    [text] = [part for part in letter.walk() if part.get_content_type() == "text/plain"]
    body = text.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert f"https://uems.example.com/w/{shop.scope.slug}/dashboards/daily" in body.decode()
    assert "每日看板 Daily 2025-11-20" in str(letter["Subject"])
    assert "Daily active users" in text_of(paper_of(letter)[1])


def test_a_change_made_to_what_somebody_else_changed_meanwhile_is_refused(shop: Shop) -> None:
    made = schedule(shop)
    path = f"/dashboards/daily/schedules/{made['schedule_id']}"
    shop.clock.advance(minutes=1)
    first = shop.patch(path, {"spec": {**made["spec"], "hour": 9}, "if_saved_at": made["saved_at"]})
    assert first.status_code == 200
    second = shop.patch(path, {"spec": {**made["spec"], "hour": 10}, "if_saved_at": made["saved_at"]})
    assert (second.status_code, second.json()["code"]) == (409, "schedule_changed")
    assert shop.patch(path, {"spec": {**made["spec"], "hour": 10}, "if_saved_at": first.json()["saved_at"]}).json()["spec"]["hour"] == 10


def test_a_paused_schedule_sends_nothing_and_does_not_make_up_for_it(shop: Shop, mailer: Mailer, post: tuple[Post, int]) -> None:
    made = schedule(shop)
    path = f"/dashboards/daily/schedules/{made['schedule_id']}"
    assert shop.patch(path, {"enabled": False}).json()["next_at"] is None
    shop.clock.advance(hours=2)
    settle(mailer)
    assert shop.patch(path, {"enabled": True}).json()["next_at"] == "2025-11-21T13:00:00Z"
    settle(mailer)
    assert post[0].letters == []
    shop.clock.advance(days=1)
    settle(mailer)
    assert len(post[0].letters) == 2
    assert shop.delete(path).status_code == 204
    assert shop.get("/dashboards/daily/schedules").json()["items"] == []
    told = [one["action"] for one in shop.get("/audit").json()["items"]][:4]
    assert told == ["dashboard.schedule_deleted", *["dashboard.schedule_changed"] * 2, "dashboard.schedule_created"]


def test_a_schedule_that_is_changed_while_its_paper_is_drawn_does_not_send_it_as_it_was(
    shop: Shop, mailer: Mailer, post: tuple[Post, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = schedule(shop)
    shop.clock.advance(hours=1)
    path = f"/dashboards/daily/schedules/{made['schedule_id']}"
    draw = pages.make_paper

    def meanwhile(*asked: Any, **more: Any) -> bytes:
        shop.clock.advance(seconds=1)
        assert shop.patch(path, {"spec": {**made["spec"], "receivers": ["new@example.com"]}}).status_code == 200
        return draw(*asked, **more)

    with monkeypatch.context() as patched:
        patched.setattr(pages, "make_paper", meanwhile)
        mailer.step()
    settle(mailer)
    assert (post[0].letters, sent(shop, made)) == ([], [])
    shop.clock.advance(days=1)
    settle(mailer)
    assert [str(letter["To"]) for letter in post[0].letters] == ["new@example.com"]


@pytest.mark.parametrize(("answer", "state", "letters"), [("550 no", "failed", 1), ("451 later", "delivered", 2), (None, "uncertain", 1)])
def test_a_paper_is_sent_again_only_where_it_was_surely_not_taken(
    shop: Shop, mailer: Mailer, post: tuple[Post, int], answer: str | None, state: str, letters: int
) -> None:
    made = schedule(shop, receivers=["mei@example.com"])
    shop.clock.advance(hours=1)
    post[0].answer = answer
    settle(mailer)
    post[0].answer = "250 taken"
    shop.clock.advance(minutes=1)
    settle(mailer)
    assert (states(shop, made), len(post[0].letters)) == ([state], letters)
    assert len({paper_of(letter)[1] for letter in post[0].letters}) == 1  # the very same paper


def test_after_a_crash_no_letter_is_repeated_and_only_one_of_two_processes_sends(
    shop: Shop, mailer: Mailer, post: tuple[Post, int]
) -> None:
    made = schedule(shop, receivers=["mei@example.com"])
    shop.clock.advance(hours=1)
    other = Mailer(shop.house, Workspaces(shop.house.store), "two", shop.clock)
    settle(mailer)
    settle(other)
    other.close()
    assert len(post[0].letters) == 1
    with shop.house.store.write() as conn:  # as a process leaves it that died with a letter under way
        conn.execute(update(kpi_mailing_letters).values(state="sending"))
    settle(mailer)
    assert (states(shop, made), len(post[0].letters)) == (["uncertain"], 1)


def test_a_schedule_that_cannot_work_is_refused(shop: Shop) -> None:
    faults: tuple[dict[str, Any], ...] = (
        {"every": "week"},
        {"hour": 24},
        {"receivers": []},
        {"receivers": ["nobody"]},
        {"language": "fr"},
        {"every": "month", "month_day": 32},
    )
    for broken in faults:
        assert shop.post("/dashboards/daily/schedules", {**DAILY, **broken}).status_code == 422
    assert shop.post("/dashboards/no_such/schedules", DAILY).status_code == 404


def test_without_a_mail_server_there_are_no_schedules(tmp_path_factory: pytest.TempPathFactory) -> None:
    with a_shop(Settings(home=tmp_path_factory.mktemp("shop") / "home"), NOW - timedelta(days=1)) as shop:
        assert shop.put("/dashboards/daily", {"name": "Daily", "tiles": []}).status_code == 200
        assert shop.post("/dashboards/daily/schedules", DAILY).json()["code"] == "no_smtp"
        assert shop.post("/dashboards/daily/pdf").status_code == 200
