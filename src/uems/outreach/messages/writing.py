"""What exactly does one person get? The template filled in, with links that are theirs alone."""

import re
import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from uems.access.api import Workspaces
from uems.kernel.house import House
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.outreach.channel import Letter
from uems.outreach.consent.tokens import MOST_TOKEN, Pointed, Tokens
from uems.outreach.messages.attempts import Claimed
from uems.outreach.messages.reaching import Reached
from uems.outreach.registry import CHANNELS
from uems.outreach.templates.compiled import Compiled, Rendered
from uems.outreach.templates.definitions import version_of

CONFIRM: Final = "confirm_subscription"
"""The template of the letter of the double opt-in."""
_MESSAGE_ID: Final = re.compile(r"<[!-;=?-~]{1,400}>")
_KEPT: Final = 500
"""Versions that stay compiled."""


class Writer:
    """Fills templates in; keeps those that it has compiled. Thread-safe."""

    def __init__(self, house: House, tokens: Tokens, workspaces: Workspaces) -> None:
        self._house, self._tokens, self._workspaces = house, tokens, workspaces
        self._compiled: dict[tuple[int, str, int], Compiled] = {}
        self._names: dict[int, str] = {}
        self._turn = threading.Lock()

    def letter(self, scope: Scope, one: Claimed, version: int, person: Reached, address: str, now: datetime) -> Letter:
        """Raises ``missing_value`` and ``bad_template`` (422), ``not_found``."""
        compiled = self.compiled(scope, one.template_id, version)
        link = self.address_of(scope.workspace_id, one.message_id, person.person_id)
        base = self.base()

        def follow(url: str) -> str:
            token = self._tokens.make(Pointed(what="c", workspace_id=scope.workspace_id, message_id=one.message_id, more=url))
            # One that is longer than our own addresses may be leads where it should, and is not counted.
            return f"{base}/api/letters/{token}/go" if len(token) <= MOST_TOKEN else url

        tracked = bool(one.channel == "email" and compiled.spec.track and base)
        pixel = ""
        if tracked:
            seen = self._tokens.make(Pointed(what="o", workspace_id=scope.workspace_id, message_id=one.message_id))
            pixel = f"{base}/api/letters/{seen}/seen.gif"
        followed = compiled.spec.track and base
        values = self.values(scope, person, one.context, link, self._confirm(scope, one, person))
        rendered = compiled.render(person.language, values, follow=follow if tracked else None, pixel=pixel)
        return Letter(
            message_id=one.message_id,
            key=f"m{scope.workspace_id}-{one.message_id}",
            address=address,
            language=rendered.language,
            subject=rendered.subject,
            html=rendered.html,
            text=_with_link(rendered, one, link),
            headers=(*headers(one, link), *threading_headers(one)) if one.channel == "email" else (),
            provider_code=rendered.provider_code,
            # Whoever is answered may go on, right where they read it.
            parameters={**rendered.parameters, "reply": "yes"} if one.origin_type == "talk" else rendered.parameters,
            values={
                "person_id": person.person_id,
                "template": one.template_id,
                "kind": one.kind,
                "topic": one.topic,
                # Where a note leads on channels that cannot tell of a click themselves.
                **({"go": follow(address)} if followed and (address := rendered.parameters.get("link", "")) else {}),
            },
            at=now,
            receipts_url=receipts_url(self._house.settings, self._tokens, scope.workspace_id, one.channel, one.message_id),
        )

    def compiled(self, scope: Scope, template_id: str, version: int) -> Compiled:
        """A version, compiled once."""
        key = (scope.workspace_id, template_id, version)
        found = self._compiled.get(key)
        if found is None:
            found = Compiled(*version_of(self._house.store, scope, template_id, version))
            with self._turn:
                if len(self._compiled) >= _KEPT:
                    self._compiled.clear()
                self._compiled[key] = found
        return found

    def base(self) -> str:
        """Where people reach the system; "" where nobody said it and it listens on a port of its own choice."""
        settings = self._house.settings
        return settings.public_url.rstrip("/") or (f"http://{settings.host}:{settings.port}" if settings.port else "")

    def address_of(self, workspace_id: int, message_id: int, person_id: int) -> str:
        """The page on which somebody says what they want to get."""
        token = self._tokens.make(Pointed(what="p", workspace_id=workspace_id, message_id=message_id, person_id=person_id))
        return f"{self.base()}/api/letters/{token}"

    def _confirm(self, scope: Scope, one: Claimed, person: Reached) -> str:
        """The page on which somebody confirms what the letter of a double opt-in asks; "" in any other message."""
        topic = one.context.get("confirm") if one.template_id == CONFIRM else None
        if not isinstance(topic, str):
            return ""
        about = {"workspace_id": scope.workspace_id, "message_id": one.message_id, "person_id": person.person_id}
        return f"{self.base()}/api/letters/{self._tokens.make(Pointed(what='d', more=topic, **about))}/confirm"

    def values(self, scope: Scope, person: Reached, context: Mapping[str, Any], link: str, confirm: str = "") -> dict[str, Any]:
        """What a template may read: this person, and nobody else."""
        name = self._names.get(scope.workspace_id)
        if name is None:
            name = self._names[scope.workspace_id] = self._workspaces.name(scope.workspace_id)
        return {
            "person": person.values,
            "context": context,
            "workspace": {"name": name, "currency": scope.currency},
            "links": {"preferences": link, "unsubscribe": link, **({"confirm": confirm} if confirm else {})},
        }


def receipts_url(settings: Settings, tokens: Tokens, workspace_id: int, channel: str, message_id: int = 0) -> str:
    """Where a provider tells what became of a message (0: of any); "" where it does not, or does not reach us."""
    door = CHANNELS.get(channel).receipts
    if not settings.public_url or door != ("message" if message_id else "console"):
        return ""
    token = tokens.make(Pointed(what="r", workspace_id=workspace_id, message_id=message_id, more=channel))
    return f"{settings.public_url.rstrip('/')}/api/receipts/{token}"


def headers(one: Claimed, link: str) -> tuple[tuple[str, str], ...]:
    """Those by which mail programs offer to unsubscribe (RFC 2369, RFC 8058); service messages have nothing to unsubscribe from."""
    if one.kind == "service":
        return ()
    return (("List-Unsubscribe", f"<{link}/unsubscribe>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))


def threading_headers(one: Claimed) -> tuple[tuple[str, str], ...]:
    """Which mails an answer belongs to (RFC 5322, 3.6.4), so that mail programs show one thread."""
    thread = one.context.get("thread") if one.origin_type == "talk" else None
    named = [name for name in thread if isinstance(name, str) and _MESSAGE_ID.fullmatch(name)] if isinstance(thread, list) else []
    return (("In-Reply-To", named[-1]), ("References", " ".join(named))) if named else ()


def _with_link(rendered: Rendered, one: Claimed, link: str) -> str:
    """Whoever reads plain text finds the way out too."""
    if one.channel != "email" or one.kind == "service" or link in rendered.text:
        return rendered.text
    words = "退订或管理订阅" if rendered.language == "zh" else "Unsubscribe or choose what you get"
    return f"{rendered.text}\n\n{words}: {link}\n" if rendered.language == "en" else f"{rendered.text}\n\n{words}：{link}\n"
