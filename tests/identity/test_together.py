"""Do two workers who learn of the same people at the same time agree, and does nothing get lost between the two databases?"""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.identity.conftest import make_scope
from tests.identity.oracle import Claim, people_by_definition
from tests.identity.oracle import claims as one_claim
from tests.identity.test_resolver import put_rules, result, said
from tests.support.feed import Feed, Happened
from uems.identity import api as identity
from uems.identity.api import Resolver
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.sql import Sql

START = datetime(2026, 2, 1, 12, tzinfo=UTC)


batches = st.lists(st.lists(one_claim, min_size=1, max_size=5), max_size=6)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(one=batches, other=batches)
def test_workers_side_by_side_come_to_what_is_defined(
    one: list[list[Claim]], other: list[list[Claim]], house: House, now: datetime
) -> None:
    scope = make_scope()
    put_rules(house.store, scope, now)
    failures: list[BaseException] = []
    start = threading.Barrier(2)

    def work(batches: list[list[Claim]]) -> None:
        try:
            resolver = Resolver(house.store, house.warehouse)
            start.wait(timeout=30)
            for batch in batches:
                pairs = [(c.a[1], c.b[1]) for c in batch if (c.a[0], c.b[0]) == ("user_id", "anonymous_id")]
                resolver.resolve(scope, list(dict.fromkeys(pairs)), said(*batch), now)
        except BaseException as error:
            failures.append(error)

    workers = [threading.Thread(target=work, args=(batches,)) for batches in (one, other)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=120)
    assert failures == []
    claims = [c for batch in (*one, *other) for c in batch if c.a != c.b]
    assert result(house.store, scope) == people_by_definition(claims, set())


def test_a_worker_that_remembers_the_old_person_still_counts_for_the_new_one(house: House, scope: Scope, now: datetime) -> None:
    one, other = Feed(house, scope), Feed(house, scope)
    other.offset = 100
    one.take([Happened(anonymous="laptop", ts=START)], now)
    other.take([Happened(anonymous="laptop", ts=START)], now)
    one.take([Happened(user="ann", ts=START), Happened(user="ann", anonymous="laptop", ts=START + timedelta(hours=1))], now)
    [late] = other.take([Happened(anonymous="laptop", ts=START + timedelta(hours=2))], now)
    ann = identity.find_person(house.store, scope, "user_id", "ann")
    assert ann is not None
    assert late.person_id in ann.stored_ids
    assert identity.totals_of(house, scope, [ann])[ann.person_id].events == 5
    assert identity.count_people(house, scope, START.date(), START.date()).active == 1


def test_a_merge_that_did_not_reach_the_warehouse_does_so_at_the_next_flush(
    house: House, scope: Scope, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = Feed(house, scope)
    feed.take([Happened(anonymous="laptop", ts=START), Happened(user="ann", ts=START)], now)
    assert identity.count_people(house, scope, START.date(), START.date()) == identity.PeopleCount(active=2, new=2, identified=1)
    feed.take([Happened(user="ann", anonymous="laptop", ts=START)], now, flush=False)

    def gone(*_: object, **__: object) -> None:
        raise UemsError("warehouse_down", "gone", status=503)

    with monkeypatch.context() as broken:
        broken.setattr(type(house.warehouse), "insert", gone)
        with pytest.raises(UemsError, match="gone"):
            feed.resolver.flush(now)
    assert identity.flush_overrides(house.store, house.warehouse) == 1
    assert identity.flush_overrides(house.store, house.warehouse) == 0
    assert identity.count_people(house, scope, START.date(), START.date()) == identity.PeopleCount(active=1, new=1, identified=1)


def test_sending_a_merge_twice_changes_nothing(house: House, scope: Scope, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    feed = Feed(house, scope)
    feed.take([Happened(anonymous="laptop", ts=START), Happened(user="ann", ts=START)], now)
    feed.take([Happened(user="ann", anonymous="laptop", ts=START)], now, flush=False)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("uems.identity.outbox.update", killed)
        with pytest.raises(KeyboardInterrupt):
            feed.resolver.flush(now)
    feed.resolver.flush(now)
    assert identity.count_people(house, scope, START.date(), START.date()) == identity.PeopleCount(active=1, new=1, identified=1)
    rows = identity.rows_of_people(house.store, scope, Sql("events"), (), Sql("1"))
    assert house.warehouse.query(Sql(f"SELECT count() AS n, uniqExact(person) AS people FROM {rows}")).to_pylist() == [
        {"n": 3, "people": 1}
    ]
