"""Are events and properties recognised by the names that real systems give them, in both languages?"""

import json
from datetime import timedelta

import pytest

from tests.profiles.conditions.world import NOW, World
from tests.support.feed import Happened
from tests.support.web import make_workspace, operator
from uems.access.api import Access, enter
from uems.access.audit import read_audit
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.profiles.roles.guess import Seen, guess_events
from uems.profiles.roles.mappings import forget_role, guess_roles, roles_of, set_role
from uems.profiles.roles.words import EVENTS, PROPERTIES, plain


@pytest.mark.parametrize(
    ("names", "role", "wanted"),
    [
        (["Order Completed", "Order Refunded"], "purchase", ["Order Completed"]),
        (["orderCompleted", "checkout_started"], "purchase", ["orderCompleted"]),
        (["支付成功", "提交订单", "支付失败"], "purchase", ["支付成功"]),
        (["Payment Failed"], "purchase", None),
        (["purchase", "add_to_cart", "view_item"], "purchase", ["purchase"]),
        (["Signed Up", "Sign Up Clicked"], "signup", ["Signed Up"]),
        (["注册成功", "点击注册"], "signup", ["注册成功"]),
        (["sign_up"], "signup", ["sign_up"]),
        (["邀请好友"], "invite", ["邀请好友"]),
        (["Invite Sent"], "invite", ["Invite Sent"]),
        (["分享商品", "转发"], "share", ["分享商品", "转发"]),
        (["view_item", "Product Viewed"], "view", ["Product Viewed", "view_item"]),
        (["Product List Viewed"], "search", None),
        (["加入购物车"], "cart", ["加入购物车"]),
        (["Coupon Redeemed"], "coupon", ["Coupon Redeemed"]),
        (["Campaign Sent", "短信发送"], "sent", ["Campaign Sent", "短信发送"]),
        (["Order Refunded"], "refund", ["Order Refunded"]),
        (["Complaint Submitted"], "complaint", ["Complaint Submitted"]),
        (["Product Reviewed"], "review", ["Product Reviewed"]),
    ],
)
def test_names_tell_the_role(names: list[str], role: str, wanted: list[str] | None) -> None:
    found = guess_events([Seen(name=name, events=10, revenue=role == "purchase" and "ail" not in name) for name in names])
    assert (list(found[role].events) if role in found else None) == wanted
    if wanted:
        assert found[role].reason_zh
        assert found[role].reason_en
        assert 0.5 <= found[role].confidence <= 1


def test_a_purchase_is_what_carries_money() -> None:
    seen = [Seen(name="Order Placed", events=900), Seen(name="Payment Completed", events=800, revenue=True)]
    assert guess_events(seen)["purchase"].events == ("Payment Completed",)


def test_the_plan_speaks_for_a_name_that_says_nothing() -> None:
    seen = [Seen(name="evt_37", events=5, description="用户注册完成\nthe visitor signed up"), Seen(name="evt_38", events=5)]
    found = guess_events(seen)["signup"]
    assert found.events == ("evt_37",)
    assert found.confidence == 0.7
    assert "埋点方案" in found.reason_zh


def test_every_usual_name_is_written_as_it_is_compared() -> None:
    for event in EVENTS.values():
        assert all(plain(name) == name for name in event.exact)
    for one in PROPERTIES.values():
        assert all(plain(name) == name for name in one.names)


@pytest.fixture
def world(house: House) -> World:
    return World(house, make_workspace(house.store, "shop", NOW)[0].workspace_id)


@pytest.fixture
def access(house: House, world: World) -> Access:
    return enter(house.store, operator(NOW), "shop")


def fill(world: World) -> None:
    lines = [{"sku": "p1", "category": "tea", "brand": "x", "price": 3, "qty": 2}]
    order = {"order_id": "1", "products": lines, "discount": 2, "coupon": "A"}
    world.take(
        [
            Happened(user="ann", ts=NOW, event="Signed Up", properties=json.dumps({"inviter": "bob"})),
            Happened(user="ann", ts=NOW, event="Order Completed", revenue_minor=5, currency="USD", properties=json.dumps(order)),
            Happened(user="ann", ts=NOW, event="Products Searched", properties=json.dumps({"query": "gift"})),
            Happened(user="ann", ts=NOW - timedelta(days=100), event="Product Viewed", properties=json.dumps({"category": "tea"})),
        ]
    )


def test_roles_are_guessed_from_what_came_in_and_kept(house: House, world: World) -> None:
    fill(world)
    roles = guess_roles(house, world.scope, NOW)
    assert roles.events("purchase") == ("Order Completed",)
    assert {key: roles.property(key) for key in ("items", "product", "category", "quantity", "discount", "coupon_code", "query")} == {
        "items": "products",
        "product": "sku",
        "category": "category",
        "quantity": "qty",
        "discount": "discount",
        "coupon_code": "coupon",
        "query": "query",
    }
    assert (roles.property("inviter"), roles.mapped["inviter"].events) == ("inviter", ("Signed Up",))
    assert roles.missing(["purchase", "refund", "gift"]) == ("refund", "gift")
    assert roles_of(house.store, world.scope) == roles
    assert all(one.state == "guessed" and one.reason_zh and one.reason_en for one in roles.mapped.values())


def test_what_a_guess_changed_is_audited_with_what_was_before(house: House, world: World, access: Access) -> None:
    fill(world)
    for _ in range(2):
        guess_roles(house, world.scope, NOW, by=access)  # the second one changes nothing
    set_role(house.store, access, "purchase", events=["Signed Up"])
    forget_role(house.store, access, "purchase")
    guess_roles(house, world.scope, NOW, by=access)
    entries, _ = read_audit(house.store, access, before_entry=None, limit=50)
    last, first = [one for one in entries if one.action == "roles.guessed"]
    assert (last.actor_label, first.before) == (access.actor.label, {})
    assert first.after is not None
    assert first.after["purchase"] == {"events": ["Order Completed"], "property": "", "state": "guessed"}
    assert last.before is not None
    assert "purchase" not in last.before
    assert last.after is not None
    assert last.after["purchase"] == first.after["purchase"]


def test_what_a_person_says_stands_against_every_guess(house: House, world: World, access: Access) -> None:
    fill(world)
    guess_roles(house, world.scope, NOW)
    set_role(house.store, access, "purchase", events=["Signed Up"])
    set_role(house.store, access, "search")
    roles = guess_roles(house, world.scope, NOW)
    assert roles.events("purchase") == ("Signed Up",)
    assert not roles.has("search")
    assert roles.property("query") == ""
    forget_role(house.store, access, "purchase")
    assert guess_roles(house, world.scope, NOW).events("purchase") == ("Order Completed",)


@pytest.mark.parametrize(
    ("role", "said", "code"),
    [
        ("nonsense", {}, "not_found"),
        ("purchase", {"property": "x"}, "invalid"),
        ("category", {"events": ["x"]}, "invalid"),
        ("category", {"property": "a\0b"}, "bad_filter"),
        ("signup", {"events": [""]}, "invalid"),
    ],
)
def test_what_cannot_play_a_role_is_refused(house: House, access: Access, role: str, said: dict[str, object], code: str) -> None:
    with pytest.raises(UemsError) as refused:
        set_role(house.store, access, role, **said)  # type: ignore[arg-type]
    assert refused.value.code == code
