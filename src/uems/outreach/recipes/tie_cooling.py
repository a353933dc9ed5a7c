"""Ask a friend who has become quiet how they are, before anything else; never sell."""

from uems.outreach.flows.graph import EventEntry, FlowGoal, Reentry
from uems.outreach.flows.recipe import END, Ready, Said, daytime, send, until, wait

ITEM = Ready(
    key="tie_cooling",
    label_zh="强关系降温时",
    label_en="When a strong tie cools",
    says_zh="关系很强的人开始降温时，先以个人名义问候并请教一个问题；五天内回信就到此为止，由人来接着聊；没有回音，再道一次谢，不推销。",
    says_en="When somebody with a strong tie cools, asks them a personal question; whoever replies within five days is left to a person,"
    " and whoever does not is thanked once more. Nothing is sold.",
    entry=EventEntry(event="tie.cooling"),
    reentry=Reentry(allow="after_days", days=90),
    goal=FlowGoal(events=["message.replied", "Order Completed"], days=30, leave=False),
    nodes={
        "morning": daytime(),
        "question": send("tie_question", "service", hours=48),
        "five_days": until("message.replied", 5, "day"),
        "a_week": wait(7, "day"),
        "thanks": send("tie_thanks", "service", hours=48),
        "done": END,
    },
    edges={
        "morning": "question",
        "question": "five_days",
        "five_days:happened": "done",
        "five_days:timeout": "a_week",
        "a_week": "thanks",
        "thanks": "done",
    },
    letters={
        "tie_question": Said(
            subject_zh="想听听您的近况",
            text_zh="您一直是我们很看重的朋友，最近见您来得少了。是我们哪里没做好，还是您的需要变了？直接回复这封信，会有人认真读。",
            subject_en="How are you?",
            text_en="You have been close to us for a long time, and we see less of you lately. Did we get something wrong, or has what you"
            " need changed? Just reply: a person reads it.",
        ),
        "tie_thanks": Said(
            subject_zh="谢谢您一路同行",
            text_zh="您的建议和陪伴让我们变得更好，这封信只为说声谢谢。随时欢迎您回来，也随时可以回复我们。",
            subject_en="Thank you",
            text_en="What you told us and your company have made us better; this is only to say thank you. You are welcome whenever you"
            " like, and can always reply.",
        ),
    },
)
