"""Does an answer say anything, and is it said to everybody? By rules that can be read aloud, not by a model.

An answer has substance where it has at least 8 Chinese characters or 25 letters of another script, is none of the stock phrases, and is
not made of them alone. Two answers are the same script where of their pieces of three letters, taken together, 80 % are in both (Jaccard
likeness of shingles; Broder, On the resemblance and containment of documents, 1997).
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Sequence
from math import ceil
from typing import Final

CHINESE: Final = 8
OTHER: Final = 25
SAME: Final = 0.8
_PIECE: Final = 3
_CHINESE: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")


def plain(text: str) -> str:
    """Letters and digits alone, in lower case: what is left when people write the same in other ways."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).lower() if letter.isalnum())


def has_substance(text: str, stock: Collection[str]) -> bool:
    """stock: phrases as ``plain`` gives them."""
    rest = plain(text)
    for phrase in sorted(stock, key=len, reverse=True):
        # Short ones stand inside of ordinary words; they only count where nothing else is said.
        if len(phrase) >= (2 if _CHINESE.search(phrase) else 10):
            rest = rest.replace(phrase, "")
    if rest in stock:
        return False
    chinese = len(_CHINESE.findall(rest))
    return chinese / CHINESE + (len(rest) - chinese) / OTHER >= 1


def pieces(text: str) -> frozenset[str]:
    """The pieces of three letters of a text; of a shorter one, itself."""
    rest = plain(text)
    if len(rest) <= _PIECE:
        return frozenset({rest} if rest else ())
    return frozenset(rest[start : start + _PIECE] for start in range(len(rest) - _PIECE + 1))


def alike(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard likeness, 0 to 1; of nothing and nothing it is 0."""
    both = len(one & other)
    return both / (len(one) + len(other) - both) if both else 0.0


def repeated(said: Sequence[tuple[Hashable, str]]) -> list[bool]:
    """(to whom, text) → of each whether the same script was said to somebody else.

    Exact, without comparing all with all: two sets as alike as ``SAME`` share one of their first few pieces, the rarest first (prefix
    filter; Bayardo, Ma and Srikant, Scaling up all pairs similarity search, 2007).
    """
    whom: dict[frozenset[str], set[Hashable]] = defaultdict(set)
    sets = [pieces(text) for _, text in said]
    for (to, _), one in zip(said, sets, strict=True):
        whom[one].add(to)
    distinct = [one for one in whom if one]
    often = Counter(piece for one in distinct for piece in one)
    reached: dict[frozenset[str], set[Hashable]] = {one: set(whom[one]) for one in distinct}
    index: dict[str, list[frozenset[str]]] = defaultdict(list)
    for one in sorted(distinct, key=lambda each: (len(each), sorted(each))):
        first = sorted(one, key=lambda piece: (often[piece], piece))[: len(one) - ceil(SAME * len(one)) + 1]
        near = {other for piece in first for other in index[piece]}
        for other in near:
            if len(other) >= SAME * len(one) and alike(one, other) >= SAME:
                reached[one] |= whom[other]
                reached[other] |= whom[one]
        for piece in first:
            index[piece].append(one)
    return [bool(one) and bool(reached[one] - {to}) for (to, _), one in zip(said, sets, strict=True)]
