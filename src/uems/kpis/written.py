"""How is a value written for people, in letters and on paper?"""

from decimal import Decimal
from typing import Literal, TypeAlias

from uems.kernel.money import amount_text

Language: TypeAlias = Literal["zh", "en"]


def written(value: float | None, unit: str, currency: str, language: Language) -> str:
    """A value of a metric, with what it is counted in."""
    if value is None:
        return "–"
    if unit == "share":
        return f"{value:.2%}" if 0 < abs(value) < 0.01 else f"{value:.1%}"
    if unit == "money":
        return f"{Decimal(amount_text(round(value), currency)):,f} {currency}"
    if unit == "seconds":
        return _duration(round(value), zh=language == "zh")
    if unit in ("people", "count") and abs(value) >= 100:
        return f"{value:,.0f}"
    shown = f"{value:,.2f}".rstrip("0").rstrip(".")
    return "0" if shown == "-0" else shown


def _duration(seconds: int, *, zh: bool) -> str:
    days, rest = divmod(abs(seconds), 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, rest = divmod(rest, 60)
    parts = [(days, "天", "d"), (hours, "小时", "h"), (minutes, "分", "min"), (rest, "秒", "s")]
    kept = [(n, zh_word, en_word) for n, zh_word, en_word in parts if n][:2] or [(0, "秒", "s")]
    text = " ".join(f"{n} {zh_word if zh else en_word}" for n, zh_word, en_word in kept)
    return f"-{text}" if seconds < 0 else text
