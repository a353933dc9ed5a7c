"""How is a request of the OpenFeature remote evaluation protocol answered? Read, evaluated, told to the event log, and written.

All flags at once carry an ETag, so that a client that asks again is told that nothing changed.
"""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from uems.experiments.flags.asking import Members, answer, subject_of
from uems.experiments.flags.evaluator import Outcome
from uems.experiments.flags.js_values import text_of
from uems.experiments.flags.loaded import Loaded, Payloads
from uems.experiments.flags.telling import Exposures
from uems.kernel.edge import check_json
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.scope import Scope

_logger = logging.getLogger("uems.flags")
_WANTED: Final = 'Send {"context": {"targetingKey": "...", ...}}.'


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """etag: quoted, of all flags at once; empty for one flag and for a refusal."""

    status: int
    body: bytes
    etag: bytes = b""


class Remote:
    """Remote evaluation in one process, used on its event loop."""

    def __init__(self, house: House, payloads: Payloads, clock: Callable[[], datetime]) -> None:
        self._payloads, self._clock = payloads, clock
        self._members, self._exposures = Members(house), Exposures(house)

    async def answer(self, scope: Scope, body: bytes, flag: str | None, told: bool) -> Answer:
        """flag: which one; None for all. told: whether exposures are written to the event log."""
        try:
            context = _context(body)
        except UemsError as error:
            return _refusal(400, flag, "INVALID_CONTEXT" if error.code == "invalid" else "PARSE_ERROR", error.message)
        key = context.get("targetingKey")
        if key is not None and not isinstance(key, str | int | float):
            return _refusal(400, flag, "INVALID_CONTEXT", f"targetingKey must be a text. {_WANTED}")
        loaded = await self._payloads.of(scope.workspace_id)
        if flag is not None and flag not in loaded.flags:
            return _refusal(404, flag, "FLAG_NOT_FOUND", f"No flag {flag[:100]!r} is on here.")
        subject = subject_of(context, await self._inside(scope, loaded, key))
        found = {one: loaded.flags.evaluate(one, subject) for one in ([flag] if flag is not None else loaded.flags.keys)}
        if told:
            await self._tell(scope, context, found)
        if flag is not None:
            return Answer(status=200, body=msgspec.json.encode(answer(flag, found[flag])))
        encoded = msgspec.json.encode({"flags": [answer(one, outcome) for one, outcome in found.items()]})
        return Answer(status=200, body=encoded, etag=b'"%s"' % hashlib.blake2b(encoded, digest_size=12).hexdigest().encode())

    async def _inside(self, scope: Scope, loaded: Loaded, key: object) -> list[str] | None:
        """The segments of a known user, looked up only where a flag asks for any."""
        if not loaded.asks_segments or key is None:
            return None
        user_id = text_of(key)
        known = self._members.remembered(scope, user_id)
        return known[0] if known is not None else await asyncio.to_thread(self._members.look_up, scope, user_id, self._clock())

    async def _tell(self, scope: Scope, context: Mapping[str, Any], found: Mapping[str, Outcome]) -> None:
        now = self._clock()
        fresh = self._exposures.fresh(scope, context, found, now)
        if not fresh:
            return
        try:
            await asyncio.to_thread(self._exposures.tell, scope, fresh, now)
        except UemsError as error:
            # Nobody is kept from their value by that; the next evaluation tells it again.
            _logger.warning("%d exposures of %s could not be told: %s", len(fresh), scope.slug, error.message)


def _context(body: bytes) -> Mapping[str, Any]:
    check_json(body)
    try:
        given = msgspec.json.decode(body) if body else {}
    except msgspec.DecodeError as error:
        raise UemsError("bad_json", f"The body is not JSON: {error}. {_WANTED}") from error
    context = given.get("context", {}) if isinstance(given, dict) else None
    if not isinstance(context, dict):
        raise UemsError("invalid", f"context must be an object. {_WANTED}", status=422)
    return context


def _refusal(status: int, flag: str | None, code: str, why: str) -> Answer:
    said = {"errorCode": code, "errorDetails": why}
    return Answer(status=status, body=msgspec.json.encode(said if flag is None else {"key": flag[:100], **said}))
