"""Do metrics, targets, parameters and spend answer over HTTP, and say what is wrong where something is?"""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from tests.kpis.shop import Shop, a_shop
from uems.kernel.errors import UemsError
from uems.kernel.settings import Settings
from uems.kpis.spend_files import read_spend
from uems.kpis.tables import kpi_metrics

NOW = datetime(2025, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with a_shop(Settings(home=tmp_path_factory.mktemp("shop") / "home"), NOW) as found:
        yield found


def test_every_metric_says_its_formula_in_both_languages_and_what_it_needs(shop: Shop) -> None:
    items = shop.get("/kpis").json()["items"]
    by_key = {one["key"]: one for one in items}
    assert by_key["arpu"]["needs"] == ["purchase"]
    assert by_key["arpu"]["missing"] == []
    assert all(one["formula_zh"] and one["formula_en"] and one["label_zh"] for one in items)


def test_a_metric_has_values_a_comparison_and_parts(shop: Shop) -> None:
    asked = {"first_day": "2025-11-01", "last_day": "2025-11-07", "unit": "day", "dimension": {"column": "device"}}
    found = shop.post("/kpis/dau", asked).json()
    assert found["value"] == {"value": 2.0, "numerator": 14.0, "denominator": 7.0, "reason": None}
    assert [point["value"]["value"] for point in found["points"]] == [2.0] * 7
    assert all(point["complete"] for point in found["points"])
    assert (found["previous"]["first_day"], found["previous"]["last_day"]) == ("2025-10-25", "2025-10-31")
    assert found["previous"]["value"]["value"] == pytest.approx(1 / 7)
    assert found["last_year"]["first_day"] == "2024-11-01"
    assert [part["group"]["value"] for part in found["parts"]] == ["phone"]
    assert found["watermark"] is not None


def test_a_group_of_a_breakdown_opens_its_people_page_by_page(shop: Shop) -> None:
    asked = {"first_day": "2025-11-01", "last_day": "2025-11-07", "dimension": {"column": "device"}}
    [part] = shop.post("/kpis/dau", asked).json()["parts"]
    first = shop.post("/kpis/dau/people", {**asked, "group": part["group"], "page": 1}).json()
    second = shop.post("/kpis/dau/people", {**asked, "group": part["group"], "page": 1, "cursor": first["next_cursor"]}).json()
    assert (first["total"], len(first["items"]), second["next_cursor"]) == (2, 1, None)
    assert shop.post("/kpis/average_order_value/people", asked).json()["total"] == 1
    faults = [
        shop.post("/kpis/dau/people", {**asked, "group": {"value": "fridge", "other": False, "segment": None}}),
        shop.post("/kpis/dau/people", {"group": part["group"]}),
        shop.post("/kpis/nps/people", asked),
    ]
    assert [(one.status_code, one.json()["code"]) for one in faults] == [(422, "invalid"), (422, "invalid"), (404, "not_found")]


def test_a_metric_whose_role_nobody_confirmed_says_so(shop: Shop) -> None:
    shop.forget("purchase")
    found = shop.post("/kpis/arpu", {"last_days": 7}).json()
    shop.confirm("purchase", "Paid")
    assert found["value"]["value"] is None
    assert found["value"]["reason"]["code"] == "missing_role"
    assert found["value"]["reason"]["subjects"] == ["purchase"]
    assert "“购买”" in found["value"]["reason"]["zh"]
    assert "“Purchase”" in found["value"]["reason"]["en"]


def test_days_ahead_have_no_values_and_say_why(shop: Shop) -> None:
    found = shop.post("/kpis/dau", {"first_day": "2026-01-01", "last_day": "2026-01-02"}).json()
    assert found["value"]["reason"]["code"] == "future"
    found = shop.post("/kpis/dau", {"first_day": "2025-11-20", "last_day": "2025-11-22"}).json()
    assert [p["value"]["reason"] and p["value"]["reason"]["code"] for p in found["points"]] == [None, "future", "future"]
    assert [p["complete"] for p in found["points"]] == [False, False, False]


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/kpis/no_such", {}, "not_found"),
        ("/kpis/dau", {"first_day": "2025-11-07", "last_day": "2025-11-01"}, "invalid"),
        ("/kpis/dau", {"first_day": "1960-01-01", "last_day": "1960-01-02"}, "invalid"),
        ("/kpis/dau", {"first_day": "2020-01-01", "last_day": "2025-11-01"}, "invalid"),
        ("/kpis/dau", {"first_day": "2023-11-01", "last_day": "2025-11-01"}, "invalid"),
        ("/kpis/dau", {"first_day": "2025-11-01", "last_days": 3}, "invalid"),
        ("/kpis/dau", {"config": {"what": 1}}, "invalid_config"),
        ("/kpis/dau", {"dimension": {"column": "no_such"}}, "invalid"),
        ("/kpis/dau", {"segments": ["no_such"]}, "not_found"),
        ("/kpis/dau", {"segments": ["no_such"], "dimension": {"column": "device"}}, "invalid"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(shop: Shop, path: str, body: dict[str, object], code: str) -> None:
    answer = shop.post(path, body)
    assert answer.status_code in (404, 422)
    assert answer.json()["code"] == code


def test_groups_by_a_segment_that_nobody_can_tell_are_refused(shop: Shop) -> None:
    asked = {"first_day": "2025-11-01", "last_day": "2025-11-07", "segments": ["waiting"]}
    assert shop.put("/segments/waiting", {"name": "Waiting", "condition": {"sample": {"percent": 50}}}).status_code == 200
    group = {"value": None, "other": False, "segment": "waiting"}
    for _ in ("building", "archived"):
        answers = [shop.post("/kpis/dau", asked), shop.post("/kpis/dau/people", {**asked, "group": group})]
        assert [(one.status_code, one.json()["code"]) for one in answers] == [(409, "segment_not_ready")] * 2
        shop.delete("/segments/waiting")
    assert answers[0].json()["details"] == {"segment": "waiting", "state": "archived"}


def test_targets_stand_beside_the_values_and_are_audited(shop: Shop) -> None:
    shop.put("/kpis/dau/targets", {"unit": "day", "bucket": "2025-11-02", "value": 5})
    shop.put("/kpis/dau/targets", {"unit": "week", "bucket": "2025-11-03", "value": 7})
    assert shop.put("/kpis/dau/targets", {"unit": "week", "bucket": "2025-11-04", "value": 7}).json()["code"] == "invalid"
    found = shop.post("/kpis/dau", {"first_day": "2025-11-01", "last_day": "2025-11-03"}).json()
    assert [p["target"] for p in found["points"]] == [None, 5.0, None]
    found = shop.post("/kpis/dau", {"first_day": "2025-11-03", "last_day": "2025-11-09"}).json()
    assert found["target"] == 7.0
    shop.put("/kpis/dau/targets", {"unit": "day", "bucket": "2025-11-02", "value": None})
    assert [one["unit"] for one in shop.get("/kpis/dau/targets").json()["items"]] == ["week"]
    assert [one["action"] for one in shop.get("/audit").json()["items"]][:3] == ["kpi_target.changed"] * 3


def test_spend_is_counted_once_however_often_it_is_told(shop: Shop) -> None:
    rows = [{"day": "2025-11-01", "channel": "ads", "amount": "12.50"}, {"day": "2025-11-02", "channel": "ads", "amount": "1"}]
    assert shop.put("/spend", {"currency": "USD", "rows": rows}).json() == {"new": 2, "changed": 0, "same": 0}
    assert shop.put("/spend", {"currency": "USD", "rows": rows}).json() == {"new": 0, "changed": 0, "same": 2}
    rows[1]["amount"] = "2"
    assert shop.put("/spend", {"currency": "USD", "rows": rows}).json() == {"new": 0, "changed": 1, "same": 1}
    assert [one["amount_minor"] for one in shop.get("/spend").json()["items"]] == [1250, 200]
    assert shop.put("/spend", {"currency": "EUR", "rows": rows}).json()["code"] == "wrong_currency"
    assert shop.put("/spend", {"currency": "USD", "rows": [rows[0], rows[0]]}).json()["code"] == "repeated_spend"
    gone = shop.delete("/spend?channel=ads&first_day=2025-11-01&last_day=2025-11-30")
    assert gone.json() == {"rows": 2}
    assert shop.get("/spend").json()["items"] == []


def test_a_file_of_spend_is_taken_whole_or_not_at_all(shop: Shop) -> None:
    text = '日期,渠道,费用,币种\n2025-11-01,抖音,"1,200.5",USD\n2025/11/2,抖音,0,\n'
    for content in (text.encode("utf-8-sig"), text.encode("gb18030")):
        assert shop.upload("/spend/file", content).status_code == 200
    assert [(one["day"], one["amount_minor"]) for one in shop.get("/spend").json()["items"]] == [("2025-11-01", 120050), ("2025-11-02", 0)]
    bad = shop.upload("/spend/file", b"day,channel,amount\n2025-11-05,a,1\n2025-13-05,a,1\n2025-11-06,a,x\n").json()
    assert bad["code"] == "bad_spend_file"
    assert bad["details"]["faults"] == [{"line": 3, "what": "day", "got": "2025-13-05"}, {"line": 4, "what": "amount", "got": "x"}]
    assert bad["message"].startswith("Nothing was taken: line 3: '2025-13-05' is no day")
    assert shop.upload("/spend/file", b"day,channel,amount,currency\n2025-11-05,a,1,EUR\n").json()["code"] == "wrong_currency"
    named = shop.upload("/spend/file", b"a,day\n1,2\n").json()
    assert (named["code"], named["details"]["faults"]) == ("bad_spend_file", [{"line": 0, "what": "no_columns", "got": "channel, amount"}])
    assert shop.upload("/spend/file", b"").json()["code"] == "bad_spend_file"
    assert len(shop.get("/spend").json()["items"]) == 2
    shop.delete("/spend?channel=%E6%8A%96%E9%9F%B3&first_day=2025-11-01&last_day=2025-11-30")


def test_a_file_of_spend_can_be_tried_before_it_is_taken(shop: Shop) -> None:
    shop.put("/spend", {"currency": "USD", "rows": [{"day": "2025-11-01", "channel": "ads", "amount": "5"}]})
    text = b"day,channel,amount\n2025-11-01,ads,5\n2025-11-02,ads,7.5\n2025-11-02,mail,1\n"
    tried = shop.upload("/spend/file?dry_run=true", text).json()
    assert (tried["new"], tried["changed"], tried["same"], tried["dry_run"]) == (2, 0, 1, True)
    assert (tried["first_day"], tried["last_day"], tried["amount_minor"]) == ("2025-11-01", "2025-11-02", 1350)
    assert tried["channels"] == [
        {"channel": "ads", "rows": 2, "amount_minor": 1250},
        {"channel": "mail", "rows": 1, "amount_minor": 100},
    ]
    assert [(one["day"], one["channel"], one["before_minor"]) for one in tried["sample"]] == [
        ("2025-11-02", "ads", None),
        ("2025-11-02", "mail", None),
    ]
    assert len(shop.get("/spend").json()["items"]) == 1
    taken = shop.upload("/spend/file", text).json()
    assert (taken["new"], taken["dry_run"]) == (2, False)
    again = shop.upload("/spend/file?dry_run=true", b"day,channel,amount\n2025-11-02,ads,8\n").json()
    assert [(one["amount_minor"], one["before_minor"]) for one in again["sample"]] == [(800, 750)]
    for channel in ("ads", "mail"):
        shop.delete(f"/spend?channel={channel}&first_day=2025-11-01&last_day=2025-11-30")


def test_the_target_of_the_running_month_or_week_stands_beside_what_there_is_so_far(shop: Shop) -> None:
    shop.put("/kpis/new_users/targets", {"unit": "month", "bucket": "2025-11-01", "value": 4})
    shop.put("/kpis/new_users/targets", {"unit": "week", "bucket": "2025-11-17", "value": 2})
    goal = shop.post("/kpis/new_users", {"last_days": 7}).json()["goal"]
    # b came for the first time on the first of November; the twentieth is today.
    assert (goal["unit"], goal["bucket"], goal["last_day"], goal["through"]) == ("month", "2025-11-01", "2025-11-30", "2025-11-20")
    assert (goal["target"], goal["value"]["value"], goal["complete"]) == (4.0, 1.0, False)
    board = shop.post("/kpis/board", {"last_days": 7, "unit": "week", "metrics": ["new_users", "mau"]}).json()["items"]
    assert (board[0]["goal"]["unit"], board[0]["goal"]["target"], board[0]["goal"]["value"]["value"]) == ("week", 2.0, 0.0)
    assert board[1]["goal"] is None
    past = shop.post("/kpis/new_users", {"first_day": "2025-11-10", "last_day": "2025-11-12"}).json()["goal"]
    assert (past["unit"], past["through"]) == ("month", "2025-11-20")
    for unit, bucket in (("month", "2025-11-01"), ("week", "2025-11-17")):
        shop.put("/kpis/new_users/targets", {"unit": unit, "bucket": bucket, "value": None})


def test_guardrails_are_judged_listed_made_and_deleted(shop: Shop) -> None:
    listed = shop.get("/guardrails").json()
    assert "MAD" in listed["rule_en"] or "median absolute deviation" in listed["rule_en"]
    assert {one["state"] for one in listed["items"]} <= {"unknown", "green", "watch", "red"}
    standard = listed["items"][0]
    assert standard["standard"]
    assert shop.delete(f"/guardrails/{standard['guardrail_id']}").status_code == 404
    made = shop.post("/guardrails", {"short": "dau", "long": "dau_mau", "unit": "month"})
    assert made.status_code == 201
    own = [one for one in shop.get("/guardrails").json()["items"] if not one["standard"]]
    assert [(one["pair"]["short"], one["short"]["label_zh"]) for one in own] == [("dau", "日活跃用户")]
    assert shop.post("/guardrails", {"short": "dau", "long": "dau"}).json()["code"] == "invalid"
    assert shop.post("/guardrails", {"short": "dau", "long": "no_such"}).status_code == 404
    assert shop.delete(f"/guardrails/{own[0]['guardrail_id']}").status_code == 204


def test_the_board_shows_every_metric_or_those_that_were_asked_for(shop: Shop) -> None:
    whole = shop.post("/kpis/board", {"last_days": 7}).json()["items"]
    assert {one["metric"] for one in whole} >= {"dau", "ltv_cac", "nps"}
    some = shop.post("/kpis/board", {"last_days": 7, "metrics": ["mau", "dau"]}).json()["items"]
    assert [one["metric"] for one in some] == ["mau", "dau"]
    assert [one["value"] for one in some] == [one["value"] for key in ("mau", "dau") for one in whole if one["metric"] == key]


def test_the_feature_of_penetration_is_chosen_once_for_everybody(shop: Shop) -> None:
    asked = {"first_day": "2025-11-01", "last_day": "2025-11-07"}
    assert shop.post("/kpis/feature_penetration", asked).json()["value"]["reason"]["code"] == "no_feature"
    assert shop.put("/kpis/feature_penetration/setup", {"config": {"event": "Paid"}}).json()["config"] == {"event": "Paid"}
    assert shop.post("/kpis/feature_penetration", asked).json()["value"]["value"] == 0.5
    assert shop.put("/kpis/feature_penetration/setup", {"config": {"evnt": "Paid"}}).json()["code"] == "invalid_config"


def test_a_metric_that_cannot_be_measured_does_not_take_the_others_along(shop: Shop) -> None:
    looked = {"name": "Own", "letters": [{"series": {"event": "Looked"}}], "formula": "A"}
    assert shop.put("/custom-metrics/own", {"spec": looked}).status_code == 200
    assert shop.post("/guardrails", {"short": "own", "long": "dau"}).status_code == 201
    unknown = {"column": {"name": "no_such", "op": "equals", "value": 1}}
    series = {"event": "Looked", "filter": unknown}
    refused = shop.put("/custom-metrics/own", {"spec": {**looked, "letters": [{"series": series}]}})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_filter")
    # As it stands after an upgrade that knows the column no more.
    broken = {**shop.get("/custom-metrics/own/versions").json()["items"][0]["spec"], "letters": [{"series": series}]}
    with shop.house.store.write() as conn:
        conn.execute(update(kpi_metrics).where(kpi_metrics.c.key == "own").values(spec=broken))
    items = {one["metric"]: one for one in shop.post("/kpis/board", {"last_days": 7}).json()["items"]}
    reason = items["own"]["value"]["reason"]
    assert (reason["code"], reason["subjects"]) == ("failed", ["bad_filter"])
    assert items["dau"]["value"]["value"] == 2
    assert shop.post("/kpis/own", {"last_days": 7}).json()["code"] == "bad_filter"
    assert [one["state"] for one in shop.get("/guardrails").json()["items"] if not one["standard"]] == ["unknown"]
    in_use = shop.delete("/custom-metrics/own").json()
    assert in_use["code"] == "metric_in_use"
    assert "own / dau" in in_use["message"]
    with shop.house.store.write() as conn:  # as it could be archived before guardrails were asked
        conn.execute(update(kpi_metrics).where(kpi_metrics.c.key == "own").values(archived=True))
    listed = shop.get("/guardrails").json()["items"]
    assert [(one["pair"]["short"], one["state"]) for one in listed if not one["standard"]] == [("own", "unknown")]
    [mine] = [one["guardrail_id"] for one in listed if not one["standard"]]
    assert shop.delete(f"/guardrails/{mine}").status_code == 204


@pytest.mark.parametrize(("amount", "minor"), [("1,234.50", 123450), ("1,234,567", 123456700), ("1234.5", 123450)])
def test_commas_between_thousands_are_left_out(amount: str, minor: int) -> None:
    assert read_spend(f'day,channel,amount\n2025-11-01,ads,"{amount}"\n'.encode(), "USD")[0].amount_minor == minor


@pytest.mark.parametrize("amount", ["1234,50", "12,34", "1,2345", "1.234,50", ",5", "1,234,5"])
def test_a_decimal_comma_is_no_amount(amount: str) -> None:
    with pytest.raises(UemsError) as found:
        read_spend(f"day;channel;amount\n2025-11-01;ads;{amount}\n".encode(), "USD")
    assert found.value.details == {"faults": [{"line": 2, "what": "amount", "got": amount}]}


def test_a_quote_that_is_left_open_is_told(shop: Shop) -> None:
    told = shop.upload("/spend/file", b'day,channel,amount\n2025-11-01,"' + b"x" * 140_000 + b",1\n").json()
    assert (told["code"], [one["what"] for one in told["details"]["faults"]]) == ("bad_spend_file", ["quotes"])


def test_a_metric_is_not_broken_down_by_a_segment_of_whom_nobody_knows(shop: Shop) -> None:
    made = shop.put("/segments/waiting", {"name": "Waiting", "condition": {"sample": {"percent": 50}}})
    assert made.status_code in (200, 201), made.text
    asked = shop.post("/kpis/dau", {"last_days": 7, "segments": ["waiting"]})
    assert (asked.status_code, asked.json()["code"]) == (409, "segment_not_ready")
