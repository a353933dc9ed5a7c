"""Come back to what somebody looked at several times and did not put into the cart."""

from uems.outreach.flows.graph import EventEntry, FlowGoal, Reentry
from uems.outreach.flows.recipe import END, Ready, Said, send, until

ITEM = Ready(
    key="browse_abandoned",
    label_zh="浏览未购",
    label_en="Browse abandoned",
    says_zh="一天内看了至少三次商品却没有加购，四小时后发送相关内容。",
    says_en="Sends what helps to choose, four hours after somebody viewed three products within a day and put none into the cart.",
    entry=EventEntry(event="Product Viewed"),
    who={"did": {"events": ["Product Viewed"], "within": {"op": "after", "value": {"ago": 1, "unit": "day"}}, "op": "gte", "value": 3}},
    reentry=Reentry(allow="after_days", days=14),
    goal=FlowGoal(events=["Order Completed"], days=7),
    nodes={"four_hours": until("Product Added", 4, "hour"), "choose": send("browse_help", hours=12), "done": END},
    edges={"four_hours:happened": "done", "four_hours:timeout": "choose", "choose": "done"},
    letters={
        "browse_help": Said(
            subject_zh="还在挑选吗",
            text_zh="您最近看了几件商品。不确定哪一件合适？回复这封邮件，我们帮您比较。",
            subject_en="Still choosing?",
            text_en="You looked at a few things lately. Not sure which one fits? Answer this letter, and we compare them for you.",
        ),
    },
)
