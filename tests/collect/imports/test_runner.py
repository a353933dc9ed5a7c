"""Does every row of an imported file become one event, once, whatever happens on the way?"""

import csv
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.collect.imports.conftest import VISITS, Shop, housing, visits
from tests.support.web import make_workspace
from uems.collect.files import batches
from uems.collect.files.mapping import Mapping
from uems.collect.imports import append, runner, runs
from uems.collect.imports.model import Run
from uems.collect.imports.problem_file import problems_path
from uems.collect.imports.vault import clean, path_of
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.settings import Settings
from uems.kernel.store import Store
from uems.kernel.warehouse import Warehouse


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "STEP_EVENTS", 100)


@pytest.fixture
def house(settings: Settings, store: Store, full_warehouse: Warehouse) -> Iterator[House]:
    """Every test here runs once on SQLite and once on PostgreSQL."""
    with housing(settings, store, full_warehouse) as found:
        yield found


class _Killed(BaseException):
    """Stands for the end of the process."""


def killed_at(monkeypatch: pytest.MonkeyPatch, count: int, place: str) -> None:
    """End the runner at the ``count``-th step, "before" or "after" its events are in the log."""
    real = append.append
    calls = 0

    def dying(*args: object, **named: object) -> dict[int, int]:
        nonlocal calls
        calls += 1
        if calls == count and place == "before":
            raise _Killed
        marks = real(*args, **named)  # type: ignore[arg-type]
        if calls == count:
            raise _Killed
        return marks

    monkeypatch.setattr(runner, "append", dying)


def test_a_file_is_imported_and_counted(shop: Shop) -> None:
    run = shop.start(shop.put(visits(1050)))
    assert run.state == "queued"
    assert shop.runner().step()
    found = shop.run(run)
    assert (found.state, found.rows_total, found.rows_read, found.rows_ok, found.rows_bad, found.events) == (
        "done",
        1050,
        1050,
        1050,
        0,
        1050,
    )
    assert not runs.settled(shop.house.store, found)
    shop.consume()
    assert runs.settled(shop.house.store, found)
    assert shop.numbers() == list(range(1050))
    assert shop.query("SELECT channel, user_id, ts FROM events WHERE properties.n = 0")[0]["channel"] == "import"
    assert not shop.runner().step()


@pytest.mark.parametrize("place", ["before", "after"])
def test_a_killed_import_goes_on_where_it_was_and_counts_nothing_twice(shop: Shop, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    run = shop.start(shop.put(visits(1050)))
    with monkeypatch.context() as patch:
        killed_at(patch, 4, place)
        with pytest.raises(_Killed):
            shop.runner().step()
    half = shop.run(run)
    assert (half.state, half.position, half.rows_ok) == ("running", 300, 300)
    assert shop.runner("two").step()
    done = shop.run(run)
    assert (done.state, done.rows_ok, done.events) == ("done", 1050, 1050)
    shop.consume()
    assert shop.numbers() == list(range(1050))
    duplicates = shop.query("SELECT count() AS n FROM event_receipts WHERE status = 'duplicate'")[0]["n"]
    assert duplicates == (100 if place == "after" else 0)


def test_grouped_rows_survive_a_kill_too(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    mapping = Mapping.model_validate(
        {
            "event": {"constant": "Visited"},
            "user_id": "user",
            "time": {"column": "t"},
            "group": {"key": ["n"], "fields": [{"name": "place", "column": "place"}]},
            "properties": [{"name": "n", "column": "n", "type": "integer"}],
        }
    )
    lines = [f"u{n},2026-01-01,{n},{place}\n" for place in ("a", "b") for n in range(450)]
    run = shop.start(shop.put(("user,t,n,place\n" + "".join(lines)).encode()), mapping)
    with monkeypatch.context() as patch:
        killed_at(patch, 3, "after")
        with pytest.raises(_Killed):
            shop.runner().step()
    assert shop.runner("two").step()
    done = shop.run(run)
    assert (done.state, done.rows_ok, done.rows_read) == ("done", 900, 900)
    shop.consume()
    assert shop.numbers() == list(range(450))
    found = shop.query("SELECT DISTINCT toString(properties.products) AS p FROM events")
    assert len(found) == 1
    assert "a" in found[0]["p"]
    assert not (shop.house.settings.home / "files" / "scratch" / run.run_id).exists()


def test_a_second_runner_keeps_off_while_the_first_one_lives(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    run = shop.start(shop.put(visits(250)))
    taken: list[bool] = []
    real = append.append

    def while_working(*args: object, **named: object) -> dict[int, int]:
        taken.append(shop.runner("two").step())
        return real(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(runner, "append", while_working)
    assert shop.runner("one").step()
    assert taken == [False] * 3
    assert shop.run(run).state == "done"


def test_whoever_lost_the_lease_records_nothing_more(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    run = shop.start(shop.put(visits(250)))
    real = append.append

    def paused_too_long(*args: object, **named: object) -> dict[int, int]:
        marks = real(*args, **named)  # type: ignore[arg-type]
        monkeypatch.setattr(runner, "append", real)
        shop.clock.advance(seconds=runner.LEASE_SECONDS + 1)
        assert shop.runner("two").step()
        return marks

    monkeypatch.setattr(runner, "append", paused_too_long)
    shop.runner("one").step()
    done = shop.run(run)
    assert (done.state, done.rows_ok, done.events) == ("done", 250, 250)
    shop.consume()
    assert shop.numbers() == list(range(250))


@pytest.mark.parametrize(("wanted", "word"), [("cancelled", "cancelled"), ("paused", "paused")])
def test_an_import_stops_within_a_step_and_goes_on_later(shop: Shop, monkeypatch: pytest.MonkeyPatch, wanted: str, word: str) -> None:
    run = shop.start(shop.put(visits(1000)))
    real = append.append
    calls = 0

    def stopping(*args: object, **named: object) -> dict[int, int]:
        nonlocal calls
        calls += 1
        if calls == 3:
            runs.change_state(shop.house.store, shop.access, run.run_id, wanted, settings=shop.house.settings)  # type: ignore[arg-type]
        return real(*args, **named)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(runner, "append", stopping)
        shop.runner().step()
    half = shop.run(run)
    assert (half.state, half.rows_ok, half.events) == (word, 300, 300)
    assert not shop.runner().step()
    runs.change_state(shop.house.store, shop.access, run.run_id, "queued", settings=shop.house.settings)
    assert shop.runner().step()
    shop.consume()
    assert shop.run(run).state == "done"
    assert shop.numbers() == list(range(1000))


def test_the_same_file_is_recognised_and_a_forced_repeat_adds_nothing(shop: Shop) -> None:
    first = shop.start(shop.put(visits(300)))
    with pytest.raises(UemsError, match="is being imported now"):
        shop.start(shop.put(visits(300)))
    shop.runner().step()
    with pytest.raises(UemsError) as caught:
        shop.start(shop.put(visits(300), "other name.csv"))
    assert (caught.value.code, caught.value.status) == ("already_imported", 409)
    assert caught.value.details == {"import_id": first.run_id, "state": "done"}
    again = shop.start(shop.put(visits(300)), force=True)
    shop.runner().step()
    assert shop.run(again).state == "done"
    shop.consume()
    assert shop.numbers() == list(range(300))
    # Another kind of event from the same file is another import.
    shop.start(shop.put(visits(300)), VISITS.model_copy(update={"event": VISITS.event.model_copy(update={"constant": "Left"})}))  # type: ignore[union-attr]
    shop.runner().step()
    shop.consume()
    assert len(shop.numbers()) == 600


def test_a_repeat_that_would_not_be_recognised_any_more_is_refused(shop: Shop) -> None:
    run = shop.start(shop.put(visits(100)))
    shop.runner().step()
    shop.clock.advance(days=7)
    later = replace(shop, access=replace(shop.access, now=shop.clock()))
    with pytest.raises(UemsError) as caught:
        later.start(shop.put(visits(100)), force=True)
    assert caught.value.code == "repeat_too_late"
    assert caught.value.details == {"import_id": run.run_id}


def test_an_import_that_broke_off_too_long_ago_does_not_go_on(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    run = shop.start(shop.put(visits(500)))
    with monkeypatch.context() as patch:
        killed_at(patch, 2, "after")
        with pytest.raises(_Killed):
            shop.runner().step()
    shop.clock.advance(days=8)
    assert not shop.runner("two").step()
    found = shop.run(run)
    assert found.state == "failed"
    assert found.error is not None
    assert found.error["code"] == "resume_too_late"


def test_rows_that_were_left_out_can_be_downloaded_and_are_listed_once(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    data = visits(400) + b"u1,never,1\n=cmd(),2026-01-01,x\n" + visits(200, 400).split(b"\n", 1)[1] + b",2026-01-01,7\n"
    run = shop.start(shop.put(data))
    with monkeypatch.context() as patch:
        real = append.append
        calls = 0

        def dying_after_the_problems(*args: object, **named: object) -> dict[int, int]:
            nonlocal calls
            calls += 1
            return real(*args, **named)  # type: ignore[arg-type]

        patch.setattr(runner, "append", dying_after_the_problems)
        real_write = runner.write_problems  # type: ignore[attr-defined]

        def write(*args: object) -> int:
            size = real_write(*args)  # type: ignore[arg-type]
            if calls == 5:
                raise _Killed
            return size

        patch.setattr(runner, "write_problems", write)
        with pytest.raises(_Killed):
            shop.runner().step()
    shop.runner("two").step()
    found = shop.run(run)
    assert (found.state, found.rows_ok, found.rows_bad) == ("done", 600, 3)
    assert found.problems == (("n", "bad_integer", 1), ("t", "bad_time", 1), ("user", "missing_person", 1))
    text = problems_path(shop.house.settings, run.run_id).read_text("utf-8-sig")
    rows = list(csv.reader(text.splitlines()))
    assert rows[0] == ["row", "column", "problem", "got", "wanted"]
    assert [row[:4] for row in rows[1:]] == [
        ["401", "t", "bad_time", "never"],
        ["402", "n", "bad_integer", "x"],
        ["603", "user", "missing_person", ""],
    ]
    assert problems_path(shop.house.settings, run.run_id).stat().st_size == found.problem_bytes


def test_a_cell_of_the_problem_file_is_never_a_formula(shop: Shop) -> None:
    run = shop.start(shop.put(b"user,t,n\nu,2026-01-01,=1+1\nv,2026-01-01,@SUM(A1)\n"))
    shop.runner().step()
    rows = list(csv.reader(problems_path(shop.house.settings, run.run_id).read_text("utf-8-sig").splitlines()))
    assert [row[3] for row in rows[1:]] == ["'=1+1", "'@SUM(A1)"]


def test_a_file_that_is_gone_fails_with_the_reason_and_resumes_when_it_is_back(shop: Shop) -> None:
    file = shop.put(visits(100))
    run = shop.start(file)
    path_of(shop.house.settings, file.sha256).unlink()
    shop.runner().step()
    failed = shop.run(run)
    assert failed.state == "failed"
    assert failed.error is not None
    assert failed.error["code"] == "file_gone"
    shop.put(visits(100))
    runs.change_state(shop.house.store, shop.access, run.run_id, "queued", settings=shop.house.settings)
    shop.runner().step()
    assert shop.run(run).state == "done"


def test_a_full_log_makes_the_import_wait_and_nothing_is_lost(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    run = shop.start(shop.put(visits(300)))
    log = shop.house.log
    real = type(log).append
    refusals = iter([True, True, False, True, False, False])

    def sometimes_full(self: object, partition: int, body: bytes, events: int) -> object:
        if next(refusals, False):
            raise UemsError("log_full", "full", status=429, details={"retry_after_seconds": 0.01})
        return real(self, partition, body, events)  # type: ignore[arg-type]

    monkeypatch.setattr(type(log), "append", sometimes_full)
    shop.runner().step()
    assert shop.run(run).state == "done"
    shop.consume()
    assert shop.numbers() == list(range(300))


def test_an_import_holds_back_while_much_waits_in_the_log(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(append, "WAITING_EVENTS", 150)
    run = shop.start(shop.put(visits(500)))
    waits: list[float] = []

    def consume_meanwhile(self: object, run: Run) -> object:
        def wait(seconds: float) -> None:
            waits.append(seconds)
            if seconds:
                shop.consume()
                shop.house.log.trim(0, shop.house.log.head(0)).result(timeout=30)

        return wait

    monkeypatch.setattr(runner.Runner, "_waiter", consume_meanwhile)
    shop.runner().step()
    assert shop.run(run).state == "done"
    assert waits
    shop.consume()
    assert shop.numbers() == list(range(500))


def test_the_store_being_away_fails_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    run = shop.start(shop.put(visits(300)))

    def away(*args: object, **named: object) -> dict[int, int]:
        raise UemsError("store_unavailable", "The store is away.", status=503)

    with monkeypatch.context() as patch:
        patch.setattr(runner, "append", away)
        with pytest.raises(UemsError, match="away"):
            shop.runner().step()
    assert shop.run(run).state == "running"
    assert shop.runner("two").step()
    assert shop.run(run).state == "done"


def test_events_go_to_the_partition_of_their_person(house: House, shop: Shop) -> None:
    many = replace(house, settings=house.settings.model_copy(update={"log_partitions": 3}))
    wide = replace(shop, house=many)
    run = wide.start(wide.put(visits(400)))
    wide.runner().step()
    assert set(wide.run(run).marks) == {0, 1, 2}
    wide.consume()
    assert wide.numbers() == list(range(400))
    split = wide.query("SELECT user_id FROM events GROUP BY user_id HAVING uniqExact(log_partition) > 1")
    assert split == []


def test_files_go_when_nobody_has_used_them_for_long(shop: Shop) -> None:
    used, unused = shop.put(visits(10)), shop.put(visits(20))
    shared = shop.put(visits(30))
    _, other = make_workspace(shop.house.store, "other", shop.clock())
    shop.start(used)
    shop.runner().step()
    shop.clock.advance(days=10)
    recent = replace(shop, access=replace(other, now=shop.clock()))
    recent.put(visits(30))
    shop.runner().step()  # nothing to do
    shop.clock.advance(days=5)
    assert clean(shop.house.settings, shop.house.store, shop.clock()) == 3
    assert not path_of(shop.house.settings, unused.sha256).exists()
    assert not path_of(shop.house.settings, used.sha256).exists()
    # The content that another workspace has uploaded since stays.
    assert path_of(shop.house.settings, shared.sha256).exists()
    with pytest.raises(UemsError, match="not kept any more"):
        shop.start(replace(unused, deleted_at=shop.clock()))
