"""Which names usually play which role? English and Chinese names of events and properties, as they are sent by real systems."""

import re
from dataclasses import dataclass, field
from typing import Final

from uems.profiles.roles.model import EventRole, PropertyRole

_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BREAKS: Final = re.compile(r"[\s_\-./:|]+")
_WEAK: Final = re.compile(
    r"\b(fail\w*|error|start\w*|begin|began|click\w*|button|page|form|attempt\w*|cancel\w*|abandon\w*|request\w*|view|viewed|shown|open\w*)\b"
    r"|失败|开始|点击|按钮|页面|取消|曝光|打开|查看"
)
"""A name with one of these is about the way to the thing, and not the thing itself."""


def plain(name: str) -> str:
    """A name in lower case, its words apart: ``orderCompleted`` and ``order_completed`` are both ``order completed``."""
    return _BREAKS.sub(" ", _CAMEL.sub(" ", name)).strip().lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """exact: plain names that mean nothing else. pattern: what a likely name holds. weak: words that spoil it. one: a single event."""

    exact: frozenset[str]
    pattern: re.Pattern[str]
    weak: re.Pattern[str] | None = _WEAK
    one: bool = False


def _usual(exact: str, pattern: str, *, weak: bool = True, one: bool = False) -> Usual:
    names = frozenset(name.strip() for name in exact.split("|"))
    return Usual(exact=names, pattern=re.compile(pattern), weak=_WEAK if weak else None, one=one)


EVENTS: Final[dict[EventRole, Usual]] = {
    "signup": _usual(
        "signed up|sign up|signup|registered|user registered|account created|registration completed|complete registration|user signed up"
        "|注册|注册成功|完成注册|用户注册|新用户注册|register",
        r"\b(sign(ed)? ?up|regist(er(ed)?|ration))\b|account created|注册",
    ),
    "activation": _usual(
        "activated|activation|user activated|account activated|onboarding completed|激活|用户激活|完成激活|完成新手引导|首次使用",
        r"\bactivat(ed|ion)\b|onboarding (complet|finish)\w*|first (value|use)|激活|新手(引导|任务)?完成|完成新手",
    ),
    "purchase": _usual(
        "order completed|order paid|purchase|purchased|order placed|payment succeeded|payment completed|checkout completed|transaction"
        "|transaction completed|subscription started|invoice paid"
        "|支付成功|支付订单|订单支付|订单完成|完成订单|付款成功|购买|购买成功|下单成功|支付完成",
        r"\b(order|purchase|payment|transaction|invoice)\b.*\b(complet\w*|paid|succe\w*|made|placed|done)\b|支付.*(成功|完成)|付款.*成功"
        r"|订单.*(完成|支付)|购买成功|成交|下单成功",
        one=True,
    ),
    "refund": _usual(
        "order refunded|refund|refunded|refund completed|退款|退款成功|退货|订单退款|完成退款",
        r"\brefund(ed)?\b|退款|退货",
    ),
    "share": _usual(
        "share|shared|product shared|content shared|cart shared|分享|分享商品|分享成功|转发",
        r"\bshare[ds]?\b|分享|转发",
    ),
    "invite": _usual(
        "invite sent|invited|invite|invitation sent|friend invited|referral|referral sent|refer friend"
        "|邀请|邀请好友|发出邀请|邀请成功|发送邀请",
        r"\b(invit\w+|referr?al|refer)\b|邀请|裂变",
    ),
    "view": _usual(
        "product viewed|view item|view product|item viewed|product view|viewed product|view content"
        "|浏览商品|商品浏览|查看商品|商品详情|浏览商品详情",
        r"\b(product|item|goods)\b.*\bview\w*\b|\bview\w*\b.*\b(product|item|goods)\b(?! list)|(浏览|查看).*商品|商品.*(浏览|详情)",
        weak=False,
    ),
    "search": _usual(
        "products searched|search|searched|product searched|view search results|搜索|搜索商品|商品搜索",
        r"\bsearch(ed)?\b|搜索",
    ),
    "cart": _usual(
        "product added|add to cart|added to cart|product added to cart|cart add|加购|加入购物车|添加购物车|加购物车",
        r"\badd(ed)?\b.*\b(cart|basket|bag)\b|加购|加入购物车|添加.*购物车",
    ),
    "checkout": _usual(
        "checkout started|begin checkout|initiate checkout|checkout|结算|去结算|提交订单|开始结算",
        r"\bcheckout\b.*\bstart\w*|(begin|start\w*|initiate\w*) checkout|结算|提交订单",
        weak=False,
    ),
    "coupon": _usual(
        "coupon applied|coupon redeemed|coupon used|redeem coupon|promo code applied|用券|使用优惠券|优惠券使用|核销优惠券|优惠券核销",
        r"\b(coupon|promo\w*|voucher)\b.*\b(appl\w*|redeem\w*|use[d]?)\b|(使用|核销).*券|券.*(使用|核销)",
    ),
    "review": _usual(
        "product reviewed|review submitted|reviewed|review|rating submitted|评价|商品评价|发表评价|提交评价|评论",
        r"\breview(ed)?\b|\brat(ed|ing)\b|评价|评论",
    ),
    "complaint": _usual(
        "complaint filed|complaint|complained|support ticket created|ticket created|support requested|投诉|提交投诉|提交工单|客诉",
        r"\bcomplain\w*\b|\b(support|ticket)\b.*\b(created|opened|filed|requested)\b|投诉|工单|客诉",
        weak=False,
    ),
    "nps": _usual(
        "nps answered|nps submitted|nps survey answered|nps survey submitted|nps response|nps|net promoter score submitted"
        "|nps 问卷提交|nps 提交",
        r"\bnps\b|net promoter|推荐意愿",
    ),
    "sent": _usual(
        "campaign sent|email sent|email delivered|message sent|push sent|sms sent|sms delivered|push delivered"
        "|notification sent|短信发送|推送发送|邮件发送",
        r"\b(campaign|e ?mail|message|push|sms|notification|letter)\b.*\b(sent|delivered)\b"
        r"|(短信|邮件|推送|消息|活动).*(发送|送达|下发)|触达",
        weak=False,
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualProperty:
    """names: plain names, the most certain first. type: what its values must be: "list" of objects, "text", "number" or "any"."""

    names: tuple[str, ...]
    type: str = "any"
    hints: tuple[str, ...] = field(default_factory=tuple)


def _names(names: str, type_: str = "any") -> UsualProperty:
    return UsualProperty(names=tuple(name.strip() for name in names.split("|")), type=type_)


PROPERTIES: Final[dict[PropertyRole, UsualProperty]] = {
    "items": _names("products|items|line items|goods|goods list|order items|product list|商品|商品列表|商品明细|订单明细", "list"),
    "product": _names("product id|sku|sku id|item id|goods id|spu id|product|product sku|商品id|商品编号|商品 id"),
    "category": _names(
        "category|product category|item category|category name|category1|first category|department|品类|类目|商品分类|分类|一级类目"
    ),
    "brand": _names("brand|product brand|item brand|brand name|manufacturer|品牌|商品品牌"),
    "price": _names("price|unit price|item price|product price|sale price|单价|价格|售价"),
    "quantity": _names("quantity|qty|count|num|数量|件数|购买数量"),
    "discount": _names("discount|discount amount|total discount|discounts|promotion discount|优惠|优惠金额|折扣|折扣金额|优惠券金额"),
    "coupon_code": _names("coupon|coupon code|coupon id|promo code|voucher|优惠券|优惠券id|优惠码"),
    "gift": _names("is gift|gift|gift wrap|gift message|gift card message|送礼|是否送礼|礼品包装|贺卡"),
    "shipping": _names("shipping method|delivery method|shipping type|delivery type|shipping|配送方式|物流方式|配送类型"),
    "query": _names("query|keyword|keywords|search term|search query|q|search|搜索词|关键词|搜索关键词"),
    "words": _names("text|content|comment|review|review body|body|message|评价内容|评论内容|内容|投诉内容"),
    "nps_score": _names("score|nps score|nps|rating|value|answer|分数|评分|得分", "number"),
    "inviter": _names(
        "inviter|inviter id|invited by|referrer id|referred by|referrer user id|referral user id|parent id|邀请人|邀请人id|推荐人|推荐人id"
    ),
    "invitee": _names("invitee|invitee id|invited user id|friend id|referred user id|被邀请人|被邀请人id|好友id"),
    "sharer": _names("sharer|sharer id|shared by|share user id|share from|from user id|分享人|分享人id|分享者id"),
}
