"""Thank whoever wrote a review, and ask the happy ones to tell a friend."""

from uems.outreach.flows.graph import EventEntry, FlowGoal, Reentry
from uems.outreach.flows.recipe import END, Ready, Said, send, wait

ITEM = Ready(
    key="review_thanks",
    label_zh="评价致谢",
    label_en="Thank you after a review",
    says_zh="写下评价后致谢；复购过的老客，三天后再邀请他们推荐给朋友。",
    says_en="Thanks for a review; three days later asks those who bought twice or more to invite a friend.",
    entry=EventEntry(event="Product Reviewed"),
    reentry=Reentry(allow="after_days", days=30),
    goal=FlowGoal(events=["Invite Sent", "Order Completed"], days=30, leave=False),
    nodes={
        "a_while": wait(10, "minute"),
        "thanks": send("review_thanks", "service"),
        "three_days": wait(3, "day"),
        "loyal": ("branch", {"who": {"did": {"events": ["Order Completed"], "op": "gte", "value": 2}}}),
        "invite": send("review_invite"),
        "done": END,
    },
    edges={
        "a_while": "thanks",
        "thanks": "three_days",
        "three_days": "loyal",
        "loyal:yes": "invite",
        "loyal:no": "done",
        "invite": "done",
    },
    letters={
        "review_thanks": Said(
            subject_zh="谢谢您的评价",
            text_zh="谢谢您花时间写下评价，它会帮助其他人做出选择，我们也会认真看。",
            subject_en="Thank you for your review",
            text_en="Thank you for taking the time. It helps others to choose, and we read it with care.",
        ),
        "review_invite": Said(
            subject_zh="推荐给朋友",
            text_zh="如果您喜欢我们的商品，欢迎告诉身边也会用得上的朋友。",
            subject_en="Tell a friend",
            text_en="If you like what we make, tell a friend whom it would help.",
        ),
    },
)
