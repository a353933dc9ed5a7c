"""What did a workspace set: topics, restraints, channels?"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy import Connection, delete, insert, select, update

from uems.access.api import Access, audit
from uems.collect import api as collect
from uems.kernel.errors import UemsError, invalid, not_found
from uems.kernel.house import House
from uems.kernel.outbound import host_of
from uems.kernel.scope import Scope
from uems.kernel.settings import Settings
from uems.kernel.store import Store, lock, upsert_many
from uems.outreach.channel import Channel, Config
from uems.outreach.consent.model import STANDARD, Restraints, Topic
from uems.outreach.registry import CHANNELS
from uems.outreach.tables import outreach_channels, outreach_restraints, outreach_topics

_KEY: Final = re.compile(r"[a-z0-9][a-z0-9_]{0,99}")
_T, _R, _H = outreach_topics.c, outreach_restraints.c, outreach_channels.c
MAX_TOPICS: Final = 200


def read_topics(conn: Connection, workspace_id: int) -> dict[str, Topic]:
    """Key → topic, those in use."""
    query = select(_T.key, _T.spec).where(_T.workspace_id == workspace_id, _T.archived.is_(False)).order_by(_T.key)
    return {row.key: Topic.model_validate(row.spec) for row in conn.execute(query)}


def known_channel(key: str) -> None:
    """Raises ``invalid`` for the key of no channel: under a misspelt one nothing would ever be sent, or asked."""
    known = [channel.key for channel in CHANNELS]
    if key not in known:
        raise invalid("channel", key[:100], f"is no channel; there are: {', '.join(known)}.")


def topics(store: Store, scope: Scope) -> dict[str, Topic]:
    """As ``read_topics``."""
    with store.read() as conn:
        return read_topics(conn, scope.workspace_id)


def save_topic(store: Store, access: Access, key: str, topic: Topic) -> None:
    """Make or change a topic. Audited; raises ``invalid`` and ``too_many_topics`` (409)."""
    if not _KEY.fullmatch(key):
        raise invalid("key", key[:100], "must be 1 to 100 of a-z, 0-9 and _, and not begin with _.")
    for channel in topic.channels:
        known_channel(channel)
    workspace_id = access.scope.workspace_id
    with store.write() as conn:
        lock(conn, f"outreach_topics:{workspace_id}")
        known = read_topics(conn, workspace_id)
        if key not in known and len(known) >= MAX_TOPICS:
            raise UemsError("too_many_topics", f"There are {MAX_TOPICS} topics already; archive some first.", status=409)
        row = {"workspace_id": workspace_id, "key": key, "spec": topic.model_dump(mode="json"), "archived": False}
        said = {"saved_at": access.now, "saved_by": access.actor.label[:300]}
        upsert_many(conn, outreach_topics, [{**row, **said}], ["workspace_id", "key"])
        before = known.get(key)
        if before != topic:
            audit(conn, access, "topic.saved", f"topic:{key}", None if before is None else before.model_dump(mode="json"), row["spec"])  # type: ignore[arg-type]


def archive_topic(store: Store, access: Access, key: str) -> None:
    """Take a topic out of use: nothing more is sent under it. What people said of it stays. Audited; raises ``not_found``."""
    workspace_id = access.scope.workspace_id
    with store.write() as conn:
        mine = update(outreach_topics).where(_T.workspace_id == workspace_id, _T.key == key, _T.archived.is_(False))
        if not conn.execute(mine.values(archived=True)).rowcount:
            raise not_found("topic", key)
        audit(conn, access, "topic.archived", f"topic:{key}", {"archived": False}, {"archived": True})


def read_restraints(conn: Connection, workspace_id: int) -> tuple[Restraints, int]:
    """(the restraints, their version); the standard ones and 0 where nobody set any."""
    row = conn.execute(select(_R.spec, _R.version).where(_R.workspace_id == workspace_id)).first()
    return (STANDARD, 0) if row is None else (Restraints.model_validate(row.spec), row.version)


def restraints(store: Store, scope: Scope) -> tuple[Restraints, int]:
    """As ``read_restraints``."""
    with store.read() as conn:
        return read_restraints(conn, scope.workspace_id)


def save_restraints(store: Store, access: Access, wanted: Restraints, if_version: int | None) -> int:
    """Set them; the version now. Audited. Raises ``restraints_changed`` (409) and ``not_found`` for an unknown channel."""
    for key in wanted.channels:
        CHANNELS.get(key)
    workspace_id = access.scope.workspace_id
    with store.write() as conn:
        lock(conn, f"outreach_restraints:{workspace_id}")
        old, version = read_restraints(conn, workspace_id)
        if if_version is not None and if_version != version:
            raise UemsError("restraints_changed", f"Somebody saved version {version} meanwhile. Open them again.", status=409)
        if version and old == wanted:
            return version
        said = {"spec": wanted.model_dump(mode="json"), "version": version + 1}
        if version:
            mine = update(outreach_restraints).where(_R.workspace_id == workspace_id)
            conn.execute(mine.values(**said, saved_at=access.now, saved_by=access.actor.label[:300]))
        else:
            made = insert(outreach_restraints)
            conn.execute(made.values(workspace_id=workspace_id, **said, saved_at=access.now, saved_by=access.actor.label[:300]))
        audit(conn, access, "restraints.saved", "restraints", old.model_dump(mode="json"), wanted.model_dump(mode="json"))
    return version + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """A channel as a workspace has it. lacks: what is missing before it can send; "" where it can."""

    channel: Channel
    enabled: bool
    config: Config
    lacks: str

    @property
    def usable(self) -> bool:
        return self.enabled and not self.lacks


def setups(conn: Connection, settings: Settings, workspace_id: int) -> dict[str, Setup]:
    """Every channel as the workspace has it; what can do without settings is on until somebody switches it off."""
    rows = conn.execute(select(_H.channel, _H.enabled, _H.sealed).where(_H.workspace_id == workspace_id)).all()
    known = {row.channel: (row.enabled, row.sealed) for row in rows}
    found: dict[str, Setup] = {}
    for channel in CHANNELS:
        enabled, sealed = known.get(channel.key, (True, None))
        lacks = ""
        config = channel.Config()
        if sealed is not None:
            try:
                config = channel.Config.model_validate_json(collect.unseal(settings, sealed)["config"])
            except (UemsError, ValidationError):
                lacks = "secret_unreadable"
        found[channel.key] = Setup(channel=channel, enabled=enabled, config=config, lacks=lacks or channel.why_off(settings, config))
    return found


def signing_secret(conn: Connection, settings: Settings, workspace_id: int) -> str:
    """With what the workspace signs what it calls: the secret of its webhook channel; "" while there is none."""
    return str(getattr(setups(conn, settings, workspace_id)["webhook"].config, "secret", ""))


def save_channel(house: House, access: Access, key: str, enabled: bool, given: Mapping[str, Any]) -> None:
    """Set up a channel. What is secret and not given stays. Audited. Raises ``not_found``, ``invalid``, ``outbound_refused``."""
    channel = CHANNELS.get(key)
    workspace_id = access.scope.workspace_id
    with house.store.write() as conn:
        lock(conn, f"outreach_channels:{workspace_id}")
        old = setups(conn, house.settings, workspace_id)[key]
        kept = {name: getattr(old.config, name) for name in channel.secrets if not given.get(name)}
        try:
            config = channel.Config.model_validate({**given, **kept})
        except ValidationError as error:
            first = error.errors()[0]
            raise invalid(".".join(map(str, first["loc"])) or "config", "what was given", f"{first['msg']}.") from error
        for name in _addresses(config):
            given_address = getattr(config, name)
            host_of(given_address if "://" in given_address else f"https://{given_address}", private=house.settings.allow_private_outbound)
            if getattr(config, name) != getattr(old.config, name) and any(kept.get(secret) for secret in channel.secrets if secret != name):
                raise invalid(name, "another address", "sends the secrets there: give them again together with it.")
        sealed = collect.seal(house.settings, {"config": config.model_dump_json()})
        shown = shown_config(channel, config)
        row = {"workspace_id": workspace_id, "channel": key, "enabled": enabled, "sealed": sealed, "shown": shown}
        said = {"saved_at": access.now, "saved_by": access.actor.label[:300]}
        upsert_many(conn, outreach_channels, [{**row, **said}], ["workspace_id", "channel"])
        before = {"enabled": old.enabled, **shown_config(channel, old.config)}
        audit(conn, access, "channel.saved", f"channel:{key}", before, {"enabled": enabled, **shown})


def _addresses(config: Config) -> list[str]:
    """Fields that name a server to call: its address, or its name alone."""
    return [name for name in type(config).model_fields if (name == "url" or name.endswith(("_url", "_server"))) and getattr(config, name)]


def forget_channel(store: Store, access: Access, key: str) -> None:
    """Take the settings of a channel away. Audited."""
    with store.write() as conn:
        gone = delete(outreach_channels).where(_H.workspace_id == access.scope.workspace_id, _H.channel == key)
        if conn.execute(gone).rowcount:
            audit(conn, access, "channel.forgotten", f"channel:{key}", {"channel": key}, None)


def shown_config(channel: Channel, config: Config) -> dict[str, Any]:
    """What may be shown of it: of a secret, whether there is one."""
    return {name: bool(value) if name in channel.secrets else value for name, value in config.model_dump(mode="json").items()}
