"""Remind of a cart that was left, then help with an offer that ends."""

from uems.outreach.flows.graph import EventEntry, FlowGoal, Reentry
from uems.outreach.flows.recipe import END, Ready, Said, send, until

ITEM = Ready(
    key="cart_abandoned",
    label_zh="购物车挽回",
    label_en="Cart abandoned",
    says_zh="加购一小时后未下单则提醒；再过一天仍未下单，一半人收到限时优惠，另一半只收到帮助，以便比较优惠是否值得。",
    says_en="Reminds an hour after something was put into the cart and not bought; a day later half get an offer that ends, and half"
    " get help, so that the worth of the offer is known.",
    entry=EventEntry(event="Product Added"),
    reentry=Reentry(allow="after_days", days=7),
    goal=FlowGoal(events=["Order Completed"], days=7),
    nodes={
        "an_hour": until("Order Completed", 1, "hour"),
        "remind": send("cart_reminder", "service", hours=6),
        "a_day": until("Order Completed", 1, "day"),
        "halves": ("split", {"parts": [{"way": "offer", "weight": 1}, {"way": "help", "weight": 1}]}),
        "offer": send("cart_offer", "benefit", hours=12),
        "help": send("cart_help", "service", hours=12),
        "done": END,
    },
    edges={
        "an_hour:happened": "done",
        "an_hour:timeout": "remind",
        "remind": "a_day",
        "a_day:happened": "done",
        "a_day:timeout": "halves",
        "halves:offer": "offer",
        "halves:help": "help",
        "offer": "done",
        "help": "done",
    },
    letters={
        "cart_reminder": Said(
            subject_zh="购物车还为您留着",
            text_zh="您加入购物车的商品还在。如果结算时遇到问题，回复这封邮件，我们马上处理。",
            subject_en="Your cart is waiting",
            text_en="What you put into your cart is still there. If the checkout gave you trouble, answer this letter.",
        ),
        "cart_offer": Said(
            subject_zh="给您的限时优惠",
            text_zh="今天之内下单，您可以享受：{{ context.offer }}。",
            subject_en="An offer that ends today",
            text_en="If you order today, this is yours: {{ context.offer }}.",
        ),
        "cart_help": Said(
            subject_zh="需要帮您决定吗",
            text_zh="关于尺寸、配送或退换有疑问吗？回复这封邮件，我们为您解答。",
            subject_en="Can we help you decide?",
            text_en="Questions about size, delivery or returns? Answer this letter, and we answer yours.",
        ),
    },
)
