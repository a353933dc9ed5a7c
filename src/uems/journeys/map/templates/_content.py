"""How do people come to read, watch or listen, subscribe, come back, and pass it on?"""

from typing import Final

from uems.journeys.map.templates._model import CAMPAIGN, INVITE, SHARE, SIGN_IN, VISIT, Template, point, stages

CONTENT: Final = Template(
    key="content",
    label_zh="内容",
    label_en="Content",
    text_zh="从打开、阅读或观看到订阅、回访与分享。",
    text_en="From opening, reading or watching to subscribing, coming back, and sharing.",
    stages=stages(
        (CAMPAIGN, VISIT),
        (
            point("search", "搜索", "Search", "search"),
            point(
                "read",
                "阅读或观看",
                "Reading or watching",
                "view",
                pattern=r"\b(article|post|story|video|episode|content|song|podcast)\b.*\b(view|read|play|watch|open|start|listen)"
                r"|阅读|播放|观看|收听",
            ),
            point(
                "finish",
                "读完或看完",
                "Finished",
                pattern=r"\b(article|post|story|video|episode|content)\b.*\b(complet|finish)"
                r"|读完|看完|播完",
            ),
        ),
        (
            point("signup", "注册", "Sign-up", "signup"),
            point(
                "subscription",
                "订阅或付费",
                "Subscription",
                "purchase",
                pattern=r"^(subscribed|newsletter subscribed|subscription (started|created))$"
                r"|订阅|开通会员",
            ),
        ),
        (
            SIGN_IN,
            point(
                "favourite",
                "收藏与关注",
                "Favourites and follows",
                pattern=r"\b(favou?rit|bookmark|follow|saved for later|like)"
                r"|收藏|关注|点赞",
            ),
            point("comment", "评论", "Comment", "review", pattern=r"\bcomment"),
        ),
        (SHARE, INVITE),
    ),
)
