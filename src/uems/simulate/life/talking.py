"""Who writes to the shop, and what does the shop answer? Each letter and each answer bears a key of its own, so that it is said once."""

from collections import Counter
from datetime import timedelta
from typing import Any, Final

from uems.simulate.life.cast import Talk
from uems.simulate.life.stage import Stage
from uems.simulate.life.words import ADVICE, SERVICE, SNIPPETS, TOPICS

CHANNEL: Final = "email"
_WAITS: Final = {"waits": "waiting_us", "answered": "waiting_them", "thanked": "waiting_us", "closed": "closed"}
"""How a conversation stands in the end."""


def talk(stage: Stage, talks: tuple[Talk, ...]) -> dict[str, Any]:
    """Have them write and be answered; gives the truth of it."""
    language, workspace = stage.language, stage.workspace
    rules = stage.door.get(f"{workspace}/conversation-settings")["settings"]
    if not rules["teams"]:
        teams = [SERVICE.said(language), ADVICE.said(language)]
        stage.door.put(f"{workspace}/conversation-settings", {**rules, "teams": teams})
    known = {one["key"] for one in stage.door.get(f"{workspace}/snippets")["items"]}
    for key, (name, text) in SNIPPETS.items():
        if key not in known:
            stage.door.put(f"{workspace}/snippets/{key}", {"name": name.said(language), "zh": text.zh, "en": text.en})
    for number, one in enumerate(talks):
        _one(stage, number, one)
    return {
        "started": len(talks),
        "by_state": dict(Counter(_WAITS[one.ending] for one in talks)),
        "by_topic": dict(Counter(TOPICS[one.topic].tag.en for one in talks)),
        "answered": sum(one.ending != "waits" for one in talks),
        "people": [stage.user(one.person)["value"] for one in talks],
    }


def _one(stage: Stage, number: int, one: Talk) -> None:
    topic, language, name = TOPICS[one.topic], stage.language, f"{stage.running.world.name}-talk-{number}"
    at = stage.clock() - timedelta(minutes=one.minutes)
    said = {"channel": CHANNEL, "person": stage.user(one.person), "thread": name, "subject": topic.subject.said(language)}
    asked = {**said, "message_id": name, "text": topic.question.said(language), "at": at.isoformat()}
    taken = stage.door.post(f"{stage.workspace}/incoming-messages", asked)
    if not taken["new"]:
        return  # said before, whatever became of it since
    address = f"{stage.workspace}/conversations/{taken['conversation_id']}"
    stage.door.patch(address, {"team": topic.team.said(language), "tags": [topic.tag.said(language)]})
    if one.ending == "waits":
        return
    answer = {"text": topic.answers[one.way % len(topic.answers)].said(language), "key": name, "channel": CHANNEL}
    stage.door.post(f"{address}/answers", answer)
    if one.ending == "thanked":
        stage.door.post(
            f"{stage.workspace}/incoming-messages", {**said, "message_id": f"{name}-thanks", "text": topic.thanks.said(language)}
        )
    if one.ending == "closed":
        stage.door.patch(address, {"closed": True, "unread": False})
