"""What is sold, on which pages, to which devices, through which doors, and what do people say? The fixed part of every world.

Nothing here depends on a seed, so that worlds can be compared product by product.
"""

from dataclasses import dataclass
from typing import Final, get_args

import numpy as np
import numpy.typing as npt

from uems.simulate.world import Category, Device

CATEGORIES: Final[tuple[Category, ...]] = get_args(Category)
_NOUNS: Final = {
    "tea": ("龙井", "普洱", "铁观音", "茉莉花茶"),
    "coffee": ("拿铁", "挂耳咖啡", "冷萃", "咖啡豆"),
    "snacks": ("坚果", "肉脯", "曲奇", "果干"),
    "home": ("香薰", "毛巾", "茶杯", "抱枕"),
    "beauty": ("面膜", "口红", "护手霜", "精华"),
    "gadgets": ("耳机", "充电宝", "台灯", "键盘"),
}
_TITLES: Final = {"tea": "茶", "coffee": "咖啡", "snacks": "零食", "home": "家居", "beauty": "美妆", "gadgets": "数码"}
_ADJECTIVES: Final = ("经典", "轻享", "尊选", "季节限定", "家庭装")
_MEDIAN: Final = {"tea": 88.0, "coffee": 59.0, "snacks": 36.0, "home": 72.0, "beauty": 109.0, "gadgets": 199.0}
PER_CATEGORY: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Products:
    """By product number. price: in the workspace's currency, one decimal. quality: what it adds to a rating. weight: popularity."""

    names: tuple[str, ...]
    category: npt.NDArray[np.int64]
    price: npt.NDArray[np.float64]
    quality: npt.NDArray[np.float64]
    weight: npt.NDArray[np.float64]


def _products() -> Products:
    rng = np.random.default_rng(20_260_101)
    names = tuple(adjective + noun for category in CATEGORIES for adjective in _ADJECTIVES for noun in _NOUNS[category])
    category = np.repeat(np.arange(len(CATEGORIES)), PER_CATEGORY)
    median = np.array([_MEDIAN[c] for c in CATEGORIES])[category]
    price = np.maximum(np.round(median * np.exp(rng.normal(0, 0.35, len(names)))) - 0.1, 9.9)
    rank = np.tile(np.arange(1, PER_CATEGORY + 1), len(CATEGORIES))
    return Products(names=names, category=category, price=price, quality=rng.normal(0, 0.25, len(names)), weight=np.power(rank, -0.8))


PRODUCTS: Final = _products()


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One kind of client. share: of people's first devices. ease: how smoothly buying goes on it."""

    device: Device
    agent: str
    os: str
    app: bool
    share: float
    ease: float


_MAC: Final = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Safari/605.1.15"
_WINDOWS: Final = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/134.0.0.0 Safari/537.36"
_ANDROID: Final = "Mozilla/5.0 (Linux; Android 14; V2302A) AppleWebKit/537.36 (KHTML, like Gecko)"
_IPHONE: Final = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
_IPAD: Final = "Mozilla/5.0 (iPad; CPU OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
PROFILES: Final = (
    Profile(device="mobile", agent=f"{_IPHONE} Version/18.3 Mobile/15E148 Safari/604.1", os="iOS", app=False, share=0.2, ease=0.96),
    Profile(device="mobile", agent=f"{_ANDROID} Chrome/134.0.0.0 Mobile Safari/537.36", os="Android", app=False, share=0.26, ease=0.94),
    Profile(device="desktop", agent=_WINDOWS, os="Windows", app=False, share=0.17, ease=1.0),
    Profile(device="desktop", agent=f"{_WINDOWS} Edg/134.0.0.0", os="Windows", app=False, share=0.06, ease=1.0),
    Profile(device="desktop", agent=_MAC, os="Mac OS X", app=False, share=0.07, ease=1.0),
    Profile(device="tablet", agent=f"{_IPAD} Version/18.3 Mobile/15E148 Safari/604.1", os="iOS", app=False, share=0.04, ease=0.97),
    Profile(device="ios", agent="", os="iOS", app=True, share=0.09, ease=1.02),
    Profile(device="android", agent="", os="Android", app=True, share=0.11, ease=1.01),
)
DEVICES: Final[tuple[Device, ...]] = get_args(Device)
DEVICE_OF: Final = np.array([DEVICES.index(profile.device) for profile in PROFILES])
APP: Final = np.array([profile.app for profile in PROFILES])
EASE: Final = np.array([profile.ease for profile in PROFILES])


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A door into the shop. first, again: its share of first and of later visits. bounce: who leaves at once. pull: towards buying."""

    source: str
    medium: str
    campaign: str
    referrer: str
    first: float
    again: float
    bounce: float
    pull: float


ENTRIES: Final = (
    Entry(source="", medium="", campaign="", referrer="", first=0.18, again=0.52, bounce=0.24, pull=0.3),
    Entry(source="", medium="", campaign="", referrer="https://www.baidu.com/", first=0.2, again=0.12, bounce=0.38, pull=0.0),
    Entry(source="baidu", medium="cpc", campaign="brand", referrer="https://www.baidu.com/", first=0.13, again=0.05, bounce=0.42, pull=0.1),
    Entry(source="xiaohongshu", medium="social", campaign="grass", referrer="https://www.xiaohongshu.com/", first=0.19, again=0.06,
          bounce=0.5, pull=-0.1),
    Entry(source="douyin", medium="video", campaign="live", referrer="https://www.douyin.com/", first=0.2, again=0.05,
          bounce=0.57, pull=-0.3),
    Entry(source="wechat", medium="social", campaign="moments", referrer="https://mp.weixin.qq.com/", first=0.1, again=0.1, bounce=0.36,
          pull=0.0),
    Entry(source="newsletter", medium="email", campaign="weekly", referrer="", first=0.0, again=0.1, bounce=0.3, pull=0.4),
    Entry(source="friend", medium="referral", campaign="invite", referrer="", first=0.0, again=0.0, bounce=0.2, pull=0.5),
)  # fmt: skip
REFERRAL: Final = len(ENTRIES) - 1

HOME, CART, CHECKOUT, PAYMENT, DONE, INVITE, ACCOUNT, SEARCH = range(8)
CATEGORY_PAGE: Final = 10
PRODUCT_PAGE: Final = 100
_PAGES: Final = {
    HOME: ("/", "首页"), CART: ("/cart", "购物车"), CHECKOUT: ("/checkout", "结算"), PAYMENT: ("/checkout/payment", "支付"),
    DONE: ("/checkout/done", "下单成功"), INVITE: ("/invite", "邀请好友"), ACCOUNT: ("/account", "我的"), SEARCH: ("/search", "搜索"),
}  # fmt: skip
SHOP: Final = "https://shop.example.com"


def page_of(code: int) -> tuple[str, str]:
    """(path, title) of a page."""
    if code >= PRODUCT_PAGE:
        return f"/product/{product_id(code - PRODUCT_PAGE)}", PRODUCTS.names[code - PRODUCT_PAGE]
    if code >= CATEGORY_PAGE:
        category = CATEGORIES[code - CATEGORY_PAGE]
        return f"/category/{category}", _TITLES[category]
    return _PAGES[code]


def product_id(number: int) -> str:
    return f"P{number + 1:03d}"


QUERIES: Final = tuple(noun for category in CATEGORIES for noun in _NOUNS[category])
COUPONS: Final = ("WELCOME10", "SPRING10", "VIP10")
COUPON_OFF: Final = 0.1
COUNTRIES: Final = ("CN", "SG", "MY", "US")
COUNTRY_SHARES: Final = (0.95, 0.02, 0.015, 0.015)
CITIES: Final = ("上海", "北京", "深圳", "杭州", "成都", "武汉", "西安", "长沙")
CITY_SHARES: Final = (0.2, 0.17, 0.15, 0.13, 0.12, 0.09, 0.08, 0.06)
AGES: Final = ("18-24", "25-34", "35-44", "45-54", "55+")
AGE_SHARES: Final = (0.21, 0.38, 0.24, 0.11, 0.06)
SURNAMES: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN: Final = ("梅", "磊", "雪", "浩然", "思远", "婷", "佳怡", "子涵", "明", "丽华", "宇", "晨", "静", "建国", "欣妍", "鹏")
COMPLAINTS: Final = (
    ("late", "下单好几天了还没有收到，物流一直不更新。"),
    ("broken", "收到的时候包装已经破了，东西也坏了。"),
    ("quality", "和图片差得太远，质量不好。"),
    ("wrong_item", "发错货了，我要的不是这个。"),
    ("service", "客服一直不回复，问题没有解决。"),
)
REVIEWS: Final = (
    ("非常失望，不会再买了。", "质量太差，已经申请退款。"),
    ("一般般，不值这个价。", "和描述不太一样，有点失望。"),
    ("还可以，中规中矩。", "东西能用，物流有点慢。"),
    ("挺好的，下次还会来。", "包装用心，味道不错。"),
    ("非常喜欢，已经推荐给朋友！", "品质超出预期，回购了好几次。"),
)
"""By rating, worst first."""
