"""Be of use just before somebody needs something again: help that fits, and a benefit for those who would like one."""

from uems.outreach.flows.graph import EventEntry, FlowGoal, Reentry
from uems.outreach.flows.recipe import END, Ready, Said, daytime, send, until

ITEM = Ready(
    key="need_predicted",
    label_zh="需求到来之前",
    label_en="Before they need it",
    says_zh="预测到某人快要再次需要某样东西时，先送上适合的方案；三天后仍未购买，一半人收到专属礼遇，另一半不打扰，以便比较礼遇是否值得。",
    says_en="When somebody is predicted to need something again soon, offers a solution that fits; after three days without an order"
    " half get a benefit and half are left in peace, so that the worth of the benefit is known.",
    entry=EventEntry(event="need.predicted", key="need"),
    reentry=Reentry(allow="after_days", days=14),
    goal=FlowGoal(events=["Order Completed"], days=14),
    nodes={
        "morning": daytime(),
        "solution": send("need_solution", "service", hours=12),
        "three_days": until("Order Completed", 3, "day"),
        "halves": ("split", {"parts": [{"way": "benefit", "weight": 1}, {"way": "peace", "weight": 1}]}),
        "benefit": send("need_benefit", "benefit", hours=12),
        "done": END,
    },
    edges={
        "morning": "solution",
        "solution": "three_days",
        "three_days:happened": "done",
        "three_days:timeout": "halves",
        "halves:benefit": "benefit",
        "halves:peace": "done",
        "benefit": "done",
    },
    letters={
        "need_solution": Said(
            subject_zh="为您准备好了",
            text_zh="按您的习惯，{{ context.event.properties.need }} 大约 {{ context.event.properties.expected_on }} 前后会用到。"
            "需要我们提前备好、换个规格或推荐更合适的吗？回复即可。",
            subject_en="Ready when you need it",
            text_en="Going by your habits you may need {{ context.event.properties.need }} around"
            " {{ context.event.properties.expected_on }}. Shall we set it aside, find another size or suggest what fits? Just reply.",
        ),
        "need_benefit": Said(
            subject_zh="给您的一份心意",
            text_zh="再次需要 {{ context.event.properties.need }} 时，您可以享受：{{ context.offer }}。",
            subject_en="A little something for you",
            text_en="The next time you need {{ context.event.properties.need }}, this is yours: {{ context.offer }}.",
        ),
    },
)
