"""Which answers has the team saved? A text in one language or both, with places for what is known of the person."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, select, update

from uems.access.api import Access, audit
from uems.kernel.errors import UemsError, invalid, not_found
from uems.kernel.scope import Scope
from uems.kernel.store import Store, upsert_many
from uems.outreach.talks.tables import conversation_snippets as table
from uems.outreach.templates import liquid

KEY_PATTERN: Final = r"[a-z0-9][a-z0-9_-]{0,62}"
MOST: Final = 1_000
_S = table.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """zh, en: Liquid, "" for a language that it does not have."""

    key: str
    name: str
    zh: str
    en: str
    saved_at: datetime
    saved_by: str

    def text(self, language: str) -> str:
        """In somebody's language, else in the one that it has."""
        first, second = (self.en, self.zh) if language == "en" else (self.zh, self.en)
        return first or second


def snippets_of(store: Store, scope: Scope) -> list[Snippet]:
    """By name, without those that were put away."""
    with store.read() as conn:
        return read_snippets(conn, scope.workspace_id)


def read_snippets(conn: Connection, workspace_id: int) -> list[Snippet]:
    """As ``snippets_of``."""
    rows = conn.execute(select(table).where(_S.workspace_id == workspace_id, _S.archived.is_(False))).mappings()
    names = Snippet.__dataclass_fields__
    return sorted((Snippet(**{name: row[name] for name in names}) for row in rows), key=lambda one: (one.name.casefold(), one.key))


def save_snippet(store: Store, access: Access, key: str, name: str, zh: str, en: str) -> Snippet:
    """Save an answer, or change one. Audited. Raises ``invalid``, ``bad_template`` (422), ``too_many_snippets`` (409)."""
    if not re.fullmatch(KEY_PATTERN, key):
        raise invalid("key", key[:80], "must be 1 to 63 of a-z, 0-9, _ and -, and begin with a letter or a digit.")
    if not zh.strip() and not en.strip():
        raise invalid("zh", "", "must say something in one language at least.")
    for where, text in (("zh", zh), ("en", en)):
        liquid.parse(text, where, escape=False, strict=True)
    scope, now = access.scope, access.now
    said = {"name": name, "zh": zh, "en": en, "archived": False}
    row = {"workspace_id": scope.workspace_id, "key": key, **said, "saved_at": now, "saved_by": access.actor.label[:300]}
    with store.write() as conn:
        before = {one.key: one for one in read_snippets(conn, scope.workspace_id)}
        if key not in before and len(before) >= MOST:
            raise UemsError("too_many_snippets", f"There are {MOST} saved answers already; put some away first.", status=409)
        upsert_many(conn, table, [row], ("workspace_id", "key"))
        old = before.get(key)
        known = None if old is None else {"name": old.name, "zh": old.zh, "en": old.en}
        audit(conn, access, "snippet.saved", f"snippet:{key}", known, {"name": name, "zh": zh, "en": en})
        return next(one for one in read_snippets(conn, scope.workspace_id) if one.key == key)


def archive_snippet(store: Store, access: Access, key: str) -> None:
    """Put one away; saving it again brings it back. Audited. Raises ``not_found``."""
    mine = (_S.workspace_id == access.scope.workspace_id, _S.key == key, _S.archived.is_(False))
    with store.write() as conn:
        if not conn.execute(update(table).where(*mine).values(archived=True)).rowcount:
            raise not_found("snippet", key)
        audit(conn, access, "snippet.archived", f"snippet:{key}", {"archived": False}, {"archived": True})


def filled(text: str, values: Mapping[str, Any]) -> str:
    """A saved answer for one person. What is not known of them is left as a gap that nobody overlooks: ``[person.name]``."""
    parsed = liquid.parse(text, "answer", escape=False, strict=True)
    for _ in range(20):
        try:
            return liquid.render(parsed, values, "answer")
        except UemsError as error:
            if error.code != "missing_value":
                raise
            values = _with_gap(values, str(error.details["value"]))
    return text


def _with_gap(values: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    names, made = path.split("."), dict(values)
    here = made
    for name in names[:-1]:
        inner = here.get(name)
        here[name] = dict(inner) if isinstance(inner, Mapping) else {}
        here = here[name]
    here[names[-1]] = f"[{path}]"
    return made
