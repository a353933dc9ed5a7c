"""How do people buy in a shop, come back, and bring others?"""

from typing import Final

from uems.journeys.map.templates._model import CAMPAIGN, INVITE, REVIEW, SHARE, SIGN_IN, VISIT, Template, point, stages

ECOMMERCE: Final = Template(
    key="ecommerce",
    label_zh="电商",
    label_en="E-commerce",
    text_zh="从访问、看商品、下单到复购与推荐。",
    text_en="From a visit and a product to an order, coming back, and telling others.",
    stages=stages(
        (CAMPAIGN, VISIT),
        (point("search", "搜索", "Search", "search"), point("view", "浏览商品", "Product view", "view")),
        (
            point("cart", "加入购物车", "Add to cart", "cart"),
            point("checkout", "结算", "Checkout", "checkout"),
            point("payment", "填写支付信息", "Payment details", pattern=r"\bpayment (info|details|method)\b|支付(信息|方式)"),
            point("purchase", "购买", "Purchase", "purchase"),
        ),
        (SIGN_IN, point("coupon", "用券", "Coupon", "coupon")),
        (REVIEW, SHARE, INVITE),
    ),
)
