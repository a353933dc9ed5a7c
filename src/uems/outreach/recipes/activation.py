"""Bring those who signed up and then did nothing to what makes people stay."""

from uems.outreach.flows.graph import EventEntry, FlowGoal
from uems.outreach.flows.recipe import END, Ready, Said, daytime, send, wait

ITEM = Ready(
    key="activation",
    label_zh="激活",
    label_en="Activation",
    says_zh="注册一天后还没有浏览过商品的人，分两次引导他们体验核心功能。",
    says_en="Shows whoever signed up and has viewed nothing a day later what to begin with, twice at most.",
    entry=EventEntry(event="Signed Up"),
    goal=FlowGoal(events=["Product Added", "Order Completed"], days=14),
    nodes={
        "a_day": wait(1, "day"),
        "active": ("branch", {"who": {"did": {"events": ["Product Viewed"], "value": 3, "op": "gte"}}}),
        "morning": daytime(),
        "first_steps": send("activation_first_steps"),
        "three_days": wait(3, "day"),
        "stories": send("activation_stories"),
        "done": END,
    },
    edges={
        "a_day": "active",
        "active:yes": "done",
        "active:no": "morning",
        "morning": "first_steps",
        "first_steps": "three_days",
        "three_days": "stories",
        "stories": "done",
    },
    letters={
        "activation_first_steps": Said(
            subject_zh="三步开始体验",
            text_zh="浏览几件感兴趣的商品，收藏喜欢的，我们就会为您推荐更合适的。",
            subject_en="Three steps to begin",
            text_en="Look at a few things you like and keep them; what we suggest will fit you better from then on.",
        ),
        "activation_stories": Said(
            subject_zh="看看其他人怎么用",
            text_zh="这里是其他用户的做法和心得，希望也能帮到您。",
            subject_en="How others use it",
            text_en="Here is what others do and what they learned; it may help you too.",
        ),
    },
)
