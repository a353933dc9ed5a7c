"""Is the file of an export exactly the people of the segment, safe to open, and gone when it should be?"""

import csv
import io
import itertools
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.profiles.conditions.world import NOW
from tests.segments.shop import Shop
from tests.support import houses
from tests.support.feed import Happened
from tests.support.web import Clock, Program, add_person, log_in, operator, operator_client
from uems.access import api as access
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.profiles.tags.definitions import save_tag
from uems.profiles.tags.model import TagDef, Words
from uems.segments.doers import segment_worker
from uems.segments.exports import exports
from uems.segments.exports.columns import rows_of
from uems.segments.exports.exports import SegmentExports, folder_of
from uems.segments.exports.files import cell
from uems.segments.jobs.worker import Worker
from uems.web.app import create_app

_numbers = itertools.count(1)
FORMULA = '=cmd|" /C calc"!A0'


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    found = houses.build(Settings(home=tmp_path_factory.mktemp("exports") / "home"))
    yield found
    found.close()


class Desk:
    """A shop with a segment of buyers, and somebody who exports."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.shop = shop = Shop(house, next(_numbers))
        told = {"name": '梅, "M"\n', "city": FORMULA, "age": -3, "tags": ["a"], "phone": "+8613800000000"}
        calls = [Happened(user=f"u{n}", ts=NOW - timedelta(hours=n), event="Viewed") for n in range(12)]
        calls += [
            Happened(user=f"u{n}", ts=NOW - timedelta(days=1), event="Order Completed", revenue_minor=-250, currency="USD")
            for n in range(7)
        ]
        calls.append(Happened(user="u1", ts=NOW, type="identify", properties=json.dumps(told)))
        calls.append(Happened(user="u2", anonymous="a2", ts=NOW, event="Viewed"))
        shop.take(calls)
        for key, type_ in (("tier", "text"), ("score", "number"), ("vip", "boolean"), ("likes", "list")):
            tag = TagDef(key=key, family="behaviour", kind="manual", label=Words(en=key), value_type=type_)  # type: ignore[arg-type]
            save_tag(house.store, shop.access(), tag)
        for person, name, value in (
            (2, "tier", "@gold"),
            (2, "score", -1.5),
            (2, "vip", True),
            (2, "likes", ["茶", "-milk"]),
            (3, "score", 7),
        ):
            shop.tag(person, name, value)
        shop.save("buyers", {"did": {"events": ["Order Completed"]}})
        shop.catch_up()
        self.clock = Clock(NOW)
        self.application = create_app(house, clock=self.clock)
        self.api: Program = operator_client(self.application, house)
        self.base = f"/api/workspaces/{shop.scope.slug}"
        self.worker = Worker(house, "test", self.clock, {"export": SegmentExports()})

    def export(self, **body: Any) -> dict[str, Any]:
        asked = self.api.post(f"{self.base}/exports", {"segment": "buyers", **body})
        assert asked.status_code == 201, asked.text
        while self.worker.step():
            continue
        found: dict[str, Any] = self.api.get(f"{self.base}/exports/{asked.json()['export_id']}").json()
        return found

    def file(self, export: dict[str, Any]) -> Any:
        return self.api.get(f"{self.base}/exports/{export['export_id']}/file")


@pytest.fixture(scope="module")
def desk(house: House) -> Desk:
    return Desk(house)


ALL = {"ids": ["user_id", "anonymous_id"], "traits": ["name", "city", "age", "tags", "phone"], "tags": ["tier", "score", "vip", "likes"]}


def test_a_csv_file_holds_everybody_and_nothing_that_a_spreadsheet_would_run(desk: Desk) -> None:
    done = desk.export(format="csv", **ALL)
    assert (done["state"], done["rows"], done["progress"]) == ("done", 7, 1.0)
    answer = desk.file(done)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "buyers-20260330-0930.csv" in answer.headers["content-disposition"]
    assert (len(answer.content), answer.content[:3]) == (done["bytes"], b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["user_id"] for row in rows] == [f"u{n}" for n in range(7)]
    assert rows[1] == {
        "person_id": "2",
        "user_id": "u1",
        "anonymous_id": "",
        "trait.name": '梅, "M"\n',
        "trait.city": f"'{FORMULA}",
        "trait.age": "-3",
        "trait.tags": '["a"]',
        "trait.phone": "'+8613800000000",
        "tag.tier": "'@gold",
        "tag.score": "-1.5",
        "tag.vip": "true",
        "tag.likes": "茶; -milk",
        "events": "3",
        "orders": "1",
        "revenue_minor": "-250",
        "currency": "USD",
        "first_seen": rows[1]["first_seen"],
        "last_seen": rows[1]["last_seen"],
    }
    assert (rows[2]["anonymous_id"], rows[2]["tag.score"]) == ("a2", "7")


def test_a_parquet_file_has_the_same_people_in_types(desk: Desk) -> None:
    done = desk.export(format="parquet", **ALL)
    table = pq.read_table(io.BytesIO(desk.file(done).content))
    rows = table.to_pylist()
    assert [row["user_id"] for row in rows] == [[f"u{n}"] for n in range(7)]
    second = rows[1]
    assert (second["tag.score"], second["tag.vip"], second["tag.likes"]) == (-1.5, True, ["茶", "-milk"])
    assert (second["trait.city"], second["trait.age"], second["revenue_minor"]) == (FORMULA, "-3", -250)
    assert second["last_seen"].tzinfo is not None


def test_who_was_merged_since_is_exported_once_as_who_they_are(house: House) -> None:
    desk = Desk(house)
    desk.shop.take([Happened(anonymous="z", ts=NOW, event="Order Completed")])
    desk.shop.catch_up()
    desk.shop.take([Happened(user="u0", anonymous="z", ts=NOW, event="Viewed")])
    # The keeper has not looked yet: both are members still.
    done = desk.export(ids=["user_id", "anonymous_id"], totals=False)
    rows = list(csv.DictReader(io.StringIO(desk.file(done).content.decode("utf-8-sig"))))
    assert [(row["user_id"], row["anonymous_id"]) for row in rows if row["user_id"] == "u0"] == [("u0", "z")]
    assert done["rows"] == 7


def test_a_file_waits_for_so_long_and_is_gone_then(desk: Desk) -> None:
    done = desk.export(format="csv")
    assert done["expires_at"] == (NOW + timedelta(days=14)).isoformat().replace("+00:00", "Z")
    path = folder_of(desk.house.settings) / f"{done['export_id']}.csv"
    assert path.is_file()
    desk.clock.advance(days=14)
    assert desk.file(done).json()["code"] == "export_gone"
    SegmentExports().tidy(desk.house, desk.clock.now)
    desk.clock.advance(days=-14)
    assert not path.exists()
    assert desk.api.get(f"{desk.base}/exports/{done['export_id']}").json()["state"] == "expired"
    assert desk.file(done).status_code == 410
    again = desk.export(format="csv")
    assert desk.api.delete(f"{desk.base}/exports/{again['export_id']}").status_code == 204
    assert desk.file(again).status_code == 410


def test_an_export_that_is_called_off_leaves_no_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = desk.api.post(f"{desk.base}/exports", {"segment": "buyers"}).json()
    assert desk.file(asked).json()["code"] == "not_ready"
    whole = rows_of

    def cancelled_meanwhile(*given: Any) -> Any:
        assert desk.api.post(f"{desk.base}/exports/{asked['export_id']}/cancel").json()["state"] == "cancelled"
        return whole(*given)

    monkeypatch.setattr(exports, "rows_of", cancelled_meanwhile)
    assert desk.worker.step()
    assert not list(folder_of(desk.house.settings).glob(f"{asked['export_id']}*"))
    assert desk.file(asked).json()["code"] == "export_gone"


def test_an_export_that_broke_says_so_and_leaves_no_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: Any) -> Any:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(exports, "rows_of", broken)
    done = desk.export(format="parquet")
    assert (done["state"], done["error"]["code"]) == ("failed", "internal")
    assert "secret" not in json.dumps(done)
    assert not list(folder_of(desk.house.settings).glob(f"{done['export_id']}*"))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"segment": "none"}, "not_found"),
        ({"segment": "buyers", "tags": ["unheard"]}, "unknown_tag"),
        ({"segment": "buyers", "traits": ["unheard"]}, "unknown_trait"),
        ({"segment": "buyers", "ids": ["user_id", "unheard"]}, "unknown_id_kind"),
        ({"segment": "buyers", "traits": ["a", "a"]}, "invalid"),
        ({"segment": "buyers", "format": "xlsx"}, "invalid"),
        ({"segment": "buyers", "traits": ["x"] * 201}, "invalid"),
    ],
)
def test_what_cannot_be_exported_is_refused(desk: Desk, body: Any, code: str) -> None:
    refused = desk.api.post(f"{desk.base}/exports", body)
    assert (refused.status_code in (404, 422), refused.json()["code"]) == (True, code)


def test_only_who_may_see_people_sees_exports_and_all_of_it_is_audited(desk: Desk) -> None:
    done = desk.export(format="csv")
    desk.file(done)
    inside = access.enter(desk.house.store, operator(NOW), desk.shop.scope.slug)
    viewer = log_in(desk.application, "v@x", add_person(desk.house.store, inside, "v@x", "viewer"))
    for address in ("exports", f"exports/{done['export_id']}", f"exports/{done['export_id']}/file"):
        assert viewer.get(f"{desk.base}/{address}").status_code == 403
    entries = desk.api.get(f"{desk.base}/audit?limit=50").json()["items"]
    mine = [e["action"] for e in entries if e["target"] in ("segment:buyers", f"export:{done['export_id']}")]
    assert mine[:2] == ["export.downloaded", "export.asked"]


def test_exports_of_another_workspace_are_not_there(desk: Desk, house: House) -> None:
    done = desk.export(format="csv")
    other = Desk(house)
    for address in (f"exports/{done['export_id']}", f"exports/{done['export_id']}/file"):
        assert other.api.get(f"{other.base}/{address}").status_code == 404
    assert other.api.get(f"{other.base}/exports").json()["items"] == []


def test_the_loop_of_the_house_does_them(desk: Desk) -> None:
    asked = desk.api.post(f"{desk.base}/exports", {"segment": "buyers"}).json()
    worker = segment_worker(desk.house, "test", desk.clock)
    assert worker.step()
    assert desk.api.get(f"{desk.base}/exports/{asked['export_id']}").json()["state"] == "done"
    assert not worker.step()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (3.0, "3"),
        (-2, "-2"),
        (1e300, "1e+300"),
        ("\t=1", "'\t=1"),
        ("a=1", "a=1"),
        (["-x", "y"], "'-x; y"),
        ([], ""),
    ],
)
def test_a_cell_is_what_a_person_would_write(value: object, text: str) -> None:
    assert cell(value) == text
