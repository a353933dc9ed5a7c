"""Can a file be uploaded, mapped, tried, imported and followed over HTTP, by those who may and by nobody else?"""

import gzip
import io
import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.collect.imports.conftest import VISITS, Shop, visits
from tests.support.web import Program, bearer, operator_client
from uems.access import api as access
from uems.collect.imports.vault import make_folder
from uems.kernel.house import House
from uems.web.app import create_app

W = "/api/workspaces/shop"
MAPPING = VISITS.model_dump(mode="json")


@pytest.fixture
def program(shop: Shop) -> Program:
    return operator_client(create_app(shop.house, clock=shop.clock), shop.house)


def upload(program: Program, data: bytes, name: str = "visits.csv", **query: str) -> dict[str, Any]:
    answer = program.send("POST", f"{W}/files", files={"file": (name, data)}, params=query)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_from_upload_to_reports(shop: Shop, program: Program) -> None:
    file = upload(program, visits(300), "C:\\exports\\访问.csv")
    assert (file["name"], file["format"], file["encoding"], file["bytes"]) == ("访问.csv", "csv", "utf-8", len(visits(300)))
    assert [(c["name"], c["type"]) for c in file["columns"]] == [("user", "text"), ("t", "datetime"), ("n", "integer")]
    assert file["suggested_mapping"]["user_id"] == "user"
    tried = program.post(f"{W}/imports/dry-run", {"file_id": file["file_id"], "mapping": MAPPING}).json()
    assert (tried["rows_ok"], tried["events"], tried["people"], tried["complete"]) == (300, {"Visited": 300}, 97, True)
    assert tried["previews"][0]["event"]["properties"] == {"n": 0}
    kept = program.post(f"{W}/mappings", {"name": "Visits", "mapping": MAPPING}).json()
    started = program.post(f"{W}/imports", {"file_id": file["file_id"], "mapping_id": kept["mapping_id"]})
    assert started.status_code == 201
    address = f"{W}/imports/{started.json()['import_id']}"
    assert (started.json()["state"], started.json()["progress"], started.json()["queryable"]) == ("queued", 0.0, False)
    shop.runner().step()
    assert program.get(address).json()["queryable"] is False
    shop.consume()
    done = program.get(address).json()
    assert (done["state"], done["progress"], done["queryable"], done["events"]) == ("done", 1.0, True, 300)
    assert (done["mapping_id"], done["mapping_version"], done["has_problem_file"]) == (kept["mapping_id"], 1, False)
    assert program.get(f"{address}/problems").status_code == 404
    assert [item["import_id"] for item in program.get(f"{W}/imports").json()["items"]] == [done["import_id"]]
    again = program.post(f"{W}/imports", {"file_id": file["file_id"], "mapping": MAPPING})
    assert (again.status_code, again.json()["code"]) == (409, "already_imported")
    entries = program.get(f"{W}/audit").json()["items"]
    assert {"file.uploaded", "mapping.saved", "import.started"} <= {entry["action"] for entry in entries}


def test_a_file_may_be_the_whole_body_and_packed(program: Program) -> None:
    answer = program.send("POST", f"{W}/files?name=a.csv.gz", content=gzip.compress(visits(10)))
    assert answer.status_code == 201
    assert (answer.json()["name"], answer.json()["compression"], answer.json()["format"]) == ("a.csv.gz", "gzip", "csv")
    sink = io.BytesIO()
    pq.write_table(pa.table({"user": ["a"], "t": [1_767_261_600], "n": [1]}), sink)
    parquet = upload(program, sink.getvalue(), "a.parquet")
    assert (parquet["format"], parquet["rows"]) == ("parquet", 1)


def test_a_file_comes_in_pieces_and_lies_there_once(shop: Shop, program: Program) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"user,t,n\n"
        for n in range(60_000):
            yield f"user-{n},2026-01-01 10:00:00,{n}\n".encode()

    first = program.send("POST", f"{W}/files?name=a.csv", content=pieces())
    second = program.send("POST", f"{W}/files?name=b.csv", content=pieces())
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["sha256"] == second.json()["sha256"]
    folder = make_folder(shop.house.settings)
    kept = [path for path in folder.rglob("*") if path.is_file()]
    assert [path.name for path in kept] == [first.json()["sha256"]]
    assert program.send("DELETE", f"{W}/files/{first.json()['file_id']}").status_code == 204
    assert kept[0].exists()
    assert program.send("DELETE", f"{W}/files/{second.json()['file_id']}").status_code == 204
    assert not kept[0].exists()
    assert program.get(f"{W}/files").json()["items"] == []
    tried = program.post(f"{W}/imports/dry-run", {"file_id": first.json()["file_id"], "mapping": MAPPING})
    assert (tried.status_code, tried.json()["code"]) == (410, "file_gone")


@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        ({"content": b""}, 422, "file_empty"),
        ({"content": b"   \n\n"}, 422, "file_empty"),
        ({"content": b"PAR1 no parquet at all"}, 422, "file_unreadable"),
        ({"content": b"\x1f\x8b\x08 broken"}, 422, "file_unreadable"),
        ({"content": b"x", "headers": {"content-type": "multipart/form-data"}}, 422, "bad_upload"),
        ({"content": b"--b\r\nbroken", "headers": {"content-type": "multipart/form-data; boundary=b"}}, 422, "bad_upload"),
        (
            {"content": b"--b\r\n\r\nno name\r\n--b--\r\n", "headers": {"content-type": "multipart/form-data; boundary=b"}},
            422,
            "bad_upload",
        ),
        ({"content": b"a,b\n1,2\n", "params": {"encoding": "klingon"}}, 422, "invalid"),
        ({"content": b"a,b\n1,2\n", "params": {"delimiter": "::"}}, 422, "invalid"),
    ],
)
def test_what_is_no_file_is_refused_and_leaves_nothing_behind(
    shop: Shop, program: Program, options: dict[str, Any], status: int, code: str
) -> None:
    answer = program.send("POST", f"{W}/files", **options)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert [path for path in make_folder(shop.house.settings).rglob("*") if path.is_file()] == []


def test_a_file_that_is_too_large_is_cut_off_while_it_comes_in(shop: Shop) -> None:
    small = House(
        settings=shop.house.settings.model_copy(update={"files_max_bytes": 1_000_000}),
        warehouse=shop.house.warehouse,
        store=shop.house.store,
        log=shop.house.log,
    )
    program = operator_client(create_app(small, clock=shop.clock), small)
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(200):
            sent += 100_000
            yield b"x" * 100_000

    answer = program.send("POST", f"{W}/files", content=endless())
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")
    assert [path for path in make_folder(small.settings).rglob("*") if path.is_file()] == []


def test_the_way_a_file_is_read_can_be_put_right(program: Program) -> None:
    file = upload(program, "姓名;年龄\n王;5\n".encode("gbk"), delimiter=",", encoding="latin-1")
    assert len(file["columns"]) == 1
    again = program.post(f"{W}/files/{file['file_id']}/inspect", {"delimiter": ";", "encoding": "gbk", "header": True})
    assert [column["name"] for column in again.json()["columns"]] == ["姓名", "年龄"]
    assert program.get(f"{W}/files/{file['file_id']}").json()["columns"] == again.json()["columns"]


def test_a_mapping_has_versions_and_a_wrong_one_says_what_is_wrong(program: Program) -> None:
    first = program.post(f"{W}/mappings", {"name": "Visits", "mapping": MAPPING}).json()
    same = program.post(f"{W}/mappings", {"name": "Visits", "mapping": MAPPING}).json()
    changed = program.post(f"{W}/mappings", {"name": "Visits", "mapping": {**MAPPING, "rest": True}}).json()
    assert (first["version"], same["version"], changed["version"]) == (1, 1, 2)
    assert first["mapping_id"] == changed["mapping_id"]
    assert [item["name"] for item in program.get(f"{W}/mappings").json()["items"]] == ["Visits"]
    wrong = program.post(f"{W}/mappings", {"name": "Bad", "mapping": {**MAPPING, "user_id": None}})
    assert wrong.status_code == 422
    assert "an event belongs to a person" in wrong.json()["message"]
    file = upload(program, b"who,t\na,2026-01-01\n")
    mismatch = program.post(f"{W}/imports", {"file_id": file["file_id"], "mapping_id": first["mapping_id"]})
    assert (mismatch.status_code, mismatch.json()["code"]) == (422, "mapping_mismatch")
    assert mismatch.json()["details"]["missing"] == ["n", "user"]
    both = program.post(f"{W}/imports", {"file_id": file["file_id"], "mapping_id": first["mapping_id"], "mapping": MAPPING})
    assert both.status_code == 422
    assert program.send("DELETE", f"{W}/mappings/{first['mapping_id']}").status_code == 204
    assert program.get(f"{W}/mappings/{first['mapping_id']}").status_code == 404


def test_an_import_is_cancelled_and_resumed_and_its_problems_are_downloaded(shop: Shop, program: Program) -> None:
    file = upload(program, visits(50) + b"u,never,1\n")
    address = f"{W}/imports/{program.post(f'{W}/imports', {'file_id': file['file_id'], 'mapping': MAPPING}).json()['import_id']}"
    assert program.post(f"{address}/pause").json()["state"] == "paused"
    assert program.post(f"{address}/cancel").json()["state"] == "cancelled"
    refused = program.post(f"{address}/pause")
    assert (refused.status_code, refused.json()["code"]) == (409, "bad_state")
    assert program.post(f"{address}/resume").json()["state"] == "queued"
    assert program.send("DELETE", f"{W}/files/{file['file_id']}").status_code == 409
    shop.runner().step()
    done = program.get(address).json()
    assert (done["state"], done["rows_bad"], done["problem_counts"]) == ("done", 1, [{"column": "t", "what": "bad_time", "count": 1}])
    text = program.get(f"{address}/problems")
    assert text.headers["content-type"].startswith("text/csv")
    assert "51,t,bad_time,never" in text.text
    assert program.post(f"{address}/cancel").status_code == 409


def test_lists_come_in_pages(shop: Shop, program: Program) -> None:
    names = [f"{n}.csv" for n in range(5)]
    for name in names:
        file = upload(program, visits(5) + name.encode() + b",2026-01-01,1\n", name)
        program.post(f"{W}/imports", {"file_id": file["file_id"], "mapping": MAPPING})
        program.post(f"{W}/mappings", {"name": name, "mapping": MAPPING})
        shop.clock.advance(seconds=1)
    for path, wanted in (("files", names[::-1]), ("imports", names[::-1]), ("mappings", names)):
        found, cursor = [], None
        while True:
            page = program.get(f"{W}/{path}", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
            found += [item["name"] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert found == wanted


def test_a_source_is_set_up_tried_read_and_taken_away(shop: Shop) -> None:
    import sqlite3

    folder = shop.house.settings.home / "allowed"
    folder.mkdir()
    with sqlite3.connect(folder / "a.db") as conn:
        conn.execute("CREATE TABLE v (user TEXT, t TEXT, n INTEGER)")
        conn.executemany("INSERT INTO v VALUES (?, '2026-01-01', ?)", [(f"u{n}", n) for n in range(30)])
    conn.close()
    settings = shop.house.settings.model_copy(update={"sqlite_sources_folder": folder})
    shop.house = House(settings=settings, warehouse=shop.house.warehouse, store=shop.house.store, log=shop.house.log)
    program = operator_client(create_app(shop.house, clock=shop.clock), shop.house)
    kinds = program.get(f"{W}/source-kinds").json()["items"]
    assert {kind["kind"] for kind in kinds} == {"postgresql", "sqlite"}
    assert next(k for k in kinds if k["kind"] == "postgresql")["config"]["properties"]["password"]["writeOnly"]
    kept = program.post(f"{W}/mappings", {"name": "V", "mapping": MAPPING}).json()
    body = {
        "name": "Visits",
        "kind": "sqlite",
        "connection": {"path": "a.db"},
        "reading": {"table": "v", "cursor": "n"},
        "mapping_id": kept["mapping_id"],
    }
    tried = program.post(f"{W}/sources/test", body).json()
    assert (tried["columns"], tried["rows_read"], tried["null_cursor"]) == (["user", "t", "n"], 30, False)
    made = program.post(f"{W}/sources", body)
    assert made.status_code == 201
    address = f"{W}/sources/{made.json()['source_id']}"
    assert program.post(f"{address}/test").json()["previews"][0]["event"]["event"] == "Visited"
    run = program.post(f"{address}/run")
    assert (run.status_code, run.json()["source_id"]) == (201, made.json()["source_id"])
    busy = program.post(f"{address}/run")
    assert (busy.status_code, busy.json()["code"]) == (409, "source_busy")
    shop.runner().step()
    shop.consume()
    assert shop.numbers() == list(range(30))
    assert program.get(address).json()["cursor"] == "29"
    assert len(program.get(f"{W}/imports", params={"source_id": made.json()["source_id"]}).json()["items"]) == 1
    changed = program.send("PUT", address, json={**body, "name": "Visitors", "every_minutes": 5})
    assert (changed.json()["name"], changed.json()["cursor"], changed.json()["every_minutes"]) == ("Visitors", "29", 5)
    assert program.send("DELETE", address).status_code == 204
    assert program.get(f"{W}/sources").json()["items"] == []


def test_who_may_only_look_may_not_import(shop: Shop) -> None:
    app = create_app(shop.house, clock=shop.clock)
    key = access.create_key(shop.house.store, shop.access, kind="api", name="looker", permissions=["imports:read", "sources:read"])
    looker = bearer(app, key.token)
    assert looker.get(f"{W}/imports").status_code == 200
    assert looker.get(f"{W}/sources").status_code == 200
    assert looker.send("POST", f"{W}/files", content=visits(5)).status_code == 403
    assert looker.post(f"{W}/mappings", {"name": "x", "mapping": MAPPING}).status_code == 403
    assert looker.post(f"{W}/imports", {"file_id": "x", "mapping": MAPPING}).status_code == 403
    assert json.loads(looker.post(f"{W}/sources/x/run").text)["code"] == "forbidden"
