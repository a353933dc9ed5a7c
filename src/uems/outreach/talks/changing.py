"""How does the team handle a conversation: who has it, is it read, is it over, and what should the others know?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update

from uems.access.api import Access, audit
from uems.kernel.errors import invalid
from uems.kernel.store import Store, upsert_many
from uems.outreach.talks.counting import count_anew
from uems.outreach.talks.incoming import entry_row, key_of
from uems.outreach.talks.model import Conversation
from uems.outreach.talks.reading import locked, tags_text, with_owners
from uems.outreach.talks.settings import read_settings
from uems.outreach.talks.tables import conversation_messages, conversations

_C = conversations.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be different; None leaves it. closed: over, or going on again."""

    closed: bool | None = None
    assignee: str | None = None
    team: str | None = None
    tags: Sequence[str] | None = None
    unread: bool | None = None
    subject: str | None = None


def change(store: Store, access: Access, number: int, wanted: Change) -> tuple[Conversation, Mapping[str, object]]:
    """(the conversation, what each changed field was before, by which it can be undone). Audited, but for whether it is read.

    Raises ``not_found``, and ``invalid`` for a team that the settings do not name.
    """
    scope = access.scope
    with store.write() as conn:
        row = locked(conn, scope, number, lock=True)
        if wanted.team and wanted.team != row["team"] and wanted.team not in read_settings(conn, scope.workspace_id).teams:
            raise invalid("team", wanted.team, "is no team of this workspace. Teams are named in the settings of the inbox.")
        said: dict[str, Any] = {name: getattr(wanted, name) for name in ("assignee", "team", "unread", "subject")}
        said["tags"] = None if wanted.tags is None else tags_text(sorted(set(wanted.tags)))
        fresh = {name: value for name, value in said.items() if value is not None and value != row[name]}
        before: dict[str, object] = {name: row[name] for name in fresh}
        after: dict[str, object] = dict(fresh)
        if fresh:
            by = {} if set(fresh) == {"unread"} else {"changed_at": access.now, "changed_by": access.actor.label[:300]}
            mine = (_C.workspace_id == scope.workspace_id, _C.conversation_id == number)
            conn.execute(update(conversations).where(*mine).values(**fresh, **by))
        if wanted.closed is not None and wanted.closed != (row["closed_at"] is not None):
            before["closed"], after["closed"] = not wanted.closed, wanted.closed
            count_anew(conn, scope, number, access.now, access.actor.label, closed=access.now if wanted.closed else None)
        for kept in (before, after):
            if "tags" in kept:
                kept["tags"] = str(kept["tags"]).split()
        if set(after) - {"unread"}:
            audit(conn, access, "conversation.changed", f"conversation:{number}", before, after)
        row = locked(conn, scope, number)
    return with_owners(store, scope, [row])[0], before


def add_note(store: Store, access: Access, number: int, text: str, key: str) -> None:
    """For the team alone; nobody outside gets it. The same key is kept once. Audited. Raises ``not_found``."""
    with store.write() as conn:
        talk = locked(conn, access.scope, number, lock=True)
        row = entry_row(access, number, talk["person_id"], key_of("note", key), access.now)
        said = {"direction": "note", "channel": "", "text": text.strip(), "author": access.actor.label[:300]}
        if upsert_many(conn, conversation_messages, [row | said], ("workspace_id", "source_key"), ()):
            audit(conn, access, "conversation.noted", f"conversation:{number}", None, {"letters": len(text)})
