"""Remind of buying again when it is about time."""

from uems.outreach.flows.graph import EventEntry, FlowGoal, Reentry
from uems.outreach.flows.recipe import END, Ready, Said, daytime, send, until

ITEM = Ready(
    key="repurchase",
    label_zh="复购提醒",
    label_en="Repurchase reminder",
    says_zh="下单 28 天后还没有再次购买，在上午提醒补货。",
    says_en="Reminds in the morning, 28 days after an order that no other one followed.",
    entry=EventEntry(event="Order Completed"),
    reentry=Reentry(allow="always"),
    goal=FlowGoal(events=["Order Completed"], days=45),
    nodes={"a_month": until("Order Completed", 28, "day"), "morning": daytime(), "again": send("repurchase_reminder"), "done": END},
    edges={"a_month:happened": "done", "a_month:timeout": "morning", "morning": "again", "again": "done"},
    letters={
        "repurchase_reminder": Said(
            subject_zh="该补货了吗",
            text_zh="距离您上次购买已经四周。如果快用完了，现在补上正合适。",
            subject_en="Running low?",
            text_en="It has been four weeks since your last order. If you are running low, now is a good time.",
        ),
    },
)
