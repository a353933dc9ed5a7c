"""What does a message about an alert say, in which language?"""

from collections.abc import Mapping
from typing import Any, Final

from uems.collect import api as collect
from uems.kpis.written import Language, written

_COLUMNS: Final = {column.name: column for column in collect.EVENT_COLUMNS}


def subject(told: Mapping[str, Any], language: Language) -> str:
    """One line: what happened to what, and when."""
    label = told[f"label_{language}"]
    if language == "zh":
        return f"[{told['workspace_name']}] {told['alert']}：{label} {told['bucket']} 为 {_number(told, told['value'], language)}"
    return f"[{told['workspace_name']}] {told['alert']}: {label} was {_number(told, told['value'], language)} on {told['bucket']}"


def text(told: Mapping[str, Any], language: Language) -> str:
    """The whole message as plain text."""
    zh = language == "zh"
    label = told[f"label_{language}"]
    value = _number(told, told["value"], language)
    lines = [f"{label}在 {told['bucket']} 为 {value}。" if zh else f"{label} was {value} on {told['bucket']}."]
    if told["expected"] is not None:
        expected = _number(told, told["expected"], language)
        if told.get("yearly"):  # what was told before there was such a rule says nothing of it
            course = f"By its usual course and the season of the year before {expected} was to be expected."
            lines.append(f"按往常的走势和去年同期的变化，预计为 {expected}。" if zh else course)
        else:
            lines.append(f"按往常的走势，预计为 {expected}。" if zh else f"By its usual course {expected} was to be expected.")
    limits = [(told["low"], "不低于", "at least"), (told["high"], "不高于", "at most")]
    named = [f"{said if zh else meant} {_number(told, limit, language)}" for limit, said, meant in limits if limit is not None]
    if named:
        lines.append(f"正常范围：{'、'.join(named)}。" if zh else f"Usual are {' and '.join(named)}.")
    if told["explanation"]:
        against = told["compared_with"]
        lines += ["", f"与 {against} 相比，变化主要来自：" if zh else f"Compared with {against}, most of the change comes from:"]
        lines += [_part(told, part, language) for part in told["explanation"]]
    if told["url"]:
        lines += ["", f"查看：{told['url']}" if zh else f"See {told['url']}"]
    return "\n".join(lines) + "\n"


def _part(told: Mapping[str, Any], part: Mapping[str, Any], language: Language) -> str:
    zh = language == "zh"
    column = _COLUMNS.get(part["dimension"])
    dimension = part["dimension"] if column is None else column.label_zh if zh else column.label_en
    value = part["value"] or ("（无）" if zh else "(none)")
    share = "" if part["share"] is None else (f"，占变化的 {part['share']:.0%}" if zh else f", {part['share']:.0%} of the change")
    before, now = (_number(told, part[name], language) for name in ("before", "now"))
    return f"- {dimension} = {value}: {before} → {now}{share}"


def _number(told: Mapping[str, Any], value: float | None, language: Language) -> str:
    return written(value, told["unit"], told["currency"], language)
