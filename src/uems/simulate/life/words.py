"""What is said in the shop of the demo? Letters to the shop with answers, ideas, voices, and the names of what the shop offers."""

from typing import Final, Literal, NamedTuple, TypeAlias

Language: TypeAlias = Literal["zh", "en"]


class Words(NamedTuple):
    """The same in both languages."""

    zh: str
    en: str

    def said(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


class Topic(NamedTuple):
    """What somebody writes about. tag: one word. answers: no two people get the same one soon. thanks: what they say to it."""

    tag: Words
    team: Words
    subject: Words
    question: Words
    answers: tuple[Words, ...]
    thanks: Words


SERVICE: Final = Words("客服", "Service")
ADVICE: Final = Words("选购顾问", "Advice")
TOPICS: Final = (
    Topic(
        tag=Words("物流", "delivery"),
        team=SERVICE,
        subject=Words("订单到哪儿了？", "Where is my order?"),
        question=Words(
            "我三天前下的单，物流一直停在分拣中心，周末能到吗？",
            "I ordered three days ago and it still says sorting. Will it come by the weekend?",
        ),
        answers=(
            Words(
                "查到了：您的包裹今天凌晨已离开杭州分拣中心，预计周五下午送达。若周六还没到，我们直接补发一份。",
                "I found it: your parcel left the sorting centre this morning and is due on Friday. If it is not there on Saturday, we"
                " send a second one.",
            ),
            Words(
                "您的订单和昨晚的大促挤在一起了，现在已装车，明天上午就到小区；快递员会先打电话。",
                "It got stuck behind the rush of last night and is on the van now: tomorrow morning, and the courier calls first.",
            ),
        ),
        thanks=Words("太好了，周五我在家等。", "Great, I shall be at home on Friday."),
    ),
    Topic(
        tag=Words("破损", "broken"),
        team=SERVICE,
        subject=Words("茶杯碎了", "The cup came broken"),
        question=Words(
            "打开箱子发现杯子碎了一个，照片已经拍好，怎么处理？",
            "One cup was broken when I opened the box. What now?",
        ),
        answers=(
            Words(
                "对不起让您扫兴了。不用寄回，我今天就补寄一只，下次用双层纸浆内托包装。",
                "I am sorry about that. Keep it; a new cup leaves today, in the double pulp tray that we use from this week on.",
            ),
            Words(
                "请把碎的那只扫到一边小心手。换一只还是退这一只的钱，您说了算，今天就办。",
                "Mind your fingers with the pieces. A new one or the money for it, as you like, and today.",
            ),
        ),
        thanks=Words("补寄得这么快，谢谢！", "That was quick, thank you!"),
    ),
    Topic(
        tag=Words("选购", "choice"),
        team=ADVICE,
        subject=Words("送长辈的茶", "Tea for my grandparents"),
        question=Words(
            "想给爷爷奶奶买茶，他们胃不好，喝什么比较温和？", "I want tea for my grandparents, who have delicate stomachs. Which is mild?"
        ),
        answers=(
            Words(
                "推荐熟普，性子温和；爷爷若晚上睡得浅，上午泡就好。家庭装比礼盒便宜三分之一，味道一样。",
                "Ripe pu-erh, in the morning if they sleep lightly. The family pack tastes like the gift box and costs a third less.",
            ),
            Words(
                "老人家怕苦的话，试试桂花红茶，一次 3 克就够；先寄两小包给您，喝惯了再买。",
                "If they mind bitterness, red tea with osmanthus, three grams a pot. I send two small bags; buy when they like it.",
            ),
        ),
        thanks=Words("那我就买家庭装，谢谢您替我省钱。", "Then I take the family pack. Thank you for saving me money."),
    ),
    Topic(
        tag=Words("用法", "use"),
        team=ADVICE,
        subject=Words("冷萃怎么泡", "How to make the cold brew"),
        question=Words("冷萃咖啡我泡出来总是发酸，是水温不对吗？", "My cold brew always turns out sour. Is the water too warm?"),
        answers=(
            Words(
                "多半是时间短了：冷水 1:12，放冰箱 14 小时，味道就圆了。您用的是哪一款豆子？",
                "Most likely it was too short: one part to twelve of cold water, fourteen hours in the fridge. Which beans do you use?",
            ),
            Words(
                "先看看豆子磨得是不是太粗：换细一档，再延长两小时。还酸的话拍张照片发我。",
                "Look at the grind first: one step finer, and two hours longer. If it is still sour, send me a photo.",
            ),
        ),
        thanks=Words("是轻享那款，今晚就照着试试。", "The light ones. I shall try it tonight."),
    ),
    Topic(
        tag=Words("退款", "refund"),
        team=SERVICE,
        subject=Words("退款多久到账", "When does the refund come?"),
        question=Words(
            "上周退的耳机，钱还没到账，能帮我看看吗？", "I sent the earphones back last week and have not had the money yet. Can you look?"
        ),
        answers=(
            Words(
                "退款昨天 16:20 已从我们这边打出，银行一般一到三个工作日入账，流水号我已发到您的手机。",
                "We paid it out yesterday at 16:20; banks take one to three working days. The reference is in your messages.",
            ),
            Words(
                "查过了，是银行退回来的，卡号换过吗？您把新卡尾号告诉我，今天重新打款。",
                "The bank sent it back: is it another card now? Tell me its last digits and we pay it out again today.",
            ),
        ),
        thanks=Words("刚刚收到了，谢谢。", "It has just arrived, thanks."),
    ),
    Topic(
        tag=Words("建议", "idea"),
        team=ADVICE,
        subject=Words("能不能出小包装", "Smaller packs, please"),
        question=Words(
            "一个人住，大包坚果总是放软，能出小包装吗？", "I live alone and large bags of nuts go soft. Could you make small ones?"
        ),
        answers=(
            Words(
                "这个建议已放到共创看板，您可以投票；做出样品会先请您尝。",
                "It is on the co-creation board now, where you can vote for it, and you get the first samples.",
            ),
            Words(
                "我们先试做了 30 克装，下周一寄给您尝，口感和封口都请说实话。",
                "We have made packs of thirty grams to try. Yours leave on Monday; tell us the truth about taste and seal.",
            ),
        ),
        thanks=Words("好呀，我已经投票了。", "I have voted for it already."),
    ),
)
"""Told of one after the other."""

SNIPPETS: Final = {
    "where_is_it": (
        Words("查物流", "Where it is"),
        Words(
            "我查到了：包裹预计周五送达；周六还没到，我们直接补发。",
            "I found it: it is due on Friday. If it is not there on Saturday, we send another.",
        ),
    ),
    "broken_replace": (
        Words("破损补寄", "Broken: send anew"),
        Words("不用寄回，今天就补寄一份。", "Keep it; a new one leaves today."),
    ),
    "refund_time": (
        Words("退款时间", "When refunds come"),
        Words("退款已打出，银行一到三个工作日入账。", "It is paid out; banks take one to three working days."),
    ),
}
"""key → (name, text)."""

IDEAS: Final[tuple[tuple[Words, Words, str, Words], ...]] = (
    (
        Words("坚果出独立小包装", "Nuts in small packs"),
        Words("一个人吃不完大包，开封就软。", "A large bag goes soft before one person has eaten it."),
        "done",
        Words("已上架 7 日小包装，谢谢您的主意。", "The seven-day packs are in the shop. Thank you for the idea."),
    ),
    (
        Words("茶叶按口味推荐", "Tea by taste"),
        Words("不懂茶的人只知道喜欢甜一点还是苦一点。", "Whoever knows nothing of tea still knows sweet from bitter."),
        "doing",
        Words("正在做口味测试，下月请大家试用。", "We are making the taste test; you may try it next month."),
    ),
    (
        Words("旧耳机以旧换新", "Old earphones for new"),
        Words("旧的扔了可惜，换新打个折就好。", "It is a pity to throw them away; a rebate for old ones would be fine."),
        "planned",
        Words("正在找回收伙伴，定了就告诉您。", "We are looking for somebody who recycles them."),
    ),
    (
        Words("包装少用塑料", "Less plastic around it"),
        Words("一个杯子拆出三层气泡膜。", "One cup came in three layers of bubble wrap."),
        "done",
        Words("已改为纸浆内托。", "It is a tray of pulp now."),
    ),
    (
        Words("周末也能送货", "Deliver at weekends"),
        Words("工作日没人在家收。", "Nobody is at home on working days."),
        "planned",
        Words("先在上海和杭州试。", "We begin with Shanghai and Hangzhou."),
    ),
    (
        Words("咖啡豆订阅", "Coffee by subscription"),
        Words("每月一包，可以随时暂停。", "One bag a month, that can be paused."),
        "new",
        Words("", ""),
    ),
    (
        Words("每天发优惠券", "A coupon every day"),
        Words("天天有券才想打开。", "With a coupon each day I would look in more often."),
        "declined",
        Words("我们宁愿把价格一直放低，也不让大家等券。", "We would rather keep prices low than have everybody wait for coupons."),
    ),
    (
        Words("面膜出试用装", "Samples of the masks"),
        Words("怕过敏，想先试一片。", "I would try one first, for my skin."),
        "new",
        Words("", ""),
    ),
)
"""(title, text, state, answer)."""

VOICES: Final[tuple[tuple[str, Words, Words, int | None, Words], ...]] = (
    (
        "story",
        Words("奶奶现在每天早上泡熟普", "Grandmother has her tea every morning"),
        Words(
            "顾问没有推荐最贵的，而是最合适的。奶奶喝了两个月，睡得也好了。",
            "They did not name the dearest tea but the one that fits. She has slept well for two months.",
        ),
        None,
        Words("电话同意，署名用姓氏", "Said so by phone; surname only"),
    ),
    (
        "review",
        Words("补寄比我下单还快", "The new cup came sooner than the first"),
        Words("杯子碎了一只，当天就补寄，没有让我寄回去。", "One cup was broken; a new one left the same day, and I kept the first."),
        5,
        Words("在评价页勾选同意引用", "Ticked it with the review"),
    ),
    (
        "review",
        Words("小包装终于来了", "Small packs at last"),
        Words("提的建议真的做出来了，还写了我的名字。", "They made what I had asked for, and my name stands beside it."),
        5,
        Words("在评价页勾选同意引用", "Ticked it with the review"),
    ),
    (
        "story",
        Words("办公室一起喝冷萃", "Cold brew for the whole office"),
        Words("我带了一瓶，后来全组都在买。", "I brought one bottle, and now the whole team buys it."),
        None,
        Words("", ""),
    ),
    (
        "review",
        Words("香薰味道有点浓", "The scent is a little strong"),
        Words("东西不错，希望有淡一点的。", "Well made, and I wish there were a lighter one."),
        4,
        Words("", ""),
    ),
    (
        "review",
        Words("台灯用了三个月", "Three months with the lamp"),
        Words("光很柔，孩子写作业不喊累了。", "The light is soft, and homework tires nobody."),
        5,
        Words("邮件同意", "Agreed by mail"),
    ),
)
"""(kind, title, text, rating, how they agreed to be quoted; "" where they did not)."""

GROUPS: Final = {
    "new_tastes": (
        Words("新口味品鉴团", "Tasters of new flavours"),
        Words("上市前先尝，说真话。", "Taste before it is sold, and say what they think."),
    ),
    "packaging": (Words("环保包装体验组", "Testers of packaging"), Words("试用少塑料的包装。", "Try the boxes with less plastic.")),
}
"""key → (name, description)."""

PROGRAMME: Final = Words("好友一起买", "Bring a friend")
PROGRAMME_TEXT: Final = Words("朋友首单之后，双方都有谢礼。", "When the friend has ordered, both get a present.")
FOR_INVITER: Final = Words("谢谢您的推荐：200 积分", "Thank you for telling a friend: 200 points")
FOR_FRIEND: Final = Words("欢迎：一份新口味试吃", "Welcome: a sample of the new flavours")
BENEFITS: Final = (
    (Words("新品先尝", "First taste"), Words("新品上市前两周寄到家。", "Two weeks before it is sold.")),
    (Words("专属顾问", "An adviser of their own"), Words("直接找到同一个人，不用排队。", "Always the same person, without a queue.")),
    (Words("一起定新品", "A say in what comes next"), Words("每季一次共创会。", "A meeting each quarter.")),
)
