"""Is every version of a plan kept, in force at once, and never overwritten unseen?"""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from tests.collect.plan.conftest import Send
from tests.support.events import track
from tests.support.web import make_workspace
from uems.access.api import Access
from uems.access.tables import audit_entries
from uems.collect.plan.history import Change, StoredPlans, current_plan, differences, plan_version, plan_versions, save_plan
from uems.collect.plan.model import EMPTY, EventPlan, Plan, PropertyPlan, Words
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.sql import Sql
from uems.kernel.store import Store

ORDER = EventPlan(name="Order Completed", properties=(PropertyPlan(name="revenue", type="number", required=True),))
PLAN = Plan(mode="warn", events=(ORDER,))


def test_versions_count_up_and_stay_readable(store: Store, now: datetime) -> None:
    inside = make_workspace(store, "shop", now)[1]
    assert current_plan(store, inside.scope).plan == EMPTY
    assert save_plan(store, inside, PLAN, base_version=0, note="first").version == 1
    second = replace(PLAN, mode="block")
    later = replace(inside, now=now + timedelta(hours=1))
    assert save_plan(store, later, second, base_version=1).version == 2
    found = current_plan(store, inside.scope)
    assert (found.version, found.plan, found.saved_at, found.saved_by) == (2, second, later.now, inside.actor.label)
    assert plan_version(store, inside.scope, 1).plan == PLAN
    assert plan_version(store, inside.scope, 0).plan == EMPTY
    assert [(v.version, v.note) for v in plan_versions(store, inside.scope, before=None, limit=10)] == [(2, ""), (1, "first")]
    assert [v.version for v in plan_versions(store, inside.scope, before=2, limit=10)] == [1]
    with pytest.raises(UemsError, match="No version of the tracking plan '3' here"):
        plan_version(store, inside.scope, 3)


def test_a_plan_that_somebody_changed_meanwhile_is_not_overwritten_unseen(store: Store, now: datetime) -> None:
    inside = make_workspace(store, "shop", now)[1]
    save_plan(store, inside, PLAN, base_version=0)
    with pytest.raises(UemsError, match="version 1 is in force and you edited version 0") as caught:
        save_plan(store, inside, EMPTY, base_version=0)
    assert (caught.value.code, caught.value.status) == ("plan_changed", 409)
    assert save_plan(store, inside, EMPTY, base_version=None).version == 2


def test_plans_of_two_workspaces_are_apart(store: Store, now: datetime) -> None:
    one, two = make_workspace(store, "one", now)[1], make_workspace(store, "two", now)[1]
    save_plan(store, one, PLAN, base_version=0)
    assert current_plan(store, two.scope).version == 0
    plans = StoredPlans(store)
    assert plans.checker(one.scope.workspace_id) is not None
    assert plans.checker(two.scope.workspace_id) is None


def test_each_change_is_in_the_audit_log_and_the_same_plan_again_is_none(house: House, shop: Access) -> None:
    save_plan(house.store, shop, PLAN, base_version=0)
    assert save_plan(house.store, shop, PLAN, base_version=1).version == 1
    with house.store.read() as conn:
        rows = conn.execute(select(audit_entries).where(audit_entries.c.action == "plan.changed")).mappings().all()
    assert [(row["target"], row["after"]["changed"]) for row in rows] == [("plan:1", ["plan mode", "Order Completed"])]


def test_a_wrong_plan_is_not_saved(house: House, shop: Access) -> None:
    with pytest.raises(UemsError, match="defined twice"):
        save_plan(house.store, shop, replace(PLAN, events=(ORDER, ORDER)), base_version=0)
    assert current_plan(house.store, shop.scope).version == 0


def test_a_change_is_in_force_with_the_next_batch(house: House, shop: Access, send: Send) -> None:
    send([track("u1", "Order Completed")])
    save_plan(house.store, shop, PLAN, base_version=0)
    send([track("u2", "Order Completed"), track("u3", "Order Completed", properties={"revenue": 5})])
    save_plan(house.store, shop, replace(PLAN, mode="block"), base_version=1)
    send([track("u4", "Order Completed"), track("u5", "Anything")])
    save_plan(house.store, shop, EMPTY, base_version=2)
    send([track("u6", "Order Completed")])
    sql = Sql("SELECT message_id, status, reason FROM event_receipts ORDER BY log_offset, log_index")
    found = [(row["message_id"].split("-")[1], row["status"], row["reason"]) for row in house.warehouse.query(sql).to_pylist()]
    assert found == [
        ("u1", "accepted", ""),
        ("u2", "warned", "plan:missing:revenue"),
        ("u3", "accepted", ""),
        ("u4", "blocked", "plan:missing:revenue"),
        ("u5", "accepted", ""),
        ("u6", "accepted", ""),
    ]
    stored = house.warehouse.query(Sql("SELECT count() FROM events")).column(0)[0].as_py()
    assert stored == 5


def test_differences_name_every_field_once() -> None:
    old = Plan(events=(ORDER, EventPlan(name="Gone")), traits=(PropertyPlan(name="email"),))
    changed = replace(
        ORDER,
        owner="growth",
        description=Words(en="Paid"),
        properties=(PropertyPlan(name="revenue", type="number", minimum=0), PropertyPlan(name="coupon")),
    )
    new = Plan(mode="block", events=(changed, EventPlan(name="New")), traits=(PropertyPlan(name="email", type="text"),))
    found = [(c.event, c.property, c.is_trait, c.field, c.before, c.after) for c in differences(old, new)]
    added = [entry for entry in found if entry[3] == ""]
    assert [entry for entry in found if entry[3] != ""] == [
        ("", "", False, "mode", "allow", "block"),
        ("Order Completed", "", False, "owner", "", "growth"),
        ("Order Completed", "", False, "description", {"zh": "", "en": ""}, {"zh": "", "en": "Paid"}),
        ("Order Completed", "revenue", False, "required", True, False),
        ("Order Completed", "revenue", False, "minimum", None, 0),
        ("", "email", True, "type", "any", "text"),
    ]
    assert [(entry[0], entry[1], entry[4] is None, entry[5] is None) for entry in added] == [
        ("Order Completed", "coupon", True, False),
        ("New", "", True, False),
        ("Gone", "", False, True),
    ]
    assert list(differences(new, new)) == []
    assert all(isinstance(change, Change) for change in differences(old, new))
