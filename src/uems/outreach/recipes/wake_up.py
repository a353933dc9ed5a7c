"""Wake those who have become silent, before they are gone."""

from uems.outreach.flows.graph import FlowGoal, Reentry, ScheduleEntry
from uems.outreach.flows.recipe import END, Ready, Said, daytime, send, wait

_QUIET = {
    "and": [
        {"did": {"events": ["Order Completed"]}},
        {"person": {"name": "last_seen", "op": "before", "value": {"ago": 30, "unit": "day"}}},
        {"person": {"name": "last_seen", "op": "after", "value": {"ago": 90, "unit": "day"}}},
    ]
}

ITEM = Ready(
    key="wake_up",
    label_zh="沉默唤醒",
    label_en="Wake the silent",
    says_zh="每周一找出买过、但 30 到 90 天没有来过的人，告诉他们错过了什么。",
    says_en="Every Monday tells those who bought once and have not come for 30 to 90 days what is new for them.",
    entry=ScheduleEntry(at="09:00", weekdays=[1]),
    who=_QUIET,
    reentry=Reentry(allow="after_days", days=60),
    goal=FlowGoal(events=["Product Viewed", "Order Completed"], days=14),
    nodes={
        "morning": daytime(),
        "news": send("wake_up_news"),
        "a_week": wait(7, "day"),
        "gift": send("wake_up_gift", hours=48),
        "done": END,
    },
    edges={"morning": "news", "news": "a_week", "a_week": "gift", "gift": "done"},
    letters={
        "wake_up_news": Said(
            subject_zh="好久不见",
            text_zh="您不在的这段时间，我们有了一些新变化，欢迎回来看看。",
            subject_en="It has been a while",
            text_en="A few things are new since you were here. Come and have a look.",
        ),
        "wake_up_gift": Said(
            subject_zh="欢迎回来",
            text_zh="我们为您留了一份心意：{{ context.gift }}。",
            subject_en="Welcome back",
            text_en="We kept something for you: {{ context.gift }}.",
        ),
    },
)
