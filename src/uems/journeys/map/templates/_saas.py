"""How do people try a software service, come to use it, pay for it, and bring their colleagues?"""

from typing import Final

from uems.journeys.map.templates._model import CAMPAIGN, INVITE, REVIEW, SHARE, SIGN_IN, VISIT, Template, point, stages

_PRICING: Final = {"column": {"name": "path", "op": "contains", "value": "pric"}}

SAAS: Final = Template(
    key="saas",
    label_zh="SaaS 软件",
    label_en="SaaS",
    text_zh="从访问、注册、激活到付费、续费与邀请同事。",
    text_en="From a visit, sign-up and activation to paying, renewing, and inviting colleagues.",
    stages=stages(
        (CAMPAIGN, VISIT, point("pricing", "查看价格", "Pricing page", pages=True, filter=_PRICING)),
        (
            point("signup", "注册", "Sign-up", "signup"),
            point("activation", "激活", "Activation", "activation"),
            point(
                "core_use",
                "使用核心功能",
                "Core use",
                pattern=r"\b(feature|project|document|report|file|workspace|board|task|dashboard)\b.*\b(used|created|opened|saved|imported)\b"
                r"|(创建|新建|使用).*(项目|文档|报表|任务|看板|功能)",
            ),
        ),
        (
            point(
                "trial",
                "开始试用",
                "Trial",
                pattern=r"\btrial\b.*\bstart|\bstart\w*\b.*\btrial\b"
                r"|试用",
            ),
            point("checkout", "开始付款", "Checkout", "checkout"),
            point(
                "purchase",
                "付费",
                "Subscription",
                "purchase",
                pattern=r"^(subscribed|subscription (started|created|activated))$"
                r"|订阅成功",
            ),
        ),
        (
            SIGN_IN,
            point(
                "renewal",
                "续费",
                "Renewal",
                pattern=r"\brenew(ed|al)\b"
                r"|续费|续订",
            ),
        ),
        (INVITE, SHARE, REVIEW),
    ),
)
