"""Welcome whoever signs up, and help them to a first order."""

from uems.outreach.flows.graph import EventEntry, FlowGoal
from uems.outreach.flows.recipe import END, Ready, Said, daytime, send, until

ITEM = Ready(
    key="welcome",
    label_zh="新人欢迎",
    label_en="Welcome",
    says_zh="注册后立即欢迎；两天内没有下单，再在上午送上第一单的帮助。",
    says_en="Greets whoever signs up at once; who has not ordered within two days gets help with a first order in the morning.",
    entry=EventEntry(event="Signed Up"),
    goal=FlowGoal(events=["Order Completed"], days=14),
    nodes={
        "hello": send("welcome", "service"),
        "first_order": until("Order Completed", 2, "day"),
        "morning": daytime(),
        "help": send("first_order_help"),
        "done": END,
    },
    edges={"hello": "first_order", "first_order:happened": "done", "first_order:timeout": "morning", "morning": "help", "help": "done"},
    letters={
        "welcome": Said(
            subject_zh="欢迎来到我们这里",
            text_zh="很高兴认识您。挑选、下单、退换，有任何问题直接回复这封邮件，会有真人帮您。",
            subject_en="Welcome",
            text_en="Good to have you here. If anything is unclear, answer this letter: a person will help.",
        ),
        "first_order_help": Said(
            subject_zh="第一单，我们帮您选",
            text_zh="不知道从哪里开始？回复这封邮件，告诉我们您的需要，我们给您几个合适的建议。",
            subject_en="Help with your first order",
            text_en="Not sure where to begin? Answer this letter with what you need, and we suggest what fits.",
        ),
    },
)
