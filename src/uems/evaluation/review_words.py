"""How is a review said, in either language? The same lines for the page, the HTML and the PDF."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from uems.evaluation.decisions import Decision
from uems.evaluation.model import SUMMARIES, Worth
from uems.evaluation.review import GoalReached, Review, Topic
from uems.kernel.clock import day_of
from uems.kernel.scope import Scope
from uems.kpis import api as kpis

_TITLES: Final[dict[Topic, tuple[str, str, str, str]]] = {
    "goals": ("目标与结果", "Goals and results", "这个月没有设定目标。", "No targets were set for this month."),
    "together": ("合计效果", "Everything together", "没有全局或项目对照组。", "Nobody is held out of everything, or of a programme."),
    "tried": ("尝试了什么", "What was tried", "这个月没有新的尝试。", "Nothing new was tried this month."),
    "worked": ("哪些有效", "What worked", "目前没有得到证明有效的行动。", "Nothing is proven to work so far."),
    "retired": ("停用了什么", "What was retired", "这个月没有停用任何行动。", "Nothing was retired this month."),
    "feedback": ("主要反馈", "Top feedback", "目前没有收集反馈。", "No feedback is collected here yet."),
    "proposals": ("接下来的建议", "What to decide next", "没有等待决定的建议。", "No proposal waits for a decision."),
    "decisions": ("决定", "Decisions", "这个月没有记录决定。", "No decision was recorded this month."),
}
_PROPOSALS: Final = {
    "scale": ("放大", "Scale"), "keep": ("保留", "Keep"), "fix": ("改进", "Fix"), "retire": ("停用", "Retire"), "wait": ("等待", "Wait"),
}  # fmt: skip
_KINDS: Final = {
    "flow": ("流程", "Flow"), "campaign": ("营销活动", "Campaign"), "sending": ("其他工具", "Other tool"),
    "change": ("产品改动", "Product change"), "coupon": ("优惠券", "Coupon"), "slot": ("推荐位", "Slot"),
    "programme": ("项目", "Programme"), "everything": ("全部触达", "Everything"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """empty: whether ``lines`` only says that there is nothing."""

    topic: Topic
    title: str
    lines: Sequence[str]
    empty: bool


def sections_of(review: Review, scope: Scope, language: kpis.Language) -> list[Section]:
    """Everything that there is to say, in its order."""
    zh = language == "zh"

    def worth(one: Worth) -> str:
        return _worth(one, scope, language)

    started = [f"{'实验' if zh else 'Experiment'}: {one.name}" for one in review.trials_started]
    decided = []
    for trial in review.trials_decided:
        if trial.decision is not None and trial.decision.arm:
            arm, why = trial.decision.arm, trial.decision.why
            decided.append(f"实验：{trial.name}，采用 {arm}。{why}" if zh else f"Experiment: {trial.name}, {arm} was taken. {why}")
    pays = [one for one in review.worths if "pays" in one.causes and one.action.kind not in SUMMARIES]
    retired = [one for one in review.decisions if one.decision == "retire" and one.undone_at is None]
    told: dict[Topic, list[str]] = {
        "goals": [_goal(one, scope, language, over=review.over) for one in review.goals],
        "together": [worth(one) for one in review.worths if one.action.kind in SUMMARIES],
        "tried": [*(worth(one) for one in review.tried), *started],
        "worked": [*(worth(one) for one in pays), *decided],
        "retired": [_decision(one, scope, language) for one in retired],
        "feedback": [],
        "proposals": [f"{_PROPOSALS[one.proposal][not zh]}: {worth(one)}" for one in review.undecided],
        "decisions": [_decision(one, scope, language) for one in review.decisions],
    }
    return [
        Section(topic=topic, title=titles[not zh], lines=told[topic] or [titles[2 + (not zh)]], empty=not told[topic])
        for topic, titles in _TITLES.items()
    ]


def title_of(review: Review, language: kpis.Language) -> str:
    month = f"{review.month:%Y-%m}"
    return f"月度复盘 {month}" if language == "zh" else f"Monthly review {month}"


def lead_of(review: Review, language: kpis.Language) -> str:
    """How far the numbers go."""
    if language == "zh":
        return "数字取自生成时刻的数据。" + ("" if review.over else "本月尚未结束。")
    return "From the numbers of the moment at which it was made." + ("" if review.over else " The month is not over.")


def html_of(title: str, lead: str, sections: Sequence[Section], language: kpis.Language) -> str:
    """A page that stands by itself: no script, nothing from elsewhere."""
    parts = [f"<h1>{escape(title)}</h1><p>{escape(lead)}</p>"]
    for one in sections:
        lines = "".join(f"<li>{escape(line)}</li>" for line in one.lines)
        parts.append(f"<h2>{escape(one.title)}</h2>" + (f"<p>{escape(one.lines[0])}</p>" if one.empty else f"<ul>{lines}</ul>"))
    style = "body{font:15px/1.6 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1f2421}h2{margin-top:2rem}"
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title><style>{style}</style>'
    return f'<!doctype html><html lang="{language}"><head>{head}</head><body>{"".join(parts)}</body></html>'


def _goal(one: GoalReached, scope: Scope, language: kpis.Language, *, over: bool) -> str:
    zh = language == "zh"
    name = one.metric.label_zh if zh else one.metric.label_en
    value, target = (kpis.written(number, one.metric.unit, scope.currency, language) for number in (one.value, one.target))
    states = {
        True: ("已达成", "reached"),
        False: ("未达成", "missed") if over else ("尚未达成", "not yet reached"),
        None: ("无法判断", "cannot be said"),
    }
    state = states[one.reached][not zh]
    return f"{name}：{value}，目标 {target}，{state}" if zh else f"{name}: {value} of {target}, {state}"


def _worth(one: Worth, scope: Scope, language: kpis.Language) -> str:
    zh = language == "zh"
    head = f"{one.action.name}（{_KINDS[one.action.kind][0]}）" if zh else f"{one.action.name} ({_KINDS[one.action.kind][1]})"
    weak = "" if one.evidence == "holdout" else ("，证据较弱" if zh else "; weaker evidence, nobody was held out")
    if one.net_minor is None:
        return f"{head}：尚无结论{weak}" if zh else f"{head}: nothing can be said yet{weak}"
    span = one.net_minor
    net, low, high = (kpis.written(each, "money", scope.currency, language) for each in (span.value, span.low, span.high))
    if zh:
        return f"{head}：{one.horizon_days} 天净回报 {net}，区间 {low} 至 {high}{weak}"
    return f"{head}: net return after {one.horizon_days} days {net}, between {low} and {high}{weak}"


def _decision(one: Decision, scope: Scope, language: kpis.Language) -> str:
    zh = language == "zh"
    what, kind = _PROPOSALS[one.decision][not zh], _KINDS[one.kind][not zh]
    undone = "" if one.undone_at is None else ("（已撤回）" if zh else " (taken back)")
    day = day_of(one.at, scope.zone).isoformat()
    if zh:
        return f"{day} {what}{undone}：{kind} {one.action}，决定人 {one.by}" + (f"。{one.reason}" if one.reason else "")
    return f"{day} {what}{undone}: {kind} {one.action}, decided by {one.by}" + (f". {one.reason}" if one.reason else "")
