"""Why is there no number? In words, with what to do about it."""

from typing import Final

from uems.kpis.model import Reason, ReasonCode, Words
from uems.profiles import api as profiles

_TEXTS: Final[dict[ReasonCode, Words]] = {
    "missing_role": Words(
        zh="无法计算：还没有确认哪个事件代表{roles}。请到“事件角色”页面确认。",
        en="Cannot be measured: nobody has said which event stands for {roles}. Confirm it on the page of roles.",
    ),
    "nobody": Words(zh="这段时间里没有可以计算的人。", en="There was nobody in the period to divide by."),
    "not_ripe": Words(
        zh="时间还不够：这段时间里的人还没有走完观察期。", en="Too early: nobody of the period has had the time that is looked at."
    ),
    "future": Words(zh="这段时间还没有开始。", en="The period has not begun."),
    "no_spend": Words(
        zh="这段时间没有投放费用。请导入各渠道每天的费用。", en="No spend is known for the period. Import what each channel cost by day."
    ),
    "no_forecast": Words(
        zh="还没有预期价值。请到“生命周期价值”页面计算。",
        en="Nobody's expected value is known yet. Have it worked out on the page of lifetime value.",
    ),
    "no_surveys": Words(
        zh="这段时间没有推荐意愿的回答。请确认哪个事件是回答、哪个属性是 0 到 10 的分数。",
        en="There are no answers in the period. Say which event is an answer, and which property holds the score from 0 to 10.",
    ),
    "no_feature": Words(zh="请先选择要看的功能对应的事件。", en="Choose the event of the feature first."),
    "not_by_dimension": Words(
        zh="这个指标不能按所选维度细分：{subjects}。", en="This metric cannot be broken down by the chosen dimension: {subjects}."
    ),
    "not_by_segment": Words(
        zh="投放费用按渠道记录，不能拆到分群上。", en="Spend is known by channel, and cannot be divided among segments."
    ),
    "no_value": Words(
        zh="公式没有结果：除数为 0，或者用到的数没有值。", en="The formula gives nothing: it divides by 0, or a part of it has no value."
    ),
    "no_ties": Words(
        zh="那时还没有计算关系强度。请到“关系强度”页面计算。", en="Nobody's tie was scored by then. Have it done on the page of ties."
    ),
    "only_latest": Words(
        zh="过去只记录人数，没有记录是谁；只有最近一次的结果可以细分。",
        en="Of the past only numbers are kept, and not who they were: only the latest result can be broken down.",
    ),
    "failed": Words(
        zh="这个指标暂时算不出来（{subjects}）。打开它的页面可以看到原因。",
        en="This metric could not be measured ({subjects}). Its own page says why.",
    ),
}


def say(reason: Reason) -> Words:
    """The reason in both languages."""
    text = _TEXTS[reason.code]
    roles = [profiles.ROLES[one] for one in reason.subjects if one in profiles.ROLES]
    zh = "、".join(f"“{role.label_zh}”" for role in roles)
    en = " or ".join(f"“{role.label_en}”" for role in roles)
    return Words(
        zh=text.zh.format(roles=zh, subjects="、".join(reason.subjects)), en=text.en.format(roles=en, subjects=", ".join(reason.subjects))
    )
