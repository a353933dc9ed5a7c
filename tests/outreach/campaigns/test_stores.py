"""Does everybody get one message on both databases: with two workers, when a process is killed at any instant, paused at any moment?"""

import contextlib
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from tests.identity.conftest import make_access
from tests.support.access import a_workspace_with_a_write_key
from uems.access.api import Workspaces
from uems.kernel import leases
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.log import Log
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.kernel.store import Store, insert_many, to_microseconds
from uems.kernel.warehouse import Warehouse
from uems.outreach.campaigns import freezing, launching, releasing
from uems.outreach.campaigns.audience import Audience
from uems.outreach.campaigns.definitions import Campaign, get_campaign
from uems.outreach.campaigns.engine import Campaigner
from uems.outreach.campaigns.freezing import freeze
from uems.outreach.campaigns.spec import CampaignSpec
from uems.outreach.campaigns.tables import campaign_occurrences, campaign_people, campaign_versions, campaigns
from uems.outreach.campaigns.timing import ONCE, Opening
from uems.outreach.tables import outreach_messages, outreach_templates

NOW = datetime(2026, 3, 30, 14, 30, tzinfo=UTC)
PEOPLE = 600
SCOPE = Scope(workspace_id=1, slug="w1", zone="UTC", currency="USD")
SPEC = CampaignSpec.model_validate({"audience": {"who": {"did": {"events": []}}}, "variants": [{"template": "hello"}]})


def fill(store: Store, *, frozen: bool = True) -> Campaign:
    """A campaign that was launched, and whose people are written down: every fifth is held out."""
    a_workspace_with_a_write_key(store, slug="w1")
    with store.write() as conn:
        template = {"workspace_id": 1, "template_id": "hello", "name": "h", "channel": "outbox", "kind": "benefit", "topic": "news"}
        conn.execute(insert(outreach_templates).values(**template, version=1, archived=False, saved_at=NOW, saved_by="test"))
        named: dict[str, Any] = {"workspace_id": 1, "campaign_id": 1}
        said = {"key": "c", "name": "c", "description": "", "reason": "", "spec": SPEC.model_dump(mode="json"), "revision": 1}
        by = {"created_at": NOW, "changed_at": NOW, "changed_by": "t", "launched_by_id": "", "launched_by": "t", "approved_by": ""}
        state = "running" if frozen else "scheduled"
        conn.execute(insert(campaigns).values(**named, **said, **by, state=state, version=1, salt="s", launched_at=NOW, watched_since=NOW))
        conn.execute(insert(campaign_versions).values(**named, version=1, spec=said["spec"], at=NOW, by="t"))
    if frozen:
        freeze_by_hand(store)
    return get_campaign(store, SCOPE, "c")


def freeze_by_hand(store: Store) -> None:
    named: dict[str, Any] = {"workspace_id": 1, "campaign_id": 1, "occurrence": 1}
    counts = {"found": PEOPLE, "excluded": 0, "held": PEOPLE // 5, "entered": PEOPLE - PEOPLE // 5, "next_release": 0}
    due = to_microseconds(NOW)
    with store.write() as conn:
        conn.execute(insert(campaign_occurrences).values(**named, version=1, slot="1:once", state="running", begun_at=NOW, **counts))
        rows = [
            {
                **named,
                "person_id": n,
                "variant": None if n % 5 == 0 else 0,
                "state": "held" if n % 5 == 0 else "ready",
                "planned_at": due,
                "due_at": None if n % 5 == 0 else due,
            }
            for n in range(1, PEOPLE + 1)
        ]
        insert_many(conn, campaign_people, rows)


WANTED = {f"campaign:1:1:{n}" for n in range(1, PEOPLE + 1) if n % 5}


def check(store: Store) -> None:
    """Everybody who is not held out was said it once, and is written down as that."""
    with store.read() as conn:
        keys = conn.execute(select(outreach_messages.c.send_key)).scalars().all()
        states = Counter(conn.execute(select(campaign_people.c.state)).scalars())
    assert len(keys) == len(set(keys))
    assert set(keys) == WANTED
    assert states == {"held": PEOPLE // 5, "sent": PEOPLE - PEOPLE // 5}


def test_two_workers_send_to_everybody_once(store: Store, settings: Settings, full_warehouse: Warehouse, log: Log) -> None:
    fill(store)
    house = House(settings=settings, warehouse=full_warehouse, store=store, log=log)
    workers = [Campaigner(house, Workspaces(store), name, lambda: NOW, batch=30) for name in ("one", "two")]

    def work(worker: Campaigner) -> None:
        while worker.step():
            continue

    threads = [threading.Thread(target=work, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check(store)


class Died(Exception):
    """As if the process had ended here."""


def test_who_dies_while_people_are_written_down_leaves_nothing_that_is_sent(
    store: Store, settings: Settings, full_warehouse: Warehouse, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = fill(store, frozen=False)
    house = House(settings=settings, warehouse=full_warehouse, store=store, log=log)
    monkeypatch.setattr(freezing, "CHUNK", 100)
    lease = leases.acquire(store, "campaigns", "one", 60, NOW)
    assert lease is not None
    opened = Opening(slot=ONCE, at=NOW, day=None)
    real = insert_many
    parts = iter(range(100))

    def dies(*args: Any) -> None:
        if next(parts) == 3:
            raise Died
        real(*args)

    first = Audience(people=np.arange(1, 601, dtype=np.uint64), excluded=0, everybody=600)
    monkeypatch.setattr(freezing, "insert_many", dies)
    with pytest.raises(Died):
        freeze(house, SCOPE, one, opened, first, lease, NOW)
    monkeypatch.setattr(freezing, "insert_many", insert_many)
    worker = Campaigner(house, Workspaces(store), "two", lambda: NOW)
    assert not worker.step()  # the lease is another one's, and nobody is sent anything of a list that is not whole
    # Meanwhile the audience has changed: the second list counts whole, and nobody of the first is left.
    second = Audience(people=np.arange(300, 501, dtype=np.uint64), excluded=0, everybody=600)
    assert freeze(house, SCOPE, one, opened, second, lease, NOW)
    with store.read() as conn:
        known = set(conn.execute(select(campaign_people.c.person_id)).scalars())
    assert known == set(range(300, 501))
    assert leases.acquire(store, "campaigns", "three", 60, NOW + timedelta(minutes=2)) is not None
    with pytest.raises(UemsError, match="no longer holds"):
        freeze(house, SCOPE, one, opened, first, lease, NOW)


STEPS = st.lists(st.sampled_from(["step", "step", "pause", "resume", "die", "later"]), max_size=25)


def test_in_any_order_of_pauses_and_deaths_all_get_one(settings: Settings, full_warehouse: Warehouse, store: Store, log: Log) -> None:
    if store.dialect != "sqlite":
        pytest.skip("only the order of things matters here; processes are killed on both databases")
    house = House(settings=settings, warehouse=full_warehouse, store=store, log=log)
    fill(store)

    @hypothesis_settings(max_examples=15, deadline=None)
    @given(STEPS)
    def whatever(steps: list[str]) -> None:
        with store.write() as conn:
            for table in (outreach_messages, campaign_people, campaign_occurrences):
                conn.execute(delete(table))
            conn.execute(campaigns.update().values(state="running", held_at=None))
        freeze_by_hand(store)
        now, paused = NOW, False
        worker = Campaigner(house, Workspaces(store), "one", lambda: now, batch=90)
        for what in [*steps, "resume", *["step"] * 12]:
            before = _count(store)
            access = make_access(SCOPE, now)
            if what == "step":
                worker.step()
                assert not paused or _count(store) == before
            elif what == "die":
                _die_while_releasing(worker)
                assert _count(store) == before
            elif what == "later":
                now += timedelta(minutes=10)
            elif what == "pause" and not paused:
                launching.pause_campaign(store, access, "c")
                paused = True
            elif what == "resume" and paused:
                launching.resume_campaign(store, access, "c")
                paused = False
        check(store)

    whatever()


def _count(store: Store) -> int:
    with store.read() as conn:
        return len(conn.execute(select(outreach_messages.c.message_id)).all())


def _die_while_releasing(worker: Campaigner) -> None:
    """Everything of a batch is written, and the process ends before the transaction does."""
    real = releasing._move

    def dies(*args: Any) -> None:
        real(*args)
        if args[-1] == "sent":
            raise Died

    with pytest.MonkeyPatch.context() as patch, contextlib.suppress(Died):
        patch.setattr(releasing, "_move", dies)
        worker.step()
