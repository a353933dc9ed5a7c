"""Is a list exactly whom its file names, put in force at once or not at all, whatever the file is like?"""

import itertools
import json
import random
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from tests.profiles.conditions.world import NOW
from tests.segments.shop import Shop
from tests.support import houses
from tests.support.depth import worlds
from tests.support.feed import Happened
from tests.support.web import Clock, Program, operator_client
from uems.identity import api as identity
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.kernel.sql import Sql
from uems.segments.jobs.worker import Worker
from uems.segments.lists.distinct import Distinct, Seen
from uems.segments.lists.uploads import ListUploads, folder_of
from uems.segments.tables import segment_jobs
from uems.web.app import create_app

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    found = houses.build(Settings(home=tmp_path_factory.mktemp("lists") / "home"))
    yield found
    found.close()


class Office:
    """A shop with people u0 to u9, e-mail addresses of some, and somebody who uploads."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.shop = Shop(house, next(_numbers))
        calls = [Happened(user=f"u{n}", ts=NOW - timedelta(hours=n), event="Viewed") for n in range(10)]
        calls += [Happened(user=f"u{n}", ts=NOW, type="identify", properties=f'{{"email":"U{n}@Shop.example"}}') for n in range(5)]
        self.shop.take(calls)
        self.clock = Clock(NOW)
        self.api: Program = operator_client(create_app(house, clock=self.clock), house)
        self.base = f"/api/workspaces/{self.shop.scope.slug}"
        self.worker = Worker(house, "test", self.clock, {"upload": ListUploads()})

    def make(self, kind: str = "user_id") -> int:
        made = self.api.post(f"{self.base}/lists", {"name": "VIP", "kind": kind})
        assert made.status_code == 201, made.text
        return int(made.json()["list_id"])

    def upload(self, list_id: int, content: bytes | str, **query: Any) -> Any:
        body = content.encode() if isinstance(content, str) else content
        headers = {"Content-Type": "application/octet-stream"}
        return self.api.send("POST", f"{self.base}/lists/{list_id}/uploads", params=query, content=body, headers=headers)

    def fill(self, list_id: int, content: bytes | str, **query: Any) -> dict[str, Any]:
        asked = self.upload(list_id, content, **query)
        assert asked.status_code == 201, asked.text
        while self.worker.step():
            continue
        found: dict[str, Any] = self.api.get(f"{self.base}/lists/{list_id}/uploads/{asked.json()['upload_id']}").json()
        return found

    def asked(self, list_id: int) -> Any:
        return self.api.post(f"{self.base}/segments/preview", {"condition": {"list": {"id": list_id}}})

    def on(self, list_id: int) -> set[str]:
        """User ids of those for whom the condition holds."""
        found = self.asked(list_id).json()
        return {one["value"] for row in found["sample"] for one in row["ids"] if one["kind"] == "user_id"}


@pytest.fixture(scope="module")
def office(house: House) -> Office:
    return Office(house)


def test_a_file_is_matched_and_everything_in_it_is_accounted_for(office: Office) -> None:
    list_id = office.make()
    done = office.fill(list_id, "user_id,name\nu1,Mei\nu2,Lin\nu1,again\nnobody,X\n,empty\nnull,junk\nu3\nu4,too,wide\n", name="vip.csv")
    assert done["state"] == "done", done
    report = done["report"]
    assert {k: v for k, v in report.items() if not k.endswith("examples")} == {
        "rows": 8, "invalid": 4, "duplicates": 1, "distinct": 3, "matched": 2, "unknown": 1, "people": 2,
    }  # fmt: skip
    assert [(e["row"], e["why"]) for e in report["invalid_examples"]] == [
        (7, "wrong_width"),
        (8, "wrong_width"),
        (5, "empty"),
        (6, "unusable_id"),
    ]
    assert report["unknown_examples"] == [{"row": 4, "value": "nobody", "why": ""}]
    assert office.on(list_id) == {"u1", "u2"}
    listed = office.api.get(f"{office.base}/lists/{list_id}").json()
    assert (listed["people"], listed["filled_at"] is not None, listed["used_by"]) == (2, True, [])


def test_e_mail_addresses_are_matched_in_any_spelling_with_or_without_a_header(office: Office) -> None:
    list_id = office.make("email")
    assert office.fill(list_id, " U1@SHOP.example \nmailto:u2@shop.example\nnot an address\n")["report"]["matched"] == 2
    assert office.on(list_id) == {"u1", "u2"}
    done = office.fill(list_id, "﻿邮箱;城市\nu3@shop.example;北京\n".encode(), mode="append")
    assert (done["column"], done["report"]["people"]) == ("邮箱", 3)
    assert office.on(list_id) == {"u1", "u2", "u3"}
    assert office.fill(list_id, "name,mail\nLin,u4@shop.example\n".encode("utf-16"))["report"]["people"] == 1
    assert office.on(list_id) == {"u4"}


def test_the_first_row_of_a_plain_list_is_an_id_like_all_others(office: Office) -> None:
    list_id = office.make()
    assert office.fill(list_id, "u5\nu6\n")["report"]["matched"] == 2
    assert office.fill(list_id, "id\nu5\nu6\n")["report"] == {**office.fill(list_id, "u5\nu6\n")["report"]}
    assert office.fill(list_id, "u5,u6\n", header=False, column="2")["report"]["matched"] == 1
    assert office.on(list_id) == {"u6"}


def test_a_list_changes_at_once_and_its_segments_follow(office: Office) -> None:
    shop, list_id = office.shop, office.make()
    office.fill(list_id, "u1\nu2\n")
    shop.save("listed", {"list": {"id": list_id}})
    shop.save("not_listed", {"not": {"segment": {"key": "listed"}}})
    shop.catch_up()
    sizes = {one["key"]: one["size"] for one in office.api.get(f"{office.base}/segments").json()["items"]}
    assert (sizes["listed"], sizes["not_listed"]) == (2, 8)
    office.fill(list_id, "u3\n")
    states = {one["key"]: one["state"] for one in office.api.get(f"{office.base}/segments").json()["items"]}
    assert (states["listed"], states["not_listed"]) == ("building", "building")
    shop.catch_up()
    sizes = {one["key"]: one["size"] for one in office.api.get(f"{office.base}/segments").json()["items"]}
    assert (sizes["listed"], sizes["not_listed"]) == (1, 9)
    assert office.api.get(f"{office.base}/lists/{list_id}").json()["used_by"] == ["listed"]
    refused = office.api.delete(f"{office.base}/lists/{list_id}")
    assert (refused.status_code, refused.json()["code"]) == (409, "list_in_use")
    for key in ("not_listed", "listed"):
        assert office.api.delete(f"{office.base}/segments/{key}").status_code == 200
    assert office.api.delete(f"{office.base}/lists/{list_id}").status_code == 204
    assert office.api.get(f"{office.base}/lists/{list_id}").status_code == 404
    assert office.asked(list_id).status_code == 422


def test_a_file_that_matches_nobody_leaves_the_list_as_it_was(office: Office) -> None:
    list_id = office.make()
    office.fill(list_id, "u1\n")
    done = office.fill(list_id, "name,city\nu2x,Oslo\n")
    assert (done["state"], done["error"]["code"], done["report"]["unknown"]) == ("failed", "list_matches_nobody", 1)
    assert office.on(list_id) == {"u1"}


def test_ids_of_a_file_stay_with_its_upload_for_a_while_and_never_reach_the_audit_log(office: Office) -> None:
    list_id = office.make("email")
    done = office.fill(list_id, "email\nu1@shop.example\nnobody@else.example\nno-address\n")
    missed = office.fill(list_id, "email\nstranger@else.example\nno-address\n")
    assert [one["value"] for one in done["report"]["unknown_examples"]] == ["nobody@else.example"]
    assert [one["value"] for one in missed["report"]["unknown_examples"]] == ["stranger@else.example"]
    assert "stranger" not in missed["error"]["message"]
    log = office.api.get(f"{office.base}/audit", params={"limit": 200}).json()["items"]
    filled = next(one for one in log if one["action"] == "list.filled")
    assert filled["after"] == {
        "rows": 3, "invalid": 1, "duplicates": 0, "distinct": 2, "matched": 1, "unknown": 1, "people": 1, "mode": "replace", "segments": [],
    }  # fmt: skip
    assert not [word for word in ("nobody@", "no-address", "stranger@", "u1@") if word in json.dumps(log)]
    for days, kept in ((office.house.settings.files_keep_days - 1, 1), (office.house.settings.files_keep_days, 0)):
        ListUploads().tidy(office.house, office.clock.now + timedelta(days=days))
        for one in (done, missed):
            found = office.api.get(f"{office.base}/lists/{list_id}/uploads/{one['upload_id']}").json()["report"]
            assert (len(found["unknown_examples"]), len(found["invalid_examples"])) == (kept, kept)
            assert found["unknown"] == 1


@pytest.mark.parametrize(
    ("content", "query", "code"),
    [
        (b"", {}, "file_empty"),
        (b"\n\n", {}, "file_empty"),
        (b"PAR1xxxx", {}, "file_unreadable"),
        (b'{"user_id":"u1"}\n', {}, "bad_list_file"),
        (b"PK\x03\x04\x14\x00\x06\x00[Content_Types].xml", {}, "bad_list_file"),
        (b"\x89PNG\r\n\x1a\n", {}, "bad_list_file"),
        (b"a,b\n1,2\n", {"column": "c"}, "no_such_column"),
        (b"u1\n", {"mode": "merge"}, "invalid"),
        (b"u1\n", {"encoding": "klingon"}, "invalid"),
        (b"u1\n", {"delimiter": '"'}, "invalid"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_and_nothing_of_it_stays(office: Office, content: bytes, query: Any, code: str) -> None:
    list_id = office.make()
    before = set(folder_of(office.house.settings).iterdir())
    refused = office.upload(list_id, content, **query)
    assert (refused.status_code, refused.json()["code"]) == (422, code), refused.text
    assert set(folder_of(office.house.settings).iterdir()) == before
    assert office.api.get(f"{office.base}/lists/{list_id}/uploads").json()["items"] == []


def test_a_segment_cannot_name_a_list_that_is_not_there(office: Office) -> None:
    with pytest.raises(UemsError, match="there is no list 9999"):
        office.shop.save("ghosts", {"not": {"list": {"id": 9999}}})


def test_an_upload_that_is_called_off_leaves_nothing(office: Office) -> None:
    list_id = office.make()
    asked = office.upload(list_id, "u1\nu2\n").json()
    address = f"{office.base}/lists/{list_id}/uploads/{asked['upload_id']}"
    assert office.api.delete(f"{office.base}/lists/{list_id}").json()["code"] == "list_in_use"
    assert office.api.post(f"{address}/cancel").json()["state"] == "cancelled"
    assert not office.worker.step()
    assert office.on(list_id) == set()
    assert office.api.post(f"{address}/cancel").json()["code"] == "job_over"


class _CalledOff(ListUploads):
    """Somebody cancels, or the process dies, when the rows are written and before they count."""

    def __init__(self, then: Any) -> None:
        self.then = then

    def _enforce(self, *given: Any) -> None:
        self.then()
        super()._enforce(*given)


def _rows_of(house: House, parts: set[int]) -> int:
    found = house.warehouse.query(Sql("SELECT count() AS n FROM list_members WHERE list_id IN {parts:Array(UInt32)}"), {"parts": [*parts]})
    return int(found.column("n")[0].as_py())


def test_cancelled_at_the_last_moment_it_still_does_not_count_and_its_rows_are_removed(office: Office) -> None:
    list_id = office.make()
    office.fill(list_id, "u1\n")
    asked = office.upload(list_id, "u2\nu3\n").json()
    address = f"{office.base}/lists/{list_id}/uploads/{asked['upload_id']}"
    worker = Worker(office.house, "test", office.clock, {"upload": _CalledOff(lambda: office.api.post(f"{address}/cancel"))})
    assert worker.step()
    assert office.on(list_id) == {"u1"}
    with office.house.store.read() as conn:
        noted = conn.execute(select(segment_jobs.c.result).where(segment_jobs.c.job_id == asked["upload_id"])).scalar_one()
    assert _rows_of(office.house, {noted["part"]}) == 2
    ListUploads().tidy(office.house, NOW + timedelta(hours=1))
    assert _rows_of(office.house, {noted["part"]}) == 0
    assert office.on(list_id) == {"u1"}


def test_a_job_whose_process_died_is_done_again_from_the_beginning(office: Office) -> None:
    class Died(BaseException):
        pass

    def die() -> None:
        raise Died

    list_id = office.make()
    asked = office.upload(list_id, "u2\nu3\n").json()
    dying = Worker(office.house, "test", office.clock, {"upload": _CalledOff(die)})
    with pytest.raises(Died):
        dying.step()
    assert office.on(list_id) == set()
    while office.worker.step():
        continue
    assert office.on(list_id) == {"u2", "u3"}
    found = office.api.get(f"{office.base}/lists/{list_id}/uploads/{asked['upload_id']}").json()
    assert (found["state"], found["report"]["people"]) == ("done", 2)


def test_a_job_that_takes_its_process_with_it_is_given_up(office: Office) -> None:
    list_id = office.make()
    asked = office.upload(list_id, "u2\n").json()
    with office.house.store.write() as conn:
        conn.execute(update(segment_jobs).where(segment_jobs.c.job_id == asked["upload_id"]).values(attempts=3, state="running"))
    assert not office.worker.step()
    found = office.api.get(f"{office.base}/lists/{list_id}/uploads/{asked['upload_id']}").json()
    assert (found["state"], found["error"]["code"]) == ("failed", "given_up")


def test_whoever_is_merged_or_split_afterwards_stays_on_the_list(office: Office) -> None:
    shop = office.shop
    shop.take([Happened(anonymous="a9", ts=NOW, event="Viewed")])
    list_id = office.make("anonymous_id")
    office.fill(list_id, "a9\n")
    shop.take([Happened(user="u9", anonymous="a9", ts=NOW + timedelta(minutes=1), event="Viewed")])
    assert office.on(list_id) == {"u9"}
    merge = next(
        one for one in identity.merges(office.house.store, shop.scope, state="active", limit=500) if "a9" in (one.a.value, one.b.value)
    )
    identity.undo_merge(office.house, shop.access(), merge.merge_id)
    identity.flush_overrides(office.house.store, office.house.warehouse)
    assert office.on(list_id) == set()
    counted = office.api.post(f"{office.base}/segments/preview", {"condition": {"list": {"id": list_id}}}).json()["count"]
    assert counted == 1


def test_lists_of_another_workspace_are_neither_seen_nor_used(office: Office, house: House) -> None:
    list_id = office.make()
    office.fill(list_id, "u1\n")
    other = Office(house)
    assert other.api.get(f"{other.base}/lists/{list_id}").status_code == 404
    assert other.upload(list_id, "u1\n").status_code == 404
    assert other.asked(list_id).status_code == 422
    mine = other.make()
    other.fill(mine, "u2\n")
    assert office.on(list_id) == {"u1"}


_ids = st.sampled_from([*(f"u{n}" for n in range(12)), "", "null", " u3 ", "u3", "x" * 600])


@hypothesis_settings(max_examples=worlds(12), deadline=None, suppress_health_check=list(HealthCheck))
@given(files=st.lists(st.tuples(st.booleans(), st.lists(_ids, min_size=1, max_size=30)), min_size=1, max_size=4))
def test_any_files_one_after_another_come_to_what_sets_come_to(office: Office, files: list[tuple[bool, list[str]]]) -> None:
    list_id = office.make()
    known = {f"u{n}" for n in range(10)}
    expected: set[str] = set()
    for append, rows in files:
        usable = [row.strip() for row in rows if row.strip() and row != "null" and len(row) < 512]
        text = "\n".join(["user_id,n", *(f"{row},{n}" for n, row in enumerate(rows))])
        done = office.fill(list_id, text, mode="append" if append else "replace")
        if not set(usable) & known:
            assert done["state"] == "failed"
            continue
        expected = (expected if append else set()) | (set(usable) & known)
        report = done["report"]
        assert report["rows"] == len(rows)
        assert report["invalid"] == len(rows) - len(usable)
        assert report["distinct"] == len(set(usable))
        assert report["duplicates"] == len(usable) - len(set(usable))
        assert (report["matched"], report["unknown"]) == (len(set(usable) & known), len(set(usable) - known))
        assert report["people"] == len(expected)
    assert office.on(list_id) == expected


@pytest.mark.parametrize("room", [10, 1_000, 10**9])
def test_different_things_are_counted_alike_in_memory_and_on_disk(tmp_path: Path, room: int) -> None:
    dice = random.Random(1)
    counting, seen = Distinct(tmp_path / "d", room), set()
    for _ in range(20):
        part = [dice.choice([dice.getrandbits(64), dice.randrange(50)]) for _ in range(dice.randrange(200))]
        seen.update(part)
        counting.add(np.array(part, np.uint64))
    assert counting.count() == len(seen)
    counting.close()
    assert not (tmp_path / "d").exists()


def test_what_came_before_is_known_again_until_there_is_no_room() -> None:
    dice = random.Random(2)
    seen, known = Seen(), set[int]()
    for _ in range(30):
        part = sorted({dice.choice([dice.getrandbits(64), dice.randrange(500)]) for _ in range(dice.randrange(100))})
        hashes = np.array(part, np.uint64)
        new = seen.is_new(hashes)
        assert new.tolist() == [one not in known for one in part]
        seen.add(hashes[new])
        known.update(part)
    small = Seen(room=2)
    small.add(np.array([3, 1], np.uint64))
    small.add(np.array([7], np.uint64))
    assert small.is_new(np.array([1, 3, 7], np.uint64)).tolist() == [False, False, True]


@pytest.mark.slow
def test_many_rows_take_the_memory_of_a_piece(office: Office) -> None:
    list_id = office.make()
    rows = "\n".join(f"u{n % 10}" if n % 3 else f"unknown{n % 200_000}" for n in range(1_000_000))
    asked = office.upload(list_id, rows)
    assert asked.status_code == 201
    tracemalloc.start()
    while office.worker.step():
        continue
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    report = office.api.get(f"{office.base}/lists/{list_id}/uploads/{asked.json()['upload_id']}").json()["report"]
    assert (report["rows"], report["matched"]) == (1_000_000, 10)
    assert report["distinct"] == 10 + len({n % 200_000 for n in range(0, 1_000_000, 3)})
    assert peak < 100_000_000
