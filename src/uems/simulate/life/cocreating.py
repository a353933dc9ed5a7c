"""What do people suggest, vote for, say of the shop, and try before others? And how does the shop thank them?"""

from collections import Counter
from typing import Any

from uems.simulate.life.cast import Cast
from uems.simulate.life.stage import Stage
from uems.simulate.life.words import GROUPS, IDEAS, VOICES


def cocreate(stage: Stage, cast: Cast) -> dict[str, Any]:
    """Fill the board; gives the truth of it. What stands there by its title is left alone."""
    votes = _ideas(stage, cast)
    _voices(stage, cast)
    there = {one["key"] for one in stage.door.get(f"{stage.workspace}/beta-groups")["items"]}
    for key, (name, text) in GROUPS.items():
        if key in there:
            continue
        stage.door.put(
            f"{stage.workspace}/beta-groups/{key}", {"name": name.said(stage.language), "description": text.said(stage.language)}
        )
        for person, said in cast.members[key]:
            stage.door.post(f"{stage.workspace}/beta-groups/{key}/members", {"user": stage.user(person), "state": said})
    return {
        "ideas": len(IDEAS),
        "by_state": dict(Counter(one[2] for one in IDEAS)),
        "votes": votes,
        "voices": len(VOICES),
        "quotable": sum(bool(one[4].en) for one in VOICES),
        "groups": {key: dict(Counter(said for _, said in of)) for key, of in cast.members.items()},
    }


def _ideas(stage: Stage, cast: Cast) -> dict[str, int]:
    """title → votes, the author's own with them."""
    language, address = stage.language, f"{stage.workspace}/ideas"
    there = {one["title"] for one in stage.door.get(address)["items"]}
    found = {}
    for (title, text, state, answer), author, voters in zip(IDEAS, cast.authors, cast.votes, strict=True):
        name = title.said(language)
        found[name] = 1 + len(voters)
        if name in there:
            continue
        made = stage.door.post(address, {"title": name, "text": text.said(language), "user": stage.user(author)})
        for voter in voters:
            stage.door.post(f"{address}/{made['idea_id']}/votes", {"user": stage.user(voter)})
        if state != "new":
            credited = [stage.user(voters[0])] if state == "done" else []
            body = {"state": state, "answer": answer.said(language), "credited": credited}
            stage.door.put(f"{address}/{made['idea_id']}/answer", body)
        if author in cast.thanked:
            person = made["person"]["person_id"]
            stage.door.post(f"{stage.workspace}/advocates/{person}/thanks", {"how": "named", "what_for": name})
    return found


def _voices(stage: Stage, cast: Cast) -> None:
    language, address = stage.language, f"{stage.workspace}/voices"
    there = {one["title"] for one in stage.door.get(address)["items"]}
    for (kind, title, text, rating, consent), speaker in zip(VOICES, cast.speakers, strict=True):
        if title.said(language) not in there:
            said = {"title": title.said(language), "text": text.said(language), "consent_note": consent.said(language)}
            stage.door.post(address, {"user": stage.user(speaker), "kind": kind, "rating": rating, **said})
