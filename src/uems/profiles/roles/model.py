"""Which roles can an event or a property play, so that ready-made tags work on any stream?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias

EventRole: TypeAlias = Literal[
    "signup", "activation", "purchase", "refund", "share", "invite", "view", "search", "cart", "checkout", "coupon", "review",
    "complaint", "nps", "sent",
]  # fmt: skip
PropertyRole: TypeAlias = Literal[
    "items", "product", "category", "brand", "price", "quantity", "discount", "coupon_code", "gift", "shipping", "query", "words",
    "nps_score", "inviter", "invitee", "sharer",
]  # fmt: skip
State: TypeAlias = Literal["guessed", "confirmed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """One role. of: what plays it, events (some of them) or one property. on: the event roles whose properties are looked at."""

    key: str
    of: Literal["events", "property"]
    label_zh: str
    label_en: str
    text_zh: str
    text_en: str
    on: tuple[str, ...] = ()


def _events(key: EventRole, label_zh: str, label_en: str, text_zh: str, text_en: str) -> Role:
    return Role(key=key, of="events", label_zh=label_zh, label_en=label_en, text_zh=text_zh, text_en=text_en)


def _property(key: PropertyRole, label_zh: str, label_en: str, text_zh: str, text_en: str, *on: EventRole) -> Role:
    return Role(key=key, of="property", label_zh=label_zh, label_en=label_en, text_zh=text_zh, text_en=text_en, on=on)


ROLES: Final[Mapping[str, Role]] = {
    role.key: role
    for role in (
        _events("signup", "注册", "Sign-up", "用户成为注册用户。", "Somebody becomes a registered user."),
        _events("activation", "激活", "Activation", "用户第一次用到产品的价值。", "Somebody gets the product's value for the first time."),
        _events("purchase", "购买", "Purchase", "一笔订单完成，收入由此计算。", "An order is completed; revenue is counted here."),
        _events("refund", "退款", "Refund", "钱退给了用户。", "Money goes back to the user."),
        _events("share", "分享", "Share", "用户把内容或商品分享出去。", "Somebody shares content or a product."),
        _events("invite", "邀请", "Invitation", "用户邀请了别人。", "Somebody invites another person."),
        _events("view", "浏览商品", "Product view", "用户查看一个商品。", "Somebody looks at a product."),
        _events("search", "搜索", "Search", "用户搜索。", "Somebody searches."),
        _events("cart", "加入购物车", "Add to cart", "用户把商品放进购物车。", "Somebody puts a product into the cart."),
        _events("checkout", "结算", "Checkout", "用户开始结算。", "Somebody starts to check out."),
        _events("coupon", "用券", "Coupon", "用户使用优惠券。", "Somebody uses a coupon."),
        _events("review", "评价", "Review", "用户写下评价。", "Somebody writes a review."),
        _events("complaint", "投诉", "Complaint", "用户投诉或求助。", "Somebody complains or asks for help."),
        _events(
            "nps",
            "推荐意愿",
            "Answer to NPS",
            "用户回答是否愿意推荐，0 到 10 分。",
            "Somebody says how likely they are to recommend us, 0 to 10.",
        ),
        _events("sent", "我们的触达", "Message from us", "我们发给用户的，不是用户自己做的。", "Sent by us, not done by the user."),
        _property("items", "商品明细", "Order lines", "订单里商品的列表。", "The list of products in an order.", "purchase"),
        _property("product", "商品", "Product", "商品编号。", "Number of the product.", "purchase", "view"),
        _property("category", "品类", "Category", "商品的品类。", "Category of the product.", "purchase", "view"),
        _property("brand", "品牌", "Brand", "商品的品牌。", "Brand of the product.", "purchase", "view"),
        _property("price", "单价", "Price", "一件商品的价格。", "Price of one piece.", "purchase", "view"),
        _property("quantity", "数量", "Quantity", "买了几件。", "How many pieces.", "purchase"),
        _property("discount", "优惠金额", "Discount", "这笔订单优惠了多少。", "How much the order was discounted.", "purchase"),
        _property("coupon_code", "优惠券码", "Coupon code", "订单所用的优惠券。", "The coupon of the order.", "purchase"),
        _property("gift", "送礼标记", "Gift mark", "这笔订单是送人的。", "The order is a gift.", "purchase"),
        _property("shipping", "配送方式", "Shipping", "订单怎样配送。", "How the order is shipped.", "purchase"),
        _property("query", "搜索词", "Search words", "用户搜了什么。", "What was searched for.", "search"),
        _property(
            "words", "用户原话", "Their words", "评价或投诉里写的话。", "What they wrote in a review or complaint.", "review", "complaint"
        ),
        _property("nps_score", "推荐分数", "NPS score", "0 到 10 的分数。", "The answer from 0 to 10.", "nps"),
        _property("inviter", "邀请人", "Inviter", "是谁邀请了这个用户。", "Who invited this user.", "signup", "activation", "purchase"),
        _property("invitee", "被邀请人", "Invitee", "邀请了谁。", "Who was invited.", "invite"),
        _property("sharer", "分享人", "Sharer", "经谁的分享而来。", "Through whose share they came.", "view", "signup", "purchase"),
    )
}
"""In the order in which a person confirms them."""
EVENT_ROLES: Final = tuple(role.key for role in ROLES.values() if role.of == "events")
PROPERTY_ROLES: Final = tuple(role.key for role in ROLES.values() if role.of == "property")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """What plays a role. events: names of events; property: the name of one. Both empty: a person said that nothing does.

    confidence: 0 to 1, of a guess. reason_zh, reason_en: why it was guessed. saved_by: "" for a guess.
    """

    role: str
    events: tuple[str, ...] = ()
    property: str = ""
    state: State = "guessed"
    confidence: float = 0.0
    reason_zh: str = ""
    reason_en: str = ""
    saved_at: datetime | None = None
    saved_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """All roles of a workspace, for whoever computes with them."""

    mapped: Mapping[str, Mapped] = field(default_factory=dict)

    def events(self, *roles: str) -> tuple[str, ...]:
        """The events of these roles together; empty when none is played."""
        return tuple(dict.fromkeys(name for role in roles for name in (self.mapped[role].events if role in self.mapped else ())))

    def property(self, role: str) -> str:
        """The property of a role; "" when none plays it."""
        found = self.mapped.get(role)
        return found.property if found else ""

    def has(self, role: str) -> bool:
        return bool(self.events(role) or self.property(role))

    def missing(self, wanted: Sequence[str]) -> tuple[str, ...]:
        """Those of the roles that nothing plays."""
        return tuple(role for role in wanted if not self.has(role))
