"""Congratulate on the birthday, in the morning of the person's own day."""

from uems.outreach.flows.graph import DateEntry, FlowGoal, Reentry
from uems.outreach.flows.recipe import END, Ready, Said, daytime, send

ITEM = Ready(
    key="birthday",
    label_zh="生日祝福",
    label_en="Birthday",
    says_zh="生日当天上午（按对方当地时间）送上祝福与心意。",
    says_en="Sends wishes and something good in the morning of the birthday, by the person's own clock.",
    entry=DateEntry(trait="birthday", at="00:30"),
    reentry=Reentry(allow="after_days", days=300),
    goal=FlowGoal(events=["Order Completed"], days=14),
    nodes={"morning": daytime("09:30"), "wishes": send("birthday", hours=12), "done": END},
    edges={"morning": "wishes", "wishes": "done"},
    letters={
        "birthday": Said(
            subject_zh="生日快乐",
            text_zh="祝您生日快乐。我们为您准备了一份心意：{{ context.gift }}。",
            subject_en="Happy birthday",
            text_en="A happy birthday to you. We have something for you: {{ context.gift }}.",
        ),
    },
)
