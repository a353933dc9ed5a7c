"""What do people say of us in their own words, and may it be quoted? Only while they agree, and never without having been asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from sqlalchemy import Connection, RowMapping, insert, select, update

from uems.access.api import Access, audit
from uems.kernel.errors import UemsError, not_found
from uems.kernel.scope import Scope
from uems.kernel.store import Store
from uems.superusers.cocreation.tables import cocreation_voices

VoiceKind: TypeAlias = Literal["review", "story"]
_V = cocreation_voices.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """rating: 1 to 5, None for none. consented_at, withdrawn_at: from when, and until when, it may be quoted."""

    voice_id: int
    person_id: int
    kind: VoiceKind
    title: str
    text: str
    rating: int | None
    consented_at: datetime | None
    withdrawn_at: datetime | None
    consent_note: str
    created_at: datetime

    @property
    def quotable(self) -> bool:
        return self.consented_at is not None and self.withdrawn_at is None


def voices_of(store: Store, scope: Scope, *, quotable: bool = False, nodes: Sequence[int] | None = None) -> list[Voice]:
    """The latest first, at most 200. quotable: only those that may be quoted now."""
    query = select(cocreation_voices).where(_V.workspace_id == scope.workspace_id)
    if quotable:
        query = query.where(_V.consented_at.is_not(None), _V.withdrawn_at.is_(None))
    if nodes is not None:
        query = query.where(_V.person_id.in_(nodes))
    with store.read() as conn:
        return [_voice(row) for row in conn.execute(query.order_by(_V.voice_id.desc()).limit(200)).mappings()]


def add_voice(
    store: Store, access: Access, person_id: int, kind: VoiceKind, title: str, text: str, rating: int | None, consent_note: str
) -> Voice:
    """A new one; consent_note: how they agreed to be quoted, "" where they did not. Audited."""
    row = {
        "workspace_id": access.scope.workspace_id,
        "person_id": person_id,
        "kind": kind,
        "title": title,
        "text": text,
        "rating": rating,
        "consented_at": access.now if consent_note.strip() else None,
        "consent_note": consent_note,
        "created_at": access.now,
    }
    with store.write() as conn:
        [number] = conn.execute(insert(cocreation_voices).values(**row)).inserted_primary_key or (0,)
        audit(conn, access, "voice.added", f"voice:{number}", None, {"kind": kind, "title": title, "quotable": bool(consent_note.strip())})
        return _voice(_row(conn, access.scope, int(number)))


def change_consent(store: Store, access: Access, voice_id: int, *, given: bool, note: str) -> Voice:
    """They agree to be quoted, or not any more; at once. Audited. Raises ``consent_note_needed`` (422), and ``not_found``."""
    if given and not note.strip():
        raise UemsError("consent_note_needed", "Say how they agreed to be quoted: in a letter, by phone, when.", status=422)
    with store.write() as conn:
        before = _voice(_row(conn, access.scope, voice_id))
        if given != before.quotable:
            head = {"consented_at": access.now, "withdrawn_at": None} if given else {"withdrawn_at": access.now}
            conn.execute(update(cocreation_voices).where(_V.voice_id == voice_id).values(consent_note=note or before.consent_note, **head))
            audit(
                conn, access, "voice.consent_changed", f"voice:{voice_id}", {"quotable": before.quotable}, {"quotable": given, "note": note}
            )
        return _voice(_row(conn, access.scope, voice_id))


def _row(conn: Connection, scope: Scope, voice_id: int) -> RowMapping:
    where = (_V.workspace_id == scope.workspace_id, _V.voice_id == voice_id)
    found = conn.execute(select(cocreation_voices).where(*where)).mappings().first()
    if found is None:
        raise not_found("voice", str(voice_id))
    return found


def _voice(row: RowMapping) -> Voice:
    return Voice(**{name: row[name] for name in Voice.__dataclass_fields__})
