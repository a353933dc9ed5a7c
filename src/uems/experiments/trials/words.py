"""What does the verdict say, in both languages? One sentence, the first thing that anybody reads of an experiment."""

from uems.experiments.trials.results import TrialVerdict
from uems.experiments.trials.spec import TrialSpec


def say_verdict(spec: TrialSpec, verdict: TrialVerdict, days: int) -> tuple[str, str]:
    """(Chinese, English)."""
    names = {arm.key: arm.name for arm in spec.arms} | {metric.key: metric.name for metric in spec.metrics}
    arm, metric, primary = names.get(verdict.arm, ""), names.get(verdict.metric, ""), spec.primary.name
    zh_by, en_by = ("", "") if verdict.effect is None else (f" {verdict.effect:+.1%}", f" by {verdict.effect:+.1%}")
    left = max(0, spec.planned_days - days)
    said = {
        "nobody": ("还没有人进入实验：收到曝光事件后才有结果。", "Nobody has been exposed yet: results appear with the first exposures."),
        "mismatch": (
            "各组人数与设定的比例不符，结果不可信。请先查明原因。",
            "The arms are not as large as their weights say, so the results cannot be trusted. Find out why first.",
        ),
        "no_answer": (
            f"“{primary}”无法比较：{_REASONS_ZH[verdict.reason]}。",
            f"“{primary}” cannot be compared: {_REASONS_EN[verdict.reason]}.",
        ),
        "early": (
            f"还剩 {left} 天。这种方法只在结束时判断一次，请到时再看。",
            f"{left} days are left. This method decides once, at the end; look again then.",
        ),
        "guardrail": (
            f"“{arm}”使“{primary}”变好{zh_by}，但护栏指标“{metric}”变差。",
            f"“{arm}” improves “{primary}”{en_by}, but the guardrail “{metric}” gets worse.",
        ),
        "better": (f"“{arm}”更好：“{primary}”{zh_by}。", f"“{arm}” is better: “{primary}” changes{en_by}."),
        "worse": (f"“{arm}”更差：“{primary}”{zh_by}。", f"“{arm}” is worse: “{primary}” changes{en_by}."),
        "open": ("目前还看不出差异，请继续运行。", "No difference can be shown so far; let it run on."),
        "no_difference": (
            f"没有发现差异。小于设定的 {spec.smallest_effect:.1%} 的效果不在本实验的检出目标内。",
            f"No difference was found. Effects below the {spec.smallest_effect:.1%} that it was designed for may have been missed.",
        ),
    }
    return said[verdict.code]


_REASONS_ZH = {
    "": "没有数据",
    "nobody": "有一组没有人",
    "too_few": "有一组人太少",
    "no_variance": "所有人的值都相同",
    "zero_denominator": "没有可作分母的数据",
    "zero_control": "对照组的值为零",
}
_REASONS_EN = {
    "": "there is no data",
    "nobody": "an arm has nobody in it",
    "too_few": "an arm has too few people",
    "no_variance": "everybody has the same value",
    "zero_denominator": "there is nothing to divide by",
    "zero_control": "the value of the control is zero",
}
