"""What could be answered? Saved answers, and what the team answered to questions like this one, the likeliest first.

Likeness is the cosine of TF-IDF weights of pieces of two to four letters (Manning, Raghavan and Schütze, Introduction to Information
Retrieval, 6.2-6.4): pieces need no words, so that Chinese works as English does. Nothing is ever sent by itself.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import Connection, select

from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.outreach.messages.reaching import reach
from uems.outreach.talks.model import Entry
from uems.outreach.talks.reading import conversation, entries_of
from uems.outreach.talks.snippets import Snippet, filled, read_snippets
from uems.outreach.talks.tables import conversation_messages as messages

Source: TypeAlias = Literal["snippet", "answer"]
MOST: Final = 3
LEAST: Final = 0.12
"""Likeness below this is chance: unrelated sentences share that much of common pieces."""
MOST_PAIRS: Final = 2_000
_YEAR: Final = timedelta(days=400)
_MOST_LETTERS: Final = 2_000
_PRIVATE: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\d(?:[ -]?\d){4,}")
_M = messages.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A question that was answered. snippet: the saved answer that was used, "" for none."""

    conversation_id: int
    question: str
    answer: str
    snippet: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """likeness: 0 to 1. like: the question that was like this one, "" where the saved answer itself is. at: when that was answered."""

    source: Source
    key: str
    name: str
    text: str
    likeness: float
    like: str
    conversation_id: int | None
    at: datetime | None


def suggest(house: House, scope: Scope, number: int, now: datetime) -> list[Suggestion]:
    """At most three for what they said since our last answer. Raises ``not_found``."""
    one = conversation(house.store, scope, number)
    question = question_of(entries_of(house.store, scope, number))
    if not question:
        return []
    with house.store.read() as conn:
        saved = read_snippets(conn, scope.workspace_id)
        pairs = [pair for pair in pairs_of(conn, scope, now) if pair.conversation_id != number]
    person = reach(house, scope, [one.person_id]).get(one.person_id)
    language = "zh" if is_chinese(question) else "en"
    values: Mapping[str, Any] = {"person": {} if person is None else person.values}
    found = ranked(question, saved, pairs, language)
    return [_shown(each, saved, language, values) for each in found]


def question_of(entries: Sequence[Entry]) -> str:
    """What they said since we last did."""
    said: list[str] = []
    for entry in reversed(entries):
        if entry.direction == "out" and not entry.taken_back:
            break
        if entry.direction == "in":
            said.append(entry.text)
    return "\n".join(reversed(said)).strip()[:_MOST_LETTERS]


def pairs_of(conn: Connection, scope: Scope, now: datetime) -> list[Pair]:
    """Questions of the last 400 days with the answer that followed, the latest 2,000."""
    query = select(_M.conversation_id, _M.direction, _M.text, _M.snippet, _M.at)
    said = (_M.workspace_id == scope.workspace_id, _M.at >= now - _YEAR, _M.direction.in_(("in", "out")), _M.taken_back.is_(False))
    rows = conn.execute(query.where(*said).order_by(_M.at.desc(), _M.entry_id.desc()).limit(4 * MOST_PAIRS)).all()
    open_: dict[int, list[str]] = {}
    found: list[Pair] = []
    for row in reversed(rows):
        if row.direction == "in":
            open_.setdefault(row.conversation_id, []).append(row.text)
        elif (question := "\n".join(open_.pop(row.conversation_id, []))[:_MOST_LETTERS]) and row.text:
            found.append(Pair(conversation_id=row.conversation_id, question=question, answer=row.text, snippet=row.snippet, at=row.at))
    return found[-MOST_PAIRS:]


def ranked(question: str, saved: Sequence[Snippet], pairs: Sequence[Pair], language: str) -> list[Suggestion]:
    """Each saved answer once, by its own words or the best of the questions that it answered; each other answer once."""
    texts: list[tuple[str, Suggestion]] = []
    known = {one.key: one for one in saved}
    for one in saved:
        base = Suggestion(source="snippet", key=one.key, name=one.name, text="", likeness=0.0, like="", conversation_id=None, at=None)
        texts.append((f"{one.name}\n{one.text(language)}", base))
    for pair in pairs:
        snippet = known.get(pair.snippet)
        texts.append(
            (
                pair.question,
                Suggestion(
                    source="answer" if snippet is None else "snippet",
                    key="" if snippet is None else snippet.key,
                    name="" if snippet is None else snippet.name,
                    text=pair.answer,
                    likeness=0.0,
                    like=pair.question,
                    conversation_id=pair.conversation_id,
                    at=pair.at,
                ),
            )
        )
    if not texts:
        return []
    scores = likeness(question, [text for text, _ in texts])
    best: dict[tuple[str, str], tuple[float, Suggestion]] = {}
    for score, (_, one_) in zip(scores, texts, strict=True):
        same = (one_.source, one_.key or " ".join(one_.text.split()))
        if score >= LEAST and score > best.get(same, (0.0, one_))[0]:
            best[same] = (score, one_)
    order = sorted(best.values(), key=lambda each: (-each[0], each[1].source != "snippet", each[1].key, each[1].text))
    return [_scored(one_, score) for score, one_ in order[:MOST]]


def likeness(question: str, texts: Sequence[str]) -> list[float]:
    """Of a question to each text, 0 to 1."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # a heavy library, and few processes ever ask

    made = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, lowercase=True)
    try:
        known = made.fit_transform([text[:_MOST_LETTERS] for text in texts])
    except ValueError:  # nothing but signs in all of them
        return [0.0] * len(texts)
    asked = made.transform([question])
    return [float(each) for each in (known @ asked.T).toarray().ravel()]


def is_chinese(text: str) -> bool:
    """Whether more of its letters are Chinese than not; two Latin letters weigh as one."""
    chinese = sum("\u4e00" <= letter <= "\u9fff" for letter in text)
    return 2 * chinese > sum(letter.isascii() and letter.isalpha() for letter in text) / 2


def without_private(text: str) -> str:
    """What was answered to somebody else is shown without numbers and addresses, which are theirs."""
    return _PRIVATE.sub("…", text)


def _scored(one: Suggestion, score: float) -> Suggestion:
    known = {name: getattr(one, name) for name in Suggestion.__dataclass_fields__}
    return Suggestion(**known | {"likeness": round(min(1.0, score), 3)})


def _shown(one: Suggestion, saved: Sequence[Snippet], language: str, values: Mapping[str, Any]) -> Suggestion:
    known = {name: getattr(one, name) for name in Suggestion.__dataclass_fields__}
    snippet = next((each for each in saved if one.source == "snippet" and each.key == one.key), None)
    text = without_private(one.text) if snippet is None else filled(snippet.text(language), values)
    return Suggestion(**known | {"text": text, "like": without_private(one.like)[:300]})
