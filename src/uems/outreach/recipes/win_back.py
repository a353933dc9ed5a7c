"""Ask those who left for good reasons to come back, once, and listen."""

from uems.outreach.flows.graph import FlowGoal, Reentry, ScheduleEntry
from uems.outreach.flows.recipe import END, Ready, Said, daytime, send, until

_GONE = {
    "and": [
        {"did": {"events": ["Order Completed"], "op": "gte", "value": 2}},
        {"person": {"name": "last_seen", "op": "before", "value": {"ago": 90, "unit": "day"}}},
        {"person": {"name": "last_seen", "op": "after", "value": {"ago": 365, "unit": "day"}}},
    ]
}

ITEM = Ready(
    key="win_back",
    label_zh="流失召回",
    label_en="Win back",
    says_zh="每月找出买过两次以上、已 90 天没来的老客，先问原因，再送上回归礼。",
    says_en="Once a month asks those who bought twice or more and have not come for 90 days why, and then offers something to return to.",
    entry=ScheduleEntry(at="09:00", day=1),
    who=_GONE,
    reentry=Reentry(allow="after_days", days=180),
    goal=FlowGoal(events=["Order Completed"], days=30),
    nodes={
        "morning": daytime(),
        "ask": send("win_back_ask", "service", hours=48),
        "ten_days": until("Product Viewed", 10, "day"),
        "offer": send("win_back_offer", hours=72),
        "done": END,
    },
    edges={
        "morning": "ask",
        "ask": "ten_days",
        "ten_days:happened": "done",
        "ten_days:timeout": "offer",
        "offer": "done",
    },
    letters={
        "win_back_ask": Said(
            subject_zh="我们哪里没有做好",
            text_zh="您有一阵子没来了。如果是我们哪里没做好，回复这封邮件告诉我们，我们会改。",
            subject_en="What did we get wrong?",
            text_en="You have not been here for some time. If we got something wrong, answer this letter and tell us; we will mend it.",
        ),
        "win_back_offer": Said(
            subject_zh="想请您再试一次",
            text_zh="如果您愿意再试一次，我们为您准备了：{{ context.offer }}。",
            subject_en="Give us another try",
            text_en="If you give us another try, this is yours: {{ context.offer }}.",
        ),
    },
)
